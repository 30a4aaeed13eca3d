"""Which tasks and searches come first: failures and disagreements, then all others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from synthd.daemon.bench.report.columns import Arm, Columns, Search
from synthd.daemon.bench.report.figuring import natural
from synthd.daemon.bench.report.values import Figures


class Sort(StrEnum):
    """What a task is, the most worth reading first."""

    FOOLED = "fooled"  # visible checks accept a result that held-out tests reject
    DISPUTED = "disputed"  # one arm solves it, another does not
    UNSOLVED = "unsolved"  # by none
    SOLVED = "solved"  # always, by all


@dataclass(frozen=True, slots=True)
class Cell:
    """One task of one arm. searches: as many of them as are listed, the wrong ones first."""

    arm: Arm
    label: str
    solved: int
    count: int
    fooled: int
    searches: tuple[Search, ...] = ()

    @property
    def rate(self) -> float:
        return self.solved / self.count


@dataclass(frozen=True, slots=True)
class Row:
    """One task. cells: in the order of the arms, None where an arm has not finished it."""

    task: str
    sort: Sort
    cells: tuple[Cell | None, ...]

    @property
    def spread(self) -> float:
        rates = [cell.rate for cell in self.cells if cell]
        return max(rates) - min(rates)


@dataclass(frozen=True, slots=True)
class Matrix:
    """Tasks of one suite by arms, of all runs."""

    suite: str
    arms: tuple[Figures, ...]
    rows: tuple[Row, ...]
    hidden: int = 0

    @property
    def models(self) -> int:
        return len({one.arm.model for one in self.arms})


def matrices(
    figures: Sequence[Figures],
    arms: Mapping[Arm, Columns],
    *,
    most_rows: int,
    most_searches: int,
    each: int = 10,
) -> tuple[Matrix, ...]:
    """most_rows: of one matrix. most_searches: listed in all, at most `each` of one cell; those of
    the first rows come first."""
    found: list[Matrix] = []
    left = most_searches
    for suite in dict.fromkeys(one.arm.suite for one in figures):
        own = tuple(one for one in figures if one.arm.suite == suite)
        rows = _rows(own)
        kept: list[Row] = []
        places = {one.arm: _places(arms[one.arm]) for one in own}
        for row in rows[:most_rows]:
            cells = []
            for cell in row.cells:
                if cell is not None and left > 0:
                    listed = _listed(arms[cell.arm], places[cell.arm][row.task], min(each, left))
                    left -= len(listed)
                    cell = Cell(cell.arm, cell.label, cell.solved, cell.count, cell.fooled, listed)
                cells.append(cell)
            kept.append(Row(row.task, row.sort, tuple(cells)))
        found.append(Matrix(suite, own, tuple(kept), max(0, len(rows) - most_rows)))
    return tuple(found)


def _rows(figures: Sequence[Figures]) -> list[Row]:
    by_arm = [{task.task: task for task in one.tasks} for one in figures]
    tasks = {task for held in by_arm for task in held}
    rows: list[Row] = []
    for task in tasks:
        cells = tuple(
            Cell(one.arm, one.label, found.solved, found.searches, found.fooled)
            if (found := held.get(task))
            else None
            for one, held in zip(figures, by_arm, strict=True)
        )
        rows.append(Row(task, _sort([cell for cell in cells if cell]), cells))
    order = list(Sort)
    return sorted(rows, key=lambda row: (order.index(row.sort), -row.spread, natural(row.task)))


def _sort(cells: Sequence[Cell]) -> Sort:
    if any(cell.fooled for cell in cells):
        return Sort.FOOLED
    solved, count = sum(cell.solved for cell in cells), sum(cell.count for cell in cells)
    if not solved:
        return Sort.UNSOLVED
    return Sort.SOLVED if solved == count else Sort.DISPUTED


def _places(columns: Columns) -> dict[str, list[int]]:
    return {columns.tasks.known[task]: rows for task, rows in columns.rows_by_task().items()}


def _listed(columns: Columns, rows: Sequence[int], most: int) -> tuple[Search, ...]:
    """Fooled ones, other failures, then what is solved."""
    searches = [columns.search(row) for row in rows]
    searches.sort(key=lambda one: (not one.fooled, one.passed))
    return tuple(searches[:most])
