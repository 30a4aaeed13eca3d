"""Values to JSON: a flat table of nodes, so that no depth and no cycle matters.

A node is `[tag, data, child cell, ...]`. Objects that cannot be described stay where they are
and cross as a token: the other side can call it, iterate over it, or hand it back.
"""

from __future__ import annotations

import types
from collections.abc import Callable
from typing import Any

from synthd.sandbox.inside import arrays, instances
from synthd.sandbox.inside.cells import Cell, Node, NotACell, size_of, to_cell
from synthd.sandbox.inside.kinds import standard_kinds
from synthd.sandbox.inside.names import Names

MUTABLE = frozenset(
    [
        "list",
        "dict",
        "set",
        "bytearray",
        "deque",
        "ordereddict",
        "defaultdict",
        "counter",
        "namespace",
        "array",
        "stringio",
        "bytesio",
        "ndarray",
        "inst",
    ]
)
_KINDS = standard_kinds()
_TAGS = {cls: tag for tag, (cls, _) in _KINDS.items()}


class TooLarge(Exception):
    """The value would not fit into a frame."""


class Encoder:
    """Encodes several roots into one table; indices below `start` are the other side's."""

    def __init__(
        self,
        names: Names,
        token: Callable[[object, str], Node],
        limit: int,
        known: list[Any] | None = None,
    ) -> None:
        self._names = names
        self._token = token
        self._room = limit
        self._start = len(known or ())
        self.objects: list[Any] = list(known or ())
        self.nodes: list[Node] = []
        self._index = {id(value): index for index, value in enumerate(self.objects)}

    def root(self, value: object) -> Cell:
        cell = self._cell(value)
        self._finish()
        return cell

    def again(self, index: int) -> Node:
        """The node of a known object as it is now."""
        node = self._describe(self.objects[index])
        self._finish()
        return node

    def _finish(self) -> None:
        """Breadth first: describing an object only numbers its children."""
        while self._start + len(self.nodes) < len(self.objects):
            self.nodes.append(self._describe(self.objects[self._start + len(self.nodes)]))

    def _cell(self, value: object) -> Cell:
        self._room -= size_of(value)
        if self._room < 0:
            raise TooLarge
        try:
            return to_cell(value)
        except NotACell:
            pass
        index = self._index.get(id(value))
        if index is None:
            index = self._index[id(value)] = len(self.objects)
            self.objects.append(value)
        return [index]

    def _describe(self, value: Any) -> Node:
        cls = type(value)
        tag = _TAGS.get(cls)
        if tag is not None:
            data, children = _KINDS[tag][1].describe(value)
            self._room -= len(str(data)) if data is not None else 0
            return self._node(tag, data, children)
        tag = arrays.tag_of(value)
        if tag is not None:
            self._room -= getattr(value, "nbytes", 0)
            if self._room < 0:
                raise TooLarge
            return self._node(tag, *arrays.describe(tag, value))
        if isinstance(value, BaseException):
            return self._exception(value)
        if isinstance(value, (type, types.FunctionType, types.BuiltinFunctionType)):
            where = self._names.names(value)
            return self._token(value, "") if where is None else ["named", list(where)]
        if self._names.may_cross(cls) and instances.solid_base(cls) is not None:
            return self._node("inst", *instances.describe_instance(value))
        return self._token(value, "")

    def _exception(self, error: BaseException) -> Node:
        args: tuple[Any, ...] = error.args
        if isinstance(error, OSError) and error.filename is not None:
            args = (error.errno, error.strerror, error.filename)
        lineage = [[cls.__module__, cls.__qualname__] for cls in type(error).__mro__[:-1]]
        state = [part for pair in vars(error).items() for part in pair]
        return self._node("exc", [len(args), lineage], [*args, *state])

    def _node(self, tag: str, data: Any, children: Any) -> Node:
        node = [tag, data]
        for child in children:
            node.append(self._cell(child))
        return node
