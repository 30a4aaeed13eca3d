"""OpTune: which trial is drawn by which edit, what counts, and who may not do it."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from synthd.synth.attempt import Evaluation, Verdict
from synthd.synth.budget import Budget
from synthd.synth.oracle import Oracle
from synthd.synth.ports import Prompt, Sampling
from synthd.synth.solve import Stop
from synthd.synth.strategies.optune import Optune
from synthd.synth.tuning import Edit, Lesson
from synthd.synth.unmet import Unmet

HASH = "a" * 64


def optune(**given) -> Optune:
    return Optune(optimizer="/optimizer", sha256=HASH, **given)


@dataclass
class Script:
    """Answers in their order. samplings: of all calls."""

    answers: list[str]
    samplings: list[Sampling] = field(default_factory=list)
    prompts: list[Prompt] = field(default_factory=list)

    def __call__(self, prompt: Prompt, sampling: Sampling, call: int) -> str:
        self.samplings.append(sampling)
        self.prompts.append(prompt)
        return self.answers.pop(0)

    @property
    def learned(self) -> list[list[str]]:
        """Of which attempts the edit of each call was made."""
        return [
            [lesson.completion for lesson in one.tuning.lessons] if one.tuning else []
            for one in self.samplings
        ]


class WantsOf:
    """Held-out tests that one program passes."""

    def __init__(self, program: str) -> None:
        self._program = program

    async def verify(self, problem, candidate) -> Evaluation:
        right = candidate.code == self._program
        return Evaluation(Verdict.ACCEPTED if right else Verdict.REJECTED, float(right))


class Silent:
    """Accepts nothing, whatever it is."""

    blind = True

    async def verify(self, problem, candidate) -> Evaluation:
        return Evaluation(Verdict.REJECTED, 0.0)


def test_odd_trials_are_edited_after_the_one_just_before_and_even_ones_are_raw(play) -> None:
    script = Script(["000", "001", "010", "011", "111"])
    ended = play(optune(), script)
    assert ended.outcome.stop is Stop.SOLVED
    assert script.learned == [[], ["000"], [], ["010"], []]
    tunings = [one.tuning for one in script.samplings if one.tuning]
    assert {tuning.method for tuning in tunings} == {Edit("/optimizer", HASH)}
    lesson = Lesson(script.prompts[0], "000", "Your answer is incorrect.")
    assert tunings[0].lessons == (lesson,)
    assert len(set(script.prompts)) == 1, "no prompt tells of an attempt"
    assert {(one.temperature, one.top_p) for one in script.samplings} == {(0.6, 0.95)}
    assert len({one.seed for one in script.samplings}) == 5


def test_the_switches_edit_after_every_failure_and_add_edits_up(play) -> None:
    script = Script(["000", "001", "010", "011"])
    play(optune(n=4, alternate=False), script)
    assert script.learned == [[], ["000"], ["001"], ["010"]]
    script = Script(["000", "001", "010", "011"])
    play(optune(n=4, accumulate=True), script)
    assert script.learned == [[], ["000"], [], ["000", "010"]]
    assert all(one.tuning.method.accumulate for one in script.samplings if one.tuning)
    script = Script(["000", "001", "010", "011"])
    play(optune(n=4, alternate=False, accumulate=True), script)
    assert script.learned == [[], ["000"], ["000", "001"], ["000", "001", "010"]]


def test_a_trial_goes_on_until_an_answer_is_whole_and_all_of_them_count(play) -> None:
    script = Script(["no idea", "no", "000", "no", "001", "010"])
    ended = play(optune(n=3), script)
    assert script.learned == [[], [], [], ["000"], ["000"], []]
    assert ended.outcome.usage.programs == 6
    script = Script(["no", "no", "000", "001"])
    play(optune(n=3, tries=2), script)
    assert script.learned == [[], [], [], []], "a trial without an answer teaches nothing"


def test_the_oracle_stops_it_only_where_it_is_asked_for(play, marks) -> None:
    oracle = Oracle(marks(), WantsOf("110"))
    script = Script(["111", "110"])
    ended = play(optune(oracle=True), script, verifier=oracle)
    assert ended.outcome.oracle and ended.outcome.stop is Stop.SOLVED
    assert script.learned == [[], ["111"]], "what passes the visible checks alone is wrong"
    with pytest.raises(Unmet, match="say so, with oracle=true"):
        play(optune(), Script(["111"]), verifier=oracle)


def test_what_it_needs_is_said_before_anything_is_spent(play) -> None:
    script = Script([])
    with pytest.raises(Unmet, match=r"edits weights, and local/scripted .* hf/"):
        play(optune(), script, tunes=False)
    with pytest.raises(Unmet, match="synthd train optune"):
        play(Optune(), script)
    with pytest.raises(Unmet, match="which weights"):
        play(Optune(optimizer="/optimizer"), script)
    with pytest.raises(Unmet, match="nothing here says what does"):
        play(optune(), script, verifier=Silent())
    assert not script.samplings


def test_the_budget_ends_it(play) -> None:
    ended = play(optune(), Script(["000"] * 9), budget=Budget(3, 60, 10**6, 100))
    assert ended.outcome.stop is Stop.BUDGET and ended.outcome.usage.programs == 3
