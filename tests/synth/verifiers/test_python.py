"""From candidates to evaluations, with a real sandbox; the data set where it is at hand."""

from __future__ import annotations

import gzip
import json
import os
import sys
from pathlib import Path

import pytest

from synthd.sandbox.context import ModuleContext
from synthd.sandbox.level import Level, detect
from synthd.sandbox.limits import Limits
from synthd.synth import problem
from synthd.synth.attempt import Candidate, CaseOutcome, Evaluation, Extraction, Verdict
from synthd.synth.problem import Check, Doctest, Example, Problem
from synthd.synth.verifiers.python import PythonVerifier

HEAD = "def f(x):\n"
PROBLEM = Problem("p", "")
EXAMPLES: tuple[Check, ...] = (Example("a", "f(2)", "4"), Doctest("b", "f(3)\n", "9\n", 1))
SAMPLE = slice(None, None, 12)


def verifier(
    folder: Path, level: object, stub: str, head: str, name: str, checks: tuple[Check, ...]
) -> PythonVerifier:
    path = folder / "m.py"
    path.write_text(stub)
    context = ModuleContext(Path(sys.executable), "m", path, (folder,), folder)
    found = level
    return PythonVerifier(
        context, checks, stub, name, lambda code: head + code, Limits(), found  # type: ignore[arg-type]
    )  # fmt: skip


@pytest.fixture
async def detection() -> object:
    found = await detect()
    if found.level is Level.NONE:
        pytest.skip("; ".join(found.reasons))
    return found


async def verify(folder: Path, detection: object, candidate: Candidate) -> Evaluation:
    async with verifier(folder, detection, HEAD + "    ...\n", HEAD, "f", EXAMPLES) as found:
        return await found.verify(PROBLEM, candidate)


async def test_right(tmp_path: Path, detection: object) -> None:
    found = await verify(tmp_path, detection, Candidate("    return x * x\n"))
    assert (found.verdict, found.score) == (Verdict.ACCEPTED, 1.0)
    assert [case.id for case in found.cases] == ["b", "a"]
    assert found.isolation in ("bubblewrap", "landlock")


async def test_half_right(tmp_path: Path, detection: object) -> None:
    found = await verify(tmp_path, detection, Candidate("    return x + 2\n"))
    assert (found.verdict, found.score) == (Verdict.REJECTED, 0.5)
    assert [c.got for c in found.cases if c.outcome is CaseOutcome.FAIL] == ["5\n"]


async def test_does_not_compile(tmp_path: Path, detection: object) -> None:
    found = await verify(tmp_path, detection, Candidate("    return (\n"))
    assert (found.verdict, found.score) == (Verdict.REJECTED, 0.0)
    assert {case.outcome for case in found.cases} == {CaseOutcome.COMPILE_ERROR}


async def test_no_program(tmp_path: Path, detection: object) -> None:
    prose = Candidate("", extraction=Extraction.NO_CODE, note="only prose")
    found = await verify(tmp_path, detection, prose)
    assert (found.verdict, found.score) == (Verdict.REJECTED, 0.0)
    assert [case.outcome for case in found.cases] == [CaseOutcome.NO_CODE] * 2


async def test_nothing_to_check_is_no_pass(tmp_path: Path, detection: object) -> None:
    checks: tuple[Check, ...] = (problem.TestFile("t", "t.py", "def test_other(): assert 1\n"),)
    async with verifier(tmp_path, detection, HEAD + "    ...\n", HEAD, "f", checks) as found:
        evaluation = await found.verify(PROBLEM, Candidate("    return x\n"))
    assert evaluation.verdict is Verdict.UNDECIDED
    assert evaluation.report == "no check calls the function"


def human_eval() -> Path | None:
    place = os.environ.get("SYNTHD_DATASETS", "../shared/datasets")
    path = Path(__file__).parents[3] / place / "humaneval" / "HumanEval.jsonl.gz"
    return path if path.exists() else None


@pytest.mark.soak
async def test_human_eval_references_pass(tmp_path: Path, detection: object, soak: bool) -> None:
    path = human_eval()
    if path is None:
        pytest.skip("no HumanEval data: set SYNTHD_DATASETS to the folder that has humaneval/")
    wrong = []
    with gzip.open(path, "rt") as lines:
        tasks = [json.loads(line) for line in lines][slice(None) if soak else SAMPLE]
    assert len(tasks) == (164 if soak else 14)
    for task in tasks:
        head, name = task["prompt"], task["entry_point"]
        text = f"{task['test']}\n\ndef test_held_out():\n    check({name})\n"
        checks: tuple[Check, ...] = (problem.TestFile("held", "held.py", text),)
        async with verifier(tmp_path, detection, head + "    ...\n", head, name, checks) as found:
            good = await found.verify(PROBLEM, Candidate(task["canonical_solution"]))
            bad = await found.verify(PROBLEM, Candidate("    return None\n"))
        if (good.verdict, bad.verdict) != (Verdict.ACCEPTED, Verdict.REJECTED):
            wrong.append((task["task_id"], good, bad))
    assert not wrong
