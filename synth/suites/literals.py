"""Python literals out of test text, which is never run: tuples, sets, complex numbers, infinity."""

from __future__ import annotations

import ast
import math

_NAMES = {"inf": math.inf, "nan": math.nan}


class NotLiteral(ValueError):
    """A value is assigned twice, not at all, or is computed."""


def assigned(text: str, *names: str) -> tuple[object, ...]:
    """The values assigned to these names at the top level; None where there is no such line.

    Raises SyntaxError and NotLiteral.
    """
    found: dict[str, object] = {}
    for node in ast.parse(text).body:
        match node:
            case ast.Assign([ast.Name(name)], value) if name in names:
                if name in found:
                    raise NotLiteral(f"{name} is assigned twice")
                found[name] = _value(value)
    return tuple(found.get(name) for name in names)


class _Constants(ast.NodeTransformer):
    def visit_Name(self, node: ast.Name) -> ast.expr:
        if node.id in _NAMES:
            return ast.copy_location(ast.Constant(_NAMES[node.id]), node)
        return node  # `set` of `set()`, or refused by literal_eval


def _value(node: ast.expr) -> object:
    try:
        return ast.literal_eval(_Constants().visit(node))
    except ValueError as error:
        raise NotLiteral(str(error)) from None
