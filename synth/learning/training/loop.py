"""The loop: the same on a processor, on a GPU, and on several under accelerate's launcher.

A step's gradient is the mean over all its examples, however they are cut into batches and shared
between processes. Random numbers (dropout) are seeded anew for each step, from the seed and the
step alone: a training that was killed and goes on comes to the same weights as one that was not.
"""

from __future__ import annotations

import contextlib
import math
import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import torch
from accelerate import Accelerator
from torch import nn

from synthd.synth.learning.training.checkpoint import Checkpoints, Position
from synthd.synth.learning.training.errors import (
    Interrupted,
    NoMemory,
    NotFinite,
    NothingToLearn,
)
from synthd.synth.learning.training.plan import Plan, shares
from synthd.synth.learning.training.settings import TrainingSettings
from synthd.synth.learning.training.task import Loss, Progress, Result, Tell, TrainingTask


def untold(_: Progress) -> None:
    """Nobody is told."""


def train(
    task: TrainingTask,
    settings: TrainingSettings,
    folder: Path,
    tell: Tell = untold,
    stopping: threading.Event | None = None,
) -> Result:
    """Train the task's module; it has the final weights afterwards, on the training's device.

    folder: of checkpoints; a training that it holds goes on. stopping: once it is set, a checkpoint
    is written after the step in hand and Interrupted is raised.
    Raises TrainingError.
    """
    if not task.examples:
        raise NothingToLearn("there is no example to learn from")
    accelerator = _accelerator(settings)
    _whole_precision(task.module)
    _checkpointing(task.module, settings)
    with _deterministic(), _memory(settings):
        return _Loop(task, settings, folder, tell, stopping, accelerator).run()


class _Loop:
    def __init__(
        self,
        task: TrainingTask,
        settings: TrainingSettings,
        folder: Path,
        tell: Tell,
        stopping: threading.Event | None,
        accelerator: Accelerator,
    ) -> None:
        self._task, self._settings, self._tell = task, settings, tell
        self._stopping, self._accelerator = stopping, accelerator
        self._plan = Plan(settings, task.examples, accelerator.num_processes)
        self._checkpoints = Checkpoints(folder)
        # The module itself: under several processes `_wrapped` is another one around it.
        self._module = task.module.to(accelerator.device)
        self._parameters = [one for one in self._module.parameters() if one.requires_grad]
        if not self._parameters:
            raise NothingToLearn("no parameter of the model may be trained")
        self._optimizer = torch.optim.AdamW(
            self._parameters,
            lr=settings.lr,
            eps=settings.eps,
            weight_decay=settings.weight_decay,
        )
        self._position = Position(0, task.identity, settings.digest, accelerator.num_processes, ())
        self._wrapped = self._module

    def run(self) -> Result:
        begun = time.monotonic()
        resumed = self._resume()
        self._wrapped = self._accelerator.prepare(self._module)
        self._wrapped.train()
        for step in range(resumed, self._plan.steps):
            self._step(step, begun, resumed)
            done = step + 1
            stopped = self._stopped()
            if stopped or done % self._settings.checkpoint_every == 0 or done == self._plan.steps:
                self._save()
            if stopped and done < self._plan.steps:
                raise Interrupted(
                    f"stopped after step {done} of {self._plan.steps}; the checkpoint is written, "
                    "and the same command goes on"
                )
        self._module.eval()
        position = self._position
        seconds = time.monotonic() - begun
        return Result(position.step, resumed, position.losses, seconds, position.skipped)

    def _resume(self) -> int:
        own = self._position
        found = self._checkpoints.load(
            own.identity, own.settings, own.processes, self._module, self._optimizer
        )
        self._position = found or own
        return self._position.step

    def _step(self, step: int, begun: float, resumed: int) -> None:
        started = time.monotonic()
        lr = self._plan.lr(step)
        loss, norm = self._gradient(step, lr)
        skipped = not math.isfinite(norm.item())
        if skipped and not self._settings.skip_not_finite:
            raise NotFinite(step + 1, "gradient", lr)
        if not skipped:
            for group in self._optimizer.param_groups:
                group["lr"] = lr
            self._optimizer.step()
        self._optimizer.zero_grad(set_to_none=True)
        mean = float(loss.mean.item())
        before = self._position
        self._position = Position(
            step + 1,
            before.identity,
            before.settings,
            before.processes,
            (*before.losses, mean),
            before.skipped + skipped,
        )
        now = time.monotonic()
        done = step + 1 - resumed
        progress = Progress(
            step=step + 1,
            of=self._plan.steps,
            epoch=self._plan.epoch(step) + 1,
            loss=mean,
            lr=lr,
            gradient_norm=norm.item(),
            tokens_per_second=loss.tokens / max(now - started, 1e-9),
            eta=(now - begun) / done * (self._plan.steps - step - 1),
            skipped=self._position.skipped,
            figures=loss.figures,
        )
        if self._accelerator.is_main_process:
            self._tell(progress)

    def _gradient(self, step: int, lr: float) -> tuple[Loss, torch.Tensor]:
        """In the parameters' .grad; its norm before clipping, and the loss of the whole step."""
        accelerator, settings = self._accelerator, self._settings
        torch.manual_seed(_seed(settings.seed, step, accelerator.process_index))
        examples = self._plan.step(step)
        own = shares(examples, settings.batch, accelerator.process_index, accelerator.num_processes)
        parts = []
        for place, batch in enumerate(own):
            last = place == len(own) - 1
            parts.append((self._part(batch, examples, step, lr, last), len(batch)))
        limit = settings.clip or math.inf
        norm = nn.utils.clip_grad_norm_(self._parameters, limit)
        return self._whole(parts, len(examples)), norm

    def _part(
        self, batch: tuple[int, ...], examples: tuple[int, ...], step: int, lr: float, last: bool
    ) -> Loss:
        """One batch, forward and backward. Processes share gradients with a step's last one."""
        accelerator = self._accelerator
        quiet = contextlib.nullcontext() if last else accelerator.no_sync(self._wrapped)
        with quiet:
            with accelerator.autocast():
                loss = self._task.loss(self._wrapped, batch or examples[:1])
            if batch and not self._settings.skip_not_finite and not torch.isfinite(loss.mean):
                raise NotFinite(step + 1, "loss", lr)
            # Processes' gradients are averaged: times their number, it is their sum.
            weight = len(batch) * accelerator.num_processes / len(examples)
            accelerator.backward(loss.mean * weight)
        return Loss(loss.mean.detach(), loss.tokens, loss.figures)

    def _whole(self, parts: list[tuple[Loss, int]], examples: int) -> Loss:
        """Means over all examples of the step, of all processes."""
        names = [name for name, _ in parts[0][0].figures]
        sums = torch.zeros(2 + len(names), dtype=torch.float64, device="cpu")
        for loss, number in parts:
            own = dict(loss.figures)
            told = [loss.mean.item() * number, loss.tokens if number else 0]
            told += [own.get(name, 0.0) * number for name in names]
            if number:
                sums += torch.tensor(told, dtype=torch.float64)
        if self._accelerator.num_processes > 1:
            shared = sums.float().to(self._accelerator.device)
            sums = self._accelerator.reduce(shared, "sum").double().cpu()
        mean, tokens, *rest = sums.tolist()
        figures = tuple((n, value / examples) for n, value in zip(names, rest, strict=True))
        return Loss(torch.tensor(mean / examples, dtype=torch.float64), int(tokens), figures)

    def _stopped(self) -> bool:
        asked = self._stopping is not None and self._stopping.is_set()
        if self._accelerator.num_processes == 1:
            return asked
        told = torch.tensor(float(asked), device=self._accelerator.device)
        return bool(self._accelerator.reduce(told, "sum").item())

    def _save(self) -> None:
        if self._accelerator.is_main_process:
            self._checkpoints.save(self._position, self._module, self._optimizer)
        self._accelerator.wait_for_everyone()


