"""A verifier that estimates besides: it decides what it decided, and is what it was."""

from __future__ import annotations

import pytest

from synthd.synth.attempt import Candidate, Evaluation, Verdict
from synthd.synth.learned import Estimator
from synthd.synth.oracle import Oracle
from synthd.synth.ports import Observer, blind
from synthd.synth.problem import Problem
from synthd.synth.store.estimates import Estimates
from synthd.synth.unmet import Unmet
from synthd.synth.verifiers.estimating import KeptScorer, estimating, first_message

PROBLEM = Problem("p", "", start="def f(x): ...", entry_point="f")


class Rejecting:
    async def verify(self, problem: Problem, candidate: Candidate) -> Evaluation:
        return Evaluation(Verdict.REJECTED, 0.25, report="no")


class Executing(Rejecting):
    calls = ("f(1)",)

    async def observe(self, problem, candidate, calls):
        return ()


class Blind(Rejecting):
    blind = True


class Loving:
    """Of wrong programs above all."""

    identity = "loving"

    def __init__(self) -> None:
        self.asked: list[tuple[str, str]] = []

    async def score(self, x: str, program: str) -> float:
        self.asked.append((x, program))
        return 1e9


async def test_everything_else_passes_through() -> None:
    plain, executing = estimating(Rejecting(), Loving()), estimating(Executing(), Loving())
    oracle, seeing = estimating(Oracle(Rejecting(), Rejecting()), Loving()), Blind()
    assert all(isinstance(one, Estimator) for one in (plain, executing, oracle))
    assert [isinstance(one, Observer) for one in (plain, executing, oracle)] == [0, 1, 0]
    assert [isinstance(one, Oracle) for one in (plain, executing, oracle)] == [0, 0, 1]
    assert executing.calls == ("f(1)",) and not hasattr(plain, "calls")
    assert blind(estimating(seeing, Loving())) and not blind(plain)
    assert estimating(seeing, None) is seeing
    for one in (plain, executing, oracle):
        found = await one.verify(PROBLEM, Candidate("return 1"))
        assert (found.verdict, found.score) == (Verdict.REJECTED, 0.25), "whatever is estimated"


async def test_it_is_asked_about_the_first_message_and_the_code() -> None:
    scorer = Loving()
    verifier = estimating(Rejecting(), scorer)
    assert await verifier.estimate(PROBLEM, Candidate("return 1", completion="Sure!")) == 1e9
    assert scorer.asked == [(first_message(PROBLEM), "return 1")]
    assert "def f(x)" in scorer.asked[0][0]
    assert await verifier.estimate(PROBLEM, Candidate(" ")) == float("-inf")
    assert len(scorer.asked) == 1


async def test_a_replay_needs_no_model(tmp_path) -> None:
    kept, scorer = Estimates(tmp_path), Loving()
    assert await KeptScorer("v", kept, scorer).score("x", "y") == 1e9
    assert await KeptScorer("v", kept, scorer).score("x", "y") == 1e9
    assert len(scorer.asked) == 1
    assert await KeptScorer("v", kept, None).score("x", "y") == 1e9
    for other in (KeptScorer("w", kept, None), KeptScorer("v", Estimates(tmp_path / "a"), None)):
        with pytest.raises(Unmet, match="a replay asks no model"):
            await other.score("x", "y")
