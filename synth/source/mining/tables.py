"""Rows of literals: `@pytest.mark.parametrize`, loops over a list, fixtures that return a value."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import product

from synthd.synth.source.mining.names import Scope, dotted

_MOST = 64  # rows of one test


@dataclass(frozen=True, slots=True)
class Row:
    """line: 0 where there is no table."""

    values: dict[str, ast.expr] = field(default_factory=dict)
    line: int = 0


def rows(decorators: list[ast.expr], scope: Scope) -> Iterator[Row]:
    """What a test gets from its tables; one empty row where it has none."""
    tables = [
        d for d in decorators
        if isinstance(d, ast.Call) and dotted(d.func).endswith("mark.parametrize")
    ]  # fmt: skip
    found = [list(_table(one, scope)) for one in tables]
    for number, row in enumerate(product(*found)):
        if number >= _MOST:
            return
        values = {k: v for part in row for k, v in part.values.items()}
        yield Row(values, row[0].line if row else 0)


def _table(call: ast.Call, scope: Scope) -> Iterator[Row]:
    given = {k.arg: k.value for k in call.keywords}
    args = [*call.args, *(given[k] for k in ("argnames", "argvalues") if k in given)]
    if len(args) < 2 or "indirect" in given:
        return
    names = _names(args[0])
    alone = isinstance(args[0], ast.Constant) and len(names) == 1  # a row is the value itself
    table = _listed(args[1], scope)
    if not names or table is None:
        return
    for one in table[:_MOST]:
        values = _param(one)
        if values is None:
            continue
        parts = [one] if alone and not _is_param(one) else values
        if len(parts) == len(names):
            pairs = zip(names, parts, strict=True)
            found = {n: v for n, p in pairs if (v := scope.closed(p)) is not None}
            yield Row(found, getattr(one, "lineno", 0))


def _names(node: ast.expr) -> list[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return [name.strip() for name in node.value.split(",") if name.strip()]
    if isinstance(node, ast.List | ast.Tuple):
        return [str(e.value) for e in node.elts if isinstance(e, ast.Constant)]
    return []


def _is_param(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and dotted(node.func) in ("pytest.param", "param")


def _param(node: ast.expr) -> list[ast.expr] | None:
    """The values of a row; None if it is to be skipped or to fail."""
    if isinstance(node, ast.Call) and _is_param(node):
        return None if any(k.arg == "marks" for k in node.keywords) else node.args
    if isinstance(node, ast.Tuple | ast.List):
        return node.elts
    return []


def _listed(node: ast.expr, scope: Scope) -> list[ast.expr] | None:
    """The elements of a list that is written out, here or under a name."""
    if isinstance(node, ast.Name | ast.Attribute):
        node = scope.values.get(dotted(node), node)
    if isinstance(node, ast.Call) and not node.args and isinstance(node.func, ast.Attribute):
        of = node.func.value
        table = scope.values.get(dotted(of), of)
        if node.func.attr == "items" and isinstance(table, ast.Dict):
            pairs = zip(table.keys, table.values, strict=True)
            return [ast.Tuple([k, v], ast.Load()) for k, v in pairs if k is not None]
    if isinstance(node, ast.List | ast.Tuple | ast.Set):
        return list(node.elts)
    return None


def items(target: ast.expr, iterated: ast.expr, scope: Scope) -> Iterator[dict[str, ast.expr]]:
    """What a loop's names are, time by time; nothing where that is not written out."""
    names = [dotted(n) for n in (target.elts if isinstance(target, ast.Tuple) else [target])]
    table = _listed(iterated, scope)
    if table is None or not all(names):
        return
    for one in table[:_MOST]:
        parts = one.elts if isinstance(one, ast.Tuple | ast.List) else []
        values = parts if isinstance(target, ast.Tuple) else [one]
        closed = [scope.closed(value) for value in values]
        if len(closed) == len(names) and all(value is not None for value in closed):
            yield {n: v for n, v in zip(names, closed, strict=True) if v is not None}


def fixtures(tree: ast.Module | ast.ClassDef, scope: Scope) -> dict[str, ast.expr]:
    """pytest's fixtures that do nothing but return a value, made anew for each test."""
    made = {}
    for node in tree.body:
        if not isinstance(node, ast.FunctionDef) or node.args.args[1:]:
            continue
        plain = [dotted(d) for d in node.decorator_list]
        last = node.body[-1]
        if plain in (["pytest.fixture"], ["fixture"]) and isinstance(last, ast.Return):
            value = scope.closed(last.value) if last.value and len(node.body) == 1 else None
            if value is not None:
                made[node.name] = value
    return made
