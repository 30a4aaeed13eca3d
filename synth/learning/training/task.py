"""What is trained, as the loop sees it, and what it tells meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import torch
from torch import nn


class TrainingTask(Protocol):
    """identity: a digest of the data and the base weights; a checkpoint fits one of these alone.
    module: its parameters that require gradients are trained; these and its persistent buffers are
    what a checkpoint holds. examples: their number.
    """

    @property
    def identity(self) -> str: ...

    @property
    def module(self) -> nn.Module: ...

    @property
    def examples(self) -> int: ...

    def loss(self, module: nn.Module, batch: Sequence[int]) -> Loss:
        """Of these examples. module: the same module as the loop has wrapped it, to be called."""
        ...


@dataclass(frozen=True, slots=True)
class Loss:
    """mean: over the examples of the batch, on the device. tokens: that went through the model.
    figures: what else is worth telling, such as accuracy: means over the batch."""

    mean: torch.Tensor
    tokens: int = 0
    figures: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Progress:
    """One step. loss: mean over its examples. gradient_norm: L2, before clipping. eta: seconds to
    the end. skipped: steps so far whose gradient was no number."""

    step: int
    of: int
    epoch: int
    loss: float
    lr: float
    gradient_norm: float
    tokens_per_second: float
    eta: float
    skipped: int = 0
    figures: tuple[tuple[str, float], ...] = ()


Tell = Callable[[Progress], None]


@dataclass(frozen=True, slots=True)
class Result:
    """steps: of the whole training; resumed_at: the step this process began after, 0 for none.
    losses: of every step, from the first on. seconds: of this process."""

    steps: int
    resumed_at: int
    losses: tuple[float, ...]
    seconds: float
    skipped: int = 0
