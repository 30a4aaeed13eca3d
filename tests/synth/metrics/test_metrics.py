"""Figures against their definitions: enumerated, or in exact fractions."""

from __future__ import annotations

import math
from fractions import Fraction
from itertools import combinations
from statistics import fmean

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synthd.synth.metrics.curves import Searches, by_turn, solved_by
from synthd.synth.metrics.interval import Bootstrap, normal, wilson
from synthd.synth.metrics.paired import paired, sign_test
from synthd.synth.metrics.passing import (
    Tally,
    TooFewSamples,
    each_pass_at_k,
    pass_at_k,
    possible,
)

QUICK = Bootstrap(200)

counts = st.integers(1, 60).flatmap(
    lambda n: st.tuples(st.just(n), st.integers(0, n), st.integers(1, n))
)
fractions = st.lists(st.sampled_from((0.0, 1 / 3, 2 / 3, 1.0)), min_size=1, max_size=30)
named = st.dictionaries(st.sampled_from("abcdefghij"), st.sampled_from((0.0, 0.5, 1.0)))


@given(st.integers(1, 8).flatmap(lambda n: st.tuples(*[st.booleans()] * n)), st.data())
def test_pass_at_k_is_the_share_of_choices_that_hold_a_right_one(
    samples: tuple[bool, ...], data: st.DataObject
) -> None:
    k = data.draw(st.integers(1, len(samples)))
    choices = [any(chosen) for chosen in combinations(samples, k)]
    assert pass_at_k(len(samples), sum(samples), k) == pytest.approx(fmean(choices))


@given(counts)
def test_pass_at_k_is_the_formula(given: tuple[int, int, int]) -> None:
    n, c, k = given
    exact = 1 - Fraction(math.comb(n - c, k), math.comb(n, k))
    assert pass_at_k(n, c, k) == pytest.approx(float(exact), rel=1e-9, abs=1e-12)


@given(counts)
def test_pass_at_k_grows_with_k_and_with_what_is_right(given: tuple[int, int, int]) -> None:
    n, c, k = given
    if k < n:
        assert pass_at_k(n, c, k) <= pass_at_k(n, c, k + 1) + 1e-12
    if c < n:
        assert pass_at_k(n, c, k) <= pass_at_k(n, c + 1, k) + 1e-12


def test_pass_at_k_of_many_samples_does_not_overflow() -> None:
    assert pass_at_k(100_000, 1, 50_000) == pytest.approx(0.5)


def test_tasks_with_fewer_samples_than_k_are_refused_by_name() -> None:
    tallies = [Tally("enough", 10, 1), Tally("few", 2, 1), Tally("none", 0, 0)]
    with pytest.raises(TooFewSamples, match="few has 2, none has 0") as refused:
        each_pass_at_k(tallies, 3)
    assert [one.task for one in refused.value.tasks] == ["few", "none"]
    assert refused.value.k == 3
    with pytest.raises(ValueError, match="pass@3"):
        pass_at_k(2, 1, 3)


def test_every_task_has_its_own_number_of_samples() -> None:
    tallies = [Tally("a", 10, 5), Tally("b", 2, 1)]
    assert each_pass_at_k(tallies, 2) == [pytest.approx(1 - 10 / 45), 1.0]
    assert possible(tallies, (1, 2, 10)) == (1, 2)
    assert possible([], (1,)) == ()


@given(fractions, st.integers(0, 5))
def test_a_bootstrap_is_the_same_for_the_same_seed(values: list[float], seed: int) -> None:
    bootstrap = Bootstrap(300, seed)
    first = bootstrap(values)
    assert first == bootstrap(values) == Bootstrap(300, seed)(values)
    assert min(values) - 1e-9 <= first.low <= first.high <= max(values) + 1e-9
    assert first.mean == pytest.approx(fmean(values))


@pytest.mark.parametrize("count", [200, 2000])
def test_seeds_differ_and_intervals_tend_to_the_normal_one(count: int) -> None:
    values = [math.sqrt(place) % 1 for place in range(count)]
    drawn, told = Bootstrap(2000)(values), normal(values)
    assert drawn != Bootstrap(2000, seed=1)(values)
    assert drawn.low == pytest.approx(told.low, abs=0.01)
    assert drawn.high == pytest.approx(told.high, abs=0.01)


