"""The example strategy of CONTRIBUTING.md is run as it stands there."""

from __future__ import annotations

import re
import sys
import types
from pathlib import Path

from synthd.synth.attempt import Candidate, Evaluation, Extraction, Verdict
from synthd.synth.budget import Budget
from synthd.synth.models.scripted import ScriptedModel
from synthd.synth.problem import Problem
from synthd.synth.run import Run
from synthd.synth.solve import Stop, solve

TEXT = (Path(__file__).parent.parent / "CONTRIBUTING.md").read_text("utf-8")


class WantsThree:
    async def verify(self, problem: Problem, candidate: Candidate) -> Evaluation:
        right = candidate.code == "3"
        return Evaluation(Verdict.ACCEPTED if right else Verdict.REJECTED, float(right))


async def test_the_worked_example_runs() -> None:
    example = re.search(r"```python\n(.*?)```", TEXT, re.DOTALL)
    assert example is not None
    # A slotted dataclass looks its module up: it needs one.
    module = sys.modules["worked_example"] = types.ModuleType("worked_example")
    exec(example[1], module.__dict__)
    for answers, stop in ((["1", "2", "3", "4"], Stop.SOLVED), (["1"] * 9, Stop.BUDGET)):
        run = Run(
            Problem("p", "Say three.", entry_point="f"),
            ScriptedModel(answers),
            WantsThree(),
            Budget(programs=5),
            0,
            lambda text, cut: (text, Extraction.OK, ""),
        )
        outcome = await solve(run, module.Resample())
        assert outcome.stop is stop
        assert outcome.usage.programs == (3 if stop is Stop.SOLVED else 5)
