"""The baselines that only say "incorrect": what they show, and what stops them."""

from __future__ import annotations

import pytest

from synthd.synth.attempt import Evaluation, Verdict
from synthd.synth.oracle import Oracle
from synthd.synth.solve import Stop
from synthd.synth.strategies.beam import Beam
from synthd.synth.strategies.best_of_n import BestOfN
from synthd.synth.strategies.revision import Revision
from synthd.synth.strategies.self_refine import SelfRefine
from synthd.synth.unmet import Unmet


class Wants:
    """Held-out tests that one program passes, and that would tell what they hold."""

    def __init__(self, program: str) -> None:
        self._program = program

    async def verify(self, problem, candidate) -> Evaluation:
        right = candidate.code == self._program
        verdict = Verdict.ACCEPTED if right else Verdict.REJECTED
        return Evaluation(verdict, float(right), report=f"SECRET {self._program}")


def test_revision_is_one_greedy_conversation(play) -> None:
    ended = play(Revision(n=4), ["000", "001", "011", "111"])
    assert ended.outcome.stop is Stop.SOLVED
    assert ended.parents == ["-", "000", "001", "011"]
    assert {event.temperature for event in ended.asked} == {0.0}
    last = ended.prompts[3]
    assert [m.content for m in last if m.role == "assistant"] == ["000", "001", "011"]
    assert last[:2] == ended.prompts[0], "it goes on from the draft's own prompt"
    assert last[-1].content == "Your answer is incorrect. Please try again."
    assert not any("f(0)" in m.content for m in last), "no check is told"


def test_revision_ends_after_n(play) -> None:
    ended = play(Revision(n=3), lambda *_: "000")
    assert (ended.outcome.stop, len(ended.programs)) == (Stop.FINISHED, 3)


def test_self_refine_shows_its_last_answer_alone(play) -> None:
    ended = play(SelfRefine(n=3), ["000", "001", "011"])
    assert ended.parents == ["-", "000", "001"]
    assert "001" in ended.questions[2] and "000" not in ended.questions[2]
    assert "There is an error in the code above" in ended.questions[2]
    assert "f(0)" not in ended.questions[2]
    assert {event.temperature for event in ended.asked} == {0.6}


def test_self_refine_can_ask_for_a_critique_first(play) -> None:
    ended = play(SelfRefine(n=2, critique=True), ["000", "Block 1 is wrong.", "111"])
    assert ended.purposes == ["draft", "criticize", "refine"]
    assert "Do not write code" in ended.questions[1]
    assert "Block 1 is wrong." in ended.questions[2] and "000" in ended.questions[2]
    assert ended.outcome.usage.programs == 2, "a critique is no program"


@pytest.mark.parametrize("make", [Revision, SelfRefine])
def test_the_oracle_stops_only_what_asks_for_it(play, marks, make) -> None:
    oracle = Oracle(marks(), Wants("110"))
    script = ["111", "011", "110", "000"]
    ended = play(make(n=4, oracle=True), script, verifier=oracle)
    assert ended.outcome.oracle
    assert ended.outcome.stop is Stop.SOLVED
    assert ended.programs == ["111", "011", "110"], "what the visible checks accept is not enough"
    assert not any("SECRET" in question for question in ended.questions)
    with pytest.raises(Unmet, match="for benchmarks only"):
        play(make(n=4, oracle=True), script)
    with pytest.raises(Unmet, match="say so, with oracle=true"):
        play(make(n=4), script, verifier=oracle)


def test_beams_are_distinct_answers(play) -> None:
    script = ["000", "000", "001", "000", "010", "011"]
    ended = play(Beam(beams=4), script)
    # Three were drawn of which two differ from the first; a second round fills up.
    assert ended.programs == ["000", "000", "001", "000", "010", "011"]
    assert [event.temperature for event in ended.asked] == [0.0] + [0.6] * 5


def test_beams_end_where_nothing_new_comes(play) -> None:
    ended = play(Beam(beams=3), lambda *_: "000")
    assert len(ended.programs) == 3 + 2
    assert ended.outcome.stop is Stop.FINISHED


def test_the_likeliest_beam_that_passes_is_taken(play) -> None:
    # The scripted model finds a word the less likely, the longer it is.
    ended = play(Beam(beams=4), ["11111", "00", "111", "1111"])
    assert ended.outcome.best.candidate.code == "111"
    assert len(ended.programs) == 4, "all beams come before one is chosen"
    assert play(Beam(beams=2), ["0", "0111"]).outcome.best.candidate.code == "0111"
    assert play(Beam(beams=2), ["0001", "01"]).outcome.best.candidate.code == "01"


def test_no_method_is_stopped_by_an_oracle_that_it_did_not_ask_for(play, marks) -> None:
    oracle = Oracle(marks(), Wants("110"))
    with pytest.raises(Unmet, match="say so, with oracle=true"):
        play(BestOfN(n=2), ["110", "110"], verifier=oracle)


@pytest.mark.parametrize("value", ["first", "logprob"])
def test_with_the_oracle_any_right_sample_ends_it(play, marks, value) -> None:
    oracle = Oracle(marks(), Wants("0110"))
    ended = play(BestOfN(n=4, value=value, oracle=True), ["1", "0110", "11"], verifier=oracle)
    assert (ended.outcome.stop, ended.outcome.oracle) == (Stop.SOLVED, True)
    assert ended.outcome.usage.programs == 2
    with pytest.raises(Unmet, match="this one has none"):
        play(BestOfN(n=4, oracle=True), ["1"])


def test_with_the_oracle_any_right_beam_ends_it(play, marks) -> None:
    oracle = Oracle(marks(), Wants("0110"))
    script = ["111", "0110", "1", "11"]
    ended = play(Beam(beams=4, oracle=True), script, verifier=oracle, logprob=None)
    assert ended.outcome.best.candidate.code == "0110"
    with pytest.raises(Unmet, match="log-probabilities"):
        play(Beam(beams=2), ["1", "1"], logprob=None)
