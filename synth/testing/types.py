"""Whether a value, as it is written, is of an annotated type: yes, no, or nobody can tell (None).

As type checkers have it: an int is a float, a bool is an int.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable

_INTS = {"int", "bool"}
_FLOATS = {"float", *_INTS}
_LISTS = {"list"}
_SETS = {"set", "frozenset"}
_DICTS = {"dict", "Counter", "defaultdict", "OrderedDict"}
_SEQUENCES = {"list", "tuple", "str", "bytes", "range", "deque"}
_ALL = {*_SEQUENCES, *_SETS, *_DICTS}

# The kinds of values that each type has. Types that are not here are known by their own name only.
_KINDS = {
    "int": _INTS,
    "float": _FLOATS,
    "complex": {"complex", *_FLOATS},
    "bool": {"bool"},
    "str": {"str"},
    "bytes": {"bytes"},
    "None": {"NoneType"},
    "list": _LISTS,
    "List": _LISTS,
    "MutableSequence": _LISTS,
    "tuple": {"tuple"},
    "Tuple": {"tuple"},
    "set": {"set"},
    "Set": _SETS,
    "AbstractSet": _SETS,
    "frozenset": {"frozenset"},
    "FrozenSet": {"frozenset"},
    "dict": _DICTS,
    "Dict": _DICTS,
    "Mapping": _DICTS,
    "MutableMapping": _DICTS,
    "Sequence": _SEQUENCES,
    "Collection": _ALL,
    "Iterable": _ALL,
}
_TUPLES = ("tuple", "Tuple")
_ANYTHING = ("Any", "object")


def fits(annotation: ast.expr, value: ast.expr) -> bool | None:
    match annotation:
        case ast.Constant(value=None):
            return fits(ast.Name("None"), value)
        case ast.Constant(value=str() as text):
            parsed = expression(text)
            return None if parsed is None else fits(parsed, value)
        case ast.BinOp(left=left, op=ast.BitOr(), right=right):
            return _any([fits(left, value), fits(right, value)])
        case ast.Subscript(value=outer, slice=inner):
            inside = inner.elts if isinstance(inner, ast.Tuple) else [inner]
            return _generic(_last(outer), inside, value)
        case _:
            return _plain(_last(annotation), value)


def expression(text: str) -> ast.expr | None:
    """A value as it was shown; None where that is no expression, such as `<object at 0x7f>`."""
    try:
        return ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return None


def _plain(name: str, value: ast.expr) -> bool | None:
    if name in _ANYTHING:
        return True
    kind = _kind(value)
    if name in _KINDS:
        # A class of another name may be one that inherits from this one.
        return kind in _KINDS[name] or (None if not _builtin(kind) else False)
    return True if name and kind == name else None


def _generic(name: str, inside: list[ast.expr], value: ast.expr) -> bool | None:
    match name:
        case "Optional":
            return _any([fits(ast.Name("None"), value), fits(inside[0], value)])
        case "Union":
            return _any([fits(each, value) for each in inside])
        case "Annotated":
            return fits(inside[0], value)
        case "Literal":
            return any(ast.dump(each) == ast.dump(value) for each in inside)
    whole = _plain(name, value)
    if whole is not True:
        return whole
    parts = _parts(value)
    if name in _TUPLES and not (isinstance(inside[-1], ast.Constant) and inside[-1].value is ...):
        if len(inside) != len(parts):
            return False
        return _all(fits(each, part) for each, part in zip(inside, parts, strict=True))
    if isinstance(value, ast.Dict):
        if len(inside) == 2:
            keys = [key for key in value.keys if key is not None]
            return _all(
                [fits(inside[0], key) for key in keys]
                + [fits(inside[1], held) for held in value.values]
            )
        return _all(fits(inside[0], key) for key in value.keys if key is not None)
    if isinstance(value, ast.Call) and value.args and _kind(value) in _DICTS:
        return _generic(name, inside, value.args[-1])
    return _all(fits(inside[0], part) for part in parts)


def _parts(value: ast.expr) -> list[ast.expr]:
    match value:
        case ast.List(elts=parts) | ast.Tuple(elts=parts) | ast.Set(elts=parts):
            return parts
        case ast.Constant(value=str() as text):
            return [ast.Constant(each) for each in text]
        case ast.Constant(value=bytes() as text):
            return [ast.Constant(each) for each in text]
        case ast.Call(args=[inner, *_]):
            return _parts(inner)
        case _:
            return []


def _kind(value: ast.expr) -> str:
    """The name of its class; "" where the text does not say."""
    match value:
        case ast.Constant(value=held):
            return type(held).__name__
        case ast.UnaryOp(operand=operand):
            return _kind(operand)
        case ast.BinOp(right=ast.Constant(value=complex())):
            return "complex"
        case ast.Name(id="nan" | "inf"):
            return "float"
        case ast.Call(func=function):
            return _last(function)
        case ast.List() | ast.Tuple() | ast.Set() | ast.Dict():
            return type(value).__name__.lower()
        case _:
            return ""


def _builtin(kind: str) -> bool:
    return kind in _ALL or kind in _KINDS["complex"] or kind in ("NoneType", "ellipsis")


def _last(node: ast.expr) -> str:
    """`typing.List` and `List` are one."""
    if isinstance(node, ast.Constant) and node.value is None:
        return "None"
    return node.id if isinstance(node, ast.Name) else getattr(node, "attr", "")


def _all(found: Iterable[bool | None]) -> bool | None:
    answers = list(found)
    return False if False in answers else None if None in answers else True


def _any(found: Iterable[bool | None]) -> bool | None:
    answers = list(found)
    return True if True in answers else None if None in answers else False
