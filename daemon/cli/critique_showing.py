"""Shows a critique: what is found while it is found, then one table a function."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from synthd.daemon.critiquing.report import CritiqueReport, Status
from synthd.synth.critique.critic import Vote
from synthd.synth.critique.opinion import Standing
from synthd.synth.critique.rules import Found
from synthd.synth.critique.trials import Came, Trial

if TYPE_CHECKING:
    from rich.console import Console

_COLOUR = {
    Status.SOUND: "green",
    Status.FAULTY: "red",
    Status.UNDECIDED: "yellow",
    Status.ERROR: "red",
}
_WORDS = {
    Status.SOUND: "sound, as far as was looked",
    Status.FAULTY: "faulty",
    Status.UNDECIDED: "undecided",
    Status.ERROR: "error",
}
_CAME = {
    Came.ADMITTED: "the spec admits this body",
    Came.AS_TRIVIAL: "verified; the file's own body is as trivial",
    Came.DETERMINED: "verified, and no other result would be",
    Came.OWN: "the file's own body",
}


class Live:
    """A line for each finding, on stderr."""

    def __init__(self, console: Console, title: str, samples: int) -> None:
        self._console, self._title, self._samples = console, title, samples
        self._votes = 0

    def __enter__(self) -> Live:
        self._console.print(f"\n{self._title}", style="bold", markup=False)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        return None

    def __call__(self, one: Vote | Trial | Found) -> None:
        self._console.print(f"  {self._line(one)}", markup=False)

    def _line(self, one: Vote | Trial | Found) -> str:
        if isinstance(one, Vote):
            self._votes += 1
            said = one.opinion.value if one.opinion else "no answer that can be read"
            return f"answer {self._votes} of {self._samples}: {said}"
        if isinstance(one, Found):
            return f"rule: {one}"
        body = " ".join(one.body.split())
        shown = body if len(body) <= 60 else f"{body[:59]}…"
        return f"{one.node}: {_CAME.get(one.came, one.came.value)}{f'  {shown}' if shown else ''}"


def show(console: Console, report: CritiqueReport, *, collected: Path | None) -> None:
    from rich.table import Table
    from rich.text import Text

    colour, word = _COLOUR[report.status], _WORDS[report.status]
    console.print(f"{report.file}::{report.function}: {word}", style=colour, markup=False)
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    rows = [
        (_counted(rule.counts), "rule", f"line {rule.line}: {rule.message} ({rule.rule})")
        for rule in report.rules
    ]
    if report.comparison is not None:
        against = f"compared with {report.comparison.source}"
        rows.append((report.comparison.standing.value, against, report.comparison.message))
    if report.exploits is not None:
        rows.append((report.exploits.standing.value, "trivial bodies", report.exploits.message))
    for row in rows:
        table.add_row(*map(Text, row))
    if rows:
        console.print(table)
    if report.exploits is not None:
        _show_admitted(console, report)
    if collected is not None:
        console.print(f"kept in {collected}", markup=False)


def _show_admitted(console: Console, report: CritiqueReport) -> None:
    assert report.exploits is not None
    for one in report.exploits.admitted[:3]:
        title = f"{one.node}: {_CAME[one.came]}; the program that Verus verified:"
        console.print(f"\n{title}", style="bold", markup=False)
        console.print(one.program, markup=False)


def _counted(counts: bool) -> str:
    return Standing.FAULTY.value if counts else "note"
