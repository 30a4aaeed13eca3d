"""Self-consistency: a vote, by behaviour or by text."""

from __future__ import annotations

import pytest

from synthd.synth.solve import Stop
from synthd.synth.strategies.self_consistency import SelfConsistency
from synthd.synth.unmet import Unmet


def test_behaviour_is_common_where_texts_are_not(world) -> None:
    drawn = ["x * x", "x * x", "x + x", "2 * x", "x * 2"]
    ended = world().search(SelfConsistency(n=5), drawn)
    assert (ended.program, ended.outcome.stop) == ("x + x", Stop.SOLVED)
    by_text = world().search(SelfConsistency(n=5, by="text"), drawn)
    assert (by_text.program, by_text.verifier.executed) == ("x * x", [])


def test_only_who_passes_has_a_vote_unless_all_shall(world) -> None:
    drawn = ["x - 1", "x + x", "x - 1", "x - 1"]
    for by in ("behaviour", "text"):
        assert world().search(SelfConsistency(n=4, by=by), drawn).program == "x + x"
        paper = world().search(SelfConsistency(n=4, by=by, pool="all"), drawn)
        assert (paper.program, paper.outcome.stop) == ("x - 1", Stop.FINISHED)


def test_programs_that_give_no_value_lose_to_any_other(world) -> None:
    drawn = ["x / 0", "1 // 0", "y", "x - 1", "x / 0", "x / 0"]
    ended = world().search(SelfConsistency(n=6, pool="all"), drawn)
    assert ended.program == "x - 1"
    assert world().search(SelfConsistency(n=3, pool="all"), drawn).program == "x / 0"


def test_an_error_on_some_inputs_is_behaviour_like_any_other(world) -> None:
    drawn = ["4", "8 // x", "8 // (x * 1)"]
    assert world().search(SelfConsistency(n=3), drawn).program == "8 // x"


@pytest.mark.parametrize("by", ["behaviour", "text"])
def test_answers_without_a_program_lose_to_the_runner_up(world, by) -> None:
    ended = world().search(SelfConsistency(n=4, by=by, pool="all"), ["", "", "x + x", ""])
    assert ended.program == "x + x"
    nothing = world().search(SelfConsistency(n=2, by=by), ["", ""])
    assert nothing.outcome.stop is Stop.FINISHED


def test_a_program_is_judged_once_however_often_it_is_drawn(world) -> None:
    ended = world().search(SelfConsistency(n=3, by="text"), ["x + x"] * 3)
    assert ended.outcome.usage.programs == 3 and len(ended.run.accepted) == 1


def test_what_it_needs_is_missed_before_anything_is_spent(world, judging) -> None:
    def unasked(asked, sampling) -> str:
        raise AssertionError("a model was asked")

    with pytest.raises(Unmet, match="cannot run"):
        world().search(SelfConsistency(), unasked, verifier=judging())
    drawn = ["x + x"] * 2
    assert world().search(SelfConsistency(n=2, by="text"), drawn, verifier=judging()).program
