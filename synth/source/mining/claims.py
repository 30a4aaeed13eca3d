"""What a test or a use of a function says about one call of it, and how a doctest says the same."""

from __future__ import annotations

import ast
import math
from dataclasses import dataclass
from enum import StrEnum

from synthd.synth.source import python

_LONGEST = 160  # characters of a call: more is no example to read
_LONGEST_WANT = 400
_EXACT = ("str", "bytes", "NoneType")
_LITTLE = 1e-12  # pytest.approx's smallest tolerance


class Relation(StrEnum):
    EQUAL = "equal"
    SAME = "same"  # `is`, of None, True and False
    TRUTHY = "truthy"
    FALSY = "falsy"
    HOLDS = "holds"  # a comparison that is itself what holds
    RAISES = "raises"
    NEAR = "near"
    PLACES = "places"  # unittest's: the difference rounded to so many places is 0
    PRINTS = "prints"  # as a doctest elsewhere has it


@dataclass(frozen=True, slots=True)
class Claim:
    """observed has the call in it, in names of the function's own file. expected: of EQUAL, SAME,
    NEAR and PLACES. text: of RAISES the exception, of PRINTS what is printed."""

    observed: ast.expr
    relation: Relation
    line: int
    expected: ast.expr | None = None
    text: str = ""
    tolerance: float = 0.0


@dataclass(frozen=True, slots=True)
class Shown:
    """One statement of a doctest without its prompt, and what is printed. plain: it shows the
    value itself, which tells a reader more than that a comparison is true."""

    source: str
    want: str
    plain: bool = True


def shown(claim: Claim, annotation: ast.expr | None) -> Shown | None:
    """None where no doctest can say it in a readable way."""
    try:
        found = _shown(claim, _words(annotation))
    except (ValueError, RecursionError):  # an integer of thousands of digits, an endless sum
        return None
    fits = len(found.source) <= _LONGEST and len(found.want) <= _LONGEST_WANT
    return found if fits and "\n" not in found.source else None


def _shown(claim: Claim, words: frozenset[str] | None) -> Shown:
    call = ast.unparse(claim.observed)
    expected = claim.expected
    match claim.relation:
        case Relation.PRINTS:
            return Shown(call, claim.text)
        case Relation.RAISES:
            option = "# doctest: +IGNORE_EXCEPTION_DETAIL"
            return Shown(f"{call}  {option}", f"Traceback (most recent call last):\n{claim.text}")
        case Relation.HOLDS:
            return Shown(call, "True", plain=False)
        case Relation.TRUTHY | Relation.FALSY:
            want = str(claim.relation is Relation.TRUTHY)
            plain = words == frozenset({"bool"})
            return Shown(call if plain else f"bool({call})", want, plain)
    assert expected is not None
    if claim.relation is Relation.NEAR:
        return Shown(f"abs({call} - {_operand(expected)}) <= {claim.tolerance!r}", "True", False)
    if claim.relation is Relation.PLACES:
        places = int(claim.tolerance)
        return Shown(f"round({call} - {_operand(expected)}, {places}) == 0", "True", False)
    if isinstance(expected, ast.Constant) and expected.value is None:
        return Shown(f"{_operand(claim.observed)} is None", "True", False)
    literal = literal_of(expected)
    if literal is not None and (claim.relation is Relation.SAME or _prints(literal, words)):
        return Shown(call, repr(literal.value))
    return Shown(f"{_operand(claim.observed)} == {_operand(expected)}", "True", False)


def _operand(node: ast.expr) -> str:
    text = ast.unparse(node)
    simple = ast.Constant | ast.Name | ast.Call | ast.Attribute | ast.Subscript
    closed = ast.List | ast.Dict | ast.Set | ast.Tuple
    number = isinstance(node, ast.UnaryOp) and isinstance(node.operand, ast.Constant)
    return text if isinstance(node, simple | closed) or number else f"({text})"


@dataclass(frozen=True, slots=True)
class Literal:
    value: object


def literal_of(node: ast.expr | None) -> Literal | None:
    if node is None:
        return None
    try:
        return Literal(ast.literal_eval(node))
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return None


