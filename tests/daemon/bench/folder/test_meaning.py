"""What may be added to an experiment that has a folder, and what may not change."""

from __future__ import annotations

from pathlib import Path

import pytest

from synthd.daemon.bench.experiment import (
    BudgetSpec,
    Experiment,
    ModelSpec,
    Price,
    StrategySpec,
    SuiteSpec,
)
from synthd.daemon.bench.folder.folder import RunFolder
from synthd.daemon.exits import BadInput

BEAM = StrategySpec(label="seidr", name="seidr", parameters={"beam_width": 4})
GREEDY = StrategySpec(label="greedy", name="best-of-n", parameters={"n": 1})


def test_more_of_everything_is_added(tmp_path: Path, experiment: Experiment) -> None:
    more = experiment.model_copy(
        update={
            "suites": (SuiteSpec(text="humaneval[:9]"), SuiteSpec(text="mbpp", sha256="cd" * 32)),
            "strategies": (StrategySpec(label="auto", name="auto"), GREEDY),
            "models": (
                ModelSpec(name="ollama/other"),
                ModelSpec(name="ollama/coder", endpoints=("http://b",), price=_price(1)),
            ),
            "seeds": (7, 0),
            "samples": 3,
        }
    )
    for each in (experiment, more, experiment):
        with RunFolder.open(tmp_path, each) as folder:
            merged = folder.experiment
    assert [suite.text for suite in merged.suites] == ["humaneval[:5]", "humaneval[:9]", "mbpp"]
    assert [suite.sha256[:2] for suite in merged.suites] == ["ab", "ab", "cd"]
    assert [strategy.label for strategy in merged.strategies] == ["greedy", "seidr", "auto"]
    assert [model.name for model in merged.models] == ["ollama/coder", "ollama/other"]
    assert (merged.models[0].identity, merged.models[0].price) == ("old", _price(1))
    assert merged.seeds == (0, 7)
    assert merged.samples == 3
    with RunFolder.open(tmp_path, writer=False) as folder:
        assert folder.experiment == merged


def test_tasks_of_two_slices_are_searched_once(experiment: Experiment) -> None:
    both = experiment.model_copy(
        update={"suites": (SuiteSpec(text="humaneval[:2]"), SuiteSpec(text="humaneval[:3]"))}
    )
    tasks = {"humaneval[:2]": ("a", "b"), "humaneval[:3]": ("a", "b", "c")}
    keys = list(both.keys(tasks))
    assert len(keys) == len(set(keys)) == 6


def _price(prompt: float) -> Price:
    return Price(prompt=prompt, completion=2)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"budget": BudgetSpec(tokens=1)}, "the budget of a search was .*8192.* now .*:1,"),
        ({"slots": 2}, "slots, .* was 1, and now would be 2"),
        ({"strategies": (BEAM,)}, "strategy seidr was .*{}.* now .*beam_width.:4"),
        (
            {"suites": (SuiteSpec(text="humaneval[:9]", sha256="cd" * 32),)},
            "data of suite humaneval .* was abab.* now would be cdcd",
        ),
        (
            {"models": (ModelSpec(name="ollama/coder", identity="new"),)},
            "weights of model ollama/coder was old, and now would be new",
        ),
        ({"judge": "synthd 2"}, "the judge was synthd 1, and now would be synthd 2"),
    ],
)
def test_what_has_a_name_keeps_its_meaning(
    tmp_path: Path, experiment: Experiment, change: dict[str, object], says: str
) -> None:
    with RunFolder.open(tmp_path, experiment):
        pass
    before = (tmp_path / "experiment.json").read_bytes()
    with pytest.raises(BadInput, match=says) as refused:
        RunFolder.open(tmp_path, experiment.model_copy(update=change)).__enter__()
    assert "Name another --out" in str(refused.value)
    assert (tmp_path / "experiment.json").read_bytes() == before


def test_a_price_that_changed_is_another_experiment(tmp_path: Path, experiment: Experiment) -> None:
    for price, refused in ((None, False), (_price(1), False), (_price(2), True)):
        models = (ModelSpec(name="ollama/coder", price=price),)
        with_price = experiment.model_copy(update={"models": models})
        if refused:
            with pytest.raises(BadInput, match="the price of model ollama/coder"):
                RunFolder.open(tmp_path, with_price).__enter__()
        else:
            with RunFolder.open(tmp_path, with_price):
                pass
