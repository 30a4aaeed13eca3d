"""What a trained verifier says of itself: its config.json. No torch here."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from synthd.synth.learning.verifier.settings import Loss, Tune

CONFIG, HEAD, ADAPTER, MODEL = "config.json", "head.safetensors", "adapter", "model"
METRICS, CARD = "metrics.json", "README.md"
SCHEMA = 1


class BadVerifier(Exception):
    """A folder that is no verifier, or one of another base. str() is for users."""


class Base(BaseModel):
    """name: as it was named for the training. sha256: of its weights (models/hf/folder.py)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    sha256: str


class Data(BaseModel):
    """sha256: of all groups with their labels. runs: of each, its log's. labels: whose word."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    sha256: str
    runs: dict[str, str] = Field(default_factory=dict)
    suites: dict[str, str] = Field(default_factory=dict)
    labels: str = "visible"
    tasks: int = 0
    held_out_tasks: int = 0
    programs: int = 0
    right: int = 0
    dropped: int = 0


class Rates(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    lr: float
    epochs: int
    weight_decay: float
    eps: float
    pairs_per_step: int
    pairs_per_prompt: int
    seed: int


class Description(BaseModel):
    """form: how problem and program are made into tokens. weights_sha256: of the head, and of the
    adapter or the model where there is one. slope, offset: P(right) = σ(slope · r + offset)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: Literal["synthd-verifier"] = "synthd-verifier"
    schema_version: int = Field(default=SCHEMA, alias="schema", serialization_alias="schema")
    base: Base
    tune: Tune
    loss: Loss
    form: int
    max_tokens: int
    hidden: int
    weights_sha256: dict[str, str]
    slope: float = 1.0
    offset: float = 0.0
    data: Data
    rates: Rates

    @property
    def identity(self) -> str:
        """Equal for verifiers that say the same of every program."""
        told = [self.base.sha256, self.form, self.max_tokens, sorted(self.weights_sha256.items())]
        return hashlib.sha256(json.dumps(told).encode()).hexdigest()


def read(folder: Path) -> Description:
    """Raises BadVerifier."""
    path = folder / CONFIG
    try:
        told = Description.model_validate_json(path.read_bytes())
    except OSError as error:
        raise BadVerifier(
            f"{folder} is no trained verifier: {error.strerror or error} ({CONFIG}); "
            "`synthd train verifier --out DIR` makes one"
        ) from None
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise BadVerifier(
            f"{path} is no verifier's description ({where}: {first['msg']})"
        ) from None
    if told.schema_version != SCHEMA:
        raise BadVerifier(f"{path} is of another version of synthd: train it again")
    return told
