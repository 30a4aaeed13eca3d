"""The loop of all trainings: its arithmetic, what it does again exactly, and how it ends."""

from __future__ import annotations

import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

from synthd.synth.learning.training.errors import (
    Interrupted,
    NotFinite,
    NothingToLearn,
    OtherTraining,
)
from synthd.synth.learning.training.loop import train
from synthd.synth.learning.training.plan import Plan, shares
from synthd.synth.learning.training.settings import TrainingSettings
from synthd.synth.learning.training.task import Loss, Progress

SETTINGS = TrainingSettings(
    lr=1e-2, epochs=3, batch=2, accumulation=2, schedule="linear", checkpoint_every=2, device="cpu"
)


class Fit:
    """A small network with dropout, fitted to chance."""

    identity = "fit"

    def __init__(self, examples: int = 10, dropout: float = 0.2) -> None:
        with torch.random.fork_rng(devices=()):
            torch.manual_seed(1)
            self.module: nn.Module = nn.Sequential(
                nn.Linear(3, 4), nn.Dropout(dropout), nn.Linear(4, 1)
            ).double()
            self.inputs = torch.randn(examples, 3).double()
        self.examples = examples

    def loss(self, module: nn.Module, batch: Sequence[int]) -> Loss:
        told = module(self.inputs[list(batch)])
        return Loss(((told - 1) ** 2).mean(), len(batch), (("answer", 42.0),))


def weights(task: Fit) -> torch.Tensor:
    return torch.cat([one.detach().flatten() for one in task.module.parameters()])


def by_hand(task: Fit, settings: TrainingSettings) -> torch.Tensor:
    """AdamW written out (Loshchilov & Hutter 2019), on the gradient of the mean of each step."""
    plan = Plan(settings, task.examples)
    parameters = list(task.module.parameters())
    first = [torch.zeros_like(p) for p in parameters]
    second = [torch.zeros_like(p) for p in parameters]
    for step in range(plan.steps):
        loss = task.loss(task.module, plan.step(step)).mean
        gradients = torch.autograd.grad(loss, parameters)
        for p, g, m, v in zip(parameters, gradients, first, second, strict=True):
            m.mul_(0.9).add_(0.1 * g)
            v.mul_(0.999).add_(0.001 * g * g)
            ahead, spread = m / (1 - 0.9 ** (step + 1)), v / (1 - 0.999 ** (step + 1))
            p.data -= plan.lr(step) * ahead / (spread.sqrt() + settings.eps)
    return weights(task)


def test_steps_are_those_of_adamw_on_the_mean_of_all_examples(tmp_path: Path) -> None:
    task, other = Fit(dropout=0.0), Fit(dropout=0.0)
    train(task, SETTINGS, tmp_path)
    assert torch.allclose(weights(task), by_hand(other, SETTINGS), rtol=1e-9, atol=1e-12)


def test_how_a_step_is_cut_into_batches_does_not_matter(tmp_path: Path) -> None:
    """10 examples in steps of 4: the last step of an epoch has 2, and one batch may be short."""
    made = []
    for place, (batch, accumulation) in enumerate(((4, 1), (1, 4), (2, 2))):
        task = Fit(dropout=0.0)
        settings = replace(SETTINGS, batch=batch, accumulation=accumulation)
        assert train(task, settings, tmp_path / str(place)).steps == 9
        made.append(weights(task))
    assert torch.allclose(made[0], made[1], rtol=1e-9)
    assert torch.allclose(made[0], made[2], rtol=1e-9)


def test_epochs_are_counted_once_and_a_linear_rate_ends_near_nothing(tmp_path: Path) -> None:
    seen: list[Progress] = []
    train(Fit(), SETTINGS, tmp_path, seen.append)
    assert [one.step for one in seen] == list(range(1, 10))
    assert [one.epoch for one in seen] == [1, 1, 1, 2, 2, 2, 3, 3, 3]
    assert seen[0].lr == pytest.approx(1e-2)
    assert seen[-1].lr == pytest.approx(1e-2 / 9)
    assert all(dict(one.figures) == pytest.approx({"answer": 42.0}) for one in seen)
    plan = Plan(SETTINGS, 10)
    for epoch in range(3):
        told = [place for step in range(3) for place in plan.step(3 * epoch + step)]
        assert sorted(told) == list(range(10))
    assert plan.step(0) != plan.step(3)


def test_processes_share_a_step_without_losing_or_doubling_any() -> None:
    for examples in ((3, 1, 2, 0), (5,), (4, 4, 1, 0, 2, 9, 7)):
        told = [shares(examples, 2, process, 3) for process in range(3)]
        flat = [place for own in told for batch in own for place in batch]
        assert sorted(flat) == sorted(examples)
        assert all(own for own in told)


def test_same_seed_same_weights_and_another_seed_others(tmp_path: Path) -> None:
    one, two, other = Fit(), Fit(), Fit()
    train(one, SETTINGS, tmp_path / "1")
    torch.rand(7)  # whatever happened to the global generator before
    train(two, SETTINGS, tmp_path / "2")
    train(other, replace(SETTINGS, seed=1), tmp_path / "3")
    assert torch.equal(weights(one), weights(two))
    assert not torch.equal(weights(one), weights(other))