def test_nothing_has_no_interval() -> None:
    for figure in (Bootstrap(10), normal):
        with pytest.raises(ValueError, match="no values"):
            figure([])
    with pytest.raises(ValueError, match="no share"):
        wilson(0, 0)


@given(st.integers(1, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_wilson_encloses_the_share(given: tuple[int, int]) -> None:
    found = wilson(*given)
    assert 0 <= found.low <= found.mean <= found.high <= 1
    # It solves (p - share)² = z² p (1 - p) / n.
    for edge in (found.low, found.high):
        if 0 < edge < 1:
            z2 = (edge - found.mean) ** 2 * given[1] / (edge * (1 - edge))
            assert z2 == pytest.approx(1.959964**2, rel=1e-4)


@given(named, named)
def test_pairs_are_the_tasks_that_both_have(
    first: dict[str, float], second: dict[str, float]
) -> None:
    there = paired(first, second, QUICK)
    back = paired(second, first, QUICK)
    common = first.keys() & second.keys()
    if there is None or back is None:
        assert not common
        return
    assert there.tasks == len(common) == there.difference.count
    assert (there.wins, there.losses, there.ties) == (back.losses, back.wins, back.ties)
    assert there.difference.mean == pytest.approx(-back.difference.mean)
    assert there.p == back.p
    assert there.difference.mean == pytest.approx(fmean(first[t] - second[t] for t in common))


def test_the_sign_test_is_exact() -> None:
    assert sign_test(0, 0) == sign_test(3, 3) == 1
    assert sign_test(5, 0) == pytest.approx(2 / 32)
    assert sign_test(8, 2) == pytest.approx(2 * (1 + 10 + 45) / 1024)
    assert sign_test(540, 460) == pytest.approx(0.0125, abs=1e-4)
    assert sign_test(5000, 0) == 0  # too small for a float


def test_a_difference_is_clear_where_both_tests_say_so() -> None:
    always = paired({str(i): 1.0 for i in range(9)}, {str(i): 0.0 for i in range(9)}, QUICK)
    assert always is not None and always.clear
    few = {str(i): float(i < 4) for i in range(30)}
    found = paired(few, dict.fromkeys(few, 0.0), Bootstrap(2000))
    assert found is not None and found.difference.low > 0 and found.p == 0.125
    assert not found.clear, "four tasks, all one way, may be chance"
    never = paired({"a": 1.0, "b": 0.0}, {"a": 0.0, "b": 1.0}, QUICK)
    assert never is not None and not never.clear


searches = st.dictionaries(
    st.sampled_from("abcdef"),
    st.tuples(st.lists(st.integers(1, 40).map(float), max_size=5), st.integers(1, 3)).map(
        lambda pair: Searches(tuple(pair[0]), len(pair[0]) + pair[1])
    ),
    min_size=1,
)


@given(searches)
def test_a_curve_is_what_cheap_enough_searches_solve(tasks: dict[str, Searches]) -> None:
    curve = solved_by(tasks, 40)
    for point in curve:
        shares = [sum(c <= point.x for c in one.costs) / one.count for one in tasks.values()]
        assert point.solved.mean == pytest.approx(fmean(shares))
    assert [p.x for p in curve] == sorted({p.x for p in curve})
    assert curve[0].x == 0 and curve[-1].x == 40
    heights = [p.solved.mean for p in curve]
    assert heights == sorted(heights)


def test_a_curve_of_many_costs_has_few_points_and_the_same_end() -> None:
    tasks = {str(i): Searches((float(i),), 1) for i in range(1000)}
    curve = solved_by(tasks, 2000.0, points=50)
    assert len(curve) <= 52
    assert curve[-1].solved.mean == 1
    assert solved_by({"none": Searches((), 0)}, 1.0) == ()


def test_turns_add_up() -> None:
    tasks = {"a": Searches((1.0, 3.0), 2), "b": Searches((2.0,), 2), "c": Searches((), 1)}
    assert [point.solved.mean for point in by_turn(tasks, 3)] == [
        pytest.approx(0.5 / 3),
        pytest.approx(1 / 3),
        pytest.approx(1.5 / 3),
    ]
