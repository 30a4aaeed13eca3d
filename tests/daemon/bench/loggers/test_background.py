"""A logger that is slow or broken does not hold up a run."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest

from synthd.daemon.bench.engine import Finished
from synthd.daemon.bench.experiment import Experiment
from synthd.daemon.bench.loggers.background import Background
from synthd.daemon.bench.loggers.parsing import parse
from synthd.daemon.exits import BadInput


class Service:
    def __init__(self, fails: str = "") -> None:
        self.fails = fails
        self.gate = threading.Event()
        self.gate.set()
        self.calls: list[str] = []

    def _call(self, name: str) -> None:
        self.gate.wait(60)
        self.calls.append(name)
        if self.fails == name:
            raise RuntimeError(f"no, and the key is sk-abcdefghijkl\nat {name}")

    def begun(self, experiment: Experiment) -> None:
        self._call("begun")

    def sample(self, finished: Finished) -> None:
        self._call(finished.record.task)

    def ended(self) -> None:
        self._call("ended")


def test_all_is_told_in_order_whatever_its_speed(experiment: Experiment, result: Any) -> None:
    service = Service()
    service.gate.clear()
    lines: list[str] = []
    logger = Background("service", service, lines.append)
    logger.begun(experiment)
    for task in "abc":
        logger.finished(result(task))
    assert service.calls == []  # nobody waited for it
    service.gate.set()
    logger.ended()
    logger.ended()
    assert service.calls == ["begun", "a", "b", "c", "ended"] and lines == []


@pytest.mark.parametrize("where", ["begun", "b", "ended"])
def test_a_failure_is_told_once(where: str, experiment: Experiment, result: Any) -> None:
    service = Service(where)
    lines: list[str] = []
    logger = Background("service", service, lines.append)
    logger.begun(experiment)
    for task in "abcabc":
        logger.finished(result(task))
    logger.ended()
    assert lines == [
        f"service: RuntimeError: no, and the key is [hidden] at {where}; "
        "nothing more is told there, and the run goes on"
    ]
    assert service.calls.count(where) == 1 and service.calls[-1] == "ended"


def test_ending_what_never_began(tmp_path: Path) -> None:
    service = Service()
    Background("service", service, print).ended()
    assert service.calls == []


@pytest.mark.parametrize(
    "text", ["", "wandb", "wandb:", "wandb:a b", "wandb:a/b/c", "mlflow: ", "git:-x", "csv:x"]
)
def test_what_is_no_logger(text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WANDB_MODE", "offline")
    with pytest.raises(BadInput, match="--log"):
        parse(text, tmp_path, print)
