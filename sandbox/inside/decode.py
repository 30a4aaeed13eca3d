"""JSON to values: exact built-in types, and instances of classes that may be named here.

Strict: whatever encode.py would not have written is a BadValue.
"""

# ruff: noqa: B905 - zip(strict=) is not in every Python that runs this
from __future__ import annotations

from collections.abc import Callable
from typing import Any

from synthd.sandbox.inside import arrays, instances
from synthd.sandbox.inside.cells import BadValue, Cell, Node, from_cell
from synthd.sandbox.inside.encode import MUTABLE
from synthd.sandbox.inside.kinds import standard_kinds
from synthd.sandbox.inside.names import Names

_KINDS = {tag: kind for tag, (_, kind) in standard_kinds().items()}
_UNBUILT = object()
_HASHED = frozenset(["set", "dict", "ordereddict", "defaultdict", "counter", "frozenset"])


class Unknown:
    """A class that cannot be named on this side."""

    def __init__(self, name: str) -> None:
        self.name = name


class Decoder:
    def __init__(
        self,
        names: Names,
        token: Callable[[Node], Any],
        stranger: Callable[[str], Any],
        nodes: list[Node],
        known: list[Any] | None = None,
        updates: dict[int, Node] | None = None,
    ) -> None:
        """updates: new contents of known objects, which keep their identity."""
        self._names = names
        self._token = token
        self._stranger = stranger
        self._start = len(known or ())
        self.nodes: list[Node] = [None] * self._start + nodes
        self.objects: list[Any] = list(known or ()) + [_UNBUILT] * len(nodes)
        self._unfilled: list[int] = []
        self._third: list[Any] = []
        for index, node in (updates or {}).items():
            if not 0 <= index < self._start:
                raise BadValue("an update of nothing")
            self.nodes[index] = node
            self._unfilled.append(index)

    def roots(self, cells: list[Cell]) -> list[Any]:
        for cell in cells:
            self._build(cell)
        waiting: list[int] = []
        while self._unfilled:
            index = self._unfilled.pop()
            for cell in self.nodes[index][2:]:
                self._build(cell)
            waiting.append(index)
        # Hash tables come last, inner ones first: their keys must be complete by then.
        plain = [i for i in waiting if self.nodes[i][0] not in _HASHED]
        hashed = [i for i in reversed(waiting) if self.nodes[i][0] in _HASHED]
        for index in plain + hashed:
            self._fill(index)
        for value in self._third:
            _check_third(value)
        return [self._value(cell) for cell in cells]

    def _value(self, cell: Cell) -> Any:
        return self.objects[self._ref(cell)] if _is_ref(cell) else from_cell(cell)

    def _ref(self, cell: Cell) -> int:
        index = cell[0]
        if not 0 <= index < len(self.objects):
            raise BadValue("a reference to nothing")
        return int(index)

    def _build(self, cell: Cell) -> None:
        """Make the object and, where it cannot exist without them, first its parts."""
        if not _is_ref(cell):
            return
        stack = [self._ref(cell)]
        pending: set[int] = set()
        while stack:
            index = stack[-1]
            if self.objects[index] is not _UNBUILT:
                stack.pop()
                continue
            node = self.nodes[index]
            if type(node) is not list or len(node) < 2 or type(node[0]) is not str:
                raise BadValue("not a node")
            missing = [
                self._ref(child)
                for child in self._needed(node)
                if _is_ref(child) and self.objects[self._ref(child)] is _UNBUILT
            ]
            if not missing:
                self.objects[index] = self._make(index, node)
                pending.discard(index)
                stack.pop()
            elif index in pending:
                raise BadValue("an immutable value that contains itself")
            else:
                pending.add(index)
                stack.extend(missing)

    def _needed(self, node: Node) -> list[Cell]:
        if node[0] == "inst":
            return list(node[2 : 3 + node[1][1]] if instances.is_frozen(node[1]) else node[2:3])
        return [] if node[0] in MUTABLE and node[0] != "ndarray" else list(node[2:])

    def _make(self, index: int, node: Node) -> Any:
        tag, data = node[0], node[1]
        if tag == "named":
            found = self._names.find(*data)
            return Unknown("{}.{}".format(*tuple(data))) if found is None else found
        if tag in ("token", "yours"):
            return self._token(node)
        if tag == "exc":
            return self._exception(data, [self._value(child) for child in node[2:]])
        if tag == "inst":
            return self._instance(index, node)
        if tag in ("ndarray", "npscalar", "npdtype"):
            return arrays.build(tag, data, [self._value(child) for child in node[2:]])
        kind = _KINDS.get(tag)
        if kind is None:
            raise BadValue("unknown kind of value")
        if kind.new is not None:
            self._unfilled.append(index)
            return kind.new(data)
        assert kind.build is not None
        if tag == "frozenset":
            self._complete(node[2:])
        return kind.build(data, self._known([self._value(child) for child in node[2:]]))

    def _complete(self, cells: list[Cell]) -> None:
        """Fill instances that are about to be hashed."""
        for cell in cells:
            index = self._ref(cell) if _is_ref(cell) else -1
            if index in self._unfilled and self.nodes[index][0] == "inst":
                for child in self.nodes[index][2:]:
                    self._build(child)
                self._fill(index)

    def _instance(self, index: int, node: Node) -> Any:
        cls, data = self._value(node[2]), node[1]
        if isinstance(cls, Unknown) or not isinstance(cls, type):
            return self._stranger(getattr(cls, "name", "something"))
        if data[0] == "enum":
            return instances.new_instance(cls, data, [self._value(c) for c in node[3:5]])
        frozen = instances.is_frozen(data)
        content = [self._value(c) for c in node[3 : 3 + data[1]]] if frozen else []
        self._unfilled.append(index)
        made = instances.new_instance(cls, data, content)
        if self._names.is_third_party(cls):
            self._third.append(made)
        return made

    def _exception(self, data: Any, parts: list[Any]) -> BaseException:
        count, lineage = data
        classes = (self._names.find_exception(*name) for name in lineage)
        cls = next((found for found in classes if found is not None), Exception)
        args = self._known(parts[:count])
        error = cls.__new__(cls, *args)
        for base in cls.__mro__:
            if base.__module__ == "builtins":
                base.__init__(error, *args)  # type: ignore[misc]  # StopIteration.value, …
                break
        for name, value in zip(parts[count::2], parts[count + 1 :: 2]):
            if type(name) is str:
                vars(error)[name] = value
        return error

    def _fill(self, index: int) -> None:
        node, target = self.nodes[index], self.objects[index]
        tag, data = node[0], node[1]
        children = self._known([self._value(child) for child in node[2:]])
        if tag == "inst":
            end = 1 + data[1]
            instances.fill_instance(target, data, children[1:end], children[end:])
        elif tag == "ndarray":
            arrays.update(target, arrays.build(tag, data, children))
        else:
            kind = _KINDS.get(tag)
            if (
                kind is None
                or kind.fill is None
                or (index < self._start and not _same(target, tag))
            ):
                raise BadValue("an update of another kind")
            kind.fill(target, data, children)

    def _known(self, values: list[Any]) -> list[Any]:
        return [self._stranger(v.name) if isinstance(v, Unknown) else v for v in values]


def _is_ref(cell: Cell) -> bool:
    return type(cell) is list and bool(cell) and type(cell[0]) is int


def _same(target: Any, tag: str) -> bool:
    kind = _KINDS[tag]
    return kind.new is not None and tag == _tag_of(target)


def _tag_of(target: Any) -> str:
    return next((t for t, (cls, _) in standard_kinds().items() if cls is type(target)), "")


def _check_third(value: Any) -> None:
    """A library's "equals anything" helper would pass every check."""
    try:
        everything = (value == object()) is True
    except Exception:
        return
    if everything:
        raise BadValue("an object that equals everything")
