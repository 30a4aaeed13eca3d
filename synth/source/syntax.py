"""The functions of a file as tree-sitter sees them, also where the file does not parse elsewhere.

A file without errors is one tree. In a file with errors one unclosed bracket can swallow all that
follows, so there the top-level statements are cut apart by their indentation and parsed one by one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import tree_sitter_python
from tree_sitter import Language, Node, Parser, Point, Range

from synthd.synth.source.text import SourceText

_CLASS = re.compile(rb"[ \t]*class[ \t]+(?P<name>\w+)[^\n]*")
_INDENTED = re.compile(rb"\n(?P<indent>[ \t]+)(?:@|def\b|async\s+def\b|class\b)")
_OPENS = re.compile(rb"(?:@|def\b|async\s+def\b|class\b)")
_CONTINUES = re.compile(rb"(?:[)\]}#\"'\\]|(?:else|elif|except|finally)\b|$)")


@dataclass(frozen=True, slots=True)
class Class:
    """A class around a definition. node is None where the class as a whole does not parse."""

    name: str
    head: str  # up to the colon
    node: Node | None


@dataclass(frozen=True, slots=True)
class Definition:
    """A function; outer is the node that also has its decorators."""

    node: Node
    outer: Node
    classes: tuple[Class, ...]
    in_function: bool


@dataclass(frozen=True, slots=True)
class Chunk:
    """A top-level statement, or what its indentation shows to be one, in bytes of the view."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Piece:
    """A tree of a part of the file, and the broken classes that the part was cut out of."""

    node: Node
    classes: tuple[Class, ...] = ()


def definitions(source: SourceText) -> tuple[Definition, ...]:
    found = (_walk(piece.node, piece.classes, False) for piece in pieces(source))
    return tuple(definition for definitions in found for definition in definitions)


def pieces(source: SourceText) -> tuple[Piece, ...]:
    """One whole tree, or in a file with errors one for each top-level statement."""
    tree = parse(source.view)
    if not tree.has_error:
        return (Piece(tree),)
    view = source.view
    return tuple(
        piece
        for chunk in chunks(view, tree)
        for piece in _members(view, chunk, parse(view, chunk), ())
    )


def parse(view: bytes, chunk: Chunk | None = None) -> Node:
    language = Language(tree_sitter_python.language())
    if chunk is None:
        return Parser(language).parse(view).root_node
    part = Range(_point(view, chunk.start), _point(view, chunk.end), chunk.start, chunk.end)
    return Parser(language, included_ranges=[part]).parse(view).root_node


def _point(view: bytes, byte: int) -> Point:
    return Point(view.count(b"\n", 0, byte), byte - (view.rfind(b"\n", 0, byte) + 1))


def chunks(
    view: bytes, tree: Node, indent: bytes = b"", within: Chunk | None = None
) -> list[Chunk]:
    """Cut where a line with exactly this indentation begins a statement."""
    strings = [(n.start_byte, n.end_byte) for n in descend(tree, _STRING)]
    end = within.end if within else len(view)
    starts = [within.start if within else 0]
    decorators = False  # the piece so far is only decorators, which belong to what follows
    for start in _line_starts(view, starts[0], end):
        line = view[start : min(end, _line_end(view, start))]
        if not line.startswith(indent) or line[len(indent) :][:1] in b" \t\r\n\f":
            continue
        line = line[len(indent) :]
        opens = _OPENS.match(line)
        inside = any(s < start < e for s, e in strings)
        if not opens and (inside or decorators or _CONTINUES.match(line)):
            continue
        if not decorators and start != starts[0]:
            starts.append(start)
        decorators = line.startswith(b"@")
    return [Chunk(s, e) for s, e in zip(starts, [*starts[1:], end], strict=True)]


def descend(
    node: Node, types: frozenset[str], through: frozenset[str] | None = None
) -> Iterator[Node]:
    """The outermost nodes of these types, without recursion: expressions can nest deeply."""
    waiting = [node]
    while waiting:
        current = waiting.pop()
        if current.type in types:
            yield current
        elif through is None or current.type in through:
            waiting += reversed(current.children)


def _line_starts(view: bytes, start: int, end: int) -> Iterator[int]:
    while start < end:
        yield start
        start = _line_end(view, start) + 1


def _line_end(view: bytes, start: int) -> int:
    found = view.find(b"\n", start)
    return len(view) if found < 0 else found


def _members(view: bytes, chunk: Chunk, tree: Node, classes: tuple[Class, ...]) -> Iterator[Piece]:
    """A class with an error in it is cut at its members, anything else stays whole."""
    head = _CLASS.match(view, chunk.start, chunk.end)
    member = _INDENTED.search(view, head.end(), chunk.end) if head else None
    if not tree.has_error or head is None or member is None:
        yield Piece(tree, classes)
        return
    broken = Class(head["name"].decode(), head.group().decode().strip(), None)
    rest = Chunk(_line_end(view, head.end()) + 1, chunk.end)
    for part in chunks(view, tree, member["indent"], rest):
        yield from _members(view, part, parse(view, part), (*classes, broken))


def _walk(node: Node, classes: tuple[Class, ...], in_function: bool) -> Iterator[Definition]:
    for child in descend(node, _DEFINES, COMPOUND):
        inner = child
        if child.type == "decorated_definition":
            inner = child.child_by_field_name("definition") or child
        name = inner.child_by_field_name("name")
        body = inner.child_by_field_name("body")
        if name is None or body is None:
            continue
        if inner.type == "function_definition":
            yield Definition(inner, child, classes, in_function)
            yield from _walk(body, classes, True)
        elif inner.type == "class_definition":
            head = _bytes(inner)[: body.start_byte - inner.start_byte].decode().strip()
            found = Class(_bytes(name).decode(), head, inner)
            yield from _walk(body, (*classes, found), in_function)


def _bytes(node: Node) -> bytes:
    return node.text or b""


COMPOUND = frozenset(
    "module block if_statement elif_clause else_clause for_statement while_statement "
    "try_statement except_clause except_group_clause finally_clause with_statement "
    "match_statement case_clause ERROR".split()
)
_STRING = frozenset({"string"})
_DEFINES = frozenset({"function_definition", "class_definition", "decorated_definition"})
