import ast
import tokenize
from pathlib import Path

from odoo.tests import BaseCase, tagged
from odoo.tools import file_path

FOLDERS = ("models", "wizards", "reports", "controllers", "migrations")
REASON = "sudo"


def _comments(path):
    """The comments of a source file, by line."""
    with path.open("rb") as source:
        return {
            token.start[0]: token.string
            for token in tokenize.tokenize(source.readline)
            if token.type == tokenize.COMMENT
        }


def _is_sudo(node):
    """Whether the node gives the rights of the server; `sudo(False)` takes them away."""
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "sudo"):
        return False
    return not (node.args and isinstance(node.args[0], ast.Constant) and node.args[0].value is False)


def _lines_of(statement):
    """The lines of a statement without those of its body."""
    body = getattr(statement, "body", None)
    last = body[0].lineno - 1 if isinstance(body, list) else statement.end_lineno
    return range(statement.lineno, max(last, statement.lineno) + 1)


def _unexplained(path):
    """Lines with a `sudo()` that nobody has explained: neither within its statement nor right above it."""
    comments = _comments(path)
    tree = ast.parse(path.read_bytes())
    for statement in ast.walk(tree):
        if not isinstance(statement, ast.stmt):
            continue
        lines = _lines_of(statement)
        calls = [node for node in ast.walk(statement) if _is_sudo(node) and node.func.end_lineno in lines]
        above = statement.lineno - 1
        said = [comments[line] for line in lines if line in comments]
        while above in comments:
            said.append(comments[above])
            above -= 1
        if calls and not any(REASON in comment.lower() for comment in said):
            yield calls[0].func.end_lineno


@tagged("post_install", "-at_install", "security")
class TestSudo(BaseCase):
    def test_every_sudo_says_why_it_leaks_nothing(self):
        module = Path(file_path("justiq/__manifest__.py")).parent
        paths = [path for folder in FOLDERS for path in sorted((module / folder).rglob("*.py"))]
        self.assertTrue(paths)
        found = [f"{path.relative_to(module)}:{line}" for path in paths for line in sorted(set(_unexplained(path)))]
        self.assertFalse(found, "say why in a comment: # sudo: ...")
