"""Which examples each step takes, and its learning rate: functions of the settings alone.

So a position is all that a checkpoint has to keep of them, and nobody counts epochs twice.
"""

from __future__ import annotations

import math
import random
from dataclasses import dataclass

from synthd.synth.learning.training.settings import TrainingSettings


@dataclass(frozen=True, slots=True)
class Plan:
    """processes: that share the work; each takes batch × accumulation examples of a step."""

    settings: TrainingSettings
    examples: int
    processes: int = 1

    @property
    def of_step(self) -> int:
        return self.settings.batch * self.settings.accumulation * self.processes

    @property
    def steps_per_epoch(self) -> int:
        return math.ceil(self.examples / self.of_step)

    @property
    def steps(self) -> int:
        whole = self.steps_per_epoch * self.settings.epochs
        return min(whole, self.settings.max_steps) if self.settings.max_steps else whole

    def epoch(self, step: int) -> int:
        """Both from 0."""
        return step // self.steps_per_epoch

    def step(self, step: int) -> tuple[int, ...]:
        """The examples of a step, all processes'. The last one of an epoch may have fewer."""
        order = list(range(self.examples))
        random.Random(f"{self.settings.seed}/{self.epoch(step)}").shuffle(order)
        first = step % self.steps_per_epoch * self.of_step
        return tuple(order[first : first + self.of_step])

    def lr(self, step: int) -> float:
        """Linear as in transformers: the first step after the warm-up has all of it."""
        settings = self.settings
        if step < settings.warmup:
            return settings.lr * (step + 1) / (settings.warmup + 1)
        part = (step - settings.warmup) / max(1, self.steps - settings.warmup)
        match settings.schedule:
            case "constant":
                return settings.lr
            case "linear":
                return settings.lr * (1 - part)
            case "cosine":
                return settings.lr * (1 + math.cos(math.pi * part)) / 2


def shares(examples: tuple[int, ...], batch: int, process: int, of: int) -> list[tuple[int, ...]]:
    """The batches of one process. One that gets none still has one empty batch: it must take part
    in the step."""
    own = examples[process::of]
    return [own[i : i + batch] for i in range(0, len(own), batch)] or [()]
