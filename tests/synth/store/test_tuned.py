"""Calls by weights that had learned: kept and replayed without the weights, learning and all."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from synthd.synth.attempt import Candidate, Evaluation, Extraction, Verdict
from synthd.synth.budget import Budget
from synthd.synth.events import Event, Heard, Tuned
from synthd.synth.models.cached import CachedModel
from synthd.synth.models.errors import NotRecorded
from synthd.synth.models.scripted import ScriptedModel
from synthd.synth.problem import Problem
from synthd.synth.run import Run
from synthd.synth.solve import solve
from synthd.synth.store.completions import Completions
from synthd.synth.strategies import registry

PROBLEM = Problem("p", "Give a number.", start="def f():", entry_point="f")


class Wants:
    async def verify(self, problem: Problem, candidate: Candidate) -> Evaluation:
        right = candidate.code == "7"
        return Evaluation(Verdict.ACCEPTED if right else Verdict.REJECTED, float(right))


def read(text: str, cut: bool) -> tuple[str, Extraction, str]:
    return text, Extraction.OK, ""


def search(name: str, model: CachedModel, **given: float) -> list[Event]:
    told: list[Event] = []
    run = Run(PROBLEM, model, Wants(), Budget(tokens=10**4), 3, read, told.append)
    asyncio.run(solve(run, registry.build(name, given)))
    return [event for event in told if not isinstance(event, Heard)]


@pytest.mark.parametrize("name", ["fttt", "fttt+"])
def test_a_replay_tells_of_the_same_learning_and_asks_no_model(tmp_path: Path, name: str) -> None:
    talking = ScriptedModel(lambda prompt, sampling, call: str(call))
    first = search(name, CachedModel(talking, Completions(tmp_path)))
    silent = CachedModel(ScriptedModel([]), Completions(tmp_path), replay=True)
    assert search(name, silent) == first
    learned = [event.learned for event in first if isinstance(event, Tuned)]
    assert [len(steps) for steps in learned] == list(range(1, len(learned) + 1)) and learned
    # Another learning rate is another model: what was kept of this one is not its.
    other = CachedModel(ScriptedModel([]), Completions(tmp_path), replay=True)
    with pytest.raises(NotRecorded, match=r"call [23] of"):
        search(name, other, lr=1e-4)
