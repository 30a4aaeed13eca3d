"""Strategies that rank by a learned verifier: one that loves wrong programs changes no verdict."""

from __future__ import annotations

import pytest

from synthd.synth.events import Tried
from synthd.synth.learned import Estimator
from synthd.synth.solve import Stop
from synthd.synth.strategies.auto import Auto
from synthd.synth.strategies.best_of_n import BestOfN
from synthd.synth.strategies.multi_turn import MultiTurn
from synthd.synth.strategies.treefinement import Treefinement
from synthd.synth.unmet import Unmet
from synthd.synth.verifiers.estimating import estimating

WRONG = ["0111", "1110", "0000", "1011"]
METHODS = [
    MultiTurn(n=4, turns=2, selector="lv"),
    MultiTurn(n=4, turns=2, selector="pt+lv"),
    BestOfN(n=4, value="verifier"),
    Treefinement(drafts=4, width=4, iterations=1, value="verifier"),
    Auto(),
]


class Loving:
    identity = "loving"

    async def score(self, x: str, program: str) -> float:
        return 100.0 - 50.0 * (set(program) == {"1"})


class Plain:
    def __init__(self, marks) -> None:
        self.verify = marks().verify


@pytest.mark.parametrize("method", METHODS, ids=lambda m: f"{type(m).__name__}")
def test_no_verdict_changes(play, marks, method) -> None:
    verifier = estimating(Plain(marks), Loving())
    assert isinstance(verifier, Estimator)
    wrong = play(method, lambda p, s, call: WRONG[call % 4], verifier=verifier)
    assert wrong.outcome.stop is not Stop.SOLVED and not wrong.outcome.best.accepted
    for event in wrong.events:
        if isinstance(event, Tried):
            assert not event.attempt.accepted
    right = play(method, lambda p, s, call: "1111", verifier=verifier)
    assert right.outcome.stop is Stop.SOLVED and right.outcome.best.accepted


def test_treefinement_shares_by_estimate(play, marks) -> None:
    class Likes:
        identity = "likes"

        async def score(self, x: str, program: str) -> float:
            return 9.0 if program == "100" else -9.0

    script = ["100", "110", "110", "010", "000", "000", "000"]
    by = {"checks": "110", "verifier": "100"}
    for value, parent in by.items():
        method = Treefinement(drafts=3, width=3, iterations=1, value=value, tau=0.01)
        ended = play(method, script, verifier=estimating(Plain(marks), Likes()))
        assert set(ended.parents[3:]) == {parent}
    with pytest.raises(Unmet, match="no learned verifier"):
        play(Treefinement(value="verifier"), script, verifier=Plain(marks))


def test_auto_takes_of_equals_whom_it_values(play, marks) -> None:
    class Likes:
        identity = "likes"

        async def score(self, x: str, program: str) -> float:
            return float(program == "010")

    def ended(ties: str):
        verifier = estimating(Plain(marks), Likes())
        return play(Auto(ties=ties), lambda p, s, c: ["100", "010"][c % 2], verifier=verifier)

    assert ended("verifier").outcome.best.candidate.code == "010"
    assert ended("first").outcome.best.candidate.code == "100"
