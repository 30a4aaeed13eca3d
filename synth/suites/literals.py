"""Python literals out of test text, which is never run: tuples, sets, complex numbers, infinity."""

from __future__ import annotations

import ast
import math

from synthd.synth.suites.quietly import parse

_NAMES = {"inf": math.inf, "nan": math.nan}


class NotLiteral(ValueError):
    """A value is assigned twice, not at all, or is computed."""


def assigned(text: str, *names: str) -> tuple[object, ...]:
    """The values assigned to these names at the top level; None where there is no such line.

    Raises SyntaxError and NotLiteral.
    """
    found: dict[str, object] = {}
    for node in parse(text).body:
        match node:
            case ast.Assign([ast.Name(name)], value) if name in names:
                if name in found:
                    raise NotLiteral(f"{name} is assigned twice")
                found[name] = _value(value)
    return tuple(found.get(name) for name in names)


def _value(node: ast.expr) -> object:
    """In one pass, as there are half a million nodes: what ast.literal_eval takes, and names."""
    match node:
        case ast.Constant(value):
            return value
        case ast.List(items):
            return [_value(item) for item in items]
        case ast.Tuple(items):
            return tuple([_value(item) for item in items])
        case ast.Dict(keys, values) if None not in keys:
            return {_value(k): _value(v) for k, v in zip(keys, values, strict=True) if k}
        case ast.Set(items):
            return {_value(item) for item in items}
        case ast.Call(ast.Name("set"), [], []):
            return set()
        case ast.Name(name) if name in _NAMES:
            return _NAMES[name]
        case ast.UnaryOp(ast.USub(), operand):
            return -_number(operand)
        case ast.BinOp(left, ast.Add(), right):
            return _number(left) + _number(right)
        case ast.BinOp(left, ast.Sub(), right):
            return _number(left) - _number(right)
    raise NotLiteral(f"{ast.unparse(node)[:60]} is not a literal")


def _number(node: ast.expr) -> int | float | complex:
    value = _value(node)
    if isinstance(value, int | float | complex):
        return value
    raise NotLiteral(f"{ast.unparse(node)[:60]} is not a number")
