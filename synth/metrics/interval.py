"""How sure a figure is: intervals over tasks, and of a share."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from statistics import NormalDist, fmean, pstdev

RESAMPLES = 10_000
LEVEL = 0.95


@dataclass(frozen=True, slots=True)
class Interval:
    """low and high enclose with the chance LEVEL. count: of the values that it is a mean of."""

    mean: float
    low: float
    high: float
    count: int


def bootstrap(values: Sequence[float], *, resamples: int = RESAMPLES, seed: int = 0) -> Interval:
    """The mean and its percentile interval (Efron 1979): values are drawn again with replacement.

    values: one for each task, the mean over its seeds and samples, since seeds of one task are no
    independent evidence. Raises ValueError where there are none.
    """
    if not values:
        raise ValueError("no values, no interval")
    mean, count = fmean(values), len(values)
    if min(values) == max(values):
        return Interval(mean, mean, mean, count)
    choices = Random(seed).choices
    means = sorted(sum(choices(values, k=count)) / count for _ in range(resamples))
    cut = int(resamples * (1 - LEVEL) / 2)
    return Interval(mean, means[cut], means[-cut - 1], count)


def normal(values: Sequence[float], low: float = 0.0, high: float = 1.0) -> Interval:
    """The mean and what the bootstrap's interval tends to, without drawing: the standard deviation
    of a bootstrapped mean is pstdev / sqrt(count). For curves of many points; cut to low and high.
    """
    if not values:
        raise ValueError("no values, no interval")
    mean, count = fmean(values), len(values)
    reach = _z() * pstdev(values, mean) / math.sqrt(count)
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
