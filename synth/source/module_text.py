"""The module as it can be executed while parts of the file do not parse yet."""

from __future__ import annotations

from dataclasses import dataclass

from synthd.synth.source import python
from synthd.synth.source.errors import BrokenSignature
from synthd.synth.source.function import Target
from synthd.synth.source.syntax import Chunk, chunks, parse
from synthd.synth.source.text import SourceText


@dataclass(frozen=True, slots=True)
class LineRange:
    """1-based, both ends included."""

    first: int
    last: int


@dataclass(frozen=True, slots=True)
class RunnableText:
    """Line numbers are those of the file."""

    text: str
    left_out: tuple[LineRange, ...]


def runnable(source: SourceText, target: Target | None = None) -> RunnableText:
    """The file without the statements that do not parse, which leave blank lines.

    Raises BrokenSignature where the target itself would have to be left out.
    """
    text, left_out = blanked(source)
    first = source.line_of(target.span.start) if target else 0
    for lines in left_out:
        if target and lines.first <= first <= lines.last:
            raise BrokenSignature(
                f"lines {lines.first} to {lines.last} around {target.qualname} do not parse; "
                "correct them first"
            )
    return RunnableText(text, left_out)


def blanked(source: SourceText) -> tuple[str, tuple[LineRange, ...]]:
    """Text that ast.parse accepts, and what it lacks."""
    try:
        python.parse(source.code)
        return source.code, ()
    except python.Unparsable:
        pass
    lines = source.code.split("\n")
    left_out = []
    for first, last in _statements(source):
        piece = "\n".join(lines[first - 1 : last])
        try:
            python.check(piece)
        except python.Unparsable:
            left_out.append(_trimmed(lines, first, last))
            lines[first - 1 : last] = [""] * (last - first + 1)
    text = "\n".join(lines)
    while True:
        try:
            python.parse(text)
            return text, tuple(left_out)
        except python.Unparsable as error:
            # Pieces that parse alone and not together: a __future__ import, an `else` left over.
            line = min(max(error.line, 1), len(lines))
            around = next((f, e) for f, e in _statements(source) if f <= line <= e)
            if not any(lines[around[0] - 1 : around[1]]):
                return "", (LineRange(1, len(lines)),)
            left_out.append(_trimmed(lines, *around))
            lines[around[0] - 1 : around[1]] = [""] * (around[1] - around[0] + 1)
            text = "\n".join(lines)


def _trimmed(lines: list[str], first: int, last: int) -> LineRange:
    while last > first and not lines[last - 1].strip():
        last -= 1
    return LineRange(first, last)


def _statements(source: SourceText) -> list[tuple[int, int]]:
    """The line ranges of the top-level statements, which cover the whole file."""
    view = source.view
    cut: list[Chunk] = chunks(view, parse(view))
    starts = [view.count(b"\n", 0, chunk.start) + 1 for chunk in cut]
    ends = [start - 1 for start in starts[1:]]
    return [(s, e) for s, e in zip(starts, [*ends, len(source.lines)], strict=True) if s <= e]
