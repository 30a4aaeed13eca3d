"""Treefinement: what a program is worth, and how many children it gets."""

from __future__ import annotations

from collections import Counter

import pytest

from synthd.synth.budget import Budget
from synthd.synth.solve import Stop
from synthd.synth.strategies.treefinement import Treefinement


@pytest.mark.parametrize(
    ("code", "value"),
    [
        ("1111", 1.0),
        ("1110", 0.75 - 0.1 / 4),
        ("111!", 0.75 - 0.14 / 4),
        ("10!0", 0.25 - (0.3 + 0.04) / 4),
        ("0000", -0.1),
        ("?", -1.0),
        ("", -1.0),
        ("1110#", -1.0),
    ],
)
def test_value(attempted, code, value) -> None:
    assert Treefinement().by_checks(attempted(code)) == pytest.approx(value)
    free = Treefinement(error_penalty=0, note_penalty=0)
    assert free.by_checks(attempted(code)) == (attempted(code).score if value > -1 else -1)


# Values 0.725, 0.45 and 0.175; the rest is invalid.
DRAFTS = ["1100", "1110", "0000", "1000", "?", "1100#"]


@pytest.mark.parametrize(
    ("allocation", "shares"),
    [("rebase_ceil", {"1110": 19, "1100": 1}), ("largest_remainder", {"1110": 19, "1100": 1})],
)
def test_children_are_shared_by_value(play, allocation, shares) -> None:
    method = Treefinement(drafts=6, width=20, iterations=1, allocation=allocation)
    ended = play(method, lambda p, s, call: DRAFTS[call] if call < 6 else "0000")
    assert Counter(ended.parents[6:]) == shares
    assert ended.parents[6] == "1110", "the children of the best are drawn first"


def test_a_hotter_share_is_more_even(play) -> None:
    method = Treefinement(drafts=6, width=20, iterations=1, tau=1.0)
    ended = play(method, lambda p, s, call: DRAFTS[call] if call < 6 else "0000")
    assert Counter(ended.parents[6:]) == {"1110": 9, "1100": 7, "1000": 4}


def test_sampled_shares_follow_the_seed(play) -> None:
    method = Treefinement(drafts=6, width=20, iterations=1, tau=1.0, allocation="sample")

    def parents(seed: int) -> Counter[str]:
        script = lambda p, s, call: DRAFTS[call] if call < 6 else "0000"  # noqa: E731
        return Counter(play(method, script, seed=seed).parents[6:])

    assert parents(1) == parents(1)
    assert len({tuple(parents(seed).values()) for seed in range(6)}) > 1
    assert all(parents(seed).total() == 20 for seed in range(6))


def test_children_replace_their_parents(play) -> None:
    method = Treefinement(drafts=1, width=1, iterations=3)
    ended = play(method, ["1110", "1000", "1100", "0100"])
    assert ended.parents == ["-", "1110", "1000", "1100"], "also worse ones, as long as valid"


def test_where_no_child_is_valid_the_level_is_refined_once_more(play) -> None:
    method = Treefinement(drafts=1, width=2, iterations=2)
    ended = play(method, ["1000", "0000", "?", "1100", "0100"])
    assert ended.parents == ["-", "1000", "1000", "1000", "1000"]
    nodes = [attempt.candidate.node for attempt in ended.tried]
    seeds = [attempt.candidate.seed for attempt in ended.tried]
    assert len(set(nodes)) == len(set(seeds)) == 5, "other children, not the same ones again"


def test_where_no_draft_is_valid_drafts_are_drawn_again(play) -> None:
    method = Treefinement(drafts=2, width=1, iterations=2)
    ended = play(method, ["0000", "?", "1000", "?", "1111"])
    assert ended.parents == ["-", "-", "-", "-", "1000"]
    assert ended.outcome.stop is Stop.SOLVED


def test_what_passes_nothing_can_be_kept(play) -> None:
    method = Treefinement(drafts=2, width=2, iterations=1, prune="invalid")
    assert play(method, ["0000", "?", "0000", "0000"]).parents == ["-", "-", "0000", "0000"]


def test_depth(play) -> None:
    method = Treefinement(drafts=2, width=3, iterations=4)
    ended = play(method, lambda *_: "1000")
    assert len(ended.programs) == 2 + 4 * 3
    assert ended.outcome.stop is Stop.FINISHED


def test_a_refinement_goes_on_with_its_conversation(play) -> None:
    method = Treefinement(drafts=1, width=1, iterations=2)
    ended = play(method, ["10!0", "1100", "1110"])
    last = ended.prompts[2]
    assert [m.content for m in last if m.role == "assistant"] == ["10!0", "1100"]
    assert last[: len(ended.prompts[1])] == ended.prompts[1]
    first_report = ended.prompts[1][-1].content
    assert "`f(1)` must give 1" in first_report and "`f(2)` ends with KeyError" in first_report
    alone = play(Treefinement(drafts=1, width=1, iterations=2, history="last"), ["1", "1", "1"])
    assert alone.outcome.stop is Stop.SOLVED
    script = ["10!0", "1100", "1110"]
    alone = play(Treefinement(drafts=1, width=1, iterations=2, history="last"), script)
    assert "1100" in alone.questions[2] and "10!0" not in alone.questions[2]
    assert len(alone.prompts[2]) == len(alone.prompts[0])


def test_the_budget_goes_to_the_best_parent(play) -> None:
    method = Treefinement(drafts=3, width=9, tau=1.0)
    script = ["1000", "1110", "1100", *["0000"] * 4]
    ended = play(method, script, Budget(programs=7))
    assert ended.parents[3:] == ["1110"] * 4
    assert ended.outcome.stop is Stop.BUDGET
