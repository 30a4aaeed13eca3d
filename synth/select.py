"""Which attempts to build upon. Pure functions over attempts and a random stream."""

from __future__ import annotations

import statistics
from collections.abc import Hashable, Sequence
from random import Random
from typing import Literal

from synthd.synth.attempt import Attempt

Pool = Literal["passing", "all"]


def passes(attempt: Attempt) -> bool:
    """Whether it passes the visible checks, and not by listing their answers."""
    return attempt.accepted and not attempt.evaluation.labels


def did(attempt: Attempt) -> Hashable:
    """What it did on every check: equal for programs that no check tells apart."""
    return tuple((case.outcome, case.got, case.detail) for case in attempt.evaluation.cases)


def eligible(attempts: Sequence[Attempt], pool: Pool) -> list[Attempt]:
    """Who may be selected at all: every attempt that has a program.

    passing: of these only those that pass the visible checks, wherever any does.
    """
    programs = [attempt for attempt in attempts if attempt.candidate.code]
    best = max((attempt.rank[:2] for attempt in programs), default=(False, False))
    if pool == "all" or not best[0]:
        return programs
    return [attempt for attempt in programs if attempt.rank[:2] == best]


def distinct(attempts: Sequence[Attempt]) -> list[Attempt]:
    """One attempt for each program, the first: copies would crowd out other parents."""
    seen: set[str] = set()
    kept: list[Attempt] = []
    for attempt in attempts:
        if attempt.candidate.code not in seen:
            seen.add(attempt.candidate.code)
            kept.append(attempt)
    return kept


def same_text(attempts: Sequence[Attempt]) -> list[list[int]]:
    """Their places, those of one program together; largest group first, then the earliest."""
    groups: dict[str, list[int]] = {}
    for place, attempt in enumerate(attempts):
        groups.setdefault(attempt.candidate.code, []).append(place)
    return sorted(groups.values(), key=lambda group: (-len(group), group[0]))


def tournament(attempts: Sequence[Attempt], k: int, random: Random) -> list[Attempt]:
    """The k best by mean score, ties in order (what the SEIDR paper calls tournament)."""
    return sorted(attempts, key=lambda attempt: attempt.score, reverse=True)[:k]


def lexicase(
    attempts: Sequence[Attempt],
    k: int,
    random: Random,
    *,
    replacement: bool = True,
    epsilon: bool = False,
) -> list[Attempt]:
    """k parents, each the winner of its own random order of cases (Spector 2012).

    epsilon keeps what is within the median absolute deviation of a case's best (La Cava 2016);
    it is for real-valued case scores. Without replacement a parent is chosen at most once.
    """
    scores = [[float(case.passed) for case in attempt.evaluation.cases] for attempt in attempts]
    width = min((len(row) for row in scores), default=0)
    slack = [_deviation([row[case] for row in scores]) if epsilon else 0.0 for case in range(width)]
    pool = list(range(len(attempts)))
    chosen: list[Attempt] = []
    while pool and len(chosen) < k:
        winner = _winner(pool, scores, slack, random)
        chosen.append(attempts[winner])
        if not replacement:
            pool.remove(winner)
    return chosen


def _winner(
    pool: Sequence[int], scores: Sequence[Sequence[float]], slack: Sequence[float], random: Random
) -> int:
    survivors = list(pool)
    for case in random.sample(range(len(slack)), len(slack)):
        if len(survivors) == 1:
            break
        bar = max(scores[index][case] for index in survivors) - slack[case]
        survivors = [index for index in survivors if scores[index][case] >= bar]
    return random.choice(survivors)


def _deviation(values: Sequence[float]) -> float:
    middle = statistics.median(values)
    return statistics.median(abs(value - middle) for value in values)
