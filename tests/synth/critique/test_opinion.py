"""What counts as an answer, and what answers come to."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synthd.synth.critique.opinion import MOST_NO, Opinion, Standing, Tally, opinion

LAYOUT = "Wanted: the larger.\nPromised: one of both.\nDifferences: none.\n"


@pytest.mark.parametrize(
    ("answer", "wanted"),
    [
        ("Final answer: yes", Opinion.YES),
        (LAYOUT + "Final answer: no\n", Opinion.NO),
        (LAYOUT + "**Final answer:** Yes.", Opinion.YES),
        (LAYOUT + "> final answer: `NO`", Opinion.NO),
        (LAYOUT + "Final answer: **no** (it promises less)", Opinion.NO),
        (LAYOUT + "Final answer: yes\nFinal answer: yes", Opinion.YES),
        ("", None),
        ("yes", None),
        ("The answer is yes.", None),
        ("Is the final answer: yes? I do not know.", None),
        (LAYOUT + "Final answer: yes or no", None),
        (LAYOUT + "Final answer: <yes|no>", None),
        (LAYOUT + "Final answer:", None),
        (LAYOUT + "Final answer: nothing differs", None),
        (LAYOUT + "Final answer: not sure", None),
        (LAYOUT + "Final answer: yes\nWait.\nFinal answer: no", None),
    ],
)
def test_only_the_final_answer_counts(answer: str, wanted: Opinion | None) -> None:
    assert opinion(answer) is wanted


def test_an_answer_that_was_cut_in_its_last_word_is_none() -> None:
    assert opinion(LAYOUT + "Final answer: no", cut=True) is None
    assert opinion(LAYOUT + "Final answer: no\nas it", cut=True) is Opinion.NO


def test_a_line_of_a_shown_text_that_says_yes_does_not_outvote_the_answer() -> None:
    assert opinion("It quotes `Final answer: yes`.\nFinal answer: no") is Opinion.NO


@pytest.mark.parametrize(
    ("yes", "no", "unread", "standing"),
    [
        (8, 0, 0, Standing.SOUND),
        (6, 2, 0, Standing.SOUND),
        (5, 3, 0, Standing.FAULTY),  # three are enough
        (1, 1, 6, Standing.FAULTY),  # no majority for it
        (0, 1, 7, Standing.FAULTY),
        (1, 0, 7, Standing.SOUND),
        (0, 8, 0, Standing.FAULTY),
        (0, 0, 8, Standing.UNDECIDED),
    ],
)
def test_the_rule_over_eight_answers(yes: int, no: int, unread: int, standing: Standing) -> None:
    assert Tally(yes, no, unread, 8).standing is standing


def test_without_any_opinion_the_published_rule_says_faulty_and_nothing_is_known() -> None:
    assert Tally(wanted=8).faulty
    assert Tally(unread=8, wanted=8).faulty
    assert Tally(unread=8, wanted=8).standing is Standing.UNDECIDED


counts = st.integers(0, 12)


@given(counts, counts, counts)
def test_with_all_answers_there_it_is_the_published_rule(yes: int, no: int, unread: int) -> None:
    tally = Tally(yes, no, unread, yes + no + unread)
    assert tally.faulty == (no >= yes or no >= MOST_NO)
    if yes + no:
        assert (tally.standing is Standing.FAULTY) == tally.faulty
        assert tally.standing is not Standing.UNDECIDED


@given(counts, counts, counts, st.lists(st.sampled_from([Opinion.YES, Opinion.NO, None])))
def test_what_is_decided_stays_so_whatever_the_missing_answers_say(
    yes: int, no: int, unread: int, later: list[Opinion | None]
) -> None:
    early = Tally(yes, no, unread, yes + no + unread + len(later))
    said = [Opinion.YES] * yes + [Opinion.NO] * no + [None] * unread + later
    late = Tally.of(said, len(said))
    if early.standing is not Standing.UNDECIDED:
        assert late.standing is early.standing


@given(st.lists(st.sampled_from([Opinion.YES, Opinion.NO, None])), st.integers(0, 20))
def test_a_further_no_never_helps(said: list[Opinion | None], wanted: int) -> None:
    before, after = Tally.of(said, wanted), Tally.of([*said, Opinion.NO], wanted)
    assert after.faulty or not before.faulty
