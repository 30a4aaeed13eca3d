"""Every strategy, on a toy world in which refinement works and sampling does not."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from synthd.synth import select
from synthd.synth.attempt import (
    Attempt,
    Candidate,
    Case,
    CaseOutcome,
    Evaluation,
    Extraction,
    Verdict,
)
from synthd.synth.budget import Budget
from synthd.synth.events import Answered, Asked, Event, Tried
from synthd.synth.models.errors import ModelFailed
from synthd.synth.ports import Completion, Finish, Prompt, Sampling, unheard
from synthd.synth.problem import Problem
from synthd.synth.run import Run, Strategy
from synthd.synth.solve import Outcome, Stop, solve
from synthd.synth.strategies.best_of_n import BestOfN
from synthd.synth.strategies.seidr import Seidr

GOAL = 4
PROBLEM = Problem("onemax", "Set every bit.", start="0" * GOAL, entry_point="f")


@dataclass
class Mutator:
    """A model whose programs are bit strings: it flips one bit of the program it is shown."""

    slots: int = 4
    name: str = "scripted/mutator"
    endpoint: str = "nowhere"
    calls: int = 0
    running: int = 0
    most_running: int = 0

    async def complete(
        self, prompt: Prompt, sampling: Sampling, heard: Callable[[str], None] = unheard
    ) -> Completion:
        self.calls += 1
        self.running += 1
        self.most_running = max(self.most_running, self.running)
        try:
            for _ in range(3):
                await asyncio.sleep(0)
                heard("x")
            return Completion(self._answer(prompt[-1].content, sampling), Finish.STOP, 10, 20)
        finally:
            self.running -= 1

    def _answer(self, asked: str, sampling: Sampling) -> str:
        if "Do not write code" in asked:
            return "Set another bit."
        shown = [block.strip() for block in asked.split("```")[1::2]]
        bits = shown[-1].removeprefix("python").strip()
        at = Random(sampling.seed).randrange(len(bits))
        return f"{bits[:at]}{'10'[int(bits[at])]}{bits[at + 1 :]}"


class OneMax:
    """Accepts the all-ones program; every bit is a case."""

    async def verify(self, problem: Problem, candidate: Candidate) -> Evaluation:
        await asyncio.sleep(0)
        bits = candidate.code
        cases = tuple(
            Case(str(i), CaseOutcome.PASS if bit == "1" else CaseOutcome.FAIL, f"bit {i}", "1", bit)
            for i, bit in enumerate(bits)
        )
        verdict = Verdict.ACCEPTED if bits == "1" * GOAL else Verdict.REJECTED
        return Evaluation(verdict, bits.count("1") / GOAL, cases)


def read(text: str, cut: bool) -> tuple[str, Extraction, str]:
    return text, Extraction.OK, ""


def search(
    strategy: Strategy, budget: Budget, seed: int = 0, model: Any = None
) -> tuple[Outcome, list[Event]]:
    events: list[Event] = []
    run = Run(PROBLEM, model or Mutator(), OneMax(), budget, seed, read, events.append)
    return asyncio.run(solve(run, strategy)), events


ROOMY = Budget(programs=3000, seconds=60, tokens=10**6, tokens_per_call=100)


@pytest.mark.parametrize("ranking", ["tournament", "lexicase"])
def test_repairing_solves_what_sampling_cannot(ranking: Any) -> None:
    assert search(BestOfN(n=64), ROOMY)[0].stop is Stop.FINISHED
    outcome, _ = search(Seidr(ranking=ranking), ROOMY)
    assert outcome.stop is Stop.SOLVED
    assert outcome.best is not None and outcome.best.accepted
    assert len(list(outcome.best.lineage())) >= GOAL


def test_the_first_draft_is_greedy_and_drawn_alone() -> None:
    _, events = search(Seidr(), ROOMY)
    kinds = [type(e).__name__ for e in events if isinstance(e, Asked | Tried)]
    assert kinds[:2] == ["Asked", "Tried"]
    heats = [e.temperature for e in events if isinstance(e, Asked) and e.purpose == "draft"]
    assert heats == [0.0, 0.25, 0.5, 0.75]


def test_children_of_the_best_parent_come_first() -> None:
    _, events = search(Seidr(), Budget(programs=10, tokens=10**6), model=Mutator(slots=1))
    repaired = [e.attempt for e in events if isinstance(e, Tried) and e.attempt.candidate.parent]
    parents = [a.candidate.parent.score for a in repaired if a.candidate.parent]
    assert parents == sorted(parents, reverse=True)


def test_slots_are_used_and_not_exceeded() -> None:
    model = Mutator(slots=3)
    search(Seidr(), Budget(programs=24, tokens=10**6), model=model)
    assert model.most_running == 3


@pytest.mark.parametrize(
    ("wanted", "batch", "clamp", "expected"),
    [
        (1, 1, True, [0.0]),
        (2, 2, True, [0.5, 0.5]),
        (2, 1, True, [1 / 3, 2 / 3]),
        (4, 1, True, [0.2, 0.4, 0.6, 0.8]),
        (16, 10, True, [0.5] * 10 + [1.0] * 6),
        (2, 10, False, [1.0, 1.0]),
    ],
)
def test_the_temperature_schedule(
    wanted: int, batch: int, clamp: bool, expected: list[float]
) -> None:
    heats = list(Seidr(batch=batch).temperatures(wanted, clamp=clamp))
    assert heats == pytest.approx(expected)


STRATEGIES = st.one_of(
    st.builds(BestOfN, n=st.integers(1, 20)),
    st.builds(
        Seidr,
        drafts_per_prompt=st.integers(1, 8),
        beam_width=st.integers(1, 4),
        explanations_per_program=st.integers(1, 3),
        repairs_per_explanation=st.integers(1, 3),
        ranking=st.sampled_from(["tournament", "lexicase"]),
        elitism=st.booleans(),
        greedy_first=st.booleans(),
        replacement=st.booleans(),
    ),
)


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(STRATEGIES, st.integers(1, 40), st.integers(32, 1500), st.integers(0, 1000))
def test_no_search_overspends_or_loses_its_best(
    strategy: Strategy, programs: int, tokens: int, seed: int
) -> None:
    outcome, events = search(strategy, Budget(programs, 60, tokens, 40), seed)
    tried = [event.attempt for event in events if isinstance(event, Tried)]
    spent = sum(event.completion_tokens for event in events if isinstance(event, Answered))
    assert outcome.usage.programs == len(tried) <= programs
    assert spent <= outcome.usage.completion_tokens <= tokens
    best = max((attempt.score for attempt in tried), default=None)
    assert best == (outcome.best.score if outcome.best else None)
    assert (outcome.stop is Stop.SOLVED) == any(attempt.accepted for attempt in tried)
    asked = sum(isinstance(event, Asked) for event in events)
    assert outcome.usage.model_calls == asked


@given(STRATEGIES, st.integers(0, 1000))
def test_same_seed_same_search(strategy: Strategy, seed: int) -> None:
    budget = Budget(40, 60, 4000, 40)
    first, second = search(strategy, budget, seed), search(strategy, budget, seed)
    assert first[1] == second[1]
    assert first[0].best == second[0].best


def test_time_ends_a_search_and_leaves_no_call_running() -> None:
    class Slow(Mutator):
        async def complete(
            self, prompt: Prompt, sampling: Sampling, heard: Callable[[str], None] = unheard
        ) -> Completion:
            self.running += 1
            heard("token")
            try:
                await asyncio.sleep(60)
            finally:
                self.running -= 1
            raise AssertionError("unreachable")

    model = Slow()
    outcome, _ = search(Seidr(greedy_first=False), Budget(seconds=0.05), model=model)
    assert outcome.stop is Stop.TIME
    assert model.running == 0
    assert outcome.usage.completion_tokens == 4, "what was heard before the end was paid for"


def test_a_broken_model_is_an_error_not_a_score() -> None:
    class Broken(Mutator):
        async def complete(
            self, prompt: Prompt, sampling: Sampling, heard: Callable[[str], None] = unheard
        ) -> Completion:
            raise ModelFailed("the engine is on fire")

    with pytest.raises(ModelFailed, match="on fire"):
        search(Seidr(), ROOMY, model=Broken())


def attempt(code: str, *cases: bool) -> Attempt:
    found = tuple(
        Case(str(i), CaseOutcome.PASS if c else CaseOutcome.FAIL) for i, c in enumerate(cases)
    )
    return Attempt(Candidate(code), Evaluation(Verdict.REJECTED, sum(cases) / len(cases), found))


@given(st.integers(0, 10**6))
def test_lexicase_gives_as_many_parents_as_asked(seed: int) -> None:
    pool = [attempt("a", True, False), attempt("b", False, True), attempt("c", False, False)]
    assert len(select.lexicase(pool, 3, Random(seed))) == 3
    drawn = select.lexicase(pool, 3, Random(seed), replacement=False)
    assert sorted(a.candidate.code for a in drawn) == ["a", "b", "c"]
    assert len(select.lexicase(pool, 9, Random(seed), replacement=False)) == 3


def test_lexicase_selects_every_specialist_and_never_the_dominated() -> None:
    pool = [attempt("a", True, False), attempt("b", False, True), attempt("c", False, False)]
    drawn = {select.lexicase(pool, 1, Random(seed))[0].candidate.code for seed in range(60)}
    assert drawn == {"a", "b"}
