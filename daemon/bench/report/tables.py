"""The tables of a report, once: terminal, Markdown, CSV and HTML all show these."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from synthd.daemon.bench.report import attempts
from synthd.daemon.bench.report.columns import Arm
from synthd.daemon.bench.report.table import (
    Column,
    Table,
    between,
    key,
    mean,
    percent,
    signed,
    with_model,
)
from synthd.daemon.bench.report.values import ORACLE, Counted, Figures, Pair, Report, SuiteFacts

_TINY = 0.001
_NAMED = 10  # of the tasks that a suite leaves out


def tables(report: Report) -> tuple[Table, ...]:
    """In the order in which they are read; those without rows are left out."""
    found = [
        *(table for run, suite in _places(report) for table in _of_suite(report, run, suite)),
        suites(report.suites),
        errors(report),
    ]
    return tuple(table for table in found if table.rows)


def _of_suite(report: Report, run: str, suite: str) -> list[Table]:
    own = report.of(run, suite)
    return [
        summary(own, run, suite),
        attempts.table(own, run, suite),
        pairs(report, run, suite),
        endings(own, run, suite),
    ]


def summary(figures: Sequence[Figures], run: str, suite: str) -> Table:
    """What a paper would print."""
    ks = tuple(dict.fromkeys(at.k for one in figures for at in one.pass_at if at.k > 1))
    models = len({one.arm.model for one in figures}) > 1
    priced = any(one.cost.money is not None for one in figures)
    unfinished = any(one.missing for one in figures)
    columns = (
        Column("strategy", number=False),
        *([Column("model", number=False)] if models else []),
        Column("tasks"),
        Column("searches"),
        *([Column("missing", "searches not done yet")] if unfinished else []),
        Column("solved %", "held-out tests pass; mean over seeds and samples, then over tasks"),
        Column("95 %", "bootstrap over tasks"),
        *(Column(f"pass@{k} %", "unbiased (Chen et al. 2021), with each task's own n") for k in ks),
        Column("visible %", "searches whose result what steered them accepts"),
        Column("selector %", "of those, the share that held-out tests pass, too (Wilson's 95 %)"),
        Column("timeouts", "results that held-out tests ended for time; counted as not solved"),
        Column("attempts", "programs judged in a search, mean"),
        Column("calls", "model calls of a search, mean: attempts, critiques, reflections, all"),
        Column("tokens", "completion tokens of a search, mean"),
        Column("seconds", "of a search, mean; depends on the machine"),
        *([Column("$ a search", "mean")] if priced else []),
    )
    rows = tuple(
        (
            one.label,
            *([one.arm.model] if models else []),
            f"{len(one.tasks):,}",
            f"{one.searches:,}",
            *([_count(one.missing)] if unfinished else []),
            percent(one.solved.mean),
            between(one.solved),
            *(next((percent(at.value.mean) for at in one.pass_at if at.k == k), "") for k in ks),
            percent(one.visible / one.steered) if one.steered else "",
            f"{percent(one.selector.mean)} ({between(one.selector)})" if one.selector else "",
            f"{one.timeouts:,}",
            mean(one.cost.programs, one.searches),
            mean(one.cost.model_calls, one.searches),
            mean(one.cost.completion_tokens, one.searches),
            mean(one.cost.seconds, one.searches),
            *([money(one)] if priced else []),
        )
        for one in figures
    )
    return Table(
        key("summary", run, suite),
        "Solved",
        columns,
        rows,
        run=run,
        suite=suite,
    )


def pairs(report: Report, run: str, suite: str) -> Table:
    columns = (
        Column("first", number=False),
        Column("second", number=False),
        Column("tasks", "that both have finished"),
        Column("difference", "of the shares solved, first less second, in points"),
        Column("95 %", "bootstrap over tasks"),
        Column("first better", "tasks"),
        Column("second better", "tasks"),
        Column("equal", "tasks"),
        Column("p", "two-sided exact sign test; with one search a task, McNemar's"),
        Column("clear", "the interval leaves out 0, and p is below 0.05", number=False),
    )
    own = [pair for pair in report.pairs if (pair.first.run, pair.first.suite) == (run, suite)]
    names = {one.arm: one.label for one in report.figures}
    rows = tuple(_pair(pair, names) for pair in own)
    return Table(
        key("pairs", run, suite), "Strategies in pairs", columns, rows, run=run, suite=suite
    )


def _pair(pair: Pair, names: dict[Arm, str]) -> tuple[str, ...]:
    found = pair.found
    named = [names[pair.first], names[pair.second]]
    if pair.first.model != pair.second.model:
        named = [
            f"{name}, {arm.model}"
            for name, arm in zip(named, (pair.first, pair.second), strict=True)
        ]
    return (
        *named,
        f"{found.tasks:,}",
        signed(found.difference.mean),
        f"{signed(found.difference.low)} to {signed(found.difference.high)}",
        f"{found.wins:,}",
        f"{found.losses:,}",
        f"{found.ties:,}",
        f"{found.p:.3f}" if found.p >= _TINY else f"{found.p:.1e}",
        "yes" if found.clear else "no",
    )


def endings(figures: Sequence[Figures], run: str, suite: str) -> Table:
    """What came of the searches, and why they ended."""
    outcomes = _names(one.outcomes for one in figures)
    stops = _names(one.stops for one in figures)
    columns = (
        Column("strategy", number=False),
        *(Column(name or "?", "verdict of the held-out tests") for name in outcomes),
        *(Column(f"ended: {name or '?'}", "why the search ended") for name in stops),
        Column("broken attempts", "infrastructure; never scored"),
        Column("tests in process", "verdicts from tests in the program's own process"),
        Column("estimated", "searches whose token counts are estimates"),
    )
    rows = tuple(
        (
            with_model(one, figures),
            *(_counted(one.outcomes, name) for name in outcomes),
            *(_counted(one.stops, name) for name in stops),
            f"{one.infra:,}",
            f"{one.in_process:,}",
            f"{one.estimated:,}",
        )
        for one in figures
    )
    return Table(
        key("endings", run, suite),
        "How they ended",
        columns,
        rows,
        run=run,
        suite=suite,
    )


def suites(facts: Sequence[SuiteFacts]) -> Table:
    names = ("suite", "tasks", "data", "licence", "visible", "acceptance", "held out", "left out")
    more = ("excluded here", "SHA-256", "note")
    columns = tuple(Column(name, number=False) for name in (*names, *more))
    rows = tuple(_suite(one) for one in facts)
    told = [place for place, _ in enumerate(columns) if any(row[place] for row in rows)]
    return Table(
        "suites",
        "Suites",
        tuple(columns[place] for place in told),
        tuple(tuple(row[place] for place in told) for row in rows),
    )


def _suite(one: SuiteFacts) -> tuple[str, ...]:
    split = dict(one.split)
    left_out = [f"{id}: {why}" for id, why in one.left_out[:_NAMED]]
    if len(one.left_out) > _NAMED:
        left_out.append(f"and {len(one.left_out) - _NAMED} more")
    return (
        f"{one.run}: {one.text}" if one.run else one.text,
        _count(one.tasks),
        f"{one.title}, {one.version}" if one.version else one.title,
        one.licence,
        *(split.get(part, "") for part in ("visible", "acceptance", "held out")),
        "; ".join(left_out),
        f"{len(one.excluded)}: {', '.join(one.excluded)}" if one.excluded else "",
        one.sha256,
        one.note,
    )


def errors(report: Report) -> Table:
    columns = (Column("attempts"), Column("what broke", number=False))
    rows = tuple((f"{one.number:,}", one.error) for one in report.errors)
    return Table("errors", "Attempts that broke", columns, rows, "Never scored.")


def ledger(figures: Sequence[Figures]) -> Table:
    """What every task cost every arm: a row each, numbers as programs read them."""
    names = (
        *("run", "suite", "strategy", "model", "oracle", "task", "searches", "solved", "fooled"),
        *("timeouts", "prompt_tokens", "completion_tokens", "cached_tokens", "model_calls"),
        *("programs", "seconds", "judge_seconds", "cpu_seconds", "money"),
    )
    rows = tuple(
        (
            *(one.arm.run, one.arm.suite, one.arm.strategy, one.arm.model),
            ORACLE if one.oracle else "",
            task.task,
            *map(str, (task.searches, task.solved, task.fooled, task.timeouts)),
            *map(str, (task.cost.prompt_tokens, task.cost.completion_tokens)),
            *map(str, (task.cost.cached_tokens, task.cost.model_calls, task.cost.programs)),
            *(f"{x:.3f}" for x in (task.cost.seconds, task.cost.judge_seconds)),
            f"{task.cost.cpu_seconds:.3f}",
            "" if task.cost.money is None else f"{task.cost.money:.8f}",
        )
        for one in figures
        for task in one.tasks
    )
    return Table("tasks", "What every task cost", tuple(Column(name) for name in names), rows)


def curves(figures: Sequence[Figures]) -> Table:
    """Every point of every curve, for other plots than ours."""
    names = ("run", "suite", "strategy", "model", "oracle", "axis", "x", "solved", "low", "high")
    rows = tuple(
        (
            *(one.arm.run, one.arm.suite, one.arm.strategy, one.arm.model),
            ORACLE if one.oracle else "",
            axis,
            f"{point.x:g}",
            *(f"{x:.6f}" for x in (point.solved.mean, point.solved.low, point.solved.high)),
        )
        for one in figures
        for axis, points in (
            *((curve.axis.value, curve.points) for curve in one.curves),
            ("turn", one.turns),
        )
        for point in points
    )
    return Table("curves", "Curves", tuple(Column(name) for name in names), rows)


def money(one: Figures) -> str:
    if one.cost.money is None:
        return ""
    value = one.cost.money / one.searches
    return f"{value:.2f}" if value >= 1 else f"{float(f'{value:.2g}'):.8f}".rstrip("0").rstrip(".")


def _names(found: Iterable[Sequence[Counted]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(each.what for one in found for each in one))


def _counted(found: Sequence[Counted], name: str) -> str:
    return f"{next((each.number for each in found if each.what == name), 0):,}"


def _count(number: int | None) -> str:
    return "?" if number is None else f"{number:,}"


def _places(report: Report) -> list[tuple[str, str]]:
    return list(dict.fromkeys((one.arm.run, one.arm.suite) for one in report.figures))
