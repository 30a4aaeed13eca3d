"""A text cut at its definitions and its top-level statements, by indentation.

Only strings are read as strings, for what looks like a definition in one is none. In a text where
a string is never closed, one of them has just been opened or is missing a quote, and all that
follows would be taken the wrong way round: there, definitions cut strings.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

_LONE_CR = re.compile(r"\r(?!\n)")
# It begins with a set of characters, which the search for the next match is fast with.
_LEXICAL = re.compile(
    r"""[\#"'](?:
    (?<=\#) [^\r\n]*
    | (?<=") (?: (?P<string>""[^"\\]*(?:(?:\\.|"(?!""))[^"\\]*)*(?P<closed>\"\"\")?)
               | (?:[^"\\\r\n]|\\.)*"? )
    | (?<=') (?: (?P<other>''[^'\\]*(?:(?:\\.|'(?!''))[^'\\]*)*(?P<shut>''')?)
               | (?:[^'\\\r\n]|\\.)*'? ))""",
    re.X | re.S,
)
_LINE = re.compile(
    r"""^(?P<indent>[ \t\f]*)
    (?: (?P<opens>@|(?:async[ \t]+)?def\b|class\b) | (?P<goes_on>(?:else|elif|except|finally)\b)
    | [^\s#)\]}] )""",
    re.M | re.X,
)
_OPENS = re.compile(r"^[ \t\f]*(?:@|(?:async[ \t]+)?def\b|class\b)", re.M)
_HEAD = re.compile(r"(?:[^:\n#]*(?:\#[^\n]*)?\n){0,20}?[^\n]*?:[ \t]*(?:\#[^\n]*)?$", re.M)
_COMMENT = re.compile(r"#[^\n]*")


@dataclass(frozen=True, slots=True)
class Definition:
    """A function that is in none, with its decorators. heads: of the classes around it, each in
    one line. line: its first, from 0."""

    text: str
    line: int
    heads: tuple[str, ...]
    indented: bool


@dataclass(frozen=True, slots=True)
class Outline:
    definitions: tuple[Definition, ...]
    statements: tuple[str, ...]  # at top level, of all kinds


@dataclass(frozen=True, slots=True)
class _Start:
    at: int
    width: int
    heads: tuple[str, ...] = ()


def cut(text: str) -> Outline:
    view = _LONE_CR.sub("\n", text) if "\r" in text else text
    return _Cutter(view, _strings(view)).cut()


class _Cutter:
    def __init__(self, view: str, strings: list[tuple[int, int]]) -> None:
        self._view = view
        self._strings = strings
        self._classes: list[tuple[int, str]] = []
        self._decorated: _Start | None = None
        self._function: _Start | None = None
        self._definitions: list[Definition] = []
        self._tops: list[int] = []
        self._line = self._counted = 0

    def cut(self) -> Outline:
        for at, width, found in self._lines():
            if self._function is not None:
                if width > self._function.width:
                    continue
                self._end_function(at)
            if self._decorated is not None and width > self._decorated.width:
                continue  # inside of the decorator's brackets
            if width == 0 and self._decorated is None and not found["goes_on"]:
                self._tops.append(at)
            self._open(at, width, found["opens"])
        if self._function is not None:
            self._end_function(len(self._view))
        pairs = pairwise([*self._tops, len(self._view)])
        statements = tuple(self._view[start:end].rstrip() for start, end in pairs)
        return Outline(tuple(self._definitions), statements)

    def _lines(self) -> Iterator[tuple[int, int, re.Match[str]]]:
        """The lines that begin something, with their width of indentation."""
        strings = iter([*self._strings, (len(self._view) + 1, 0)])
        start, end = next(strings)
        for found in _LINE.finditer(self._view):
            at = found.start()
            while end and at >= end:
                start, end = next(strings)
            if start < at:
                continue
            yield at, _width(found["indent"]), found

    def _open(self, at: int, width: int, opens: str | None) -> None:
        while self._classes and self._classes[-1][0] >= width:
            self._classes.pop()
        decorated, self._decorated = self._decorated, None
        if opens is None:
            return
        start = decorated.at if decorated and decorated.width == width else at
        if opens == "@":
            self._decorated = _Start(start, width)
        elif opens == "class":
            self._classes.append((width, self._head(at)))
        else:
            self._function = _Start(start, width, tuple(head for _, head in self._classes))

    def _head(self, at: int) -> str:
        found = _HEAD.match(self._view, at)
        head = found.group() if found else self._view[at:].partition("\n")[0]
        return " ".join(_COMMENT.sub("", head).split())

    def _end_function(self, end: int) -> None:
        function = self._function
        assert function is not None
        self._line += self._view.count("\n", self._counted, function.at)
        self._counted = function.at
        text = self._view[function.at : end].rstrip()
        self._definitions.append(Definition(text, self._line, function.heads, function.width > 0))
        self._function = None


def _width(indent: str) -> int:
    if indent.isspace() and ("\t" in indent or "\f" in indent):
        return len(indent.rpartition("\f")[2].expandtabs(8))
    return len(indent)


def _strings(view: str) -> list[tuple[int, int]]:
    """Start and end of the strings in three quotes: others do not hold lines."""
    found, open = _lexed(view, 0, len(view))
    if not open:
        return found
    starts = [0, *(opens.start() for opens in _OPENS.finditer(view)), len(view)]
    pairs = pairwise(starts)
    return [span for start, end in pairs for span in _lexed(view, start, end)[0]]


def _lexed(view: str, start: int, end: int) -> tuple[list[tuple[int, int]], bool]:
    """Also whether the last of them is still open."""
    found = []
    open = False
    for match in _LEXICAL.finditer(view, start, end):
        if match.lastgroup is not None:
            found.append(match.span())
            open = match["closed"] is None and match["shut"] is None
    return found, open
