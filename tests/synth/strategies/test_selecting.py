"""What holds of every method that draws programs and selects one of them."""

from __future__ import annotations

import asyncio
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from synthd.synth.attempt import Candidate
from synthd.synth.budget import Budget
from synthd.synth.events import Answered, Asked, Tried
from synthd.synth.observation import Observation
from synthd.synth.problem import Problem
from synthd.synth.run import Strategy
from synthd.synth.solve import Stop
from synthd.synth.strategies.best_of_n import BestOfN
from synthd.synth.strategies.mbr import Mbr
from synthd.synth.strategies.s_star import SStar
from synthd.synth.strategies.self_consistency import SelfConsistency

POOLS = st.sampled_from(["passing", "all"])
SELECTING = st.one_of(
    st.builds(
        BestOfN, n=st.integers(1, 9), value=st.sampled_from(["first", "logprob", "public-logprob"])
    ),
    st.builds(
        Mbr,
        n=st.integers(1, 9),
        utility=st.sampled_from(["agreement", "equality", "edit"]),
        inputs=st.integers(0, 9),
        pool=POOLS,
        ties=st.sampled_from(["first", "logprob"]),
    ),
    st.builds(
        SelfConsistency,
        n=st.integers(1, 9),
        by=st.sampled_from(["behaviour", "text"]),
        inputs=st.integers(0, 9),
        pool=POOLS,
    ),
    st.builds(
        SStar,
        n=st.integers(1, 9),
        rounds=st.integers(0, 3),
        source=st.sampled_from(["both", "generated", "model"]),
        inputs=st.integers(0, 9),
        doubts=st.integers(0, 3),
        evidence=st.integers(0, 3),
    ),
)
PROGRAMS = ["x + x", "2 * x", "x * x", "x ** 2", "4", "x - 1", "x / 0", "abs(x + x)", ""]


def drawn(asked: str, sampling) -> str:
    """A program that depends on the sample alone, as a model's does."""
    return Random(sampling.seed).choice(PROGRAMS)


def search(world, strategy: Strategy, budget: Budget, seed: int):
    return world().search(
        strategy,
        drawn,
        repairs=drawn,
        inputs="```\nf(3)\nf(-7)\nf([])\n```",
        which=lambda asked: "AB"[len(asked) % 2],
        budget=budget,
        seed=seed,
    )


def looks_at_checks(strategy: Strategy) -> bool:
    """Whether a program that passes is always preferred."""
    everyone = getattr(strategy, "pool", "passing") == "all"
    return not everyone and getattr(strategy, "value", "first") != "logprob"


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(SELECTING, st.integers(1, 40), st.integers(32, 400), st.integers(0, 1000))
def test_no_search_overspends_or_loses_what_passes(
    world, strategy: Strategy, programs: int, tokens: int, seed: int
) -> None:
    ended = search(world, strategy, Budget(programs, 60, tokens, 40), seed)
    usage = ended.outcome.usage
    spent = sum(e.completion_tokens for e in ended.events if isinstance(e, Answered))
    assert spent <= usage.completion_tokens <= tokens
    assert usage.programs == len(ended.tried) <= programs
    assert usage.model_calls == sum(isinstance(e, Asked) for e in ended.events)
    best = ended.outcome.best
    assert (best is None) == (not ended.tried)
    assert best is None or best.candidate.code in ended.tried
    accepted = any(e.attempt.accepted for e in ended.events if isinstance(e, Tried))
    if looks_at_checks(strategy):
        assert (ended.outcome.stop is Stop.SOLVED) == accepted


@settings(suppress_health_check=[HealthCheck.too_slow], max_examples=50)
@given(SELECTING, st.integers(1, 30), st.integers(0, 1000))
def test_the_same_seed_gives_the_same_search(
    world, strategy: Strategy, programs: int, seed: int
) -> None:
    budget = Budget(programs, 60, 600, 40)
    first, second = search(world, strategy, budget, seed), search(world, strategy, budget, seed)
    assert first.events == second.events
    assert first.outcome.best == second.outcome.best
    assert first.verifier.executed == second.verifier.executed


ALL = [
    BestOfN(value="logprob"),
    BestOfN(value="public-logprob"),
    Mbr(),
    Mbr(utility="edit"),
    SelfConsistency(),
    SelfConsistency(by="text"),
    SStar(),
    SStar(source="model"),
]


@pytest.mark.parametrize("strategy", ALL, ids=repr)
def test_time_ends_it_and_leaves_no_call_running(world, strategy: Strategy) -> None:
    slow = {"seconds_per_token": 0.01, "slots": 2}
    ended = world().search(strategy, ["x + x " + "+ 0 " * 99] * 64, budget=Budget(64, 0.1), **slow)
    assert ended.outcome.stop is Stop.TIME
    assert ended.model.running == 0 and ended.model.calls == 2


@pytest.mark.parametrize("strategy", [Mbr(), SelfConsistency(), SStar()], ids=repr)
def test_time_that_ends_in_an_execution_leaves_none_running(
    world, executing, strategy: Strategy
) -> None:
    class Hanging(executing):
        async def observe(
            self, problem: Problem, candidate: Candidate, calls: tuple[str, ...]
        ) -> tuple[Observation, ...]:
            self.running += 1
            try:
                await asyncio.sleep(60)
            finally:
                self.running -= 1
            raise AssertionError("unreachable")

    verifier = Hanging()
    ended = world().search(
        strategy, ["x - 1", *["x + x", "2 * x"] * 8], repairs=lambda asked, _: "x * 2",
        verifier=verifier, budget=Budget(64, 0.5),
    )  # fmt: skip
    assert (ended.outcome.stop, ended.program) == (Stop.SOLVED, "x + x"), "the first that passed"
    assert verifier.running == 0


@pytest.mark.parametrize("strategy", [SStar(n=4), SStar(n=4, source="model")], ids=repr)
def test_time_that_ends_in_a_duel_leaves_nothing_running(world, strategy: Strategy) -> None:
    ended = world().search(
        strategy,
        ["2 * x", "x * x", "4", "x + 2"],
        inputs="```\nf(3)\n```",
        which=lambda asked: "well " * 99,
        budget=Budget(64, 1.0),
        seconds_per_token=0.02,
    )
    assert ended.outcome.stop is Stop.SOLVED and not ended.run.chosen
    assert ended.model.running == 0 and ended.asked("letter A or B") > 0
