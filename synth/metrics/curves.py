"""What is solved for what it costs, and by which turn."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from synthd.synth.metrics.interval import Interval, normal

POINTS = 100


@dataclass(frozen=True, slots=True)
class Point:
    """solved: by the searches that cost at most x, as a mean over tasks of the mean over seeds."""

    x: float
    solved: Interval


@dataclass(frozen=True, slots=True)
class Searches:
    """Of one task. costs: of those that solved it. count: of all."""

    costs: tuple[float, ...]
    count: int


def solved_by(
    tasks: Mapping[str, Searches], most: float, points: int = POINTS
) -> tuple[Point, ...]:
    """The curve from 0 to `most`, constant between its points; as few of them as tell it all, at
    most `points`. Intervals are over tasks. () where no task has a search."""
    each = [(sorted(one.costs), one.count) for one in tasks.values() if one.count]
    if not each:
        return ()
    return tuple(
        Point(x, normal([bisect_right(costs, x) / count for costs, count in each]))
        for x in _places([cost for costs, _ in each for cost in costs], most, points)
    )


def by_turn(tasks: Mapping[str, Searches], most: int) -> tuple[Point, ...]:
    """costs are turns, 1 for a draft: what is solved by turn 1, 2, … most."""
    each = [(sorted(one.costs), one.count) for one in tasks.values() if one.count]
    if not each:
        return ()
    return tuple(
        Point(turn, normal([bisect_right(turns, turn) / count for turns, count in each]))
        for turn in range(1, most + 1)
    )


def _places(costs: Sequence[float], most: float, points: int) -> list[float]:
    """Where it rises; of more than so many every how manieth, the last one always."""
    rises = sorted({cost for cost in costs if cost <= most})
    if len(rises) > points:
        last = len(rises) - 1
        rises = [rises[round(place * last / (points - 1))] for place in range(points)]
    return sorted({0.0, *rises, most})
