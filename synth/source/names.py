"""The names that a file binds at its top level, also where the file does not parse elsewhere."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from synthd.synth.source import python
from synthd.synth.source.module_text import blanked
from synthd.synth.source.text import SourceText


def module_names(source: SourceText) -> frozenset[str]:
    return frozenset(name for node in module(source).body for name in bound(node))


def module(source: SourceText) -> ast.Module:
    """The file without the statements that do not parse."""
    try:
        return python.parse(blanked(source)[0])
    except python.Unparsable:
        return ast.Module([], [])


def bound(node: ast.stmt) -> Iterator[str]:
    """The names that a statement binds in its own scope."""
    waiting: list[ast.AST] = [node]
    while waiting:
        current = waiting.pop()
        if isinstance(current, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield current.name
            continue
        if isinstance(current, ast.Import | ast.ImportFrom):
            for alias in current.names:
                yield alias.asname or alias.name.partition(".")[0]
        elif isinstance(current, ast.Name) and not isinstance(current.ctx, ast.Load):
            yield current.id
        elif isinstance(current, ast.ExceptHandler) and current.name:
            yield current.name
        if not isinstance(current, ast.Lambda | ast.ListComp | ast.SetComp | ast.DictComp
                          | ast.GeneratorExp):  # fmt: skip
            waiting += ast.iter_child_nodes(current)
