"""What programs do, compared: classes of equal behaviour, agreement, and where two part ways.

Pure functions over what was observed: one row of observations for each program, all rows on the
same calls.
"""

from __future__ import annotations

from collections.abc import Sequence

from synthd.synth.observation import Happened, Observation

Row = Sequence[Observation]

# What says nothing about a program: the call was none, or the machine failed.
SILENT = (Happened.INVALID, Happened.UNKNOWN)


def classes(rows: Sequence[Row]) -> list[list[int]]:
    """The programs' places, those that did the same on every call together; largest class first,
    of equal ones that with the earliest program."""
    groups: dict[tuple[tuple[str, str], ...], list[int]] = {}
    for place, row in enumerate(rows):
        groups.setdefault(tuple(seen.key for seen in row), []).append(place)
    return sorted(groups.values(), key=lambda group: (-len(group), group[0]))


def agreement(left: Row, right: Row) -> float:
    """The fraction of calls on which both gave a value, and the same (MBR-Exec). Two failures do
    not agree: they may have failed for different reasons."""
    same = sum(a.ran and a.key == b.key for a, b in zip(left, right, strict=True))
    return same / len(left) if left else 0.0


def distinguishing(rows: Sequence[Row]) -> tuple[int, ...]:
    """The places of the calls on which not all programs did the same, in order."""
    found: list[int] = []
    for place, column in enumerate(zip(*rows, strict=True)):
        told = [seen for seen in column if seen.happened not in SILENT]
        if len({seen.key for seen in told}) > 1:
            found.append(place)
    return tuple(found)


def sharpest(rows: Sequence[Row]) -> int | None:
    """The place of the call that splits the programs most evenly, the earliest of equal ones.

    None where all do the same. By the size of the largest group that a call leaves.
    """
    places = distinguishing(rows)

    def largest(place: int) -> int:
        keys = [row[place].key for row in rows]
        return max(keys.count(key) for key in keys)

    return min(places, key=largest, default=None)
