"""Bayes risk over groups of samples that are the same: which ones all others agree with most."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import combinations_with_replacement

# How much the samples at two places agree, 0 to 1.
Utility = Callable[[int, int], float]


def least_risk(groups: Sequence[Sequence[int]], utility: Utility) -> list[int]:
    """The places of all samples with the greatest expected utility, in order.

    groups: samples that are the same to the utility.
    """
    return greatest(groups, utilities(groups, utility))


def utilities(groups: Sequence[Sequence[int]], utility: Utility) -> list[float]:
    """For each group the sum over all samples, itself included: a group weighs as much as it has
    members."""
    alike: dict[tuple[int, int], float] = {}  # symmetric: half of it is computed
    for a, b in combinations_with_replacement(range(len(groups)), 2):
        alike[a, b] = alike[b, a] = utility(groups[a][0], groups[b][0])
    # fsum does not depend on the order of its terms: equal sums come out equal.
    return [
        math.fsum(len(other) * alike[a, b] for b, other in enumerate(groups))
        for a in range(len(groups))
    ]


def greatest(groups: Sequence[Sequence[int]], values: Sequence[float]) -> list[int]:
    """The places of all members of the groups with the greatest value, in order."""
    most = max(values)
    return sorted(
        place for group, v in zip(groups, values, strict=True) if v == most for place in group
    )
