"""Searches that do one thing at a time go the same way however long anything takes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

import pytest

from synthd.synth.attempt import Candidate, Case, CaseOutcome, Evaluation, Extraction, Verdict
from synthd.synth.budget import Budget
from synthd.synth.events import Event, Heard
from synthd.synth.observation import Happened, Observation
from synthd.synth.ports import Completion, Finish, Prompt, Sampling, unheard
from synthd.synth.problem import Example, Problem, Spec
from synthd.synth.run import Run
from synthd.synth.solve import Outcome, solve
from synthd.synth.strategies import registry
from synthd.synth.unmet import Unmet

PROBLEM = Problem(
    "p",
    "Give a number.",
    start="def f(x: int) -> int: ...",
    head="def f(x: int) -> int:",
    entry_point="f",
    spec=Spec((Example("e", "f(1)", "40"), Example("e2", "f(2)", "40"))),
)
BUDGET = Budget(programs=12, seconds=60, tokens=2_000, tokens_per_call=100)


@dataclass
class Unsteady:
    """How long things take: another way in every search. busy: what is under way."""

    random: Random
    busy: int = 0
    most: int = 0

    async def wait(self) -> None:
        self.busy += 1
        self.most = max(self.most, self.busy)
        try:
            for _ in range(self.random.randrange(40)):
                await asyncio.sleep(0)
            await asyncio.sleep(self.random.random() / 500)
        finally:
            self.busy -= 1


@dataclass
class Model:
    """Programs are numbers that the seed of the call decides."""

    pace: Unsteady
    slots: int = 4
    in_turn: bool = True
    name: str = "scripted/unsteady"
    endpoint: str = "nowhere"

    async def complete(
        self, prompt: Prompt, sampling: Sampling, heard: Callable[[str], None] = unheard
    ) -> Completion:
        await self.pace.wait()
        text = f"```python\n{Random(sampling.seed).randrange(50)}\n```"
        return Completion(text, Finish.STOP, 10, 7, logprobs=(-0.5,), pieces=(text,))


@dataclass
class Verifier:
    pace: Unsteady
    asked: list[str] = field(default_factory=list)

    async def verify(self, problem: Problem, candidate: Candidate) -> Evaluation:
        await self.pace.wait()
        self.asked.append(candidate.code)
        number = int(candidate.code or 0)
        cases = tuple(
            Case(check.id, CaseOutcome.PASS if number >= bar else CaseOutcome.FAIL, got=str(number))
            for check, bar in zip(problem.spec.visible, (20, 45), strict=True)
        )
        score = sum(case.passed for case in cases) / 2
        return Evaluation(Verdict.ACCEPTED if score == 1 else Verdict.REJECTED, score, cases)

    async def observe(
        self, problem: Problem, candidate: Candidate, calls: tuple[str, ...]
    ) -> tuple[Observation, ...]:
        await self.pace.wait()
        shown = str(int(candidate.code or 0) // 10)
        return tuple(Observation(call, Happened.RETURNED, shown, shown) for call in calls)


def read(text: str, cut: bool) -> tuple[str, Extraction, str]:
    return text.split("\n")[1], Extraction.OK, ""


async def search(name: str, speed: int, seed: int) -> tuple[Outcome, list[Event], Unsteady]:
    events: list[Event] = []
    pace = Unsteady(Random(speed))
    run = Run(PROBLEM, Model(pace), Verifier(pace), BUDGET, seed, read, events.append)
    outcome = await solve(run, registry.build(name, {}))
    return outcome, [event for event in events if not isinstance(event, Heard)], pace


@pytest.mark.parametrize("name", registry.STRATEGIES)
async def test_no_speed_decides_the_way(name: str) -> None:
    for seed in range(2):
        try:
            first, told, pace = await search(name, 0, seed)
        except Unmet:
            pytest.skip("needs what this world has not")
        assert pace.most == 1  # of all calls and verdicts
        for speed in (1, 2):
            again, same, _ = await search(name, speed, seed)
            assert same == told
            assert (again.usage.model_calls, again.usage.completion_tokens) == (
                first.usage.model_calls,
                first.usage.completion_tokens,
            )
            assert not again.usage.estimated  # no call was begun in vain


async def test_side_by_side_they_go_as_they_go_alone() -> None:
    alone = [await search("seidr", 5, seed) for seed in range(6)]
    beside = await asyncio.gather(*(search("seidr", 9 + seed, seed) for seed in range(6)))
    assert [told for _, told, _ in beside] == [told for _, told, _ in alone]
