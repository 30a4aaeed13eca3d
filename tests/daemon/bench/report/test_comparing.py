"""Two runs side by side, and what they were run with."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from synthd.daemon.bench.experiment import Experiment
from synthd.daemon.bench.record import Record
from synthd.daemon.bench.report.comparing import Compared, compare, differences
from synthd.daemon.bench.report.figuring import Wanted
from synthd.daemon.bench.report.tabulate import Source, tabulate
from synthd.synth.metrics.interval import Bootstrap

Make = Callable[..., Record]
Asked = Callable[..., Experiment]
QUICK = Wanted(bootstrap=Bootstrap(200))


def compared(before: list[Record], after: list[Record], asked: Experiment) -> Compared:
    found = tabulate([Source("old", before, asked), Source("new", after, asked)], QUICK)
    return compare(found.report.figures, found.arms, ("old", asked), ("new", asked), QUICK)


def test_what_became_worse_and_better(record: Make, experiment: Asked) -> None:
    before = [record(task, seed=s, passed=task != "x") for task in "wxyz" for s in range(2)]
    after = [
        record(task, seed=s, passed=task == "x" or (task == "y" and s == 0) or task == "w")
        for task in "wxyz"
        for s in range(2)
    ]
    found = compared(before, after, experiment())
    (arm,) = found.arms
    assert (arm.before, arm.after, arm.found.wins, arm.found.losses) == (0.75, 0.625, 1, 2)
    assert [(one.task, one.gap) for one in found.regressions] == [("z", -1.0), ("y", -0.5)]
    assert [(one.task, one.gap) for one in found.gains] == [("x", 1.0)]


def test_only_seeds_that_both_have_are_compared(record: Make, experiment: Asked) -> None:
    before = [record("x", seed=s, passed=s < 2) for s in range(4)]
    found = compared(before, [record("x", seed=s) for s in range(2)], experiment())
    assert (found.arms[0].before, found.arms[0].after) == (1, 1)
    assert not found.regressions and not found.gains
    other = compared(before, [record("x", seed=s) for s in range(8, 10)], experiment())
    assert (other.arms[0].before, other.arms[0].after) == (0.5, 1)


def test_what_only_one_has_is_told(record: Make, experiment: Asked) -> None:
    found = compared([record("x"), record("x", strategy="b")], [record("x")], experiment())
    assert [(arm.run, arm.strategy) for arm in found.only] == [("old", "b")]


def test_everything_that_differs_in_two_experiments_is_named(experiment: Asked) -> None:
    first = experiment("s", strategies=("a", "b"))
    second = experiment("s", strategies=("a",), seeds=2).model_copy(update={"judge": "other"})
    assert differences(first, first) == ()
    assert {one.what: (one.first, one.second) for one in differences(first, second)} == {
        "seeds": ("0, 1, 2", "0, 1"),
        "judge": ("python 3.11, 10 s", "other"),
        "strategy b": ("b", "not there"),
    }


@pytest.mark.parametrize("name", ["old", "new"])
def test_settings_that_runs_share_are_told_once(name: str, record: Make, experiment: Asked) -> None:
    ours, theirs = experiment(seeds=1), experiment(seeds=2)
    sources = [Source("old", [record()], ours), Source("new", [record()], theirs)]
    settings = tabulate(sources, QUICK).report.settings
    assert settings["samples of each"] == "1"
    assert settings[f"seeds ({name})"] == ("0" if name == "old" else "0, 1")
