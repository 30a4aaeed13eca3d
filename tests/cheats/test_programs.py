"""Programs that other judges accept, or that do harm, and odd ones that are right: all get the
right verdict and the right word for it, from one pool that has to survive them all."""

from __future__ import annotations

import importlib.util
from typing import TYPE_CHECKING

import pytest

from synthd.sandbox import programs
from synthd.sandbox.checks import Outcome
from synthd.sandbox.pool import JudgePool

if TYPE_CHECKING:
    from catalogue import Cheat

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_verdict(cheat: Cheat, pool: JudgePool, no_file_left: None) -> None:
    if cheat.needs and importlib.util.find_spec(cheat.needs) is None:
        pytest.skip(f"{cheat.needs} is not installed")
    tests = programs.CodeTests(cheat.task.name, cheat.task.check, check="check")
    report = await pool.judge(programs.Program(programs.Language.PYTHON, cheat.text), tests)
    detail = next((c.detail for c in report.cases if c.outcome is not Outcome.PASS), report.error)
    wanted = " or ".join(map(str, cheat.expected))
    assert cheat.right(report.outcome.value, detail), f"{wanted} expected: {report}"
    assert report.accepted == (report.outcome is Outcome.PASS)
    assert not (report.accepted and report.in_process and not cheat.honest)


async def test_references_pass(pool: JudgePool) -> None:
    """The tasks' own tests are not so strict that nothing passes them."""
    import catalogue

    for folder in sorted((catalogue.HERE / "tasks").iterdir()):
        task = catalogue.load_task(folder.name)
        if "import numpy" in task.check and importlib.util.find_spec("numpy") is None:
            continue
        tests = programs.CodeTests(task.name, task.check, check="check")
        report = await pool.judge(programs.Program(programs.Language.PYTHON, task.reference), tests)
        assert report.accepted == (task.name != "nothing"), (task.name, report)
