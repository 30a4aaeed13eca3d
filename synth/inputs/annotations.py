"""Values of a type, from its annotation: the larger the size, the larger they may be."""

from __future__ import annotations

import ast
from random import Random
from typing import Any

LETTERS = "abcAB12 .,-_é"
SEQUENCES = {"list", "List", "Sequence", "Iterable", "MutableSequence", "Collection"}
SETS = {"set", "Set", "AbstractSet"}
MAPPINGS = {"dict", "Dict", "Mapping", "MutableMapping"}
LONGEST = 8


class Unknown(ValueError):
    """No value of this type can be made here."""


def draw(annotation: ast.expr | None, random: Random, size: int) -> Any:
    """One value. size 0 gives the smallest there is. Raises Unknown."""
    match annotation:
        case ast.Constant(value=None):
            return None
        case ast.Constant(value=str() as text):
            return draw(_parsed(text), random, size)
        case ast.BinOp(left=left, op=ast.BitOr(), right=right):
            return draw(random.choice([left, right]), random, size)
        case ast.Subscript(value=outer, slice=inner):
            inside = inner.elts if isinstance(inner, ast.Tuple) else [inner]
            return _of(_name(outer), inside, random, size)
        case None:
            raise Unknown("no annotation")
        case _:
            return _plain(_name(annotation), random, size)


def _plain(name: str, random: Random, size: int) -> Any:
    match name:
        case "int":
            # Mostly small; now and then one that no table of small cases covers.
            return random.randint(-size, size) * random.choice([1, 1, 1, 1, 7, 1000])
        case "float":
            return random.randint(-4 * size, 4 * size) / 4
        case "bool":
            return random.random() < 0.5
        case "str":
            return "".join(random.choices(LETTERS, k=_length(random, size)))
        case "bytes":
            return bytes(random.choices(range(256), k=_length(random, size)))
        case _ if name in SEQUENCES | SETS | MAPPINGS | {"tuple", "Tuple"}:
            number = ast.Name("int")
            inside: list[ast.expr] = [number, number] if name in MAPPINGS else [number]
            return _of(name, inside, random, size)
        case _:
            raise Unknown(f"values of {name or 'this type'}")


def _of(name: str, inside: list[ast.expr], random: Random, size: int) -> Any:
    """A value of a generic type: `name[inside]`."""

    def several(kind: ast.expr) -> list[Any]:
        return [draw(kind, random, size) for _ in range(_length(random, size))]

    if name in SEQUENCES:
        return several(inside[0])
    if name in {"tuple", "Tuple"}:
        if isinstance(inside[-1], ast.Constant) and inside[-1].value is Ellipsis:
            return tuple(several(inside[0]))
        return tuple(draw(each, random, size) for each in inside)
    try:
        if name in SETS:
            return set(several(inside[0]))
        if name in MAPPINGS and len(inside) == 2:
            return {key: draw(inside[1], random, size) for key in several(inside[0])}
    except TypeError:
        raise Unknown("values that have no hash") from None
    if name == "Optional":
        return None if random.random() < 0.25 else draw(inside[0], random, size)
    if name == "Union":
        return draw(random.choice(inside), random, size)
    if name == "Literal":
        return ast.literal_eval(random.choice(inside))
    if name == "Annotated":
        return draw(inside[0], random, size)
    raise Unknown(f"values of {name}")


def _length(random: Random, size: int) -> int:
    return random.randint(0, min(size, LONGEST))


def _name(node: ast.expr | None) -> str:
    """`typing.List` and `List` are one."""
    return node.id if isinstance(node, ast.Name) else getattr(node, "attr", "")


def _parsed(text: str) -> ast.expr:
    try:
        return ast.parse(text, mode="eval").body
    except (SyntaxError, ValueError):
        raise Unknown(text) from None
