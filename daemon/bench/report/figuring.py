"""From the searches of one arm to its figures."""

from __future__ import annotations

import math
import re
from array import array
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import fmean

from synthd.daemon.bench.report.columns import Columns, Is
from synthd.daemon.bench.report.values import (
    Axis,
    Cost,
    Counted,
    Curve,
    Figures,
    PassAt,
    SeedMean,
    TaskFigures,
)
from synthd.synth.metrics.curves import Point, Searches, by_turn, solved_by
from synthd.synth.metrics.interval import Bootstrap, Interval, wilson
from synthd.synth.metrics.passing import Tally, each_pass_at_k, possible

KS = (1, 5, 10, 100)
TIMEOUT = "timeout"  # of outcomes
OUT_OF_TIME = "time"  # of stops
_TURNS = 32  # as many as a plot can show


@dataclass(frozen=True, slots=True)
class Wanted:
    """ks: of pass@k, refused where a task has fewer samples; None: those of KS that all
    allow."""

    ks: tuple[int, ...] | None = None
    bootstrap: Bootstrap = field(default_factory=Bootstrap)


def figures(
    columns: Columns, wanted: Wanted, missing: int | None, most: Mapping[Axis, float]
) -> Figures:
    """most: how far the curves go, the same for all arms that stand in one plot.

    Raises TooFewSamples for a k that was asked for and cannot be told.
    """
    by_task = columns.rows_by_task()
    named = sorted((natural(columns.tasks.known[place]), place) for place in by_task)
    tasks = tuple(_task(columns, columns.tasks.known[place], by_task[place]) for _, place in named)
    solved = wanted.bootstrap([one.rate for one in tasks])
    visible = columns.count(Is.VISIBLE)
    fooled = sum(one.fooled for one in tasks)
    stops = Counter(columns.stops.known[place] for place in columns.stop)
    outcomes = Counter(columns.outcomes.known[place] for place in columns.outcome)
    return Figures(
        arm=columns.arm,
        searches=len(columns),
        oracle=columns.count(Is.ORACLE),
        solved=solved,
        seeds=_seeds(columns),
        pass_at=_pass_at(tasks, solved, wanted),
        steered=columns.count(Is.STEERED),
        visible=visible,
        selector=wilson(visible - fooled, visible) if visible else None,
        timeouts=outcomes[TIMEOUT],
        out_of_time=stops[OUT_OF_TIME],
        in_process=columns.count(Is.IN_PROCESS),
        estimated=columns.count(Is.ESTIMATED),
        infra=columns.infra,
        missing=missing,
        outcomes=_counted(outcomes),
        stops=_counted(stops),
        cost=cost(columns, range(len(columns))),
        tasks=tasks,
        curves=tuple(_curve(columns, axis, by_task, most[axis]) for axis in Axis if axis in most),
        turns=_turns(columns, by_task),
    )


def cost(columns: Columns, rows: Sequence[int]) -> Cost:
    def total(column: array[int]) -> int:
        return sum(column[row] for row in rows)

    def sum_of(column: array[float]) -> float:
        # Exact: the same in whatever order searches were finished.
        return round(math.fsum(column[row] for row in rows), 6)

    money = sum_of(columns.money)
    return Cost(
        total(columns.prompt_tokens),
        total(columns.completion_tokens),
        total(columns.cached_tokens),
        total(columns.model_calls),
        total(columns.programs),
        sum_of(columns.seconds),
        sum_of(columns.judge_seconds),
        sum_of(columns.cpu_seconds),
        None if math.isnan(money) else money,
    )


def column(columns: Columns, axis: Axis) -> array[int] | array[float]:
    match axis:
        case Axis.ATTEMPTS:
            return columns.programs
        case Axis.TOKENS:
            return columns.completion_tokens
        case Axis.CALLS:
            return columns.model_calls
        case Axis.SECONDS:
            return columns.seconds
        case Axis.MONEY:
            return columns.money


def natural(name: str) -> tuple[tuple[int, str], ...]:
    """For sorting: HumanEval/9 before HumanEval/10."""
    return tuple(
        (int(part) if part.isdecimal() else -1, part) for part in re.split(r"([0-9]+)", name)
    )


def _task(columns: Columns, name: str, rows: Sequence[int]) -> TaskFigures:
    flags = [columns.flags[row] for row in rows]
    timeout = columns.outcomes(TIMEOUT)
    passed, decided = int(Is.PASSED), int(Is.PASSED | Is.VISIBLE)
    return TaskFigures(
        name,
        len(rows),
        sum(bool(flag & passed) for flag in flags),
        sum(flag & decided == decided - passed for flag in flags),
        sum(columns.outcome[row] == timeout for row in rows),
        cost(columns, rows),
    )


def _seeds(columns: Columns) -> tuple[SeedMean, ...]:
    """Of each the mean over tasks of the mean over its samples."""
    counts: dict[int, dict[int, list[int]]] = {}
    for task, seed, _, passed in columns.verdicts():
        pair = counts.setdefault(seed, {}).setdefault(task, [0, 0])
        pair[0] += passed
        pair[1] += 1
    return tuple(
        SeedMean(
            seed,
            fmean(right / number for right, number in tasks.values()),
            sum(number for _, number in tasks.values()),
        )
        for seed, tasks in sorted(counts.items())
    )


def _pass_at(tasks: Sequence[TaskFigures], solved: Interval, wanted: Wanted) -> tuple[PassAt, ...]:
    """pass@1 is the mean over all samples: what is solved."""
    tallies = [Tally(one.task, one.searches, one.solved) for one in tasks]
    ks = possible(tallies, KS) if wanted.ks is None else wanted.ks
    return tuple(
        PassAt(k, solved if k == 1 else wanted.bootstrap(each_pass_at_k(tallies, k))) for k in ks
    )


def _counted(found: Counter[str]) -> tuple[Counted, ...]:
    pairs = sorted(found.items(), key=lambda pair: (-pair[1], pair[0]))
    return tuple(Counted(*pair) for pair in pairs)


def _curve(
    columns: Columns, axis: Axis, by_task: Mapping[int, Sequence[int]], most: float
) -> Curve:
    costs = column(columns, axis)
    return Curve(axis, solved_by(_searches(columns, costs, by_task), most))


def _turns(columns: Columns, by_task: Mapping[int, Sequence[int]]) -> tuple[Point, ...]:
    passed = int(Is.PASSED)
    most = max(
        (turn for turn, flags in zip(columns.turn, columns.flags, strict=True) if flags & passed),
        default=0,
    )
    return by_turn(_searches(columns, columns.turn, by_task), min(most, _TURNS))


def _searches(
    columns: Columns, costs: array[int] | array[float], by_task: Mapping[int, Iterable[int]]
) -> dict[str, Searches]:
    passed, flags = int(Is.PASSED), columns.flags
    found: dict[str, Searches] = {}
    for task, rows in by_task.items():
        own = list(rows)
        solved = tuple(float(costs[row]) for row in own if flags[row] & passed)
        found[columns.tasks.known[task]] = Searches(solved, len(own))
    return found
