"""Where a function stands in a syntax tree."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Union

Function = Union[ast.FunctionDef, ast.AsyncFunctionDef]  # noqa: UP007 - Python 3.8


class NotFound(Exception):
    """The module has no such function."""


def find_function(tree: ast.Module, qualname: str, line: int | None = None) -> Function:
    """The definition of `qualname` (`f`, `Class.method`).

    Of several with one name (overloads, a property's setter) the one whose `def` is on `line`
    is meant; without a line the last that is no overload, as at run time.
    """
    found = [node for name, node in functions(tree.body, "") if name == qualname]
    at_line = [node for node in found if node.lineno == line]
    plain = [node for node in found if not _is_overload(node)]
    if not found:
        raise NotFound(f"the module defines no {qualname}")
    return (at_line or plain or found)[-1]


def functions(body: list[ast.stmt], prefix: str) -> Iterator[tuple[str, Function]]:
    for node in body:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield prefix + node.name, node
        elif isinstance(node, ast.ClassDef):
            yield from functions(node.body, f"{prefix}{node.name}.")
        else:
            for field in ("body", "orelse", "finalbody"):
                yield from functions(getattr(node, field, []) or [], prefix)
            for handler in getattr(node, "handlers", []):
                yield from functions(handler.body, prefix)


def _is_overload(node: Function) -> bool:
    names = [ast.dump(decorator) for decorator in node.decorator_list]
    return any("'overload'" in name for name in names)
