"""What names mean in a file that uses a function: which are the function's, which are values.

A call is worth stating only where it is *closed*: made of literals, of the function itself and of
constants of its own file, so that it means the same in the function's docstring.
"""

from __future__ import annotations

import ast
import copy
import math
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from synthd.synth.source.arrows import Callee
from synthd.synth.source.mining.claims import literal_of
from synthd.synth.source.mining.modules import Home
from synthd.synth.source.names import bound

PURE = frozenset(
    {"abs", "all", "any", "bool", "bytes", "complex", "dict", "float", "frozenset", "int", "len"}
    | {"list", "max", "min", "range", "repr", "reversed", "round", "set", "sorted", "str", "sum"}
    | {"tuple", "type"}
)
_DEEPEST = 60  # levels of an expression
_LARGEST = 3000  # nodes
_OPEN = (
    ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp, ast.Await, ast.Yield,
    ast.YieldFrom, ast.NamedExpr, ast.JoinedStr, ast.Starred, ast.IfExp, ast.BoolOp,
)  # fmt: skip


class TooLong(Exception):
    """The time for reading is over."""


@dataclass(frozen=True, slots=True)
class Sought:
    """The function whose examples are looked for. constants: what its file binds to literals;
    shadowed: the builtins that it binds anew."""

    callee: Callee
    home: Home
    constants: frozenset[str] = frozenset()
    shadowed: frozenset[str] = frozenset()
    deadline: float = math.inf  # on the monotonic clock

    def on_time(self) -> None:
        """Files of a workspace may be written to keep a reader busy."""
        if time.monotonic() > self.deadline:
            raise TooLong

    @property
    def head(self) -> str:
        """The name that its file gives to it or to its class."""
        return self.callee.classes[0] if self.callee.classes else self.callee.name


@dataclass(slots=True)
class Scope:
    """values: dotted names and the closed expressions that they stand for. ours: names and what
    the function's own file calls the same. modules: dotted names of that file as a module."""

    sought: Sought
    values: dict[str, ast.expr] = field(default_factory=dict)
    ours: dict[str, str] = field(default_factory=dict)
    modules: set[str] = field(default_factory=set)
    taken: set[str] = field(default_factory=set)  # builtins that the file binds anew

    def inner(self) -> Scope:
        return replace(
            self, values=dict(self.values), ours=dict(self.ours),
            modules=set(self.modules), taken=set(self.taken),
        )  # fmt: skip

    def forget(self, name: str) -> None:
        """It is bound to something unknown."""
        self.taken.add(name)
        self.ours.pop(name, None)
        for table in (self.values, self.modules):
            for known in [k for k in table if k == name or k.startswith(f"{name}.")]:
                table.pop(known) if isinstance(table, dict) else table.discard(known)

    def closed(self, node: ast.expr) -> ast.expr | None:
        """The expression in names of the function's own file, or None."""
        self.sought.on_time()
        try:
            found = _Closing(self).closed(node) if _is_small(node) else None
        except _Open:
            return None
        return found if found is not None and _is_small(found) else None

    def calls(self, node: ast.expr) -> bool:
        return self.sought.callee.is_called_in(node)


class _Open(Exception):
    """The expression depends on what is not known."""


