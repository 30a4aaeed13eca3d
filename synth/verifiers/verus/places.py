"""Moving a report's places from one layout of a program to another.

Two texts with the same meaningful tokens are one program to Verus: a report on one holds for the
other, but its lines and columns are those of the first.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import replace

from synthd.synth.rust.functions import functions
from synthd.synth.rust.lexer import meaningful
from synthd.synth.verifiers.verus.report import Diagnostic, Place, VerusReport


def moved(report: VerusReport, old: str, new: str) -> VerusReport:
    """The report as it would be on the new text, which has the same meaningful tokens."""
    if old == new:
        return report
    move = _Move(old, new)
    lines = {one.path: one.line for one in functions(new)}
    return replace(
        report,
        diagnostics=tuple(map(move.diagnostic, report.diagnostics)),
        functions=tuple(
            replace(
                one,
                line=lines.get(one.path, one.line),
                diagnostics=tuple(map(move.diagnostic, one.diagnostics)),
            )
            for one in report.functions
        ),
    )


class _Move:
    def __init__(self, old: str, new: str) -> None:
        self._from, self._to = _Lines(old), _Lines(new)
        self._old, self._new = meaningful(old), meaningful(new)
        self._starts = [token.start for token in self._old]

    def diagnostic(self, one: Diagnostic) -> Diagnostic:
        return replace(one, places=tuple(map(self._place, one.places)))

    def _place(self, place: Place) -> Place:
        if not place.ours:
            return place
        start = self._start(self._from.offset(place.line, place.column))
        end = max(start, self._end(self._from.offset(place.end_line, place.end_column)))
        line, column = self._to.position(start)
        end_line, end_column = self._to.position(end)
        text = self._to.between(line, end_line)
        return replace(
            place, line=line, column=column, end_line=end_line, end_column=end_column, text=text
        )

    def _start(self, offset: int) -> int:
        """In a token, the same place in it; between two, the beginning of the next one."""
        index = bisect_right(self._starts, offset) - 1
        if index >= 0 and offset < self._old[index].end:
            return self._new[index].start + offset - self._old[index].start
        return self._new[index + 1].start if index + 1 < len(self._new) else self._to.length

    def _end(self, offset: int) -> int:
        """In a token, the same place in it; between two, the end of the one before."""
        index = bisect_left(self._starts, offset) - 1
        if index < 0:
            return 0
        inside = min(offset, self._old[index].end) - self._old[index].start
        return self._new[index].start + inside


class _Lines:
    def __init__(self, text: str) -> None:
        self._lines: Sequence[str] = text.split("\n")
        self.length = len(text)
        self._starts = [0]
        for line in self._lines[:-1]:
            self._starts.append(self._starts[-1] + len(line) + 1)

    def offset(self, line: int, column: int) -> int:
        if not 1 <= line <= len(self._starts):
            return self.length
        return min(self._starts[line - 1] + column - 1, self.length)

    def position(self, offset: int) -> tuple[int, int]:
        line = bisect_right(self._starts, offset)
        return line, offset - self._starts[line - 1] + 1

    def between(self, first: int, last: int) -> str:
        return "\n".join(line.rstrip("\r") for line in self._lines[first - 1 : last][:20])
