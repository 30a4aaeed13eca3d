"""Texts put into a program, and where they stand afterwards."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from synthd.synth.rust.lines import Lines


@dataclass(frozen=True, slots=True)
class Edit:
    """Offsets in characters of the original text."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Marked:
    """A program and the places in it that count: lines and columns, 1-based, of their start."""

    program: str
    places: frozenset[tuple[int, int]]

    @classmethod
    def of(cls, program: str, offsets: Iterable[int]) -> Marked:
        lines = Lines.of(program)
        return cls(program, frozenset((lines.line(at), lines.column(at) + 1) for at in offsets))

    def holds(self, line: int, column: int) -> bool:
        """Verus points at the word `assert` or at what is asserted: within a few columns."""
        return any(line == at and start <= column < start + 14 for at, start in self.places)


def applied(text: str, edits: tuple[Edit, ...], marker: str) -> Marked:
    """The edited text, marked at the marker in each edit. Of edits at the same offset the first
    comes first."""
    parts: list[str] = []
    offsets: list[int] = []
    length = at = 0
    for edit in sorted(edits, key=lambda one: one.start):
        kept = text[at : edit.start]
        if marker in edit.text:
            offsets.append(length + len(kept) + edit.text.index(marker))
        parts += [kept, edit.text]
        length += len(kept) + len(edit.text)
        at = edit.end
    program = "".join((*parts, text[at:]))
    return Marked.of(program, offsets)
