"""A table as a value, and how its cells are written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from synthd.daemon.bench.report.values import Figures
from synthd.synth.metrics.interval import Interval


@dataclass(frozen=True, slots=True)
class Column:
    """note: what it means, for those who ask."""

    name: str
    note: str = ""
    number: bool = True


@dataclass(frozen=True, slots=True)
class Table:
    """rows: cells as text, "" where there is nothing to say. key: for file names and anchors.
    run, suite: what it is about alone."""

    key: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""
    run: str = ""
    suite: str = ""

    @property
    def heading(self) -> str:
        """Where it stands alone."""
        place = " · ".join(part for part in (self.suite, self.run) if part)
        return f"{self.title}: {place}" if place else self.title


def percent(share: float) -> str:
    return f"{100 * share:.1f}"


def between(interval: Interval) -> str:
    return f"{percent(interval.low)}–{percent(interval.high)}"


def signed(share: float) -> str:
    return f"{100 * share:+.1f}".replace("-", "−")


def mean(total: float, count: int) -> str:
    value = total / count
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}"


def with_model(one: Figures, figures: Sequence[Figures]) -> str:
    several = len({each.arm.model for each in figures}) > 1
    return f"{one.label}, {one.arm.model}" if several else one.label


def key(what: str, run: str, suite: str) -> str:
    return "-".join(part for part in (what, run, suite) if part)
