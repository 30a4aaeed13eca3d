"""Python's own parser, for text that a model wrote and for pieces that must stand alone."""

from __future__ import annotations

import ast
import warnings


class Unparsable(Exception):
    """The text is not Python; line is 1-based within it."""

    def __init__(self, message: str, line: int) -> None:
        super().__init__(message)
        self.line = line


def parse(code: str) -> ast.Module:
    """Like ast.parse, with one exception for all the ways to fail and no warnings."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return ast.parse(code)
        except SyntaxError as error:
            raise Unparsable(error.msg, error.lineno or 1) from None
        except (ValueError, RecursionError, MemoryError) as error:
            raise Unparsable(str(error) or type(error).__name__, 1) from None


def check(code: str) -> None:
    """Raise Unparsable also for what only the compiler refuses (`await` in a plain function)."""
    tree = parse(code)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            compile(tree, "<program>", "exec", dont_inherit=True)
        except SyntaxError as error:
            raise Unparsable(error.msg, error.lineno or 1) from None
        except (ValueError, RecursionError, MemoryError) as error:
            raise Unparsable(str(error) or type(error).__name__, 1) from None


def expression(code: str) -> ast.expr | None:
    """The expression that the text is, or None."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return ast.parse(code.strip(), mode="eval").body
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return None


def free_names(node: ast.AST) -> set[str]:
    """The names that an expression reads and does not bind itself."""
    names = [n for n in ast.walk(node) if isinstance(n, ast.Name)]
    bound = {n.id for n in names if not isinstance(n.ctx, ast.Load)}
    bound |= {a.arg for a in ast.walk(node) if isinstance(a, ast.arg)}
    return {n.id for n in names} - bound
