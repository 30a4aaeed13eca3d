"""Pair accuracy, calibration and Platt's scaling, on cases that can be counted by hand."""

from __future__ import annotations

import math
import random

from synthd.synth.learning.verifier import metrics
from synthd.synth.learning.verifier.metrics import Platt, Scored


def test_pairs_in_order_with_ties_as_halves() -> None:
    one = Scored("a", (2.0, 1.0), (0.0, 1.0, 3.0))
    # 2 beats 0 and 1; 1 beats 0 and ties with 1.
    assert math.isclose(metrics.ordered(one), (2 + 1.5) / 6)
    found = metrics.pair_accuracy([one, Scored("b", (1.0,), (0.0,))], seed=0)
    assert math.isclose(found.value, (3.5 / 6 + 1) / 2)
    assert (found.tasks, found.pairs) == (2, 7)
    assert found.low <= found.value <= found.high


def test_the_interval_has_chance_in_it_about_as_often_as_it_says() -> None:
    draw = random.Random(3)
    inside = 0
    for trial in range(60):
        scored = [
            Scored(
                str(t),
                tuple(draw.random() for _ in range(3)),
                tuple(draw.random() for _ in range(3)),
            )
            for t in range(30)
        ]
        found = metrics.pair_accuracy(scored, seed=trial)
        inside += found.low <= 0.5 <= found.high
    assert 50 <= inside <= 60


def test_calibration_error_is_zero_of_what_is_calibrated() -> None:
    # 0.75 said of four programs, three of which are right.
    value = math.log(3)
    found = metrics.calibration([Scored("a", (value,) * 3, (value,))], Platt())
    assert math.isclose(found.ece, 0, abs_tol=1e-12)
    assert [(b.count, b.observed) for b in found.bins] == [(4, 0.75)]
    sure = metrics.calibration([Scored("a", (9.0,) * 3, (9.0,))], Platt())
    assert math.isclose(sure.ece, 0.25, abs_tol=1e-3)


def test_platt_finds_the_scale_that_the_labels_were_drawn_by() -> None:
    draw = random.Random(4)
    values = [draw.uniform(-6, 6) for _ in range(6000)]
    right = [v for v in values if draw.random() < metrics.sigmoid(0.5 * v - 0.3)]
    wrong = sorted(set(values) - set(right))
    found = metrics.fit_platt([Scored("a", tuple(right), tuple(wrong))])
    assert abs(found.slope - 0.5) < 0.05 and abs(found.offset + 0.3) < 0.1


def test_platt_of_classes_that_are_apart_is_finite() -> None:
    found = metrics.fit_platt([Scored("a", (5.0, 6.0), (-5.0, -6.0, -7.0))])
    assert math.isfinite(found.slope) and found.slope > 0
    assert found(6.0) > 0.5 > found(-6.0)
