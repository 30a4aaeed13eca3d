"""S*: programs repaired until they pass, then told apart by what they do."""

from __future__ import annotations

import re

import pytest

from synthd.synth.budget import SMALLEST_CALL, Budget
from synthd.synth.events import Answered, Asked
from synthd.synth.solve import Stop
from synthd.synth.strategies.s_star import SStar
from synthd.synth.unmet import Unmet

# All give 4 for 2, and only abs(2 * x) is what is wanted: never negative.
WRONG, RIGHT = ["2 * x", "x + x"], "abs(2 * x)"
# As WRONG for all but one input, which no generator comes upon.
RARE = "x + x if x != 54321 else 0"
INPUTS = "```\nf(3)\nf(54321)\n```"


def prefers_positive(asked: str) -> str:
    """An answer to which output is right, by looking at nothing but the two outputs."""
    left, right = re.findall(r"gives (-?\d+) in program", asked)
    return "A" if int(left) > int(right) else "B"


def test_what_does_not_pass_is_repaired_and_what_passes_is_left_alone(world) -> None:
    told: list[str] = []

    def repairs(asked: str, sampling: object) -> str:
        told.append(asked)
        return "x + 1" if "x - 1" in asked else "x + x"

    ended = world().search(SStar(n=3), ["x - 1", "2 * x", "x - 1"], repairs=repairs)
    assert sorted(ended.tried) == ["2 * x", "x + 1", "x + 1", "x + x", "x + x", "x - 1", "x - 1"]
    assert ended.outcome.stop is Stop.SOLVED
    assert "`f(2)` must give 4 but gives 1" in told[0]
    best = ended.outcome.best
    assert best.candidate.node == "draft.0/repair.1/repair.2", "of one class the first"
    assert len(list(best.lineage())) == 3


def test_a_chain_ends_after_its_rounds(world) -> None:
    ended = world().search(
        SStar(n=2, rounds=2, feedback="none"), ["x", "x - 1"], repairs=lambda asked, _: "x + 1"
    )
    assert ended.tried == ["x", "x - 1", *["x + 1"] * 4]
    assert (ended.run.chosen, ended.outcome.stop) == (False, Stop.FINISHED)
    assert ended.asked("must give") == 0


def test_an_input_tells_programs_apart_that_pass_all_checks(world) -> None:
    drawn = [*WRONG, RIGHT]
    ended = world().search(SStar(n=3), drawn, which=prefers_positive)
    assert (ended.program, ended.outcome.stop) == (RIGHT, Stop.SOLVED)
    assert ended.asked("one call a line") == 0, "generated inputs show the difference"
    assert ended.asked("letter A or B") == 3, "one pair of classes, three inputs"
    alone = world().search(SStar(n=3), drawn)
    assert alone.program == WRONG[0], "without an answer the larger class wins"


def test_the_models_inputs_are_asked_for_where_generated_ones_show_nothing(world) -> None:
    drawn = [RARE, *WRONG]
    ended = world().search(SStar(n=3), drawn, inputs=INPUTS, which=prefers_positive)
    assert ended.asked("one call a line") == 2, "the first against each of the others"
    assert ended.asked("letter A or B") == 1 and ended.asked("f(54321)") == 1
    assert ended.program == WRONG[0]
    ended = world().search(SStar(n=2), [WRONG[0], RARE], inputs=INPUTS, which=lambda _: "neither")
    assert ended.program == WRONG[0]


@pytest.mark.parametrize(("source", "asked"), [("generated", 0), ("model", 2), ("both", 1)])
def test_whose_inputs_are_used(world, source, asked) -> None:
    ended = world().search(
        SStar(n=2, source=source), [RARE, "x + x"], inputs=INPUTS, which=prefers_positive
    )
    assert ended.asked("one call a line") == asked, "once for the classes, and once for their duel"
    executed = {call for _, call in ended.verifier.executed}
    assert ("f(54321)" in executed) == (source != "generated")
    assert executed <= {"f(3)", "f(54321)"} or source != "model"
    assert ended.program == (RARE if source == "generated" else "x + x")


