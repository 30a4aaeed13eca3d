"""Does a program only list the answers to its examples?

A static look at the program: it is called tabulating when most of the examples stand in it as
pairs, the arguments as constants of a comparison, a `case` or a dict key, and the answer as the
constant that goes with them. Such a program passes its examples and says nothing about others.
What is hidden better (arithmetic that encodes the table) is not seen here; the grade `examples`
promises no more than the examples in either case.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from synthd.synth.problem import Check, Doctest, Example

LABEL = "tabulates-examples"


def tabulates(code: str, checks: Sequence[Check]) -> bool:
    """Whether `code` (a function body) lists at least two examples and more than half of them."""
    pairs = [pair for check in checks if (pair := _pair(check)) is not None]
    try:
        tree = ast.parse(f"def _():\n{_indented(code)}")
    except (SyntaxError, ValueError, RecursionError):
        return False
    listed = set(_listed(tree))
    hits = sum(1 for arguments, answer in pairs if (arguments, answer) in listed)
    return hits >= 2 and 2 * hits > len(pairs)


def _indented(code: str) -> str:
    return "\n".join("    " + line for line in code.splitlines()) or "    pass"


def _pair(check: Check) -> tuple[str, str] | None:
    """A check with literal arguments as (arguments, answer), both in one spelling."""
    match check:
        case Example():
            call, answer = check.call, check.expected
        case Doctest():
            call, answer = check.source, check.want
        case _:
            return None
    try:
        node: ast.expr = ast.parse(call.strip(), mode="eval").body
        value: ast.expr = ast.parse(answer.strip(), mode="eval").body
    except (SyntaxError, ValueError):
        return None
    if isinstance(node, ast.Compare) and [type(op) for op in node.ops] == [ast.Eq]:
        value, node = node.comparators[0], node.left
    if not isinstance(node, ast.Call) or node.keywords:
        return None
    key: ast.expr = node.args[0] if len(node.args) == 1 else ast.Tuple(node.args, ast.Load())
    spelled, answered = _spelling(key), _spelling(value)
    return (spelled, answered) if spelled and answered else None


def _spelling(node: ast.expr | None) -> str:
    """A literal in one canonical spelling; "" for anything else."""
    if node is None:
        return ""
    try:
        value = ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return ""
    # A list cannot be a dict key: a table spells it as a tuple.
    return repr(tuple(value) if isinstance(value, list) else value)


def _listed(tree: ast.AST) -> Iterator[tuple[str, str]]:
    """Every (key, answer) pair that the program spells out."""
    for node in ast.walk(tree):
        match node:
            case ast.Dict():
                for key_node, value in zip(node.keys, node.values, strict=True):
                    yield _spelling(key_node), _spelling(value)
            case ast.If() | ast.IfExp():
                answer = _answer(node)
                for key in _compared(node.test):
                    yield key, answer
            case ast.match_case(pattern=ast.MatchValue(value=constant)):
                yield _spelling(constant), _returned(node.body)
            case _:
                pass


def _answer(node: ast.If | ast.IfExp) -> str:
    return _returned(node.body) if isinstance(node, ast.If) else _spelling(node.body)


def _returned(body: Sequence[ast.stmt]) -> str:
    last = body[-1]
    if isinstance(last, ast.Return | ast.Assign):
        return _spelling(last.value)
    return ""


def _compared(test: ast.expr) -> Iterator[str]:
    """The constants that a condition compares with: `a == 1 and b == 2` gives (1, 2)."""
    parts = test.values if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.And) else [test]
    constants = [c for part in parts if (c := _constant(part)) is not None]
    if len(constants) == len(parts) == 1:
        yield _spelling(constants[0])
    elif len(constants) == len(parts):
        yield _spelling(ast.Tuple(constants, ast.Load()))


def _constant(part: ast.expr) -> ast.expr | None:
    if not (isinstance(part, ast.Compare) and len(part.ops) == 1):
        return None
    if not isinstance(part.ops[0], ast.Eq | ast.Is):
        return None
    sides = [side for side in (part.left, part.comparators[0]) if _spelling(side)]
    return sides[0] if len(sides) == 1 else None
