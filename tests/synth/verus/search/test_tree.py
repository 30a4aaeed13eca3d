"""Treefinement on proofs: what they are worth, who is refined, and what each refinement is told."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synthd.synth.attempt import Evaluation, ProofCounts, Verdict
from synthd.synth.events import Asked, Tried
from synthd.synth.prompts.tree import refinement
from synthd.synth.proving.keep import lost, preferred
from synthd.synth.proving.value import value
from synthd.synth.proving.worth import worth
from synthd.synth.solve import Stop
from synthd.synth.strategies.treefinement import Treefinement


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        (ProofCounts(3, 1, 1, 0), (3 - 0.1) / 4),
        (ProofCounts(3, 1, 2, 3), (3 - 0.2 - 0.12) / 4),
        (ProofCounts(0, 2, 2, 0), -0.1),
        (ProofCounts(1, 3, 20, 0), (1 - 2) / 4),
        (ProofCounts(5, 0, 0, 7), 1.0),
        (ProofCounts(0, 0, 4, 0), -1.0),
    ],
)
def test_value(counts, expected) -> None:
    assert value(counts) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("verdict", "counts", "expected"),
    [
        (Verdict.ACCEPTED, (3, 0), 1.0),
        (Verdict.REJECTED, (3, 0), -1.0),  # vacuous
        (Verdict.UNDECIDED, (3, 0), -1.0),
        (Verdict.UNDECIDED, (3, 1), (3 - 0.1) / 4),  # a resource limit
        (Verdict.FORBIDDEN, (3, 1), -1.0),
        (Verdict.UNDECIDED, (0, 0), -1.0),
    ],
)
def test_what_the_verdict_adds(verdict, counts, expected) -> None:
    verified, errors = counts
    evaluation = Evaluation(verdict, 0.5, proof=ProofCounts(verified, errors, errors, 0))
    assert worth(evaluation, 0.1, 0.04) == pytest.approx(expected)


@given(st.integers(0, 30), st.integers(0, 30), st.integers(0, 30), st.integers(0, 30))
def test_a_value_is_between_the_worst_and_the_proved(
    verified: int, errors: int, diagnostics: int, notes: int
) -> None:
    counts = ProofCounts(verified, errors, diagnostics, notes)
    assert value(counts) <= 1
    assert (value(counts) == 1) == (errors == 0 < verified)
    assert value(replace(counts, diagnostics=diagnostics + 1)) <= value(counts)
    assert value(replace(counts, verified=verified + 1)) >= value(counts) - 1e-9 or not errors


# Values .725, .45 and .175 of what is valid.
DRAFTS = ["2/2", "3/1", "0/4", "1/3", "?", "!3/1"]


def drafting(p, s, call: int) -> str:
    return DRAFTS[call] if call < len(DRAFTS) else "0/4"


@pytest.mark.parametrize(
    ("options", "shares"),
    [
        ({}, {"3/1": 19, "2/2": 1}),
        ({"tau": 1.0}, {"3/1": 9, "2/2": 7, "1/3": 4}),
        ({"allocation": "largest_remainder"}, {"3/1": 19, "2/2": 1}),
        ({"mode": "breadth"}, {"3/1": 7, "2/2": 7, "1/3": 6}),
        ({"mode": "beam", "beam": 2}, {"3/1": 10, "2/2": 10}),
        ({"mode": "beam", "beam": 9}, {"3/1": 7, "2/2": 7, "1/3": 6}),
        ({"roots": "best"}, {"3/1": 20}),
        ({"roots": "each"}, {"3/1": 1, "2/2": 1, "1/3": 1}),
        ({"prune": "invalid", "mode": "breadth"}, {"3/1": 5, "2/2": 5, "1/3": 5, "0/4": 5}),
    ],
)
def test_who_is_refined(play, options, shares) -> None:
    method = Treefinement(drafts=6, width=20, iterations=1, **options)
    ended = play(method, drafting)
    assert Counter(ended.parents[6:]) == shares
    assert ended.parents[6] == "3/1", "the children of the best are drawn first"


@pytest.mark.parametrize("mode", ["rebase", "breadth", "beam"])
def test_drawn_shares_sum_up_and_follow_the_seed(play, mode) -> None:
    method = Treefinement(
        drafts=6, width=20, iterations=1, tau=1.0, allocation="sample", mode=mode, beam=2
    )

    def shares(seed: int) -> Counter[str]:
        return Counter(play(method, drafting, seed=seed).parents[6:])

    assert shares(1) == shares(1)
    assert len({tuple(sorted(shares(seed).items())) for seed in range(8)}) > 1
    assert all(shares(seed).total() == 20 for seed in range(8))
    if mode == "beam":
        assert all(shares(seed).keys() <= {"3/1", "2/2"} for seed in range(8))


def test_after_the_roots_all_share_again(play) -> None:
    script = ["3/1", "2/2", "3/1", "2/2", *["0/1"] * 8]
    ended = play(Treefinement(drafts=2, width=2, iterations=2, roots="each", tau=1.0), script)
    assert len(ended.parents) == 2 + 2 + 2


def test_what_is_proved_ends_the_search_before_anything_else_happens(play) -> None:
    """The references test for success after resampling, which may drop the proved program."""
    for place in range(4):
        script = ["1/3", *["2/2"] * place, "4/0", *["1/3"] * 50]
        method = Treefinement(drafts=1, width=4, iterations=9, allocation="sample")
        ended = play(method, script, slots=2)
        assert ended.outcome.stop is Stop.SOLVED
        assert ended.outcome.best.candidate.code == "4/0"
        last = [e for e in ended.events if isinstance(e, Asked | Tried)][-1]
        assert isinstance(last, Tried) and last.attempt.accepted


def test_failed_generations_never_mix_up_families(play) -> None:
    """Answers without code are dropped; each child stays with the program that it was shown."""

    def script(prompt, sampling, call) -> str:
        if call < 2:
            return ["3/1", "2/2"][call]
        if call % 3 == 0:
            return "no idea"
        return "3/1" if "in 3/1" in prompt[-1].content else "2/2"

    ended = play(Treefinement(drafts=2, width=6, iterations=4, mode="breadth"), script)
    children = [a for a in ended.tried if a.candidate.parent and a.candidate.code]
    assert len(children) > 8
    assert all(a.candidate.parent.candidate.code == a.candidate.code for a in children)


def test_a_conversation_holds_its_own_line_alone(play) -> None:
    """Every answer has a canary: a refinement hears those of its ancestors, and no others."""

    def script(prompt, sampling, call) -> str:
        return f"{1 + call % 3}/{1 + call % 2}+{call + 7}"

    ended = play(Treefinement(drafts=3, width=5, iterations=4, tau=9.0, prune="invalid"), script)
    made = {a.candidate.node: a for a in ended.tried}
    assert max(len(list(a.lineage())) for a in ended.tried) == 5
    for ask, prompt in zip(ended.asked, ended.prompts, strict=True):
        line = [a.candidate.code for a in made[ask.node].lineage()][1:]
        said = "\n".join(message.content for message in prompt)
        assert set(re.findall(r"\d/\d\+\d+", said)) == set(line)
        assert [m.content for m in prompt if m.role == "assistant"] == line[-2::-1]


def test_without_a_history_only_the_last_program_is_shown(play) -> None:
    ended = play(
        Treefinement(drafts=1, width=1, iterations=2, history="last"), ["1/3", "2/2", "4/0"]
    )
    assert len(ended.prompts[2]) == 2
    assert "2/2" in ended.prompts[2][1].content and "1/3" not in ended.prompts[2][1].content


def test_a_long_conversation_begins_later(judged, invented) -> None:
    attempt = judged("1/1+9")
    for place in range(10, 40):
        attempt = judged(f"1/1+{place}", attempt)
        attempt = replace(
            attempt, candidate=replace(attempt.candidate, completion=f"So {place}. " + "a " * 900)
        )
    prompt = refinement(invented, attempt, "diff", "full")
    said = "\n".join(message.content for message in prompt)
    assert "1/1+39" in said and "1/1+9" not in said
    assert len(prompt) == 2 + 2 * 2
    assert prompt[1].content.count("What Verus says") == 1, "it begins with a program all the same"


def test_nothing_is_pruned_only_where_that_was_said(play) -> None:
    script = ["?", "?", "1/1", "2/0"]
    ended = play(Treefinement(drafts=1, width=1, iterations=3, prune="nothing"), script)
    assert ended.parents == ["-", "?", "?", "1/1"]
    assert "What helps" in ended.prompts[1][1].content
    ended = play(Treefinement(drafts=1, width=1, iterations=3), script)
    assert ended.parents == ["-", "-", "-", "1/1"]


# Capitals are verified functions.
def test_a_verified_function_is_not_given_up(play, judged) -> None:
    script = ["3/2~ABCde", "4/1~ABcDE", "3/1~ABCDe", "5/0"]
    kept = play(Treefinement(drafts=1, width=1, iterations=3), script)
    assert kept.parents == ["-", "3/2~ABCde", "3/2~ABCde", "3/1~ABCDe"]
    free = play(Treefinement(drafts=1, width=1, iterations=3, keep_verified=False), script)
    assert free.parents == ["-", "3/2~ABCde", "4/1~ABcDE", "3/1~ABCDe"]


def test_the_best_so_far_has_not_lost_what_its_ancestor_verified(play, judged) -> None:
    parent = judged("3/2~ABCde")
    worse = judged("4/1~ABcDE", parent)
    stranger = judged("4/1~ABcDE")
    assert worse.score > parent.score
    assert not preferred(worse, parent) and preferred(stranger, parent)
    assert preferred(judged("5/0~ABCDE", parent), parent)
    ended = play(Treefinement(drafts=1, width=1, iterations=1), ["3/2~ABCde", "4/1~ABcDE"])
    assert ended.outcome.best.candidate.code == "3/2~ABCde"


def test_without_names_the_number_counts(judged) -> None:
    before, fewer, more = (judged(code).evaluation for code in ("3/2", "2/1", "4/2"))
    assert lost(before, fewer) and not lost(before, more)
    assert not lost(before, judged("1/0").evaluation), "what is accepted lost nothing"
    tested = Evaluation(Verdict.REJECTED, 0.5)
    assert not lost(tested, fewer)


@given(st.lists(st.floats(-1, 1), min_size=1, max_size=40), st.integers(1, 40))
def test_beam_gives_all_to_the_best_few(values: list[float], beam: int) -> None:
    method = Treefinement(mode="beam", beam=beam, width=32)
    shares = method.shares(sorted(values, reverse=True), "shared", Random(0))
    assert sum(shares) == 32 and shares == sorted(shares, reverse=True)
    assert not any(shares[beam:]) and max(shares[:beam]) - min(shares[:beam]) <= 1


@given(
    st.lists(st.floats(-1, 1), min_size=1, max_size=40),
    st.integers(0, 40),
    st.sampled_from(["rebase", "breadth", "beam"]),
    st.sampled_from(["rebase_ceil", "largest_remainder", "sample"]),
    st.sampled_from(["shared", "best"]),
    st.integers(0, 9),
)
def test_every_level_has_its_width(values, width, mode, allocation, roots, seed) -> None:
    method = Treefinement(mode=mode, allocation=allocation, width=width)
    shares = method.shares(sorted(values, reverse=True), roots, Random(seed))
    assert sum(shares) == width and min(shares) >= 0 and len(shares) == len(values)
    if roots == "best":
        assert shares[0] == width
    if allocation != "sample":
        assert shares == sorted(shares, reverse=True), "never more to a worse one, ties in order"
