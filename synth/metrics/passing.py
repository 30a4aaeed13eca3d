"""pass@k: the chance that k samples of a task hold a right one (Chen et al. 2021, section 2.1)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

_NAMED = 5


@dataclass(frozen=True, slots=True)
class Tally:
    """Of one task: how many samples have a verdict, and how many of them are right."""

    task: str
    samples: int
    right: int


class TooFewSamples(Exception):
    """Some tasks have fewer than k samples: nothing unbiased can be said. str() is for the user."""

    def __init__(self, k: int, tasks: Sequence[Tally]) -> None:
        self.k = k
        self.tasks = tuple(tasks)
        named = ", ".join(f"{one.task} has {one.samples}" for one in tasks[:_NAMED])
        more = f" and {len(tasks) - _NAMED} more" if len(tasks) > _NAMED else ""
        super().__init__(
            f"pass@{k} needs {k} samples of every task: {named}{more}; "
            "draw more samples, or ask for a smaller k"
        )


def pass_at_k(n: int, c: int, k: int) -> float:
    """1 - C(n-c, k) / C(n, k) for n samples, c of them right. Raises ValueError where k > n.

    As a product, which stays exact where the binomials would overflow.
    """
    if not 0 <= c <= n or not 1 <= k <= n:
        raise ValueError(f"no pass@{k} of {c} right ones among {n}")
    if n - c < k:
        return 1.0
    missed = 1.0
    for i in range(n - c + 1, n + 1):
        missed *= 1.0 - k / i
    return 1.0 - missed


def each_pass_at_k(tallies: Iterable[Tally], k: int) -> list[float]:
    """Of every task with its own number of samples. Raises TooFewSamples."""
    given = list(tallies)
    short = [one for one in given if one.samples < k]
    if short:
        raise TooFewSamples(k, short)
    return [pass_at_k(one.samples, one.right, k) for one in given]


def possible(tallies: Iterable[Tally], ks: Iterable[int]) -> tuple[int, ...]:
    """Those k that every task has enough samples for."""
    fewest = min((one.samples for one in tallies), default=0)
    return tuple(k for k in ks if k <= fewest)
