"""How values are compared."""

from __future__ import annotations

import copy
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synthd.sandbox.inside.rules import holds

RULES = ["equal", "close", "evalplus", "sets", "found", "either"]
FLAT = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.complex_numbers()
    | st.text(max_size=5)
    | st.binary(max_size=5)
)
KEYS = st.integers() | st.text(max_size=3)
VALUES: st.SearchStrategy[Any] = st.recursive(
    FLAT | st.sets(st.integers(), max_size=3),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.lists(inner, max_size=4).map(tuple)
        | st.dictionaries(KEYS, inner, max_size=4)
    ),
    max_leaves=12,
)


@given(VALUES)
def test_a_value_equals_its_copy(value: Any) -> None:
    """NaN, too, wherever it lies, and though a copy of it is another object."""
    other = copy.deepcopy(value)
    for rule in ("equal", "close", "evalplus"):
        assert holds(rule, 0.0, 0.0, other, value)
    assert holds("either", 0.0, 0.0, other, ("something else", value))


@given(VALUES, VALUES)
def test_plain_equality(got: Any, expected: Any) -> None:
    if got == expected:
        assert holds("equal", 0.0, 0.0, got, expected)
    elif "nan" not in repr(expected):
        assert not holds("equal", 0.0, 0.0, got, expected)
        assert not holds("close", 0.0, 0.0, got, expected)


@given(st.sampled_from(RULES), VALUES, VALUES, st.floats(0, 1))
def test_nothing_raises(rule: str, got: Any, expected: Any, absolute: float) -> None:
    assert holds(rule, absolute, 0.0, got, expected) in (True, False)


FINITE = st.floats(-1e6, 1e6)


@given(FINITE, FINITE, st.floats(0, 10), st.floats(0, 0.5))
def test_close_is_within_the_larger_tolerance(a: float, b: float, abs_: float, rel: float) -> None:
    right = a == b or abs(a - b) <= max(abs_, rel * abs(b))
    assert holds("close", abs_, rel, a, b) == right
    assert holds("close", abs_, rel, [1, {"x": (a,)}], [1, {"x": (b,)}]) == right


@given(FINITE, FINITE, st.floats(1e-9, 10))
def test_evalplus_is_what_allclose_does(a: float, b: float, absolute: float) -> None:
    right = abs(a - b) <= absolute + 1e-07 * abs(b)
    assert holds("evalplus", absolute, 0.0, a, b) == (a == b or right)
    assert holds("evalplus", absolute, 0.0, [[a], (1,)], [(b,), [1]]) == (a == b or right)


@pytest.mark.parametrize(
    ("got", "expected", "right"),
    [
        (1.0000005, 1.0, True),
        (1.00001, 1.0, False),
        ([1.0, 2.0000005], [1.0, 2.0], True),
        ((1.0, 2.0000005), [1.0, 2.0], False),  # another type, and not equal
        ([1.0], [], False),  # numpy alone would broadcast this
        ([1.0, 1.0], [1.0], False),
        (1, 1.0, True),
        (3, 3.0000001, False),  # another type, and not equal
        ("1.0", 1.0, False),
        (None, 1.0, False),
        (math.inf, math.inf, True),
        (math.inf, 1e308, False),
        (-math.inf, math.inf, False),
        ([1, 2], [1, 3], False),
        ([0.1 + 0.2], [0.3], True),
        ([0.1 + 0.2, "a"], [0.3, "a"], False),  # not all floats: no tolerance
    ],
)
def test_evalplus_without_a_tolerance(got: Any, expected: Any, right: bool) -> None:
    assert holds("evalplus", 0.0, 0.0, got, expected) is right


@pytest.mark.parametrize(
    ("rule", "got", "expected", "right"),
    [
        ("sets", [1, 2, 2], (2, 1), True),
        ("sets", {1, 2}, [1, 2], True),
        ("sets", [1], [1, 2], False),
        ("sets", [[1]], [(1,)], False),
        ("sets", None, [], False),
        ("found", True, True, True),
        ("found", "Found a match!", True, True),
        ("found", "", True, True),
        ("found", None, False, True),
        ("found", None, True, False),
        ("found", False, True, False),
        ("found", 0, False, False),
        ("either", 35, (33, 35), True),
        ("either", 34, (33, 35), False),
        ("either", 33.0000001, (33.0, 35.0), True),
        ("either", (33, 35), (33, 35), False),
    ],
)
def test_other_rules(rule: str, got: Any, expected: Any, right: bool) -> None:
    assert holds(rule, 0.0, 0.0, got, expected) is right


def test_numbers_beyond_doubles() -> None:
    huge = 10**400
    assert holds("close", 0.5, 0.5, huge, huge)
    assert not holds("close", 0.5, 0.5, huge + 1, huge)
    assert not holds("close", 0.5, 0.5, 1.0, huge)
    assert not holds("close", 0.5, 0.5, huge, 1.0)


def test_depth_and_cycles() -> None:
    def deep(core: float) -> list[Any]:
        value: list[Any] = [core]
        for _ in range(50_000):
            value = [value]
        return value

    assert holds("equal", 0.0, 0.0, deep(1.0), deep(1.0))
    assert not holds("equal", 0.0, 0.0, deep(1.0), deep(2.0))
    ours: list[Any] = []
    ours.append(ours)
    theirs: list[Any] = [[[]]]
    assert not holds("equal", 0.0, 0.0, ours, theirs)


class Agreeable:
    """Equal to everything; never crosses as a value, and yet."""

    def __eq__(self, other: object) -> bool:
        raise RuntimeError

    __hash__ = None  # type: ignore[assignment]


@pytest.mark.parametrize("rule", RULES)
def test_what_cannot_be_compared_is_wrong(rule: str) -> None:
    if rule != "found":
        assert not holds(rule, 1.0, 1.0, Agreeable(), (1.0, 2.0))
    with pytest.raises(ValueError, match="no rule is called 'nearly'"):
        holds("nearly", 0.0, 0.0, 1, 1)