@dataclass(frozen=True, slots=True)
class _Closing:
    scope: Scope

    def closed(self, node: ast.expr) -> ast.expr:
        if isinstance(node, _OPEN):
            raise _Open
        if isinstance(node, ast.Name):
            return self._name(node)
        if isinstance(node, ast.Attribute):
            return self._attribute(node)
        if isinstance(node, ast.Call):
            return self._call(node)
        return self._parts(node)

    def _parts(self, node: ast.expr) -> ast.expr:
        made = copy.copy(node)
        for name, value in ast.iter_fields(node):
            if isinstance(value, ast.expr):
                setattr(made, name, self.closed(value))
            elif isinstance(value, list):
                setattr(made, name, [self._part(one) for one in value])
        return made

    def _part(self, node: object) -> object:
        return self.closed(node) if isinstance(node, ast.expr) else node

    def _name(self, node: ast.Name) -> ast.expr:
        if node.id in self.scope.values:
            return self.scope.values[node.id]
        name = self.scope.ours.get(node.id)
        if name is None or name not in self.scope.sought.constants:
            raise _Open
        return ast.Name(name, ast.Load())

    def _attribute(self, node: ast.Attribute) -> ast.expr:
        name = dotted(node)
        if name in self.scope.values:
            return self.scope.values[name]
        if dotted(node.value) in self.scope.modules:
            if node.attr not in self.scope.sought.constants:
                raise _Open
            return ast.Name(node.attr, ast.Load())
        return ast.Attribute(self._owner(node.value), node.attr, ast.Load())

    def _call(self, node: ast.Call) -> ast.expr:
        if any(isinstance(a, ast.Starred) for a in node.args) or any(
            k.arg is None for k in node.keywords
        ):
            raise _Open
        args = [self.closed(one) for one in node.args]
        keywords = [ast.keyword(k.arg, self.closed(k.value)) for k in node.keywords]
        return ast.Call(self._callable(node.func), args, keywords)

    def _callable(self, node: ast.expr) -> ast.expr:
        own = self._own(node)
        if own is not None:
            return own
        if isinstance(node, ast.Name):
            hidden = self.scope.taken | self.scope.sought.shadowed
            if node.id in PURE - hidden:
                return node
            raise _Open
        if isinstance(node, ast.Attribute):
            return ast.Attribute(self._owner(node.value), node.attr, ast.Load())
        raise _Open

    def _owner(self, node: ast.expr) -> ast.expr:
        """What stands before a dot: the class itself, or a value."""
        own = self._own(node)
        return own if own is not None else self.closed(node)

    def _own(self, node: ast.expr) -> ast.expr | None:
        """The function or its class, by whatever name this file has for it."""
        name: str | None = None
        if isinstance(node, ast.Name):
            name = self.scope.ours.get(node.id)
        elif isinstance(node, ast.Attribute) and dotted(node.value) in self.scope.modules:
            name = node.attr
        return ast.Name(name, ast.Load()) if name == self.scope.sought.head else None


def _is_small(node: ast.AST) -> bool:
    """Neither deep nor long. `x = [x, x]` a few times over is a bomb, which this does not walk."""
    level: list[ast.AST] = [node]
    seen = 0
    for _ in range(_DEEPEST):
        seen += len(level)
        if not level or seen > _LARGEST:
            break
        level = [child for one in level for child in ast.iter_child_nodes(one)]
    return not level and seen <= _LARGEST


def dotted(node: ast.AST) -> str:
    """`a.b.c`, or nothing."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute) and (head := dotted(node.value)):
        return f"{head}.{node.attr}"
    return ""


def scope_of(tree: ast.Module, sought: Sought, importer: str, *, own: bool = False) -> Scope:
    """Of a whole file. own: it is the function's."""
    scope = Scope(sought)
    if own:
        names = {sought.head, *sought.constants}
        scope.ours = {name: name for name in names}
    counts: dict[str, int] = {}
    for node in level(tree.body):
        for name in bound(node):
            counts[name] = counts.get(name, 0) + 1
    for node in level(tree.body):
        if isinstance(node, ast.Import | ast.ImportFrom):
            _imported(node, scope, importer)
        elif not own:
            _assigned(node, scope, counts)
    return scope


def level(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """The statements of a file outside functions and classes, also under `if` and `try`."""
    for node in body:
        if isinstance(node, ast.If):
            yield from level([*node.body, *node.orelse])
        elif isinstance(node, ast.Try):
            yield from level(node.body)
        else:
            yield node


def _assigned(node: ast.stmt, scope: Scope, counts: dict[str, int]) -> None:
    value = node.value if isinstance(node, ast.Assign | ast.AnnAssign) else None
    for name in bound(node):
        once = counts.get(name, 0) == 1 and len(list(bound(node))) == 1
        if once and value is not None and literal_of(value) is not None:
            scope.values[name] = value
        else:
            scope.forget(name)


def _imported(node: ast.Import | ast.ImportFrom, scope: Scope, importer: str) -> None:
    if isinstance(node, ast.Import):
        for alias in node.names:
            last = alias.name.rpartition(".")[2]
            if scope.sought.home.is_module(importer, 0, alias.name, last):
                scope.modules.add(alias.asname or alias.name)
            elif alias.asname:
                scope.forget(alias.asname)
        return
    for alias in node.names:
        _imported_name(alias, node, scope, importer)


def _imported_name(alias: ast.alias, node: ast.ImportFrom, scope: Scope, importer: str) -> None:
    sought, module = scope.sought, node.module or ""
    names = {sought.head, *sought.constants}
    name = alias.asname or alias.name
    whole = f"{module}.{alias.name}" if module else alias.name
    if alias.name == "*":
        if sought.home.has(importer, node.level, module, sought.head):
            scope.ours.update({one: one for one in names})
    elif sought.home.is_module(importer, node.level, whole, alias.name):
        scope.modules.add(name)
    elif alias.name in names and sought.home.has(importer, node.level, module, alias.name):
        scope.ours[name] = alias.name
    else:
        scope.forget(name)
