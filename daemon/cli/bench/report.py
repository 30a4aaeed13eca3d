"""`synthd bench report` and `synthd bench compare`: what runs came to."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NoReturn

from synthd.daemon.bench.report import plots, wire
from synthd.daemon.bench.report.comparing import Change, Compared
from synthd.daemon.bench.report.examining import Asked
from synthd.daemon.bench.report.figuring import Wanted
from synthd.daemon.bench.report.table import Table, signed
from synthd.daemon.bench.report.tables import tables
from synthd.daemon.bench.report.writing import NAME, PLOTS, Format, make, write
from synthd.daemon.cli.running import finish
from synthd.daemon.cli.screen import err, out
from synthd.daemon.exits import BadInput, Exit

if TYPE_CHECKING:
    from rich.console import Console

_SHOWN = ("strategy", "model", "tasks", "missing", "solved %", "95 %", "timeouts", "tokens")
_MOST = 10  # changes of a task that a terminal lists


@dataclass(frozen=True, slots=True)
class Options:
    folders: tuple[Path, ...]
    out: Path | None = None
    formats: str = ""
    ks: str = ""
    json: bool = False
    data: Path | None = None
    contamination: bool = False
    against: tuple[str, ...] = ()
    exemplars: tuple[Path, ...] = ()
    exclude: bool = False


def main(options: Options) -> NoReturn:
    finish(lambda: _main(options))


def compare(first: Path, second: Path, *, json: bool) -> NoReturn:
    finish(lambda: _compare(first, second, json=json))


async def _main(options: Options) -> Exit:
    formats = _formats(options.formats)
    wanted = Wanted(ks=_ks(options.ks))
    asked = Asked(
        options.data,
        os.environ,
        options.contamination,
        options.against,
        options.exemplars,
        options.exclude,
    )
    made = make(options.folders, wanted, asked)
    if not made.tabulated.report.figures:
        raise BadInput("nothing is finished yet: there is nothing to report on")
    files = write(made, options.out or options.folders[0] / NAME, formats)
    report = made.tabulated.report
    if options.json:
        paths = [str(path) for path in files]
        print(wire.report_json(report, made.compared, files=paths), flush=True)
        return Exit.VERIFIED
    console = out()
    for line in report.told:
        console.print(line, markup=False)
    for table in tables(report):
        if table.key.startswith("summary"):
            _show(console, table)
    for table in made.extra:
        console.print(f"{table.heading}: {table.note}", markup=False)
    if set(formats) & set(PLOTS) and not plots.available():
        err().print(plots.HOW, markup=False)
    for path in files:
        if path.suffix in (".html", ".md"):
            console.print(f"written: {path}", markup=False)
    if len(files) > 1:
        console.print(f"{len(files)} files in {files[0].parent}", markup=False)
    return Exit.VERIFIED


async def _compare(first: Path, second: Path, *, json: bool) -> Exit:
    made = make((first, second), Wanted(), Asked(environment=os.environ))
    assert made.compared is not None
    if json:
        print(wire.report_json(made.tabulated.report, made.compared), flush=True)
        return Exit.VERIFIED
    console = out()
    console.print(made.tabulated.report.told[0], markup=False)
    _show_compared(console, made.compared)
    return Exit.VERIFIED


def _formats(text: str) -> tuple[Format, ...]:
    if not text:
        return tuple(Format)
    try:
        return tuple(dict.fromkeys(Format(part.strip()) for part in text.split(",")))
    except ValueError:
        raise BadInput(f"--format {text}: of {', '.join(Format)}, with commas between") from None


def _ks(text: str) -> tuple[int, ...] | None:
    if not text:
        return None
    try:
        ks = tuple(dict.fromkeys(int(part) for part in text.split(",")))
    except ValueError:
        ks = (0,)
    if min(ks) < 1:
        raise BadInput(f"--k {text}: numbers from 1 on, with commas between")
    return ks


def _show(console: Console, table: Table) -> None:
    """The columns that fit; the files have all."""
    from rich import box
    from rich.markup import escape
    from rich.table import Table as Shown

    shown = Shown(title=escape(table.heading), box=box.SIMPLE_HEAD, title_justify="left")
    kept = [
        place
        for place, column in enumerate(table.columns)
        if column.name in _SHOWN or column.name.startswith("pass@")
    ]
    for place in kept:
        column = table.columns[place]
        justify: Literal["left", "right"] = "right" if column.number else "left"
        shown.add_column(escape(column.name), justify=justify, overflow="fold")
    for row in table.rows:
        shown.add_row(*(escape(row[place]) for place in kept))
    console.print(shown)


def _show_compared(console: Console, compared: Compared) -> None:
    for one in compared.arms:
        gap = one.found.difference
        console.print(
            f"{one.arm.suite}, {one.label}, {one.arm.model}: {100 * one.before:.1f} → "
            f"{100 * one.after:.1f} %, {signed(gap.mean)} points (95 %: {signed(gap.low)} to "
            f"{signed(gap.high)}) over {one.found.tasks} tasks, {one.found.wins} better, "
            f"{one.found.losses} worse, p = {one.found.p:.3g}",
            markup=False,
        )
    for title, changes in (("worse", compared.regressions), ("better", compared.gains)):
        if changes:
            console.print(f"{title}:", markup=False)
        for change in changes[:_MOST]:
            console.print(f"  {_changed(change)}", markup=False)
        if len(changes) > _MOST:
            console.print(f"  and {len(changes) - _MOST} more (--json has all)", markup=False)
    console.print("what differs in how they were run:" if compared.differences else "run alike")
    for difference in compared.differences:
        console.print(
            f"  {difference.what}: {difference.first} → {difference.second}", markup=False
        )
    for arm in compared.only:
        console.print(f"  only in {arm.run}: {arm.strategy} on {arm.suite}", markup=False)


def _changed(change: Change) -> str:
    return (
        f"{change.suite} {change.task}, {change.strategy}: "
        f"{100 * change.before:.0f} → {100 * change.after:.0f} %"
    )
