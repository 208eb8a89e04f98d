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


def _reasons(path):
    """Lines of the comments that speak of it; a comment of several lines reaches to its last one."""
    comments = _comments(path)
    reasons = {line for line, comment in comments.items() if REASON in comment.lower()}
    for line in sorted(comments):
        if line - 1 in reasons:
            reasons.add(line)
    return reasons


def _unexplained(path):
    """Lines with a `sudo()` without a reason on the same line or in the comment right above."""
    reasons = _reasons(path)
    for node in ast.walk(ast.parse(path.read_bytes())):
        if _is_sudo(node) and not reasons & {node.func.end_lineno - 1, node.func.end_lineno}:
            yield node.func.end_lineno


@tagged("post_install", "-at_install", "security")
class TestSudo(BaseCase):
    def test_every_sudo_says_why_it_leaks_nothing(self):
        module = Path(file_path("justiq/__manifest__.py")).parent
        paths = [path for folder in FOLDERS for path in sorted((module / folder).rglob("*.py"))]
        self.assertTrue(paths)
        found = [f"{path.relative_to(module)}:{line}" for path in paths for line in sorted(set(_unexplained(path)))]
        self.assertFalse(found, "say why in a comment: # sudo: ...")
