"""The functions of a text that wait to be written, read again after every keystroke.

What `target.stubs` and `examples` say of a whole file takes them a tenth of a second and more for
thousands of lines. Here a text is cut at its definitions by indentation, each piece is read by the
same two on its own, and what was read is kept: a keystroke changes one piece. An error in one piece
says nothing about the others.
"""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from synthd.synth.source.errors import SourceError
from synthd.synth.source.examples import examples
from synthd.synth.source.names import module_names
from synthd.synth.source.pieces import Definition, Outline, cut
from synthd.synth.source.target import stubs
from synthd.synth.source.text import SourceText

LONGEST = 8_000  # characters of a statement that is parsed: nothing else runs in the meantime
_WORD = re.compile(r"[^\W\d]\w*")
_QUOTE = re.compile("[\"']")
_KEYWORDS = frozenset(keyword.kwlist)
_DEFINES = re.compile(r"^(?:async[ \t]+def|def|class)[ \t]+(\w+)", re.M)
_ASSIGNS = re.compile(r"^(\w+)[ \t]*[:=]", re.M)
_ENDS = ("pass", "...", ":", '"', "'", ";", "\\")


@dataclass(frozen=True, slots=True)
class Waiting:
    """A function to write. line: of its `def`, from 0."""

    name: str
    line: int
    examples: int


@dataclass(frozen=True, slots=True)
class _Read:
    """What a piece alone says. offset: from its first line to that of `def`."""

    name: str
    offset: int
    examples: int


@dataclass(slots=True)
class Memory:
    """Of one text: what its pieces said, as long as they are there."""

    _kept: dict[object, object] = field(default_factory=dict)
    _seen: dict[object, object] = field(default_factory=dict)

    def waiting(self, text: str) -> tuple[Waiting, ...]:
        """In the order of the text."""
        outline = cut(text)
        names = frozenset[str]().union(*(self._names(text) for text in outline.statements))
        found = tuple(self._waiting(outline, names))
        self._kept, self._seen = self._seen, {}
        return found

    def _waiting(self, outline: Outline, names: frozenset[str]) -> Iterator[Waiting]:
        for piece in outline.definitions:
            words = self._words(piece.text)
            if words is None:
                continue
            key = (piece.text, piece.heads, words & names)
            read = self._recall(key)
            if read is _MISSING:
                read = self._keep(key, _read(piece, key[2]))
            if isinstance(read, _Read):
                yield Waiting(read.name, piece.line + read.offset, read.examples)

    def _words(self, text: str) -> frozenset[str] | None:
        """None where it can be seen that there is a body already."""
        words = self._recall(text)
        if words is _MISSING:
            fresh = _quoted_words(text) if _may_wait(text) else None
            words = self._keep(text, fresh)
        return words  # type: ignore[return-value]

    def _names(self, statement: str) -> frozenset[str]:
        key = ("names", statement)
        names = self._recall(key)
        if names is _MISSING:
            names = self._keep(key, _bound(statement))
        return names  # type: ignore[return-value]

    def _recall(self, key: object) -> object:
        found = self._seen.get(key, _MISSING)
        if found is _MISSING and (found := self._kept.get(key, _MISSING)) is not _MISSING:
            self._seen[key] = found
        return found

    def _keep(self, key: object, value: object) -> object:
        self._seen[key] = value
        return value


_MISSING = object()


def _quoted_words(text: str) -> frozenset[str]:
    """Those that examples may have, which are in the docstring."""
    quote = _QUOTE.search(text)
    return frozenset(_WORD.findall(text, quote.start())) if quote else frozenset()


def _may_wait(text: str) -> bool:
    """False for most functions that have a body, after a look at their last line."""
    if len(text) > LONGEST:  # most of the time all that follows a quote that is still open
        return False
    if "NotImplementedError" in text:
        return True
    for line in reversed(text.splitlines()):
        code = line.strip()
        if code and not code.startswith("#"):
            return code.endswith(_ENDS) or "#" in code
    return False


def _read(piece: Definition, names: frozenset[str]) -> _Read | None:
    """The piece in its classes, after names that stand for what its file binds."""
    head = f"{' = '.join(sorted(names))} = None\n\n" if names else "\n\n"
    classes = "".join(f"{' ' * depth}{text}\n" for depth, text in enumerate(piece.heads))
    if piece.indented and not piece.heads:
        classes = "if 1:\n"
    before = head + classes
    try:
        source = SourceText.from_text(before + piece.text)
        target = next(iter(stubs(source)), None)
        if target is None:
            return None
        offset = target.line - 1 - before.count("\n")
        return _Read(target.qualname, offset, examples(source, target).calls)
    except (SourceError, RecursionError, ValueError):
        return None


def _bound(statement: str) -> frozenset[str]:
    if (defines := _DEFINES.search(statement)) and statement.startswith(
        ("@", "def", "async", "class")
    ):
        return frozenset({defines[1]} - _KEYWORDS)  # `def` before the `def` of the next line
    if len(statement) > LONGEST:  # a table, most of the time
        return frozenset(_ASSIGNS.findall(statement))
    try:
        return module_names(SourceText.from_text(statement))
    except (SourceError, RecursionError, ValueError):
        return frozenset()
