"""Multi-turn best-of-N: who is selected, and what the conversation goes on with."""

from __future__ import annotations

from random import Random

import pytest

from synthd.synth.solve import Stop
from synthd.synth.strategies.multi_turn import MultiTurn
from synthd.synth.unmet import Unmet


class Plain:
    """A verifier without a learned one."""

    def __init__(self, marks) -> None:
        self.verify = marks().verify


@pytest.mark.parametrize(
    ("selector", "partial", "selected"),
    [
        ("pt", True, "1101"),  # the most checks, of equals the first
        ("pt", False, "0000"),  # none passes all: the first
        ("lv", True, "!!!!"),
        ("pt+lv", True, "1011"),  # as many checks, and valued more
        ("pt+lv", False, "!!!!"),
    ],
)
def test_selectors(attempted, selector, partial, selected) -> None:
    codes = ["0000", "1101", "1011", "!!!!"]
    method = MultiTurn(selector=selector, partial=partial)
    tried = [attempted(code) for code in codes]
    values = [0.1, 0.2, 0.3, 0.9] if "lv" in selector else [0.0] * 4
    assert method.pick(tried, values, Random(0)).candidate.code == selected
    with_right = [*tried, attempted("1111")]
    right = method.pick(with_right, [*values, -7.0], Random(0)).candidate.code == "1111"
    assert right == ("pt" in selector), "passing comes before all estimates"


def test_chance_follows_the_seed(attempted) -> None:
    tried = [attempted(code) for code in ("00", "01", "10")]
    method = MultiTurn(selector="random")
    drawn = [method.pick(tried, [0, 0, 0], Random(seed)).candidate.code for seed in range(40)]
    assert set(drawn) == {"00", "01", "10"}
    assert drawn == [method.pick(tried, [0, 0, 0], Random(s)).candidate.code for s in range(40)]


def test_the_conversation_goes_on_with_the_selected_program_alone(play) -> None:
    script = ["000", "110", "010", "100", "000", "011", "001", "000", "100"]
    ended = play(MultiTurn(n=3, turns=3), script)
    assert ended.parents == ["-"] * 3 + ["110"] * 3 + ["011"] * 3
    last = ended.prompts[-1]
    assert [m.content for m in last if m.role == "assistant"] == ["110", "011"]
    assert "Feedback: `f(2)` must give 1 but gives 0" in last[-3].content
    assert "Feedback: `f(0)` must give 1 but gives 0" in last[-1].content
    assert ended.outcome.stop is Stop.FINISHED
    assert ended.outcome.best.candidate.code == "110", "the best there was"


@pytest.mark.parametrize(
    ("feedback", "told"),
    [("none", "Please try again"), ("pass-fail", "not correct"), ("all", "`f(0)` gives 1")],
)
def test_feedback(play, feedback, told) -> None:
    ended = play(MultiTurn(n=1, turns=2, feedback=feedback), ["10", "10"])
    assert told in ended.questions[1]


def test_by_visible_checks_the_first_that_passes_ends_it(play) -> None:
    ended = play(MultiTurn(n=4, turns=2), ["00", "01", "00", "00", "11", "00", "00", "00"])
    assert ended.outcome.stop is Stop.SOLVED
    assert ended.outcome.best.candidate.code == "11"
    assert len(ended.programs) < 8, "the rest of its turn is not drawn"


def test_the_learned_verifier_chooses_among_all_that_pass(play) -> None:
    # It values programs with fewer marks more.
    script = ["00", "111", "11", "1111"]
    ended = play(MultiTurn(n=4, selector="pt+lv"), script)
    assert ended.outcome.best.candidate.code == "11"
    assert (len(ended.programs), ended.outcome.stop) == (4, Stop.SOLVED)


def test_without_checks_the_learned_verifier_may_be_wrong(play) -> None:
    ended = play(MultiTurn(n=2, turns=2, selector="lv"), ["00", "11", "10", "11"])
    assert ended.parents == ["-", "-", "00", "00"]
    assert ended.outcome.best.candidate.code == "10", "what it chose, though another one passed"
    assert ended.outcome.stop is Stop.FINISHED


def test_by_chance_the_first_selected_program_that_passes_is_the_answer(play) -> None:
    method = MultiTurn(n=3, turns=3, selector="random")
    script = lambda p, s, call: ["00", "11", "01"][call % 3]  # noqa: E731
    ended = [play(method, script, seed=seed) for seed in range(12)]
    for each in ended:
        turns = len(each.programs) // 3
        right = each.outcome.best.candidate.code == "11"
        assert right == (each.outcome.stop is Stop.SOLVED)
        assert right or turns == 3
        path = [a.candidate.code for a in each.outcome.best.lineage()]
        assert len(path) == turns and "11" not in path[1:]
    assert {len(each.programs) for each in ended} == {3, 6, 9}


@pytest.mark.parametrize("selector", ["lv", "pt+lv"])
def test_no_learned_verifier_is_an_error_before_anything_is_spent(play, marks, selector) -> None:
    asked = []
    with pytest.raises(Unmet, match="no learned verifier is configured"):
        play(MultiTurn(selector=selector), lambda *_: asked.append(1), verifier=Plain(marks))
    assert not asked
