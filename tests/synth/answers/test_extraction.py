"""The final answer in what a model says."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synthd.synth.answers.extraction import How, answer_in
from synthd.synth.suites.questions import Kind

NUMBERS = [
    ("3 * 6 = 18\n#### 18", "18", How.HASHES),
    ("#### Step 1: compute 5\n5 it is.\n#### $1,800", "$1,800", How.HASHES),
    ("#### 1. Compute the total\nThe total is 7 apples.", "7", How.NUMBER),
    ("so \\boxed{\\$18.50} it is, not 3", "\\$18.50", How.BOXED),
    ("The answer is 18 dollars because 3*6=18.", "18 dollars", How.SAID),
    ("So the final answer is: **$18** per day.", "$18", How.SAID),
    ("The answer is 3 + 5 = 8.", "8", How.SAID),
    ("Answer: 42", "42", How.SAID),
    ("The answer is:\n\\[ 7 \\]", "7", How.SAID),
    ("I think 5 + 3 = 8 so he has 8 apples left.", "8", How.NUMBER),
    ("18", "18", How.NUMBER),
    ("", "", How.NOTHING),
    ("I cannot tell.", "", How.NOTHING),
]
FORMULAS = [
    ("so \\boxed{\\frac{1}{2}}.", "\\frac{1}{2}", How.BOXED),
    ("\\boxed{1} at first, then \\boxed{\\left\\{1, \\frac{2}{3}\\right\\}}", None, How.BOXED),
    ("\\boxed 5$.", "5", How.BOXED),
    ("The answer is $\\frac12$.", "\\frac12", How.SAID),
    ("#### Conclusion\nThe answer is $x$.", "x", How.SAID),
    ("We get $x=3$ and then $y=4$, as was to be\nshown in the text.", "y=4", How.FORMULA),
    ("\\text{Evelyn}", "\\text{Evelyn}", How.LINE),
    ("(3, \\frac{\\pi}{2})", "(3, \\frac{\\pi}{2})", How.LINE),
    ("Then there are two of them, and\nall in all we have 5 of them", "5", How.NUMBER),
]


@pytest.mark.parametrize(("text", "answer", "how"), NUMBERS)
def test_numbers(text: str, answer: str, how: How) -> None:
    found = answer_in(text, Kind.NUMBER)
    assert (found.text, found.how) == (answer, how)


@pytest.mark.parametrize(("text", "answer", "how"), FORMULAS)
def test_formulas(text: str, answer: str | None, how: How) -> None:
    found = answer_in(text, Kind.LATEX)
    assert found.how is how
    assert found.text == (answer or "\\left\\{1, \\frac{2}{3}\\right\\}")


def test_what_was_cut_off_is_not_guessed_at() -> None:
    text = "First 3 * 6 = 18, of which"
    assert answer_in(text, Kind.NUMBER).text == "18"
    assert answer_in(text, Kind.NUMBER, cut=True).how is How.NOTHING
    assert answer_in(text + "\n#### 18\nAnd", Kind.NUMBER, cut=True).text == "18"


LONG = ["answer" + " " * 50000, "\\[" * 25000, "\\boxed{" * 7000, "$" * 50000, "1," * 25000]
LONG += ["answer is " * 5000, "#### " * 10000, "answer to " * 5000, "\\boxed{" + "{" * 60000]
LONG += ["-" * 60000, "1 1 " * 12500, "/1" * 25000, " answer:\n\n" * 5000, "\\frac{" * 8000]


@pytest.mark.parametrize("kind", Kind)
def test_long_hostile_texts_come_to_an_end(kind: Kind) -> None:
    # With a pattern that backtracks one of these would take hours.
    for text in LONG:
        assert len(answer_in(text, kind).text) <= 500


@given(
    st.text(st.sampled_from("#answer is\\boxed{}$18,.-/ \n"), max_size=80), st.sampled_from(Kind)
)
def test_any_text_is_read(text: str, kind: Kind) -> None:
    found = answer_in(text, kind)
    assert bool(found.text) == (found.how is not How.NOTHING)
    assert found.text in text
