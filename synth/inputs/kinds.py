"""What values a parameter may have, as Hypothesis' strategies: from its annotation, or from the
values that examples give it.

Only the text of an annotation is read, no name in it is looked up. What examples hold is drawn
now and then as it is: programs often turn on words, characters and numbers of their own kind.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from synthd.synth.inputs.annotations import LETTERS, MAPPINGS, SEQUENCES, SETS, Unknown

Values = SearchStrategy[Any]

LONGEST = 10  # elements
SMALL, LARGE = 12, 10_000  # of numbers: programs may count up to them
_DEPTH = 8  # of nested types


@dataclass(slots=True)
class Seen:
    """What the examples' arguments are made of, by type."""

    leaves: dict[type, dict[Any, None]] = field(default_factory=dict)

    def add(self, value: Any) -> None:
        match value:
            case list() | tuple() | set() | frozenset():
                for part in value if isinstance(value, list | tuple) else sorted(value, key=repr):
                    self.add(part)
            case dict():
                for key, held in value.items():
                    self.add(key)
                    self.add(held)
            case bool() | None:
                pass
            case _:
                self.leaves.setdefault(type(value), {})[value] = None

    def of(self, kind: type) -> list[Any]:
        return list(self.leaves.get(kind, ()))


@dataclass(frozen=True, slots=True)
class Kinds:
    """seen: what is drawn besides what the types alone give."""

    seen: Seen

    def of_annotation(self, node: ast.expr | None, depth: int = 0) -> Values:
        """Raises Unknown."""
        if depth > _DEPTH:
            raise Unknown("types nested so deep")
        match node:
            case ast.Constant(value=None):
                return st.none()
            case ast.Constant(value=str() as text):
                return self.of_annotation(_parsed(text), depth + 1)
            case ast.BinOp(left=left, op=ast.BitOr(), right=right):
                return self.of_annotation(left, depth + 1) | self.of_annotation(right, depth + 1)
            case ast.Subscript(value=outer, slice=inner):
                inside = inner.elts if isinstance(inner, ast.Tuple) else [inner]
                return self._generic(_name(outer), inside, depth + 1)
            case None:
                raise Unknown("no annotation")
            case _:
                return self._plain(_name(node))

    def of_values(self, values: Iterable[Any]) -> Values:
        """Of the types of these values, mixed as they are. Raises Unknown."""
        one_each = {_shape(value): value for value in values}
        if not one_each:
            raise Unknown("no value")
        return st.one_of(*(self._like(value) for value in one_each.values()))

    def _like(self, value: Any) -> Values:
        match value:
            case None:
                return st.none()
            case tuple():
                return st.tuples(*(self._like(part) for part in value))
            case list():
                return _lists(self._parts(value))
            case set() | frozenset():
                return _sets(self._parts(value)).map(type(value))
            case dict():
                return _dicts(self._parts(value), self._parts(value.values()))
            case _:
                return self._plain(type(value).__name__)

    def _parts(self, values: Iterable[Any]) -> Values:
        """Of an empty container nobody knows what it is for: numbers will do."""
        held = list(values)
        return self.of_values(held) if held else self._plain("int")

    def _plain(self, name: str) -> Values:
        match name:
            case "int":
                return self._or_seen(st.integers(-SMALL, SMALL) | st.integers(-LARGE, LARGE), int)
            case "float":
                exact = st.integers(-4 * SMALL, 4 * SMALL).map(lambda fourths: fourths / 4)
                wide = st.floats(-LARGE, LARGE, allow_subnormal=False)
                return self._or_seen(exact | wide, float)
            case "complex":
                part = st.integers(-SMALL, SMALL)
                return st.builds(complex, part, part)
            case "bool":
                return st.booleans()
            case "None":
                return st.none()
            case "str":
                return self._or_seen(self._text(), str)
            case "bytes":
                return self._or_seen(st.binary(max_size=LONGEST), bytes)
            case _ if name in SEQUENCES | SETS | MAPPINGS | {"frozenset", "tuple", "Tuple"}:
                number = ast.Name("int")
                inside: list[ast.expr] = [number, number] if name in MAPPINGS else [number]
                return self._generic(name, inside, 0)
            case _:
                raise Unknown(f"values of {name or 'this type'}")

    def _text(self) -> Values:
        """Of common letters, or of those that the examples have."""
        common = st.lists(st.sampled_from(LETTERS), max_size=LONGEST)
        letters = "".join(dict.fromkeys("".join(self.seen.of(str))))
        if not letters:
            return common.map("".join)
        known = st.lists(st.sampled_from(letters), max_size=2 * LONGEST)
        return (known | common).map("".join)

    def _or_seen(self, drawn: Values, kind: type) -> Values:
        seen = self.seen.of(kind)
        return drawn | st.sampled_from(seen) if seen else drawn

    def _generic(self, name: str, inside: list[ast.expr], depth: int) -> Values:
        def part(at: int) -> Values:
            return self.of_annotation(inside[at], depth)

        if name in SEQUENCES:
            return _lists(part(0))
        if name in SETS | MAPPINGS | {"frozenset", "FrozenSet"} and _changeable(inside[0]):
            raise Unknown("values that have no hash")
        if name in SETS or name in ("frozenset", "FrozenSet"):
            return _sets(part(0)).map(frozenset if name.lower() == "frozenset" else set)
        if name in MAPPINGS and len(inside) == 2:
            return _dicts(part(0), part(1))
        match name:
            case "tuple" | "Tuple":
                if isinstance(inside[-1], ast.Constant) and inside[-1].value is Ellipsis:
                    return _lists(part(0)).map(tuple)
                return st.tuples(*(part(at) for at in range(len(inside))))
            case "Optional":
                return part(0) | st.none()
            case "Union":
                return st.one_of(*(part(at) for at in range(len(inside))))
            case "Literal":
                return st.sampled_from([ast.literal_eval(each) for each in inside])
            case "Annotated":
                return part(0)
            case _:
                raise Unknown(f"values of {name}")


def _shape(value: Any) -> object:
    """Equal for values of which one tells as much about the type as the other."""
    match value:
        case dict():
            return dict, _shapes(value), _shapes(value.values())
        case tuple():
            return tuple(_shape(part) for part in value)
        case list() | set() | frozenset():
            return type(value), _shapes(value)
        case _:
            return type(value)


def _shapes(values: Iterable[Any]) -> object:
    return frozenset(_shape(value) for value in values)


def _lists(parts: Values) -> Values:
    return st.lists(parts, max_size=LONGEST)


def _sets(parts: Values) -> Values:
    return st.lists(_hashable(parts), max_size=LONGEST, unique=True).map(frozenset)


def _dicts(keys: Values, values: Values) -> Values:
    return st.dictionaries(_hashable(keys), values, max_size=LONGEST)


def _changeable(node: ast.expr) -> bool:
    outer = node.value if isinstance(node, ast.Subscript) else node
    return _name(outer) in SEQUENCES | SETS | MAPPINGS


def _hashable(parts: Values) -> Values:
    return parts.filter(_hashes)


def _hashes(value: Any) -> bool:
    try:
        hash(value)
    except TypeError:
        return False
    return True


def _name(node: ast.expr | None) -> str:
    """`typing.List` and `List` are one."""
    return node.id if isinstance(node, ast.Name) else getattr(node, "attr", "")


def _parsed(text: str) -> ast.expr:
    try:
        return ast.parse(text, mode="eval").body
    except (SyntaxError, ValueError):
        raise Unknown(text) from None
