"""What commands of `synthd train` have in common: numbers, folder, memory, and who is told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from synthd.daemon.exits import BadInput

_CHOICES = {
    "schedule": ("constant", "linear", "cosine"),
    "device": ("auto", "cpu", "cuda"),
    "precision": ("auto", "float32", "bf16"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbers:
    """None: as published for what is trained."""

    lr: float | None = None
    epochs: int | None = None
    batch: int | None = None
    accumulation: int | None = None
    schedule: str | None = None
    clip: float = 0.0
    seed: int = 0
    device: str = "auto"
    precision: str = "auto"
    gradient_checkpointing: bool = False
    checkpoint_every: int = 50
    max_steps: int = 0

    def over(self, published: Mapping[str, Any]) -> dict[str, Any]:
        """Fields of TrainingSettings. Raises BadInput."""
        given = {name: value for name, value in asdict(self).items() if value is not None}
        for name, choices in _CHOICES.items():
            if given.get(name) not in (*choices, None):
                raise BadInput(f"--{name} {given[name]}: it is {', '.join(choices)}")
        if given.get("lr", 1.0) <= 0:
            raise BadInput(f"--lr {given['lr']:g}: it is more than 0")
        return {**published, **given}
