"""The folder of a trained optimizer: its weights as safetensors, and a config that says for what.

optimizer.safetensors: the network, its normalisation, the step sizes. config.json: the base, the
matrices, hyperparameters, the training's data and figures. README.md is for people.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

import torch
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from safetensors import SafetensorError
from safetensors.torch import load, save

from synthd.synth.learning.optune.errors import WrongOptimizer
from synthd.synth.learning.optune.matrices import Matrix
from synthd.synth.learning.optune.network import Optimizer
from synthd.synth.learning.optune.sequences import LONGEST

SCHEMA = 1
WEIGHTS, CONFIG = "optimizer.safetensors", "config.json"


class Wire(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class BaseSpec(Wire):
    """fingerprint: matrices.py. weights_sha256: of its files when it was trained; "": no files."""

    name: str = ""
    fingerprint: str
    weights_sha256: str = ""


class MatrixSpec(Wire):
    name: str
    rows: int
    columns: int


class Trained(Wire):
    """On what and how. examples: lessons; tasks: of them. incorrect_only: attempts that were right
    were left out. losses: mean of each epoch, in nats per token. skipped: steps whose gradient
    was no number."""

    data_sha256: str = ""
    sources: tuple[str, ...] = ()
    examples: int = 0
    tasks: int = 0
    held_out: int = 0
    left_out: int = 0
    incorrect_only: bool = False
    lr: float = 0.0
    epochs: int = 0
    accumulation: int = 0
    seed: int = 0
    steps: int = 0
    skipped: int = 0
    losses: tuple[float, ...] = ()


class Likelihoods(Wire):
    """Mean log-likelihood of held-out solutions, in nats per token: with the trained edit, with an
    untrained one, and by the base itself. examples: of which it is the mean; tasks: of them."""

    trained: float
    untrained: float
    unedited: float
    examples: int
    tasks: int


class Config(Wire):
    schema_version: int = Field(default=SCHEMA, alias="schema", serialization_alias="schema")
    kind: str = "optune"
    base: BaseSpec
    matrices: tuple[MatrixSpec, ...]
    rank: int
    dropout: float
    longest: int = LONGEST
    weights_sha256: str = ""  # of optimizer.safetensors
    trained: Trained = Trained()
    held_out: Likelihoods | None = None

    @property
    def edited(self) -> tuple[Matrix, ...]:
        return tuple(Matrix(one.name, one.rows, one.columns) for one in self.matrices)


def specs(matrices: Sequence[Matrix]) -> tuple[MatrixSpec, ...]:
    return tuple(MatrixSpec(name=one.name, rows=one.rows, columns=one.columns) for one in matrices)


def write(folder: Path, optimizer: Optimizer, config: Config) -> Config:
    """The config last, with the weights' hash: a folder without it is none. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    state = {name: value.detach().cpu().contiguous() for name, value in _state(optimizer)}
    data = save(state)
    told = config.model_copy(update={"weights_sha256": hashlib.sha256(data).hexdigest()})
    (folder / CONFIG).unlink(missing_ok=True)
    _whole(folder / WEIGHTS, data)
    _whole(folder / CONFIG, told.model_dump_json(by_alias=True, indent=1).encode() + b"\n")
    return told


def read(folder: Path, sha256: str = "") -> tuple[Optimizer, Config]:
    """sha256: of the weights, where they must be these. Raises WrongOptimizer."""
    config = read_config(folder)
    try:
        data = (folder / WEIGHTS).read_bytes()
        found = hashlib.sha256(data).hexdigest()
        tensors = load(data)
    except (OSError, SafetensorError) as error:
        raise WrongOptimizer(f"{folder / WEIGHTS} cannot be read: {error}") from None
    if found not in (config.weights_sha256, sha256) or (sha256 and found != sha256):
        raise WrongOptimizer(
            f"{folder / WEIGHTS} has other bytes than when this began: train into a folder of its "
            "own, and begin anew"
        )
    optimizer = Optimizer(config.edited, rank=config.rank, dropout=config.dropout)
    try:
        optimizer.load_state_dict(tensors)
    except RuntimeError as error:
        raise WrongOptimizer(f"{folder / WEIGHTS} does not fit its config: {error}") from None
    return optimizer.eval(), config


def read_config(folder: Path) -> Config:
    """Raises WrongOptimizer."""
    path = folder / CONFIG
    try:
        config = Config.model_validate_json(path.read_bytes())
    except OSError as error:
        raise WrongOptimizer(
            f"there is no trained optimizer in {folder} ({error.strerror or error}): "
            "`synthd train optune` makes one"
        ) from None
    except ValidationError:
        raise WrongOptimizer(f"{path} is damaged, or of something else than OpTune") from None
    if config.kind != "optune" or config.schema_version != SCHEMA:
        raise WrongOptimizer(f"{path} is of something else than this synthd's OpTune")
    return config


def _state(optimizer: Optimizer) -> list[tuple[str, torch.Tensor]]:
    return sorted(optimizer.state_dict().items())


def _whole(path: Path, data: bytes) -> None:
    """All of it or nothing."""
    part = path.with_name(f".{path.name}.part")
    part.write_bytes(data)
    part.replace(path)


def described(config: Config) -> str:
    """Of which base it is, for a message."""
    return config.base.name or json.dumps(config.base.fingerprint[:12])
