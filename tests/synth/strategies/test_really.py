"""Each method once with the real judge: programs are executed in the sandbox, and one is chosen."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from synthd.sandbox.context import ModuleContext
from synthd.sandbox.level import Level, detect
from synthd.sandbox.limits import Limits
from synthd.synth.attempt import Extraction
from synthd.synth.budget import Budget
from synthd.synth.extract import first_block
from synthd.synth.models.scripted import ScriptedModel
from synthd.synth.ports import Prompt, Sampling
from synthd.synth.problem import Example, Problem, Spec
from synthd.synth.run import Run
from synthd.synth.solve import Stop, solve
from synthd.synth.strategies import registry
from synthd.synth.verifiers.python import PythonVerifier

HEAD = "def largest(xs: list[int]) -> int:"
CHECKS = (Example("a", "largest([1, 3, 2])", "3", 3),)
PROBLEM = Problem(
    "p", "The largest, 0 for none.", start=HEAD + '\n    """The largest, 0 for none."""',
    head=HEAD, entry_point="largest", spec=Spec(CHECKS),
)  # fmt: skip

# All but one pass the example; two are right, in different words.
FAILS = "    return 0 * 1\n"
SECOND = "    return xs[1]\n"
SUM = "    return sum(xs) // 2\n"
MAXIMUM = "    return max(xs, default=0)\n"
SORTED = "    return sorted(xs)[-1] if xs else 0\n"
DRAWN = [FAILS, SECOND, SUM, MAXIMUM, SORTED]


def answer(prompt: Prompt, sampling: Sampling, call: int) -> str:
    asked = prompt[-1].content
    if "letter A or B" in asked:
        first, _, _ = asked.partition("Program B")
        return "A" if "max(xs" in first else "B" if "max(xs" in asked else "neither"
    if "current code" in asked:
        return f"```python\n{HEAD}\n{SUM}```"
    return f"```python\n{HEAD}\n{DRAWN[call]}```"


def read(text: str, cut: bool) -> tuple[str, Extraction, str]:
    program = first_block(text, "largest", cut=cut).program
    return program.partition("\n")[2], Extraction.OK, ""


@pytest.mark.parametrize(
    ("name", "parameters", "chosen"),
    [
        ("best-of-n", {"n": 5, "value": "public-logprob"}, SUM),
        ("best-of-n", {"n": 5, "value": "logprob"}, FAILS),
        ("mbr", {"n": 5}, MAXIMUM),
        ("mbr", {"n": 5, "utility": "equality"}, MAXIMUM),
        ("mbr", {"n": 5, "utility": "edit"}, SUM),
        ("self-consistency", {"n": 5}, MAXIMUM),
        ("self-consistency", {"n": 5, "by": "text"}, SECOND),
        ("s-star", {"n": 5, "rounds": 1}, MAXIMUM),
    ],
    ids=str,
)
async def test_a_program_is_chosen_by_what_really_happened(
    tmp_path: Path, name: str, parameters: dict[str, str | int], chosen: str
) -> None:
    detection = await detect()
    if detection.level is Level.NONE:
        pytest.skip("; ".join(detection.reasons))
    path = tmp_path / "m.py"
    path.write_text(f"{HEAD}\n    ...\n")
    context = ModuleContext(Path(sys.executable), "m", path, (tmp_path,), tmp_path)
    async with PythonVerifier(
        context, CHECKS, path.read_text(), "largest", lambda code: f"{HEAD}\n{code}",
        Limits(cpu_seconds=1, wall_seconds=10), detection,
    ) as verifier:  # fmt: skip
        budget = Budget(programs=8, seconds=60)
        run = Run(PROBLEM, ScriptedModel(answer), verifier, budget, 0, read)
        outcome = await solve(run, registry.build(name, parameters))
    assert outcome.best is not None and run.chosen
    assert outcome.best.candidate.code == chosen
    assert outcome.stop is (Stop.FINISHED if chosen == FAILS else Stop.SOLVED)
    assert outcome.usage.judge_seconds > 0
