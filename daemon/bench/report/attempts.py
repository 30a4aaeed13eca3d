"""What is solved by how many attempts: strategies side by side, each attempt counted alike.

An attempt is a program that was judged, whoever wrote it and however many calls it took: one
answer of best-of-n, one turn of a revision, one step of a model that learns. What a strategy asks
besides (critiques, reflections, explanations) is no attempt, and stands with its calls and tokens.
"""

from __future__ import annotations

from collections.abc import Sequence

from synthd.daemon.bench.report.table import Column, Table, key, percent, with_model
from synthd.daemon.bench.report.values import Axis, Figures
from synthd.synth.metrics.curves import Point

_MOST_STEPS = 8


def table(figures: Sequence[Figures], run: str, suite: str) -> Table:
    """At equal counted attempts, which are programs judged."""
    steps = _steps(figures)
    columns = (
        Column("strategy", number=False),
        *(Column(f"by {step:,}", "% solved by searches of so many attempts") for step in steps),
    )
    rows = tuple(
        (
            with_model(one, figures),
            *(
                percent(point.solved.mean) if (point := _solved_by(one, step)) else ""
                for step in steps
            ),
        )
        for one in figures
        if steps
    )
    note = "An attempt is a program that was judged; calls that judge none are in the table above."
    return Table(
        key("attempts", run, suite), "Solved by attempts, %", columns, rows, note, run, suite
    )


def _steps(figures: Sequence[Figures]) -> tuple[int, ...]:
    """1, 2, 4, …, and the most that any search made; none where every search made one."""
    longest = max((int(point.x) for one in figures for point in _curve(one)), default=0)
    if longest < 2:
        return ()
    doubled = [2**power for power in range(_MOST_STEPS) if 2**power < longest]
    return (*doubled, longest)


def _curve(one: Figures) -> tuple[Point, ...]:
    return next((found.points for found in one.curves if found.axis is Axis.ATTEMPTS), ())


def _solved_by(one: Figures, attempts: int) -> Point | None:
    """None where nothing is known: the curve is constant between its points."""
    return next((point for point in reversed(_curve(one)) if point.x <= attempts), None)
