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


def _reasons(path, tree):
    """Lines that give a reason: comments, and docstrings of functions."""
    for line, comment in _comments(path).items():
        if REASON in comment.lower():
            yield line
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and REASON in (ast.get_docstring(node) or "").lower():
            yield node.lineno


def _unexplained(path):
    """Lines with a `sudo()` that nobody has explained: neither there nor above it in the same function."""
    tree = ast.parse(path.read_bytes())
    reasons = set(_reasons(path, tree))
    explained = set()
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef):
            first = min((line for line in reasons if function.lineno <= line <= function.end_lineno), default=None)
            if first is not None:
                # A statement of several lines may be explained above its first one or within it.
                explained.update(range(first, function.end_lineno + 1))
    for node in ast.walk(tree):
        if _is_sudo(node) and not explained & {node.lineno - 1, node.func.end_lineno, node.func.end_lineno + 1}:
            yield node.func.end_lineno


@tagged("post_install", "-at_install", "security")
class TestSudo(BaseCase):
    def test_every_sudo_says_why_it_leaks_nothing(self):
        module = Path(file_path("justiq/__manifest__.py")).parent
        paths = [path for folder in FOLDERS for path in sorted((module / folder).rglob("*.py"))]
        self.assertTrue(paths)
        found = [f"{path.relative_to(module)}:{line}" for path in paths for line in sorted(set(_unexplained(path)))]
        self.assertFalse(found, "say why in a comment: # sudo: ...")
