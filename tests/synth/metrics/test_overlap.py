"""What tasks and other texts have in common."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synthd.synth.metrics.overlap import Others, Text, shapes

PROSE = (
    "Write a function that gives the sum of all even numbers of a list, "
    "and zero where the list has no even number at all."
)
CODE = """
def even(numbers):
    '''Sum of the even ones.'''
    total = 0
    for number in numbers:
        if number % 2 == 0:
            total += number
    return total
"""
RENAMED = (
    CODE.replace("even", "f").replace("total", "s").replace("numbers", "xs").replace("'''", '"')
)
OTHER = "def g(a, b):\n    return [x for x in a if x not in b and len(x) > 3]\n"


def test_the_same_text_is_contaminated_and_another_is_not() -> None:
    others = Others([Text("same", PROSE, CODE), Text("other", "Reverse the words.", OTHER)])
    found = others.nearest(Text("task", PROSE, CODE))
    assert (found.words, found.by_words, found.long) == (1.0, "same", True)
    assert (found.shape, found.by_shape) == (1.0, "same")
    assert found.contaminated
    assert (
        not Others([Text("other", "Reverse the words.", OTHER)])
        .nearest(Text("task", PROSE, CODE))
        .contaminated
    )


def test_other_names_and_no_docstring_are_the_same_shape() -> None:
    bare = "\n".join(line for line in RENAMED.splitlines() if '"' not in line)
    for text in (RENAMED, bare):
        found = Others([Text("it", "Nothing in common.", text)]).nearest(Text("task", PROSE, CODE))
        assert found.shape == 1.0 and found.words == 0
        assert found.contaminated


def test_half_of_a_text_is_half_of_its_grams() -> None:
    words = [f"w{i}" for i in range(47)]  # 40 grams of eight
    others = Others([Text("first", " ".join(words[:27]))])  # of which 20 are there
    found = others.nearest(Text("task", " ".join(words)))
    assert found.words == pytest.approx(0.5)
    assert found.long and not found.contaminated


def test_programs_in_other_languages_are_compared_by_their_tokens() -> None:
    rust = "fn f(v: &Vec<u32>) -> u32 { let mut s = 0; while i < v.len() { s = s + v[i]; } s }"
    renamed = rust.replace("s ", "total ").replace("v.", "row.").replace("v[", "row[")
    one, other = (Text("x", "", code, "rust") for code in (rust, renamed))
    assert shapes(one) == shapes(other) != frozenset()


@given(st.text(), st.text())
def test_any_text_can_be_compared(prose: str, code: str) -> None:
    for language in ("python", "rust"):
        text = Text("t", prose, code, language)
        found = Others([text]).nearest(text)
        assert found.words in (0, 1) and found.shape in (0, 1)
    assert Others([]).nearest(text).contaminated is False
