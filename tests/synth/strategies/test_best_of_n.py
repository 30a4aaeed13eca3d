"""Best-of-n: what each value function selects, and what it needs."""

from __future__ import annotations

import pytest

from synthd.synth.solve import Stop
from synthd.synth.strategies.best_of_n import BestOfN
from synthd.synth.unmet import Unmet

# The scripted model finds a word the less likely the longer it is. f(2) must be 4.
LIKELY_WRONG, RIGHT, LONG_RIGHT = "x * 9", "x + x", "len(range(4))"


def test_the_first_to_pass_ends_the_search(world) -> None:
    ended = world().search(BestOfN(n=4), [LIKELY_WRONG, LONG_RIGHT, RIGHT, RIGHT], slots=1)
    assert (ended.program, len(ended.tried)) == (LONG_RIGHT, 2)


def test_the_likeliest_is_taken_whatever_checks_say(world) -> None:
    ended = world().search(BestOfN(n=3, value="logprob"), [LONG_RIGHT, "12345678", LIKELY_WRONG])
    assert (ended.program, ended.outcome.stop) == (LIKELY_WRONG, Stop.FINISHED)
    assert len(ended.tried) == 3, "all are drawn before one is chosen"


def test_checks_come_before_likelihood(world) -> None:
    drawn = [LIKELY_WRONG, LONG_RIGHT, RIGHT]
    ended = world().search(BestOfN(n=3, value="public-logprob"), drawn)
    assert (ended.program, ended.outcome.stop) == (RIGHT, Stop.SOLVED)
    assert world().search(BestOfN(n=2, value="public-logprob"), drawn).program == LONG_RIGHT


def test_only_the_programs_tokens_count_unless_all_shall(world) -> None:
    drawn = [
        f"```\n{RIGHT}\n```\n{'Incomprehensibilities notwithstanding. ' * 5}",
        f"```\n{LONG_RIGHT}\n```\n{'a ' * 10}",
    ]
    assert world().search(BestOfN(n=2, value="logprob"), drawn).program == RIGHT
    everything = BestOfN(n=2, value="logprob", tokens="all")
    assert world().search(everything, drawn).program == LONG_RIGHT


def test_of_equally_likely_programs_the_shorter_is_taken(world) -> None:
    drawn = ["x + x + 0", "x + x"]
    ended = world().search(BestOfN(n=2, value="public-logprob"), drawn, logprob=lambda word: -1.0)
    assert ended.program == "x + x"


def test_answers_without_a_program_are_not_chosen(world) -> None:
    ended = world().search(BestOfN(n=2, value="logprob"), ["", LONG_RIGHT])
    assert ended.program == LONG_RIGHT
    assert world().search(BestOfN(n=2, value="logprob"), ["", ""]).outcome.stop is Stop.FINISHED


@pytest.mark.parametrize("value", ["logprob", "public-logprob"])
def test_a_model_that_gives_no_log_probabilities_is_an_error(world, value) -> None:
    with pytest.raises(Unmet, match="does not give"):
        world().search(BestOfN(n=2, value=value), [RIGHT, RIGHT], logprob=None)


def test_without_a_learned_verifier_nothing_is_drawn(world) -> None:
    def drafted(asked, sampling) -> str:
        raise AssertionError("a model was asked")

    with pytest.raises(Unmet, match="no learned verifier is configured"):
        world().search(BestOfN(value="verifier"), drafted)


def test_a_learned_verifier_ranks_where_there_is_one(world, foreseeing) -> None:
    ended = world().search(
        BestOfN(n=3, value="verifier"), [RIGHT, LONG_RIGHT, LIKELY_WRONG], verifier=foreseeing()
    )
    assert ended.program == LONG_RIGHT
