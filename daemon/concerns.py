"""Which of a test file's faults concern a function: its tests may be about many functions."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from synthd.sandbox.checks import SpecError
from synthd.synth.problem import Check, TestFile


def concerns(error: SpecError, checks: tuple[Check, ...], name: str) -> bool:
    """Whether a check that fails by itself is one of the function's.

    Of a test file that holds for what fails as a whole, and for the tests that name the function.
    """
    file, colons, test = error.id.partition("::")
    texts = [check.text for check in checks if isinstance(check, TestFile) and check.id == file]
    if not colons or not texts:
        return True
    wanted = test.partition("[")[0].rsplit("::", 1)[-1]
    found = [node for text in texts for node in _functions(text) if node.name == wanted]
    word = re.compile(rf"\b{re.escape(name)}\b")
    return not found or any(word.search(ast.unparse(node)) for node in found)


def _functions(text: str) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError):
        return
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield node
