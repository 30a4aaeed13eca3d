"""What a training may be told, whatever it trains."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from typing import Literal

Schedule = Literal["constant", "linear", "cosine"]
Precision = Literal["auto", "float32", "bf16"]
Device = Literal["auto", "cpu", "cuda"]

# What may differ when a training goes on: it changes no weight.
_FREE = ("checkpoint_every",)


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingSettings:
    """A step takes batch × accumulation examples on each device. schedule: linear and cosine end at
    0 after the last step; warmup: steps from 0 to lr before that. clip: largest L2 norm of the
    gradient; 0: any. skip_not_finite: a step whose gradient is no number is left out and counted,
    rather than ending the training (OpTune). max_steps: 0: as many as the epochs have.
    precision: of the arithmetic; trained parameters are float32 at least. auto: bf16 on CUDA.
    """

    lr: float
    epochs: int = 1
    batch: int = 1
    accumulation: int = 1
    schedule: Schedule = "constant"
    warmup: int = 0
    weight_decay: float = 0.0
    eps: float = 1e-8
    clip: float = 0.0
    skip_not_finite: bool = False
    max_steps: int = 0
    seed: int = 0
    gradient_checkpointing: bool = False
    precision: Precision = "auto"
    device: Device = "auto"
    checkpoint_every: int = 50

    @property
    def digest(self) -> str:
        """Of all that decides about weights."""
        told = {name: value for name, value in asdict(self).items() if name not in _FREE}
        return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()
