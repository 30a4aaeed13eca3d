"""Self-repair: which program each round mends, and what it is told."""

from __future__ import annotations

import pytest

from synthd.synth.budget import Budget
from synthd.synth.solve import Stop
from synthd.synth.strategies.self_repair import SelfRepair


def test_every_chain_repairs_its_own_last_program(play) -> None:
    script = ["000", "001", "100", "011", "010", "110"]
    ended = play(SelfRepair(chains=2, rounds=2), script)
    assert ended.parents == ["-", "-", "000", "001", "100", "011"]
    assert ended.purposes == ["draft"] * 2 + ["repair"] * 4, "all drafts, then round by round"
    assert ended.outcome.stop is Stop.FINISHED
    assert ended.outcome.best.candidate.code == "011", "the first of the best"


def test_a_chain_that_passes_ends_the_search(play) -> None:
    ended = play(SelfRepair(chains=2, rounds=3), ["000", "001", "100", "111", "100", "100"])
    assert ended.outcome.stop is Stop.SOLVED
    assert [each.candidate.code for each in ended.outcome.best.lineage()] == ["111", "001"]


def test_a_worse_repair_is_built_upon_unless_the_best_is_kept(play) -> None:
    script = ["011", "000", "001", "100"]
    assert play(SelfRepair(chains=1, rounds=3), script).parents == ["-", "011", "000", "001"]
    kept = play(SelfRepair(chains=1, rounds=3, keep_best=True), script)
    assert kept.parents == ["-", "011", "011", "011"]
    level = play(SelfRepair(chains=1, rounds=2, keep_best=True), ["011", "110", "100"])
    assert level.parents == ["-", "011", "110"], "an equal one is newer"


@pytest.mark.parametrize(
    ("feedback", "told", "untold"),
    [
        ("none", [], ["f(0)", "f(1)", "f(2)", "not correct"]),
        ("pass-fail", ["not correct"], ["f(0)", "f(1)", "f(2)"]),
        ("first-failing", ["`f(1)` must give 1 but gives 0"], ["f(0)", "f(2)"]),
        ("diff", ["`f(1)` must give 1", "`f(2)` ends with KeyError: 7"], ["f(0)"]),
        ("all", ["`f(0)` gives 1", "`f(1)` must give 1", "`f(2)` ends"], []),
    ],
)
def test_what_is_told(play, feedback, told, untold) -> None:
    ended = play(SelfRepair(chains=1, rounds=1, feedback=feedback), ["10!", "100"])
    question = ended.questions[1]
    assert "10!" in question and "First explain" in question
    assert all(words in question for words in told)
    assert not any(words in question for words in untold)


def test_history(play) -> None:
    script = ["000", "001", "011"]
    last = play(SelfRepair(chains=1, rounds=2), script).questions[2]
    assert "001" in last and "000" not in last
    full = play(SelfRepair(chains=1, rounds=2, history="full"), script).questions[2]
    assert full.index("000") < full.index("001")


def test_an_answer_without_a_program_is_told_of(play) -> None:
    ended = play(SelfRepair(chains=1, rounds=1), ["no", "111"])
    assert "the answer has no code block" in ended.questions[1]
    assert ended.outcome.stop is Stop.SOLVED


def test_the_budget_cuts_the_last_rounds(play) -> None:
    # A call takes longer than a verdict, so that repairs wait beside drafts.
    method, budget = SelfRepair(chains=3, rounds=9), Budget(programs=5)
    ended = play(method, lambda *_: "000", budget, seconds_per_token=0.005)
    assert ended.outcome.stop is Stop.BUDGET
    assert ended.purposes == ["draft"] * 3 + ["repair"] * 2