def _accelerator(settings: TrainingSettings) -> Accelerator:
    cpu = settings.device == "cpu" or not torch.cuda.is_available()
    if settings.device == "cuda" and cpu:
        raise NothingToLearn("--device cuda: torch sees no GPU here; leave it out to use the CPU")
    wanted = settings.precision
    mixed = "bf16" if wanted == "bf16" or (wanted == "auto" and not cpu) else "no"
    return Accelerator(cpu=cpu, mixed_precision=mixed)


def _whole_precision(module: nn.Module) -> None:
    """An update of 1e-6 is lost in 8 bits: what is trained has 32 at least."""
    for one in module.parameters():
        if one.requires_grad and one.dtype in (torch.bfloat16, torch.float16):
            one.data = one.data.float()


def _checkpointing(module: nn.Module, settings: TrainingSettings) -> None:
    if not settings.gradient_checkpointing:
        return
    for one in module.modules():  # the model may be a part of what is trained
        enable = getattr(one, "activation_checkpointing_enable", None)
        if enable is not None:
            enable()
            return
    raise NothingToLearn("--gradient-checkpointing: this model cannot do it; leave it out")


def _seed(seed: int, step: int, process: int) -> int:
    return (seed * 1_000_003 + step) * 1_009 + process


@contextlib.contextmanager
def _deterministic() -> Iterator[None]:
    """Same seed, same weights. Where an operation has no such form torch warns, and goes on."""
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
    before = torch.are_deterministic_algorithms_enabled()
    torch.use_deterministic_algorithms(True, warn_only=True)
    with torch.random.fork_rng(devices=()):
        try:
            yield
        finally:
            torch.use_deterministic_algorithms(before)


@contextlib.contextmanager
def _memory(settings: TrainingSettings) -> Iterator[None]:
    try:
        yield
    except torch.cuda.OutOfMemoryError:
        raise NoMemory(
            f"the GPU has no memory left for batches of {settings.batch}; the last checkpoint is "
            "kept. Try --batch 1 with more --accumulation, --gradient-checkpointing, or --peft lora"
        ) from None
