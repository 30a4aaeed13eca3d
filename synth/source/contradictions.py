"""Two checks that no function can satisfy both, found before any model is asked."""

from __future__ import annotations

import ast
import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from synthd.synth.problem import Check, Doctest, Example
from synthd.synth.source import python

_IMMUTABLE = ast.Constant | ast.Tuple | ast.UnaryOp
_PURE = frozenset({"print", "len", "sorted", "repr", "str", "list", "tuple", "set", "sum", "round"})


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Lines are None for what was given on the command line."""

    call: str
    first: str
    first_line: int | None
    second: str
    second_line: int | None

    def __str__(self) -> str:
        return (
            f"{self.call} is {self.first} {_where(self.first_line)}, "
            f"but {self.second} {_where(self.second_line)}"
        )


def _where(line: int | None) -> str:
    return "on the command line" if line is None else f"on line {line}"


@dataclass(frozen=True, slots=True)
class _Claim:
    key: str  # the call, however it was spelled
    call: str
    value: ast.expr | None  # None: text, such as a traceback or an object's repr
    text: str
    line: int | None
    era: int  # claims of different eras have statements between them that may change state


def contradictions(checks: Iterable[Check]) -> tuple[Contradiction, ...]:
    """Only calls with literal arguments are compared, and only where nothing can have come
    between: a call without arguments may well return something else each time."""
    seen: dict[tuple[str, int], list[_Claim]] = {}
    found = []
    for claim in _claims(checks):
        for other in seen.setdefault((claim.key, claim.era), []):
            if _differ(claim, other):
                found.append(
                    Contradiction(claim.call, other.text, other.line, claim.text, claim.line)
                )
                break
        seen[claim.key, claim.era].append(claim)
    return tuple(found)


def _claims(checks: Iterable[Check]) -> Iterator[_Claim]:
    variables: dict[str, ast.expr] = {}
    era = 0
    for check in checks:
        if isinstance(check, Example):
            call, value = python.expression(check.call), python.expression(check.expected)
            if call is not None and value is not None and _comparable(call):
                # Examples start afresh, so they meet only the doctests before any change of state.
                yield _Claim(ast.dump(call), check.call, value, check.expected, check.line, 0)
            continue
        if not isinstance(check, Doctest):
            continue
        if not check.want:
            era += _learn(check.source, variables)
            continue
        found = python.expression(check.source)
        if found is None:
            era += 1
        elif (claim := _claim(_Filled(variables).visit(found), check, era)) is not None:
            yield claim
        elif not _comparable(_Filled(variables).visit(found)):
            era += 1


def _learn(source: str, variables: dict[str, ast.expr]) -> int:
    """Remember `x = 3`. Anything else but an import or a definition begins a new era."""
    try:
        body = python.parse(source).body
    except python.Unparsable:
        return 1
    changed = 0
    for node in body:
        if isinstance(node, ast.Assign) and all(isinstance(t, ast.Name) for t in node.targets):
            for name in node.targets:
                assert isinstance(name, ast.Name)
                if isinstance(node.value, _IMMUTABLE) and _is_literal(node.value):
                    variables[name.id] = node.value
                else:
                    variables.pop(name.id, None)
            changed |= not _is_literal(node.value)
        elif not isinstance(node, ast.Import | ast.ImportFrom):
            changed = 1
    return int(changed)


class _Filled(ast.NodeTransformer):
    """Variables by their values."""

    def __init__(self, variables: dict[str, ast.expr]) -> None:
        self.variables = variables

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return self.variables.get(node.id, node)


def _claim(node: ast.expr, check: Doctest, era: int) -> _Claim | None:
    want = check.want.strip()
    if "..." in want and not want.startswith("Traceback"):
        return None
    call: ast.expr = node
    text = want
    value: ast.expr | None = None
    if isinstance(node, ast.Compare):
        if len(node.ops) != 1 or not isinstance(node.ops[0], ast.Eq) or want != "True":
            return None
        call, value = node.left, node.comparators[0]
        text = ast.unparse(value)
    elif "doctest:" not in check.source:  # an option may change what the output means
        value = python.expression(want)
        value = value if value is not None and _is_literal(value) else None
    if not _comparable(call):
        return None
    shown = ast.unparse(call)
    if want.startswith("Traceback"):
        text = want.splitlines()[-1].partition(":")[0]
    return _Claim(ast.dump(call), shown, value, text, check.line, era)


def _comparable(node: ast.expr) -> bool:
    """A call of a name, or of a method of a fresh object, with literal arguments."""
    if not isinstance(node, ast.Call) or not (node.args or node.keywords):
        return False
    values = [*node.args, *(k.value for k in node.keywords)]
    func = node.func
    if isinstance(func, ast.Name):
        if func.id in _PURE:
            return all(_is_literal(v) or _comparable(v) for v in values)
        return all(map(_is_literal, values))
    if not isinstance(func, ast.Attribute) or not isinstance(func.value, ast.Call):
        return False
    made = func.value
    of = [*made.args, *(k.value for k in made.keywords)]
    return isinstance(made.func, ast.Name) and all(map(_is_literal, [*of, *values]))


def _is_literal(node: ast.expr) -> bool:
    try:
        ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return False
    return True


def _differ(one: _Claim, other: _Claim) -> bool:
    if one.value is not None and other.value is not None:
        if not (_is_literal(one.value) and _is_literal(other.value)):
            return False  # `2 ** 3` may be 8
        return not _equal(ast.literal_eval(one.value), ast.literal_eval(other.value))
    if one.value is None and other.value is None:
        return " ".join(one.text.split()) != " ".join(other.text.split())
    value, text = (one.value, other.text) if one.value is not None else (other.value, one.text)
    # An exception against a value; the repr of an object may well equal a literal.
    return value is not None and text.isidentifier() and text.endswith(("Error", "Exception"))


def _equal(one: object, other: object) -> bool:
    if isinstance(one, float | int) and isinstance(other, float | int):
        return one == other or math.isclose(one, other, rel_tol=1e-9)
    if isinstance(one, list | tuple) and type(one) is type(other):
        assert isinstance(other, list | tuple)
        return len(one) == len(other) and all(map(_equal, one, other))
    return bool(one == other)
