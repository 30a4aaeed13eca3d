"""Experiments and records as a run has them, and a model whose answers hang on nothing but what it
is asked."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from synthd.daemon.bench.engine import Finished
from synthd.daemon.bench.experiment import Experiment, ModelSpec, StrategySpec, SuiteSpec
from synthd.daemon.bench.folder.folder import RunFolder
from synthd.daemon.bench.record import Key, Record

BESIDE = Path(__file__).parents[5] / "shared" / "datasets"
TASKS = tuple(f"HumanEval/{number}" for number in range(5))
# Each is right for one of HumanEval's first tasks, or for none.
BODIES = (
    "return any(abs(a - b) < threshold for i, a in enumerate(numbers) for b in numbers[:i])",
    "return number % 1.0",
    "return any(sum(operations[:i]) < 0 for i in range(len(operations) + 1))",
    "return []",
)


@pytest.fixture(scope="session")
def data() -> Path:
    """SYNTHD_DATASETS, or a folder beside the checkout; or a skip with the reason."""
    folder = Path(os.environ.get("SYNTHD_DATASETS") or BESIDE)
    if not (folder / "humaneval").is_dir():
        pytest.skip(f"no data sets in {folder}: set SYNTHD_DATASETS")
    return folder


@pytest.fixture
def experiment() -> Experiment:
    return Experiment(
        suites=(SuiteSpec(text="humaneval[:5]", sha256="ab" * 32),),
        strategies=(
            StrategySpec(label="greedy", name="best-of-n", parameters={"n": 1}),
            StrategySpec(label="seidr", name="seidr"),
        ),
        models=(ModelSpec(name="ollama/coder", identity="old"),),
        judge="synthd 1",
    )


@pytest.fixture
def keys(experiment: Experiment) -> list[Key]:
    """Ten of them."""
    return list(experiment.keys({"humaneval[:5]": TASKS}))


Made = Callable[..., Finished]


@pytest.fixture
def made() -> Made:
    """What came of a key: a program that is its own, and a trace of one line."""

    def make(key: Key, **more: Any) -> Finished:
        about = dict(
            suite=key.suite,
            task=key.task,
            strategy=key.strategy,
            model=key.model,
            seed=key.seed,
            sample=key.sample,
        )
        if more.get("kind") == "infra":
            return Finished(Record(**about, **more))
        passed = int(key.digest, 16) % 2 == 0
        told = {"passed": passed, "outcome": "pass" if passed else "fail", "completion_tokens": 7}
        program = f"def f():\n    return {key.digest!r}  # é\ud800\n"
        return Finished(Record(**about, **{**told, **more}), program, '{"kind":"run"}\n')

    return make


@pytest.fixture
def filled(experiment: Experiment, keys: list[Key], made: Made) -> Callable[[Path], Path]:
    """A whole run in this folder."""

    def fill(path: Path) -> Path:
        with RunFolder.open(path, experiment) as folder:
            folder.note_tasks({"humaneval[:5]": TASKS})
            for key in keys:
                assert folder.append(made(key))
        return path

    return fill


def drawn(asked: dict[str, Any]) -> str:
    text = json.dumps([asked["messages"], asked["options"]["seed"]])
    number = int(hashlib.sha256(text.encode()).hexdigest(), 16)
    return f"```python\n    {BODIES[number % len(BODIES)]}\n```\n"


@pytest.fixture
def by_hash() -> Callable[[dict[str, Any]], str]:
    """An answer for each prompt and seed: the same in any order, and after any kill."""
    return drawn
