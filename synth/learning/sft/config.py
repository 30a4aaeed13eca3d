"""What a process of fine-tuning is told, as JSON."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

from synthd.synth.learning.sft.settings import Peft, Shape
from synthd.synth.learning.training.settings import TrainingSettings


class SftConfig(BaseModel):
    """base: the model's directory; name: as the user called it; sha256: of its weights. data:
    lines of chats. merge: write whole weights. training: fields of TrainingSettings."""

    model_config = ConfigDict(frozen=True)

    base: Path
    name: str
    sha256: str
    data: Path
    data_sha256: str
    out: Path
    peft: Peft
    shape: dict[str, Any] = {}
    merge: bool = True
    max_length: int = 2048
    training: dict[str, Any]

    @property
    def shaped(self) -> Shape:
        return Shape(**self.shape)

    @property
    def settings(self) -> TrainingSettings:
        return TrainingSettings(**self.training)

    @property
    def identity(self) -> str:
        """Of what is learned from what, by what: not of the settings, which have their own."""
        told = (self.sha256, self.data_sha256, self.peft, str(self.shaped), str(self.max_length))
        return hashlib.sha256("\x1f".join(told).encode()).hexdigest()
