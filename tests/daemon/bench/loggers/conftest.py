"""Results as a run tells them."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256

import pytest

from synthd.daemon.bench.asking import Asked, from_options
from synthd.daemon.bench.engine import Finished
from synthd.daemon.bench.experiment import Experiment, ModelSpec
from synthd.daemon.bench.record import Kind, Record


@pytest.fixture
def experiment() -> Experiment:
    asked = Asked(suites=("humaneval",), strategies=("greedy",), models=("ollama/coder",))
    # With what is refused today, as a folder of somebody's may have it all the same.
    model = ModelSpec(name="ollama/coder", endpoints=("http://user:passphrase@host:1/",))
    return from_options(asked, None).model_copy(update={"models": (model,)})


@pytest.fixture
def result() -> Callable[..., Finished]:
    def make(
        task: str, sample: int = 0, passed: bool | None = True, program: str = "x = 1\n"
    ) -> Finished:
        record = Record(
            kind=Kind.INFRA if passed is None else Kind.SAMPLE,
            suite="humaneval",
            task=task,
            strategy="greedy",
            model="ollama/coder",
            seed=0,
            sample=sample,
            passed=passed,
            visible=True,
            outcome="pass" if passed else "fail",
            program=sha256(program.encode("utf-8", "surrogatepass")).hexdigest() if program else "",
            model_calls=1,
            completion_tokens=10,
            money=0.5,
        )
        return Finished(record, program)

    return make
