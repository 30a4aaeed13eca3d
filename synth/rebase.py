"""REBASE: how a fixed number of children is shared among nodes of different value.

Wu et al.: "Inference Scaling Laws" (ICLR 2025, arXiv 2408.00724). Every node gets about
budget · softmax(value / temperature). Rounding each share by itself, as the formula says, does not
add up to the budget; each of these three ways does, always.

sample: draws from the distribution, with replacement (AlphaVerus, and the tutorial's Treefinement).
rebase_ceil: from the best node down, each gets its share of what is left, rounded up (REBASE's own
code): the best get more, the tail gets nothing.
largest_remainder: shares rounded down, the rest by descending fraction.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from fractions import Fraction
from random import Random
from typing import Literal

Allocation = Literal["rebase_ceil", "largest_remainder", "sample"]


def allocate(
    values: Sequence[float], budget: int, temperature: float, rule: Allocation, random: Random
) -> list[int]:
    """How many of `budget` children the node at each place gets; they sum up to it.

    At the temperature 0 only the best have a share. Of equal nodes the first comes first.
    """
    if not values:
        return []
    shares = softmax(values, temperature)
    match rule:
        case "sample":
            drawn = Counter(random.choices(range(len(values)), shares, k=budget))
            return [drawn[place] for place in range(len(values))]
        case "rebase_ceil":
            return _rounded_up(values, shares, budget)
        case "largest_remainder":
            return _largest_remainder(values, shares, budget)


def softmax(values: Sequence[float], temperature: float) -> list[float]:
    """Weights of which the best is 1: they are not divided by their sum."""
    top = max(values)
    if temperature <= 0:
        return [float(value == top) for value in values]
    return [math.exp((value - top) / temperature) for value in values]


def _best_first(values: Sequence[float]) -> list[int]:
    return sorted(range(len(values)), key=lambda place: -values[place])


def _rounded_up(values: Sequence[float], weights: Sequence[float], budget: int) -> list[int]:
    # Exact numbers: one bit too much in a quotient, rounded up, is a child of another parent.
    exact = [Fraction(weight) for weight in weights]
    given, width, total = [0] * len(values), budget, sum(exact, Fraction())
    for place in _best_first(values):
        if not total:
            break
        given[place] = math.ceil(width * exact[place] / total)
        width -= given[place]
        total -= exact[place]
    return given


def _largest_remainder(values: Sequence[float], weights: Sequence[float], budget: int) -> list[int]:
    total = sum((Fraction(weight) for weight in weights), Fraction())
    shares = [budget * Fraction(weight) / total for weight in weights]
    given = [math.floor(share) for share in shares]
    remainders = sorted(_best_first(values), key=lambda place: given[place] - shares[place])
    for place in remainders[: budget - sum(given)]:
        given[place] += 1
    return given
