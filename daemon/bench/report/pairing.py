"""Which arms are compared with which, on the searches that both have finished."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations

from synthd.daemon.bench.report.columns import Arm, Columns
from synthd.daemon.bench.report.figuring import Wanted
from synthd.daemon.bench.report.values import Figures, Pair
from synthd.synth.metrics.paired import Paired, paired

# Of more arms each is compared with the best one only.
_ALL_PAIRS = 6

# Of each task the verdicts, by seed and sample.
Verdicts = Mapping[str, Mapping[tuple[int, int], bool]]


def pairs(
    figures: Sequence[Figures], arms: Mapping[Arm, Columns], wanted: Wanted
) -> tuple[Pair, ...]:
    """Strategies of one run on one suite with one model; and models with one strategy."""
    found: list[Pair] = []
    for group in _groups(figures):
        verdicts = {one.arm: verdicts_of(arms[one.arm]) for one in group}
        for first, second in _chosen(group):
            both = compared(verdicts[first.arm], verdicts[second.arm], wanted)
            if both is not None:
                found.append(Pair(first.arm, second.arm, both))
    return tuple(found)


def compared(first: Verdicts, second: Verdicts, wanted: Wanted) -> Paired | None:
    """None where they have no task in common."""
    return paired(*matched(first, second), wanted.bootstrap)


def matched(first: Verdicts, second: Verdicts) -> tuple[dict[str, float], dict[str, float]]:
    """Of each task that both have the share solved, over the seeds and samples that both have;
    where they have none in common, as runs with other seeds, over all of each."""
    ours: dict[str, float] = {}
    theirs: dict[str, float] = {}
    for task in first.keys() & second.keys():
        a, b = first[task], second[task]
        common = a.keys() & b.keys()
        ours[task] = _mean([a[key] for key in common or a])
        theirs[task] = _mean([b[key] for key in common or b])
    return ours, theirs


def verdicts_of(columns: Columns) -> dict[str, dict[tuple[int, int], bool]]:
    found: dict[str, dict[tuple[int, int], bool]] = {}
    names = columns.tasks.known
    for task, seed, sample, passed in columns.verdicts():
        found.setdefault(names[task], {})[seed, sample] = passed
    return found


def _groups(figures: Sequence[Figures]) -> list[list[Figures]]:
    by_model: dict[tuple[str, ...], list[Figures]] = {}
    by_strategy: dict[tuple[str, ...], list[Figures]] = {}
    for one in figures:
        arm = one.arm
        by_model.setdefault((arm.run, arm.suite, arm.model), []).append(one)
        by_strategy.setdefault((arm.run, arm.suite, arm.strategy), []).append(one)
    return [group for group in (*by_model.values(), *by_strategy.values()) if len(group) > 1]


def _chosen(group: Sequence[Figures]) -> list[tuple[Figures, Figures]]:
    """The one that solves more first."""
    ordered = sorted(group, key=lambda one: -one.solved.mean)
    if len(ordered) <= _ALL_PAIRS:
        return list(combinations(ordered, 2))
    return [(ordered[0], other) for other in ordered[1:]]


def _mean(values: Sequence[bool]) -> float:
    return sum(values) / len(values)