def _words(annotation: ast.expr | None) -> frozenset[str] | None:
    """The type names of a return annotation; None where there is none."""
    if annotation is None:
        return None
    if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str):
        annotation = python.expression(annotation.value)
    words = set()
    for node in ast.walk(annotation) if annotation is not None else ():
        if isinstance(node, ast.Name):
            words.add(node.id.lower() if node.id in _CAPITAL else node.id)
        elif isinstance(node, ast.Attribute):
            words.add(node.attr.lower() if node.attr in _CAPITAL else node.attr)
        elif isinstance(node, ast.Constant) and node.value is None:
            words.add("NoneType")
    return frozenset(words)


_CAPITAL = frozenset({"List", "Tuple", "Dict", "Set"})


def _prints(literal: Literal, words: frozenset[str] | None) -> bool:
    """Whether whatever equals this value is also printed as it: 2.0 == 2, and a Counter equals
    a dict, but neither is printed so."""
    types = frozenset(_types(literal.value))
    if words is None:
        return types <= {*_EXACT, "float", "list", "tuple"} and _ordered(literal.value)
    numbers = {"int", "float", "complex", "bool"} & types
    others = {"int", "float", "complex", "bool", "Decimal", "Fraction", "Any", "object"} & words
    return types <= words and others <= numbers and len(numbers) < 2 and _ordered(literal.value)


def _types(value: object) -> list[str]:
    found = [type(value).__name__]
    if isinstance(value, list | tuple | set | frozenset):
        return found + [name for part in value for name in _types(part)]
    if isinstance(value, dict):
        parts = [*value.keys(), *value.values()]
        return found + [name for part in parts for name in _types(part)]
    return found


def _ordered(value: object) -> bool:
    """Whether it has no order of its own that printing would show, and no -0.0, which is 0.0."""
    if isinstance(value, float):
        return math.isfinite(value) and (value != 0 or math.copysign(1, value) > 0)
    if isinstance(value, list | tuple):
        return all(map(_ordered, value))
    if isinstance(value, dict):
        return len(value) < 2 and all(map(_ordered, value.values()))
    return not isinstance(value, set | frozenset) or len(value) == 1


def differ(one: Claim, other: Claim) -> bool:
    """Of two claims about the same expression: whether both can hold is doubtful."""
    kinds = {one.relation, other.relation}
    if Relation.RAISES in kinds:
        return kinds != {Relation.RAISES} or one.text != other.text
    first, second = literal_of(one.expected), literal_of(other.expected)
    if first is None or second is None:
        return one.relation is other.relation and _text(one) != _text(other)
    if kinds & {Relation.NEAR, Relation.PLACES}:
        return not _within(first.value, second.value, one, other)
    return bool(first.value != second.value)


def _text(claim: Claim) -> str:
    return claim.text or (ast.dump(claim.expected) if claim.expected else "")


def _within(first: object, second: object, one: Claim, other: Claim) -> bool:
    numbers = isinstance(first, int | float) and isinstance(second, int | float)
    if not numbers:
        return bool(first == second)
    assert isinstance(first, int | float) and isinstance(second, int | float)
    return abs(first - second) <= sum(map(_width, (one, other)))


def _width(claim: Claim) -> float:
    return 10**-claim.tolerance if claim.relation is Relation.PLACES else claim.tolerance


def approximate(observed: ast.expr, line: int, expected: ast.expr, rel: float | None,
                abs_: float | None) -> Claim | None:  # fmt: skip
    """As pytest.approx has it: within the larger of both tolerances."""
    found = literal_of(expected)
    if found is None or isinstance(found.value, bool) or not isinstance(found.value, int | float):
        return None
    if not math.isfinite(found.value):
        return None
    absolute = _LITTLE if abs_ is None else abs_
    relative = (1e-6 if rel is None and abs_ is None else rel or 0.0) * abs(found.value)
    tolerance = float(f"{max(absolute, relative):.12g}")
    return Claim(observed, Relation.NEAR, line, expected, tolerance=tolerance)
