"""Numbers as people write them."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synthd.synth.answers import numbers

SAME = ("18", "18.00", "$18", "\\$18", "18%", "18\\%", "18 dollars", "**18**", "$18$")
SAME += ("18.", "36/2", "\\frac{36}{2}", "18 dollars per day", "USD 18", "\\text{18 eggs}")


@pytest.mark.parametrize("text", SAME)
def test_spellings_of_eighteen(text: str) -> None:
    assert numbers.value(text) == 18


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1,450,000", Fraction(1450000)),
        ("10,\\!080", Fraction(10080)),
        ("-$5", Fraction(-5)),
        ("$-5", Fraction(-5)),
        ("\u22123", Fraction(-3)),
        (".5", Fraction(1, 2)),
        ("1 1/2", Fraction(3, 2)),
        ("137\\frac{1}{2}", Fraction(275, 2)),
        ("5 km/h", Fraction(5)),
    ],
)
def test_values(text: str, value: Fraction) -> None:
    assert numbers.value(text) == value


NONE = ("", "eighteen", "5 and 6", "x=5", "1. Compute", "1/0", "1e5", "5 hours and 30 minutes")
NONE += ("9" * 61, "5 " + "a" * 500, "\u0663", "1,45", "__import__('os')", "9**9")


@pytest.mark.parametrize("text", NONE)
def test_what_is_no_number(text: str) -> None:
    assert numbers.value(text) is None


@given(st.fractions(min_value=-(10**9), max_value=10**9, max_denominator=10**6))
def test_one_spelling(number: Fraction) -> None:
    assert numbers.value(numbers.spelled(number)) == number


@given(st.integers(-(10**12), 10**12), st.integers(-(10**12), 10**12))
def test_same_is_equal(one: int, other: int) -> None:
    assert numbers.same(f"{one:,}", f"${other}.0") == (one == other)
