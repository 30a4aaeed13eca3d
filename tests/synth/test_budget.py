"""What a search may spend: all of it, and never more."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synthd.synth.attempt import Candidate, Evaluation, Extraction, Verdict
from synthd.synth.budget import SMALLEST_CALL, Budget
from synthd.synth.observation import Happened, Observation
from synthd.synth.ports import Completion, Finish, Prompt, Sampling, unheard
from synthd.synth.problem import Problem
from synthd.synth.run import Run
from synthd.synth.solve import Outcome, Stop, solve
from synthd.synth.strategies import registry
from synthd.synth.strategies.best_of_n import BestOfN

HEAD = "def f(x: int) -> int:"
PROBLEM = Problem("p", "Say anything.", start=HEAD, head=HEAD, entry_point="f")


class Saying:
    """Answers of so many tokens, after a while that differs; counts what is drawn at once."""

    name = "scripted/saying"
    endpoint = "nowhere"
    tunes = True

    def __init__(self, long: Callable[[Random], int], slots: int = 4) -> None:
        self.slots = slots
        self.said: list[int] = []
        self._long = long
        self._running = 0
        self.most = 0

    async def complete(
        self, prompt: Prompt, sampling: Sampling, heard: Callable[[str], None] = unheard
    ) -> Completion:
        self._running += 1
        self.most = max(self.most, self._running)
        random = Random(sampling.seed)
        for _ in range(random.randrange(5)):
            await asyncio.sleep(0)
        self._running -= 1
        tokens = min(sampling.max_tokens, self._long(random))
        self.said.append(tokens)
        logprobs = (-0.5,) * tokens if sampling.logprobs else None
        return Completion(str(random.random()), Finish.STOP, 10, tokens, logprobs=logprobs)


class Never:
    async def verify(self, problem: Problem, candidate: Candidate) -> Evaluation:
        return Evaluation(Verdict.REJECTED, 0.0)

    async def observe(
        self, problem: Problem, candidate: Candidate, calls: tuple[str, ...]
    ) -> tuple[Observation, ...]:
        return tuple(Observation(call, Happened.RETURNED, "1", "1") for call in calls)


def read(text: str, cut: bool) -> tuple[str, Extraction, str]:
    return text, Extraction.OK, ""


def spend(model: Saying, budget: Budget, strategy: BestOfN) -> Outcome:
    return asyncio.run(solve(Run(PROBLEM, model, Never(), budget, 1, read), strategy))


def test_what_is_set_aside_for_calls_in_flight_starves_no_other_call() -> None:
    """A call may cost more than there is in all, and costs a twentieth of that."""
    model = Saying(lambda random: 50)
    budget = Budget(programs=99, tokens=1000, tokens_per_call=1024)
    outcome = spend(model, budget, BestOfN(n=64))
    # The last one gets what is left; below SMALLEST_CALL nothing is asked for.
    assert sum(model.said) == 1000
    assert outcome.stop is Stop.BUDGET


def test_calls_go_side_by_side_while_there_is_room_for_whole_ones() -> None:
    model = Saying(lambda random: 50)
    outcome = spend(model, Budget(99, tokens=1000, tokens_per_call=200), BestOfN(n=64))
    assert model.most == 4
    assert sum(model.said) == outcome.usage.completion_tokens == 1000


@given(
    tokens=st.integers(1, 500),
    each=st.integers(1, 200),
    slots=st.integers(1, 6),
    most=st.integers(1, 150),
)
@settings(deadline=None)
def test_all_is_spent_and_never_more(tokens: int, each: int, slots: int, most: int) -> None:
    model = Saying(lambda random: random.randint(1, most), slots)
    budget = Budget(programs=600, seconds=60, tokens=tokens, tokens_per_call=each)
    outcome = spend(model, budget, BestOfN(n=600))  # more than there are tokens
    assert sum(model.said) == outcome.usage.completion_tokens <= tokens
    assert tokens - sum(model.said) < min(SMALLEST_CALL, each)


@pytest.mark.parametrize("name", registry.STRATEGIES)
def test_every_strategy_ends_at_a_small_budget(needed, name: str) -> None:
    model = Saying(lambda random: random.randint(1, 300), 3)
    budget = Budget(programs=50, seconds=30, tokens=600, tokens_per_call=256)
    run = Run(PROBLEM, model, Never(), budget, 1, read)
    asyncio.run(solve(run, registry.build(name, needed(name))))
    assert run.ledger.usage.completion_tokens <= 600
