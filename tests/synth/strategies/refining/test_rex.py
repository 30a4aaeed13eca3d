"""REx: which program is refined, and how often."""

from __future__ import annotations

from collections import Counter
from random import Random

import pytest

from synthd.synth.budget import Budget
from synthd.synth.models.errors import ContextTooLong
from synthd.synth.solve import Stop
from synthd.synth.strategies.rex import Arm, Rex
from synthd.synth.streams import stream


@pytest.mark.parametrize(
    ("code", "refined", "c", "expected"),
    [
        (None, 0, 20, (1, 21)),
        (None, 3, 20, (1, 24)),
        ("1000", 0, 20, (6, 16)),
        ("1110", 2, 20, (16, 8)),
        ("1110", 2, 0, (1, 3)),
    ],
)
def test_the_prior_of_the_paper(attempted, code, refined, c, expected) -> None:
    arm = Arm(attempted(code) if code else None, refined)
    assert Rex(c=c).posterior(arm) == expected


def test_the_prior_of_its_code_for_drafts(attempted) -> None:
    rex = Rex(root="uniform")
    assert rex.posterior(Arm(None, 2)) == (1, 3)
    assert rex.posterior(Arm(attempted("1000"), 2)) == Rex().posterior(Arm(attempted("1000"), 2))


def drawn(rex: Rex, arms: list[Arm], times: int = 2000) -> list[int]:
    found = Counter(id(rex.choose(arms, Random(seed))) for seed in range(times))
    return [found[id(arm)] for arm in arms]


def test_the_less_refined_of_equal_arms_is_drawn_more_often(attempted) -> None:
    counts = drawn(Rex(), [Arm(attempted("1100"), n) for n in (0, 4, 12)])
    assert counts[0] > 1.5 * counts[1] > 3 * counts[2] > 0


def test_the_better_of_equally_refined_arms_is_drawn_more_often(attempted) -> None:
    counts = drawn(Rex(c=5), [Arm(attempted(code), 3) for code in ("1110", "1100", "1000")])
    assert counts[0] > 1.5 * counts[1] > 3 * counts[2] > 0


def test_no_arm_is_never_drawn(attempted) -> None:
    arms = [Arm(None, 5), Arm(attempted("0000"), 9), Arm(attempted("1110"), 0)]
    assert min(drawn(Rex(c=2), arms)) > 0


MARKS = ["0000", "1000", "0100", "1100", "0110", "1010", "0000", "0001"]


def test_the_published_algorithm_step_by_step(play) -> None:
    """Against the paper's pseudocode: a set of programs and a dictionary of failures."""
    ended = play(Rex(c=20), MARKS * 5, Budget(programs=40), seed=5)
    programs, failed, parents = [""], Counter[str](), []
    for step, new in enumerate(MARKS * 5):
        random = stream(5, "marks", "arm", str(step))
        h = {p: p.count("1") / 4 for p in programs}
        draws = [(random.betavariate(1 + 20 * h[p], 1 + 20 * (1 - h[p]) + failed[p]), p)
                 for p in programs]  # fmt: skip
        parent = max(draws)[1]
        failed[parent] += 1
        parents.append(parent or "-")
        if new not in programs:
            programs.append(new)
    assert ended.parents == parents
    assert len(set(parents)) > 3, "several were refined: the comparison says something"


def test_a_program_that_is_there_already_is_no_further_arm(play) -> None:
    ended = play(Rex(), lambda *_: "1100", Budget(programs=30))
    refined = {a.candidate.parent.candidate.node for a in ended.tried if a.candidate.parent}
    assert refined == {"draft.0"}
    assert play(Rex(), lambda *_: "no", Budget(programs=9)).purposes == ["draft"] * 9


@pytest.mark.parametrize("slots", [1, 4])
def test_refinements_in_flight_are_counted(play, slots) -> None:
    counted = []

    class Watched(Rex):
        def choose(self, arms: list[Arm], random: Random) -> Arm:
            counted.append(sum(arm.refined for arm in arms))
            return super().choose(arms, random)

    ended = play(Watched(), lambda prompt, sampling, call: "1000", Budget(programs=20), slots=slots)
    assert counted[:20] == list(range(20))
    assert len(ended.programs) == 20


@pytest.mark.parametrize(
    ("feedback", "told"), [("none", ""), ("first-failing", "`f(1)` must"), ("diff", "`f(2)` must")]
)
def test_what_a_refinement_shows(play, feedback, told) -> None:
    ended = play(Rex(feedback=feedback), lambda *_: "100", Budget(programs=20))
    assert "refine" in ended.purposes
    question = ended.questions[ended.purposes.index("refine")]
    assert "This is the current code" in question and told in question
    assert ("The issue" in question) == bool(told)


def test_a_prompt_that_is_too_long_costs_one_pull(play) -> None:
    def script(prompt, sampling, call) -> str:
        if "current code" in prompt[-1].content:
            raise ContextTooLong("too long")
        return "1000"

    ended = play(Rex(), script, Budget(programs=6), slots=2)
    assert ended.outcome.stop is Stop.BUDGET
    assert len(ended.programs) == 6
    assert "refine" in ended.purposes and set(ended.parents) == {"-"}