def test_programs_that_do_the_same_are_not_asked_about(world) -> None:
    ended = world().search(SStar(n=3, doubts=0), [*WRONG, "x * 2"])
    assert (ended.program, ended.outcome.usage.model_calls) == (WRONG[0], 3)
    ended = world().search(SStar(n=3), ["x + x"] * 3)
    assert ended.outcome.usage.model_calls == 3, "one program has nothing to differ from"


def test_the_class_that_wins_most_duels_wins(world) -> None:
    def largest(asked: str) -> str:
        left, right = (int(v) for v in re.findall(r"gives (-?\d+) in program", asked))
        return "A" if left > right else "B"

    drawn = ["x + x", "2 * x", "4", "x * x + 90 * (x != 2)"]
    ended = world().search(SStar(n=4), drawn, which=largest)
    assert ended.program == drawn[-1]
    assert ended.asked("letter A or B") == 3 * 3


def test_a_letter_that_is_always_said_favours_nobody(world) -> None:
    won = {
        world()
        .search(SStar(n=2, evidence=1), [WRONG[0], RIGHT], which=lambda _: "A", seed=s)
        .program
        for s in range(20)
    }
    assert won == {WRONG[0], RIGHT}


def test_the_choice_is_made_also_when_no_further_program_may_come(world) -> None:
    budget = Budget(programs=3, tokens=50_000)
    ended = world().search(SStar(n=5), [*WRONG, RIGHT], which=prefers_positive, budget=budget)
    assert (ended.program, ended.outcome.usage.programs) == (RIGHT, 3)


def test_without_tokens_for_questions_the_largest_class_wins(world) -> None:
    tokens = sum(len(f"```\n{program}\n```".split()) for program in [RIGHT, *WRONG])
    budget = Budget(tokens=tokens + SMALLEST_CALL - 1, tokens_per_call=40)
    ended = world().search(
        SStar(n=3), [RIGHT, *WRONG], which=prefers_positive, budget=budget, slots=1
    )
    assert (ended.program, len(ended.tried)) == (WRONG[0], 3)
    assert ended.asked("letter A or B") == 0


def test_questions_together_fit_into_what_is_left(world) -> None:
    """Each sets aside what its short answer may cost, not what a program may."""
    budget = Budget(tokens=2000, tokens_per_call=1000)
    ended = world().search(
        SStar(n=2), [WRONG[0], RIGHT], which=prefers_positive, budget=budget, slots=9
    )
    assert (ended.program, ended.asked("letter A or B")) == (RIGHT, 3)


def test_an_answer_that_rambles_is_cut_short(world) -> None:
    ended = world().search(
        SStar(n=2, evidence=1), [WRONG[0], RIGHT], which=lambda _: "A " + "well " * 500
    )
    assert [e.completion_tokens for e in ended.events if isinstance(e, Answered)][-1] == 64


def test_questions_about_inputs_are_drawn_and_choices_are_greedy(world) -> None:
    ended = world().search(SStar(n=2), [RARE, "x + x"], inputs=INPUTS, which=prefers_positive)
    heats = {e.purpose: e.temperature for e in ended.events if isinstance(e, Asked)}
    assert heats == {"draft": 0.7, "inputs": 0.7, "choose": 0.0}


def test_what_it_needs_is_missed_before_anything_is_spent(world, judging) -> None:
    def unasked(asked: str, sampling: object) -> str:
        raise AssertionError("a model was asked")

    with pytest.raises(Unmet, match="cannot run"):
        world().search(SStar(), unasked, verifier=judging())


def test_without_types_and_calls_the_models_inputs_are_enough(world) -> None:
    world_ = world({"(lambda g: g(2))(f)": "4"}, "def f(x):")
    ended = world_.search(SStar(n=2), [RARE, "x + x"], inputs=INPUTS, which=prefers_positive)
    assert ended.program == "x + x"
