"""What judges said about programs that cheat: as a table, as a page, in numbers."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass

from catalogue import Cheat
from rich.console import Console
from rich.table import Table

NOT_RUN = "not run"


@dataclass(frozen=True, slots=True)
class Said:
    """wrong: an accepted cheat, a refused honest program, or something left behind."""

    label: str
    accepted: bool
    wrong: bool
    note: str = ""

    def __str__(self) -> str:
        return f"{'✗ ' if self.wrong else ''}{self.label}{f' ({self.note})' if self.note else ''}"


def count(cheats: Sequence[Cheat], said: Sequence[Said]) -> dict[str, int]:
    pairs = list(zip(cheats, said, strict=True))
    ran = [(cheat, s) for cheat, s in pairs if not s.label.startswith(NOT_RUN)]
    return {
        "ran": len(ran),
        "cheats_accepted": sum(s.accepted for cheat, s in ran if not cheat.honest),
        "honest_refused": sum(not s.accepted for cheat, s in ran if cheat.honest),
        "wrong": sum(s.wrong for _, s in ran),
    }


def show(cheats: Sequence[Cheat], columns: dict[str, list[Said]]) -> None:
    table = Table("row", "program", "what it does", *columns, title="Who accepts what")
    for number, cheat in enumerate(cheats):
        said = [columns[name][number] for name in columns]
        cells = [f"[red]{s}[/red]" if s.wrong else str(s) for s in said]
        table.add_row(cheat.row, cheat.name, cheat.about, *cells)
    Console(width=None if sys.stdout.isatty() else 200).print(table)


def markdown(cheats: Sequence[Cheat], columns: dict[str, list[Said]], names: dict[str, str]) -> str:
    """The same as a page: made by this script, not by hand."""
    lines = [
        "# Programs that cheat, and who accepts them",
        "",
        "Written by `python tests/perf/cheat_table.py --markdown docs/cheats.md`; the programs are",
        "in `tests/cheats`, and `tests/cheats/test_programs.py` holds our column to it. ✗ marks a",
        "cheat that is accepted, an honest program that is refused, a judge that is killed, and",
        "processes or files that are left behind. Rows C1 to C15 are the classes of cheats that",
        "executors in use were seen to accept. The other judges ran inside a box of ours, one",
        "process each, with a limit of one second for cheats and three for honest programs.",
        "",
    ]
    for honest, title in ((False, "Must not pass"), (True, "Must pass")):
        lines += [f"## {title}", ""]
        lines += [f"| row | program | what it does | {' | '.join(names.values())} |"]
        lines += [f"|{' --- |' * (3 + len(names))}"]
        for number, cheat in enumerate(cheats):
            if cheat.honest is honest:
                cells = " | ".join(str(columns[name][number]) for name in names)
                lines.append(f"| {cheat.row} | {cheat.name} | {cheat.about} | {cells} |")
        lines.append("")
    lines += ["## In numbers", "", "| | " + " | ".join(names.values()) + " |"]
    lines += [f"|{' --- |' * (1 + len(names))}"]
    counts = {name: count(cheats, columns[name]) for name in names}
    for key in ("ran", "cheats_accepted", "honest_refused", "wrong"):
        cells = " | ".join(str(counts[name][key]) for name in names)
        lines.append(f"| {key.replace('_', ' ')} | {cells} |")
    return "\n".join(lines) + "\n"
