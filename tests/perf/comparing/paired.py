"""Differences between two methods on the same problems, and how sure they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from statistics import fmean

RESAMPLES = 10_000


@dataclass(frozen=True, slots=True)
class Difference:
    """Of the fraction solved. low and high: the 95 % interval."""

    mean: float
    low: float
    high: float
    problems: int

    @property
    def not_worse(self) -> bool:
        """Not below 0 by more than the interval."""
        return self.high >= 0


def difference(ours: Sequence[float], theirs: Sequence[float]) -> Difference:
    """For each problem the fraction of seeds that solved it. The bootstrap draws problems: seeds of
    one problem are no independent evidence."""
    each = [a - b for a, b in zip(ours, theirs, strict=True)]
    random = Random(0)
    means = sorted(fmean(random.choices(each, k=len(each))) for _ in range(RESAMPLES))
    cut = RESAMPLES // 40
    return Difference(fmean(each), means[cut], means[-cut - 1], len(each))
