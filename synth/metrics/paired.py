"""Two methods on the same tasks: the difference, how sure it is, and on how many tasks which wins.

Only tasks that both have finished count. A task's value is the share of its searches that solved
it, so that the bootstrap and the sign test draw tasks and never seeds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from statistics import fmean

from synthd.synth.metrics.interval import Bootstrap, Interval

CLEAR = 0.05


@dataclass(frozen=True, slots=True)
class Paired:
    """first, second: means over the tasks that both have. difference: the first less the second.
    wins, losses: tasks of which the first solves more, or less. p: two-sided, of the exact sign
    test on those; with one search a task it is McNemar's exact test."""

    first: float
    second: float
    difference: Interval
    wins: int
    losses: int
    ties: int
    p: float

    @property
    def tasks(self) -> int:
        return self.wins + self.losses + self.ties

    @property
    def clear(self) -> bool:
        """The interval of the difference leaves out 0, and p is below 0.05: of few tasks that
        differ, all one way, the bootstrap alone makes too much."""
        apart = self.difference.low > 0 or self.difference.high < 0
        return apart and self.p < CLEAR


def paired(
    first: Mapping[str, float], second: Mapping[str, float], bootstrap: Bootstrap
) -> Paired | None:
    """By task. None where they have no task in common."""
    tasks = sorted(first.keys() & second.keys())
    if not tasks:
        return None
    gaps = [first[task] - second[task] for task in tasks]
    wins = sum(gap > 0 for gap in gaps)
    losses = sum(gap < 0 for gap in gaps)
    return Paired(
        fmean(first[task] for task in tasks),
        fmean(second[task] for task in tasks),
        bootstrap(gaps),
        wins,
        losses,
        len(gaps) - wins - losses,
        sign_test(wins, losses),
    )


def sign_test(wins: int, losses: int) -> float:
    """Two-sided p of so many wins or more extreme, were each as likely as a loss; exact."""
    trials = wins + losses
    term = below = 1
    for i in range(min(wins, losses)):
        term = term * (trials - i) // (i + 1)
        below += term
    return min(1.0, 2 * below / (1 << trials))
