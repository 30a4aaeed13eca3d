"""How good a verifier is on tasks that it has not seen: pairs in the right order, calibration.

Plain Python: there are a few thousand numbers.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

BINS = 10
RESAMPLES = 2000


@dataclass(frozen=True, slots=True)
class Scored:
    """What a verifier says of a group's programs."""

    task: str
    right: tuple[float, ...]
    wrong: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Accuracy:
    """Of all pairs of a right and a wrong program of one prompt, the share in the right order, ties
    a half; the mean over tasks, each weighing the same. low, high: 95 %, by resampling tasks."""

    value: float
    low: float
    high: float
    tasks: int
    pairs: int


@dataclass(frozen=True, slots=True)
class Bin:
    """Programs whose predicted probability is from `low` to `high`. predicted: its mean; observed:
    the share that is right."""

    low: float
    high: float
    count: int
    predicted: float
    observed: float


@dataclass(frozen=True, slots=True)
class Calibration:
    """ece: expected calibration error, the mean distance of predicted and observed (Guo et al.
    2017, arXiv 1706.04599), bins of equal width, weighed by what is in them."""

    ece: float
    bins: tuple[Bin, ...]


@dataclass(frozen=True, slots=True)
class Platt:
    """P(right) = σ(slope · r + offset) (Platt 1999)."""

    slope: float = 1.0
    offset: float = 0.0

    def __call__(self, value: float) -> float:
        return sigmoid(self.slope * value + self.offset)


def sigmoid(value: float) -> float:
    if value >= 0:
        return 1 / (1 + math.exp(-value))
    grown = math.exp(value)
    return grown / (1 + grown)


def pair_accuracy(scored: Sequence[Scored], seed: int) -> Accuracy:
    """Raises ValueError where nothing is scored."""
    each: dict[str, list[float]] = {}
    pairs = 0
    for one in scored:
        pairs += len(one.right) * len(one.wrong)
        each.setdefault(one.task, []).append(ordered(one))
    tasks = [sum(values) / len(values) for values in each.values()]
    if not tasks:
        raise ValueError("nothing is scored")
    random = Random(f"bootstrap {seed}")
    means = sorted(sum(random.choices(tasks, k=len(tasks))) / len(tasks) for _ in range(RESAMPLES))
    low, high = means[int(0.025 * RESAMPLES)], means[int(0.975 * RESAMPLES) - 1]
    return Accuracy(sum(tasks) / len(tasks), low, high, len(tasks), pairs)


def ordered(one: Scored) -> float:
    """The share of the pairs of one prompt that are in the right order."""
    wins = sum(
        1.0 if good > bad else 0.5 if good == bad else 0.0
        for good in one.right
        for bad in one.wrong
    )
    return wins / (len(one.right) * len(one.wrong))


def calibration(scored: Sequence[Scored], platt: Platt) -> Calibration:
    inside: list[list[tuple[float, bool]]] = [[] for _ in range(BINS)]
    for value, right in _points(scored):
        probability = platt(value)
        inside[min(BINS - 1, int(probability * BINS))].append((probability, right))
    total = sum(map(len, inside))
    bins = tuple(_bin(place, held) for place, held in enumerate(inside) if held)
    ece = sum(one.count * abs(one.predicted - one.observed) for one in bins) / max(1, total)
    return Calibration(ece, bins)


def _bin(place: int, held: Sequence[tuple[float, bool]]) -> Bin:
    count = len(held)
    predicted = sum(probability for probability, _ in held) / count
    observed = sum(right for _, right in held) / count
    return Bin(place / BINS, (place + 1) / BINS, count, predicted, observed)


def _points(scored: Sequence[Scored]) -> list[tuple[float, bool]]:
    return [(value, True) for one in scored for value in one.right] + [
        (value, False) for one in scored for value in one.wrong
    ]


def fit_platt(scored: Sequence[Scored], steps: int = 100) -> Platt:
    """By Newton's method, with Platt's smoothed targets, so that it has a finite answer."""
    points = _points(scored)
    positive = sum(right for _, right in points)
    negative = len(points) - positive
    high, low = (positive + 1) / (positive + 2), 1 / (negative + 2)
    slope, offset = 0.0, math.log((positive + 1) / (negative + 1))
    for _ in range(steps):
        gs = go = hss = hso = hoo = 0.0
        for value, right in points:
            p = sigmoid(slope * value + offset)
            error, weight = p - (high if right else low), max(p * (1 - p), 1e-12)
            gs, go = gs + error * value, go + error
            hss, hso, hoo = hss + weight * value * value, hso + weight * value, hoo + weight
        hss, hoo = hss + 1e-9, hoo + 1e-9
        determinant = hss * hoo - hso * hso
        if determinant <= 1e-18:
            break
        ds, do = (hoo * gs - hso * go) / determinant, (hss * go - hso * gs) / determinant
        # A full step may overshoot where the two classes are far apart.
        scale = min(1.0, 2.0 / max(abs(ds), abs(do), 1e-12))
        slope, offset = slope - scale * ds, offset - scale * do
        if max(abs(ds), abs(do)) < 1e-10:
            break
    return Platt(slope, offset)