def test_a_stopped_training_goes_on_to_the_same_weights(tmp_path: Path) -> None:
    alone = Fit()
    undisturbed = train(alone, SETTINGS, tmp_path / "alone")
    stopping = threading.Event()

    def stop(progress: Progress) -> None:
        if progress.step == 5:
            stopping.set()

    with pytest.raises(Interrupted, match="after step 5 of 9"):
        train(Fit(), SETTINGS, tmp_path / "cut", stop, stopping)
    assert len(list((tmp_path / "cut").glob("step-*"))) == 2
    again = Fit()
    result = train(again, SETTINGS, tmp_path / "cut")
    assert result.resumed_at == 5
    assert result.losses == undisturbed.losses
    assert torch.equal(weights(alone), weights(again))


def test_a_damaged_checkpoint_is_passed_over_for_the_one_before(tmp_path: Path) -> None:
    alone = Fit()
    train(alone, SETTINGS, tmp_path)
    newest = sorted(tmp_path.glob("step-*"))[-1]
    (newest / "parameters.safetensors").write_bytes(b"half")
    again = Fit()
    assert train(again, SETTINGS, tmp_path).resumed_at == 8
    assert torch.equal(weights(alone), weights(again))


def test_a_checkpoint_of_something_else_is_refused(tmp_path: Path) -> None:
    train(Fit(), SETTINGS, tmp_path)
    other = Fit()
    other.identity = "another base"
    with pytest.raises(OtherTraining, match="another base model or other data"):
        train(other, SETTINGS, tmp_path)
    with pytest.raises(OtherTraining, match="other settings"):
        train(Fit(), replace(SETTINGS, lr=1.0), tmp_path)


def test_a_loss_that_is_no_number_ends_it_at_its_step(tmp_path: Path) -> None:
    task = Fit()
    spoiled = Plan(SETTINGS, 10).step(3)[0]
    task.inputs[spoiled] = float("nan")
    first = next(s for s in range(9) if spoiled in Plan(SETTINGS, 10).step(s))
    with pytest.raises(NotFinite, match=f"step {first + 1}: the loss .* smaller --lr"):
        train(task, SETTINGS, tmp_path / "refused")
    result = train(task, replace(SETTINGS, skip_not_finite=True), tmp_path / "skipped")
    assert result.skipped == 3
    assert torch.isfinite(weights(task)).all()


def test_nothing_to_learn_is_said(tmp_path: Path) -> None:
    with pytest.raises(NothingToLearn, match="no example"):
        train(Fit(examples=0), SETTINGS, tmp_path)
    frozen = Fit()
    frozen.module.requires_grad_(False)
    with pytest.raises(NothingToLearn, match="no parameter"):
        train(frozen, SETTINGS, tmp_path)


KILLED = """
import os, signal, sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
import importlib.util
spec = importlib.util.spec_from_file_location("loop_test", sys.argv[1])
module = importlib.util.module_from_spec(spec)
sys.modules["loop_test"] = module
spec.loader.exec_module(module)
module.torch.set_num_threads(1)
module.train(module.Fit(), module.SETTINGS, Path(sys.argv[2]), getattr(module, sys.argv[3]))
"""


def die(progress: Progress) -> None:
    """kill -9 in the middle of a step."""
    if progress.step == 6:
        os.kill(os.getpid(), signal.SIGKILL)


def fill(progress: Progress) -> None:
    """From now on no file may grow beyond some bytes, as on a disk that is full."""
    if progress.step == 3:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (64, resource.RLIM_INFINITY))


def in_a_process(folder: Path, what: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-P", "-c", KILLED, __file__, str(folder), what]
    return subprocess.run(command, capture_output=True, text=True, timeout=300)


def test_a_killed_training_goes_on_to_the_same_weights(tmp_path: Path) -> None:
    alone, again = Fit(), Fit()
    train(alone, SETTINGS, tmp_path / "alone")
    assert in_a_process(tmp_path / "killed", "die").returncode == -signal.SIGKILL
    assert train(again, SETTINGS, tmp_path / "killed").resumed_at == 4
    assert torch.equal(weights(alone), weights(again))


def test_a_full_disk_is_said_and_what_was_kept_is_kept(tmp_path: Path) -> None:
    ended = in_a_process(tmp_path, "fill")
    assert "DiskFull" in ended.stderr and "make room" in ended.stderr
    kept: list[str] = [path.name for path in tmp_path.iterdir()]
    assert kept == ["step-00000002"]
    state: dict[str, Any] = json.loads((tmp_path / kept[0] / "state.json").read_text())
    assert state["step"] == 2
    again: Callable[[], int] = lambda: train(Fit(), SETTINGS, tmp_path).resumed_at  # noqa: E731
    assert again() == 2
    shutil.rmtree(tmp_path)
