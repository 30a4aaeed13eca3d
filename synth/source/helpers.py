"""The parts of a program that its function needs: imports, helpers and constants."""

from __future__ import annotations

import ast
from dataclasses import dataclass

from synthd.synth.source.arrows import BUILTINS
from synthd.synth.source.errors import NotAdoptable
from synthd.synth.source.names import bound
from synthd.synth.source.program import Function, Program, lines_of
from synthd.synth.source.scope import free

_TYPING = frozenset(
    "Any Callable ClassVar Counter DefaultDict Deque Dict Final FrozenSet Generator Generic "
    "Hashable Iterable Iterator List Literal Mapping MutableMapping NamedTuple NoReturn Optional "
    "OrderedDict Sequence Set Tuple Type TypeVar Union".split()
)
_FILLS = frozenset("add append extend insert setdefault update".split())


@dataclass(frozen=True, slots=True)
class Need:
    """names are what the function reads from around it, nodes what it executes.

    itself is the function's name, which the file provides; holder the statement that defines it.
    """

    names: frozenset[str]
    nodes: tuple[ast.AST, ...]
    itself: str
    holder: ast.stmt | None


def needed(program: Program, need: Need, file: ast.Module) -> str:
    """The text to put before the function's statements."""
    candidates = [
        node for node in program.tree.body
        if node is not need.holder and not _is_test(node, need.itself)
    ]  # fmt: skip
    provided = _provided(file)
    chosen: list[ast.stmt] = []
    wanted = set(need.names) - {need.itself}
    grown = True
    while grown:
        grown = False
        for node in candidates:
            if node not in chosen and _provides(node, wanted, provided, chosen):
                chosen.append(node)
                wanted |= free(node) - {need.itself}
                grown = True
    chosen.sort(key=lambda node: node.lineno)
    _refuse_globals([*need.nodes, *chosen], program)
    there = {name for node in chosen for name in bound(node)} | set(provided) | BUILTINS
    pieces = [_text(program, node, wanted - there) for node in chosen]
    if missing := _typing_names(chosen, there):
        pieces.insert(0, f"from typing import {', '.join(missing)}")
    return "\n".join(piece for piece in pieces if piece)


def _is_test(node: ast.stmt, itself: str) -> bool:
    """Statements that use the function instead of serving it."""
    if not isinstance(node, Function | ast.ClassDef) and itself and itself in free(node):
        return True
    if isinstance(node, ast.If):
        return any(isinstance(n, ast.Name) and n.id == "__name__" for n in ast.walk(node.test))
    if isinstance(node, ast.ImportFrom) and node.module == "__future__":
        return True
    return isinstance(node, ast.Assert | ast.Pass | ast.Return)


def _provided(file: ast.Module) -> dict[str, str]:
    """What the file binds at its top level, by name; functions and classes count by name alone."""
    found = {}
    for node in file.body:
        for name in bound(node):
            found[name] = _binding(node, name)
    return found


def _binding(node: ast.stmt, name: str) -> str:
    if isinstance(node, Function | ast.ClassDef):
        return "definition"
    if isinstance(node, ast.Import | ast.ImportFrom):
        for alias in node.names:
            if name == (alias.asname or alias.name.partition(".")[0]):
                source = node.module if isinstance(node, ast.ImportFrom) else None
                return f"import {source} {alias.name} {bool(alias.asname)}"
    return ast.dump(node)


def _provides(
    node: ast.stmt, wanted: set[str], provided: dict[str, str], chosen: list[ast.stmt]
) -> bool:
    if isinstance(node, ast.ImportFrom) and any(a.name == "*" for a in node.names):
        return True
    if isinstance(node, ast.Expr):
        return _filled(node) in {name for other in chosen for name in bound(other)}
    names = set(bound(node)) & wanted
    if isinstance(node, ast.For | ast.While | ast.Assign | ast.AugAssign | ast.If):
        names |= {m for m in _changed(node) if m in {n for c in chosen for n in bound(c)}}
    return any(provided.get(name) != _binding(node, name) for name in names)


def _filled(node: ast.Expr) -> str:
    """The name that `name.append(…)` changes."""
    call = node.value
    if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute):
        if call.func.attr in _FILLS and isinstance(call.func.value, ast.Name):
            return call.func.value.id
    return ""


def _changed(node: ast.AST) -> set[str]:
    found = set()
    for part in ast.walk(node):
        if isinstance(part, ast.Expr):
            found.add(_filled(part))
        elif isinstance(part, ast.Subscript) and not isinstance(part.ctx, ast.Load):
            if isinstance(part.value, ast.Name):
                found.add(part.value.id)
    return found


def _refuse_globals(nodes: list[ast.AST], program: Program) -> None:
    own = {name for node in program.tree.body for name in bound(node)}
    for node in nodes:
        for part in ast.walk(node):
            if isinstance(part, ast.Global) and own & set(part.names):
                names = ", ".join(part.names)
                raise NotAdoptable(f"it keeps the global variable {names}, outside the function")


def _text(program: Program, node: ast.stmt, unknown: set[str]) -> str:
    """Verbatim; `from m import *`, which no function may contain, by the names that are missing."""
    if isinstance(node, ast.ImportFrom) and any(a.name == "*" for a in node.names):
        names = sorted(unknown)
        return f"from {node.module} import {', '.join(names)}" if names else ""
    return lines_of(program, node)


def _typing_names(chosen: list[ast.stmt], there: set[str]) -> list[str]:
    """Annotations of helpers are evaluated; models forget to import their names."""
    used = set().union(*(free(node) for node in chosen)) if chosen else set()
    return sorted((used & _TYPING) - there)
