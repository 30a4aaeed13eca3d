"""How children are shared among nodes: always all of them, never more to a worse node."""

from __future__ import annotations

from random import Random
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synthd.synth.rebase import Allocation, allocate

VALUES = st.lists(st.sampled_from([-1.0, 0.0, 0.25, 0.3, 0.5, 0.96, 1.0]) | st.floats(-1, 1))
RULES = st.sampled_from(get_args(Allocation))
BUDGETS = st.integers(0, 64)
TEMPERATURES = st.sampled_from([0.0, 0.001, 0.1, 1.0, 100.0])


@given(VALUES.filter(bool), BUDGETS, TEMPERATURES, RULES, st.integers(0, 99))
def test_all_children_are_given_and_none_is_owed(
    values: list[float], budget: int, temperature: float, rule: Allocation, seed: int
) -> None:
    given = allocate(values, budget, temperature, rule, Random(seed))
    assert len(given) == len(values)
    assert sum(given) == budget
    assert min(given) >= 0


@given(VALUES.filter(bool), BUDGETS, TEMPERATURES, st.sampled_from(get_args(Allocation)[:2]))
def test_a_better_node_gets_no_less_and_of_equals_the_first(
    values: list[float], budget: int, temperature: float, rule: Allocation
) -> None:
    given = allocate(values, budget, temperature, rule, Random(0))
    order = sorted(range(len(values)), key=lambda place: -values[place])
    assert [given[place] for place in order] == sorted(given, reverse=True)


@given(VALUES.filter(bool), BUDGETS)
def test_in_great_heat_all_are_equal(values: list[float], budget: int) -> None:
    given = allocate(values, budget, 1e12, "largest_remainder", Random(0))
    assert max(given) - min(given) <= 1


@pytest.mark.parametrize(
    ("rule", "values", "budget", "expected"),
    [
        # e^0 : e^-1 = 1 : 0.368, so shares of 7.31 and 2.69.
        ("largest_remainder", [0.1, 0.0], 10, [7, 3]),
        ("rebase_ceil", [0.1, 0.0], 10, [8, 2]),
        # shares of 1.33: the rest to the first of equals; rounded up, the tail gets nothing.
        ("largest_remainder", [0.5, 0.5, 0.5], 4, [2, 1, 1]),
        ("rebase_ceil", [0.5, 0.5, 0.5], 4, [2, 1, 1]),
        ("rebase_ceil", [0.0, 1.0, 0.9, 0.8], 4, [0, 3, 1, 0]),
        ("largest_remainder", [0.0, 1.0, 0.9, 0.8], 4, [0, 3, 1, 0]),
        ("rebase_ceil", [0.2] * 4, 32, [8, 8, 8, 8]),
        ("sample", [1.0], 5, [5]),
        ("sample", [0.0, 1.0], 3, [0, 3]),
    ],
)
def test_shares_by_hand(
    rule: Allocation, values: list[float], budget: int, expected: list[int]
) -> None:
    assert allocate(values, budget, 0.1, rule, Random(1)) == expected


def test_sampling_follows_the_shares_and_the_seed() -> None:
    first = allocate([0.1, 0.0], 1000, 0.1, "sample", Random(7))
    assert first == allocate([0.1, 0.0], 1000, 0.1, "sample", Random(7))
    assert first != allocate([0.1, 0.0], 1000, 0.1, "sample", Random(8))
    assert 670 < first[0] < 790, "the share is 731"


def test_no_nodes_no_children() -> None:
    assert allocate([], 4, 0.1, "rebase_ceil", Random(0)) == []
