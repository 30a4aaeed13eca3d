"""Why a program was chosen is told to the trace, whichever strategy chose."""

from __future__ import annotations

from typing import Any

import pytest

from synthd.synth.events import Chose, Group
from synthd.synth.observation import Happened
from synthd.synth.run import Strategy
from synthd.synth.strategies import registry
from synthd.synth.strategies.auto import Auto
from synthd.synth.strategies.beam import Beam
from synthd.synth.strategies.best_of_n import BestOfN
from synthd.synth.strategies.mbr import Mbr
from synthd.synth.strategies.multi_turn import MultiTurn
from synthd.synth.strategies.s_star import SStar
from synthd.synth.strategies.seidr import Seidr
from synthd.synth.strategies.self_consistency import SelfConsistency

# All give 4 for 2: two texts double, one squares.
DOUBLING, SQUARING = ["x + x", "2 * x"], "x * x"
DRAWN = [DOUBLING[0], SQUARING, DOUBLING[1]]


def chose(ended: Any) -> Chose:
    (event,) = [event for event in ended.events if isinstance(event, Chose)]
    assert ended.outcome.best is not None and ended.run.chosen
    assert event.node == ended.outcome.best.candidate.node
    assert ended.events[-1] is event
    return event


def votes(event: Chose) -> list[tuple[tuple[str, ...], float]]:
    return [(group.nodes, dict(group.figures)["votes"]) for group in event.groups]


@pytest.mark.parametrize(
    "strategy",
    [SelfConsistency(n=3), Mbr(n=3), SStar(n=3), Auto(votes=9)],
    ids=["self-consistency", "mbr", "s-star", "auto"],
)
def test_programs_that_do_the_same_are_one_group_with_as_many_votes(
    world, strategy: Strategy
) -> None:
    event = chose(world().search(strategy, DRAWN, slots=1))
    assert votes(event) == [(("draft.0", "draft.2"), 2.0), (("draft.1",), 1.0)]
    assert event.by


def test_the_inputs_that_tell_groups_apart_come_with_what_each_does(world) -> None:
    event = chose(world().search(SelfConsistency(n=4), [*DRAWN, "x + x + 0 // x"]))
    assert len(event.groups) == 3
    assert event.partings, "there is no choice without an input that speaks for it"
    largest = [max(len(did.groups) for did in each.outcomes) for each in event.partings]
    assert largest == sorted(largest), "the most even division comes first"
    assert "f(2)" not in [each.call for each in event.partings], "there they agree"
    (zero,) = [each for each in event.partings if each.call == "f(0)"]
    gave, raised = zero.outcomes
    assert (gave.happened, gave.shown, gave.groups) == (Happened.RETURNED, "0", (0, 1))
    assert (raised.happened, raised.groups) == (Happened.RAISED, (2,))
    assert "ZeroDivisionError" in raised.shown


def test_equal_texts_vote_without_being_executed(world) -> None:
    drawn = ["x * x", "x + x", "x + x"]
    event = chose(world().search(SelfConsistency(n=3, by="text"), drawn))
    assert votes(event) == [(("draft.1", "draft.2"), 2.0), (("draft.0",), 1.0)]
    assert event.partings == () and event.by == "votes by text"


def test_mbr_tells_the_expected_utility(world) -> None:
    event = chose(world().search(Mbr(n=3, utility="equality"), DRAWN))
    assert [dict(group.figures)["utility"] for group in event.groups] == pytest.approx(
        [2 / 3, 1 / 3]
    )


def test_s_star_tells_who_won_duels(world) -> None:
    event = chose(world().search(SStar(n=3), DRAWN, which=lambda asked: "A"))
    won = [dict(group.figures)["duels won"] for group in event.groups]
    assert len(won) == 2 and sum(won) <= 1


@pytest.mark.parametrize("tokens", ["code", "all"])
def test_log_probabilities_of_each_program(world, tokens) -> None:
    strategy = BestOfN(n=2, value="logprob", tokens=tokens)
    event = chose(world().search(strategy, ["x + x", "len(range(4))"]))
    assert event.by == "log-probability" and len(event.groups) == 2
    short, long = (dict(group.figures) for group in event.groups)
    assert short["log-probability of the program"] > long["log-probability of the program"]
    assert short["of the whole answer"] != short["log-probability of the program"]
    assert short["checks passed"] == 1.0


def test_a_learned_verifiers_word_on_each_program(world, foreseeing) -> None:
    drawn = ["x + x", "len(range(4))"]
    for strategy in (BestOfN(n=2, value="verifier"), MultiTurn(n=2, selector="lv")):
        event = chose(world().search(strategy, drawn, verifier=foreseeing()))
        found = {dict(group.figures)["estimate"] for group in event.groups}
        assert found == {float(len(program)) for program in drawn}


def test_beams_come_in_their_order(world) -> None:
    event = chose(world().search(Beam(beams=2), ["len(range(4))", "x + x"]))
    likely = [dict(group.figures)["log-probability"] for group in event.groups]
    assert likely == sorted(likely, reverse=True) and len(likely) == 2


def test_where_nothing_is_compared_nothing_is_said(world, judging) -> None:
    """auto takes the first that passes where programs cannot be executed."""
    event = chose(world().search(Auto(), ["x + x"], verifier=judging(), slots=1))
    assert event == Chose("draft.0")


def test_a_search_that_ends_with_the_first_that_passes_chooses_nothing(world) -> None:
    ended = world().search(Seidr(), ["x + x"], slots=1)
    assert not any(isinstance(event, Chose) for event in ended.events)


def test_a_program_that_was_drawn_twice_is_in_its_group_twice(world) -> None:
    event = chose(world().search(Mbr(n=3, inputs=8), [SQUARING, "x + x", "x + x"]))
    assert event.groups[0] == Group(
        ("draft.1", "draft.2"), (("votes", 2.0), event.groups[0].figures[1])
    )


@pytest.mark.parametrize(
    ("name", "asked"),
    [
        ("best-of-n", {"n": 2}),
        ("mbr", {"n": 2}),
        ("self-consistency", {"n": 2}),
        ("multi-turn", {"n": 2, "turns": 2}),
        ("self-refine", {"n": 2, "critique": True}),
        ("treefinement", {"drafts": 2, "width": 2, "iterations": 1}),
    ],
)
@pytest.mark.parametrize("top_p", [0.0, 0.95])
def test_top_p_of_all_calls_where_a_paper_has_one(
    world, name: str, asked: Any, top_p: float
) -> None:
    seen: list[float | None] = []

    def drafted(question: str, sampling: Any) -> str:
        seen.append(sampling.top_p)
        return "x - 1" if len(seen) < 3 else "x + x"

    strategy = registry.build(name, {**asked, "top_p": top_p})
    world().search(strategy, drafted, repairs=drafted)
    assert len(seen) >= 2 and set(seen) == {top_p or None}


def test_top_p_is_a_share() -> None:
    with pytest.raises(registry.BadStrategy, match=r"mbr\.top_p: '1\.5' is more than 1"):
        registry.build("mbr", {"top_p": "1.5"})
