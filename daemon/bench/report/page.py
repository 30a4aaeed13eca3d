"""The report as one HTML page that needs nothing else: no network, no other file.

Text of models, tasks and users is on it in two ways only: escaped by the templates, and as JSON
that the page's own script puts into text nodes. The page's policy lets no other script run, and
nothing be loaded.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from synthd.daemon.bench.report import plots, trees
from synthd.daemon.bench.report.columns import Is, Search
from synthd.daemon.bench.report.comparing import Compared
from synthd.daemon.bench.report.picking import Cell, Matrix, Sort, matrices
from synthd.daemon.bench.report.table import Table
from synthd.daemon.bench.report.tables import tables
from synthd.daemon.bench.report.tabulate import Tabulated
from synthd.daemon.showing.page import parts, policy
from synthd.daemon.showing.words import count

if TYPE_CHECKING:
    from jinja2 import Template

BEGINNING = "<!doctype html>\n<!-- a benchmark report of synthd -->\n"
ROWS = 1000  # tasks of one suite
SEARCHES = 5000  # listed in all
_HERE = Path(__file__).parent / "page_parts"
_SORTS = {
    Sort.FOOLED: "passes what is visible, fails held-out tests",
    Sort.DISPUTED: "solved by some searches, not by all",
    Sort.UNSOLVED: "solved by none",
    Sort.SOLVED: "solved by all",
}


@dataclass(frozen=True, slots=True)
class Listed:
    """A search in the list of its cell. drawn: its tree, where the page has it; command: how it is
    shown, where it has a trace."""

    search: Search
    drawn: trees.Drawn | None
    command: str


@dataclass(slots=True)
class Panel:
    """What a cell opens."""

    anchor: str
    back: str
    task: str
    cell: Cell
    listed: list[Listed] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Section:
    """One suite of one run: its plots and tables."""

    run: str
    suite: str
    drawn: tuple[plots.Drawn, ...]
    tables: tuple[Table, ...]


def page(
    tabulated: Tabulated,
    folders: Mapping[str, Path],
    *,
    drawn: Sequence[plots.Drawn] = (),
    compared: Compared | None = None,
    extra: Sequence[Table] = (),
) -> str:
    """folders: of the runs by the names that arms have. drawn: the plots, none where there is no
    matplotlib. extra: tables of what was looked into besides."""
    report = tabulated.report
    found = matrices(report.figures, tabulated.arms, most_rows=ROWS, most_searches=SEARCHES)
    held = trees.Trees(folders)
    held.draw(_searches(found))
    script = parts("details.js") + (_HERE / "report.js").read_text("ascii")
    shown = tables(report)
    sections = _sections(tabulated, shown, drawn)
    own = {table.key for section in sections for table in section.tables}
    return _template().render(
        beginning=BEGINNING,
        policy=f"{policy(script)}; base-uri 'none'; form-action 'none'",
        style=(_HERE / "report.css").read_text("ascii") + parts("tree.css"),
        script=script,
        report=report,
        sections=sections,
        no_plots="" if drawn else plots.HOW,
        compared=compared,
        matrices=found,
        panels=_panels(found, held, folders),
        anchors=_anchors(found),
        sorts=_SORTS,
        texts=held.texts,
        trees=len(held.drawn),
        most_trees=trees.MOST,
        rest=[*extra, *(table for table in shown if table.key not in own)],
        version=version("synthd"),
    )


def _template() -> Template:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(_HERE),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["of"] = count
    return environment.get_template("report.html")


def _sections(
    tabulated: Tabulated, shown: Sequence[Table], drawn: Sequence[plots.Drawn]
) -> list[Section]:
    places = dict.fromkeys((one.arm.run, one.arm.suite) for one in tabulated.report.figures)
    return [
        Section(
            run,
            suite,
            tuple(one for one in drawn if (one.plot.run, one.plot.suite) == (run, suite)),
            tuple(table for table in shown if (table.run, table.suite) == (run, suite)),
        )
        for run, suite in places
    ]


def _searches(found: Sequence[Matrix]) -> list[tuple[str, Search]]:
    """One of every cell first, then the second ones: so that none takes the place of another."""
    cells = [cell for matrix in found for row in matrix.rows for cell in row.cells if cell]
    longest = max((len(cell.searches) for cell in cells), default=0)
    return [
        (cell.arm.run, cell.searches[place])
        for place in range(longest)
        for cell in cells
        if place < len(cell.searches)
    ]


def _anchors(found: Sequence[Matrix]) -> dict[tuple[str, str, int], str]:
    """Of the cells that open, by suite, task and place."""
    return {
        (matrix.suite, row.task, place): f"cell-{m}-{r}-{place}"
        for m, matrix in enumerate(found)
        for r, row in enumerate(matrix.rows)
        for place, cell in enumerate(row.cells)
        if cell is not None and cell.searches
    }


def _panels(found: Sequence[Matrix], held: trees.Trees, folders: Mapping[str, Path]) -> list[Panel]:
    anchors = _anchors(found)
    panels: list[Panel] = []
    for number, matrix in enumerate(found, 1):
        for row in matrix.rows:
            for place, cell in enumerate(row.cells):
                anchor = anchors.get((matrix.suite, row.task, place))
                if cell is not None and anchor is not None:
                    panel = Panel(anchor, f"matrix-{number}", row.task, cell)
                    for search in cell.searches:
                        run = cell.arm.run
                        traced = Is.TRACED in search.flags
                        command = trees.command(folders.get(run), search.key) if traced else ""
                        panel.listed.append(
                            Listed(search, held.drawn.get((run, search.key)), command)
                        )
                    panels.append(panel)
    return panels
