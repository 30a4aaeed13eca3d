"""The functions of a text that wait to be written or have examples, read again after every key.

What `target.stubs` and `examples` say of a whole file takes them a tenth of a second and more for
thousands of lines. Here a text is cut at its definitions by indentation, each piece is read by the
same two on its own, and what was read is kept: a keystroke changes one piece. An error in one piece
says nothing about the others. Of a function with a body no more is read than its docstring's end.
"""

from __future__ import annotations

import keyword
import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from synthd.synth.source.documented import FUNCTION, with_docstring
from synthd.synth.source.errors import SourceError
from synthd.synth.source.examples import examples
from synthd.synth.source.flaws import Flaw, flaws
from synthd.synth.source.names import module_names
from synthd.synth.source.outlined import Outlined
from synthd.synth.source.pieces import Definition, Outline, cut
from synthd.synth.source.target import functions
from synthd.synth.source.text import SourceText

LONGEST = 8_000  # characters of a statement that is parsed: nothing else runs in the meantime
_WORD = re.compile(r"[^\W\d]\w*")
_QUOTE = re.compile("[\"']")
_KEYWORDS = frozenset(keyword.kwlist)
_DEFINES = re.compile(r"^(?:async[ \t]+def|def|class)[ \t]+(\w+)", re.M)
_CLASS = re.compile(r"class[ \t]+(\w+)")
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
    stub: bool
    flaws: tuple[Flaw, ...]


@dataclass(frozen=True, slots=True)
class _Look:
    """What is to be read of a piece, and the words in it that may be names of its file. whole: all
    of it, for it may be a stub."""

    text: str
    words: frozenset[str]
    lines: int
    whole: bool


@dataclass(slots=True)
class Memory:
    """Of one text: what its pieces said, as long as they are there."""

    _kept: dict[object, object] = field(default_factory=dict)
    _seen: dict[object, object] = field(default_factory=dict)
    _outline: Outline = field(default_factory=lambda: Outline((), ()))

    def waiting(self, text: str) -> tuple[Waiting, ...]:
        """In the order of the text."""
        found = self.functions(text)
        return tuple(Waiting(one.name, one.line, one.examples) for one in found if one.stub)

    def functions(self, text: str, also: frozenset[str] = frozenset()) -> tuple[Outlined, ...]:
        """In the order of the text. also: by name, whatever they have."""
        outline = self._outline = cut(text)
        names = frozenset[str]().union(*(self._names(text) for text in outline.statements))
        found = tuple(self._functions(outline, names, also))
        self._kept, self._seen = self._seen, {}
        return found

    def around(self, line: int) -> Outlined | None:
        """The function around a line of the text that was read last, whether it has examples or
        not; the blank line right after a body still belongs to it."""
        pieces = self._outline.definitions
        at = bisect_right(pieces, line, key=lambda piece: piece.line) - 1
        if at < 0:
            return None
        piece = pieces[at]
        found = _plain(piece)
        return found if found is not None and line <= found.last + 1 else None

    def rests(self, wanted: Iterable[Outlined]) -> list[int]:
        """For each: a number for what it names in the text that was read last, directly or not,
        and for the classes around it. Another one means that it may do something else now."""
        statements = self._outline.statements
        binding: dict[str, list[int]] = {}
        for number, statement in enumerate(statements):
            for name in self._names(statement):
                binding.setdefault(name, []).append(number)
        return [self._rest(one, statements, binding) for one in wanted]

    def _rest(
        self, one: Outlined, statements: tuple[str, ...], binding: dict[str, list[int]]
    ) -> int:
        classes = one.name.split(".")[:1] if "." in one.name else []
        names = {*classes, *_WORD.findall(one.text)}
        seen: set[int] = set()
        while names:
            fresh = {number for name in names for number in binding.get(name, ())} - seen
            seen |= fresh
            names = {word for number in fresh for word in self._every_word(statements[number])}
        return hash(tuple(statements[number] for number in sorted(seen)))

    def _every_word(self, statement: str) -> frozenset[str]:
        key = ("words", statement)
        words = self._recall(key)
        if words is _MISSING:
            words = self._keep(key, frozenset(_WORD.findall(statement)))
        return words  # type: ignore[return-value]

    def _functions(
        self, outline: Outline, names: frozenset[str], also: frozenset[str]
    ) -> Iterator[Outlined]:
        for piece in outline.definitions:
            look = self._look(piece.text)
            if look is None:
                if also and (plain := _plain(piece)) and plain.name in also:
                    yield plain
                continue
            key = (look.text, piece.heads, look.words & names)
            read = self._recall(key)
            if read is _MISSING:
                read = self._keep(key, _read(piece, look.text, key[2]))
            if isinstance(read, _Read):
                yield Outlined(
                    read.name,
                    piece.line + read.offset,
                    piece.line,
                    piece.line + look.lines,
                    read.examples,
                    read.stub and look.whole,
                    piece.text,
                    read.flaws,
                )
            elif also and (plain := _plain(piece)) and plain.name in also:
                yield plain

    def _look(self, text: str) -> _Look | None:
        """None where it can be seen that there is a body already and no example."""
        look = self._recall(text)
        if look is _MISSING:
            look = self._keep(text, _look(text))
        return look  # type: ignore[return-value]

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


def _plain(piece: Definition) -> Outlined | None:
    """Without a look at its examples."""
    found = FUNCTION.search(piece.text)
    if found is None:
        return None
    classes = [one[1] for head in piece.heads if (one := _CLASS.match(head))]
    name = ".".join([*classes, found[1]])
    line = piece.line + piece.text.count("\n", 0, found.start(1))
    last = piece.line + piece.text.count("\n")
    return Outlined(name, line, piece.line, last, 0, False, piece.text)


def _look(text: str) -> _Look | None:
    lines = text.count("\n")
    if _may_wait(text):
        quote = _QUOTE.search(text)  # words that examples may have are in the docstring
        words = frozenset(_WORD.findall(text, quote.start())) if quote else frozenset[str]()
        return _Look(text, words, lines, True)
    part = with_docstring(text)
    if part is None or len(part.text) > LONGEST:
        return None
    words = frozenset(_WORD.findall(part.text, part.docstring))
    name = FUNCTION.search(part.text)
    if name is None or (">>>" not in part.text and name[1] not in words):
        return None
    return _Look(part.text, words, lines, False)


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


def _read(piece: Definition, text: str, names: frozenset[str]) -> _Read | None:
    """The piece in its classes, after names that stand for what its file binds."""
    head = f"{' = '.join(sorted(names))} = None\n\n" if names else "\n\n"
    classes = "".join(f"{' ' * depth}{text}\n" for depth, text in enumerate(piece.heads))
    if piece.indented and not piece.heads:
        classes = "if 1:\n"
    before = head + classes
    try:
        source = SourceText.from_text(before + text)
        every = (one for one in functions(source) if not one.declared_only and one.parseable)
        target = next(every, None)
        if target is None or not (target.is_stub or target.docstring):
            return None
        stated = examples(source, target)
    except (SourceError, RecursionError, ValueError):
        return None
    lines = before.count("\n")
    found = flaws(stated, lines)
    if not (target.is_stub or stated.calls or found):
        return None
    offset = target.line - 1 - lines
    return _Read(target.qualname, offset, stated.calls, target.is_stub, found)


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
