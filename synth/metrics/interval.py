"""How sure a figure is: intervals over tasks, and of a share."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from operator import itemgetter
from random import Random
from statistics import NormalDist, fmean
from typing import Any

RESAMPLES = 10_000
LEVEL = 0.95
_KEPT = 1500  # values: more would take more than 120 MB


@dataclass(frozen=True, slots=True)
class Interval:
    """low and high enclose with the chance LEVEL. count: of the values that it is a mean of."""

    mean: float
    low: float
    high: float
    count: int


class Bootstrap:
    """Percentile intervals of means (Efron 1979): values are drawn again with replacement.

    Which are drawn depends on the seed and on how many there are, and is kept: arms of one table
    are drawn alike, and the second one takes a fifth of the time.
    """

    def __init__(self, resamples: int = RESAMPLES, seed: int = 0) -> None:
        self.resamples = resamples
        self.seed = seed
        self._draws: dict[int, list[itemgetter[Any]]] = {}

    def __call__(self, values: Sequence[float]) -> Interval:
        """values: one for each task, the mean over its seeds and samples, since seeds of one task
        are no independent evidence. Raises ValueError where there are none."""
        if not values:
            raise ValueError("no values, no interval")
        mean, count = fmean(values), len(values)
        if min(values) == max(values):
            return Interval(mean, mean, mean, count)
        means = sorted(sum(drawn) / count for drawn in self._drawn(values))
        cut = int(self.resamples * (1 - LEVEL) / 2)
        return Interval(mean, means[cut], means[-cut - 1], count)

    def _drawn(self, values: Sequence[float]) -> Iterator[Sequence[float]]:
        count, choices = len(values), Random(self.seed).choices
        if count > _KEPT:
            return (choices(values, k=count) for _ in range(self.resamples))
        if count not in self._draws:
            places = tuple(range(count))  # one int for each place, however often it is drawn
            self._draws[count] = [
                itemgetter(*choices(places, k=count)) for _ in range(self.resamples)
            ]
        return (draw(values) for draw in self._draws[count])


def normal(values: Sequence[float], low: float = 0.0, high: float = 1.0) -> Interval:
    """The mean and what the bootstrap's interval tends to, without drawing: the standard deviation
    of a bootstrapped mean is that of the values / sqrt(count). For curves of many points; cut to
    low and high.
    """
    if not values:
        raise ValueError("no values, no interval")
    mean, count = fmean(values), len(values)
    # statistics.pstdev is exact, and takes a hundred times as long.
    variance = math.fsum((value - mean) ** 2 for value in values) / count
    reach = _z() * math.sqrt(variance / count)
    return Interval(mean, max(low, mean - reach), min(high, mean + reach), count)


def wilson(right: int, count: int) -> Interval:
    """Of a share, by Wilson's score (1927), which holds for few and for extreme ones, too.

    Raises ValueError where there is nothing to have a share in.
    """
    if not 0 <= right <= count or not count:
        raise ValueError(f"no share of {right} in {count}")
    z = _z()
    share, part = right / count, z * z / count
    middle = (share + part / 2) / (1 + part)
    reach = z / (1 + part) * math.sqrt(share * (1 - share) / count + part / (4 * count))
    # Rounding must not leave the share itself outside.
    low = 0.0 if right == 0 else min(share, middle - reach)
    high = 1.0 if right == count else max(share, middle + reach)
    return Interval(share, low, high, count)


def _z() -> float:
    return NormalDist().inv_cdf((1 + LEVEL) / 2)
