"""The process that trains an optimizer; it is run as synth/learning/training/child.py says."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from pydantic import BaseModel, ConfigDict, Field

from synthd.synth.learning.loading import BadFolder, load, weights_sha256
from synthd.synth.learning.optune import examples, saving
from synthd.synth.learning.optune.errors import NothingToEdit
from synthd.synth.learning.optune.examples import Example
from synthd.synth.learning.optune.matrices import LAYERS, edited, fingerprint
from synthd.synth.learning.optune.network import DROPOUT, RANK, Optimizer
from synthd.synth.learning.optune.sequences import LONGEST
from synthd.synth.learning.optune.task import Base, OptuneTask, likelihoods
from synthd.synth.learning.training import child
from synthd.synth.learning.training.errors import BadData
from synthd.synth.learning.training.loop import train
from synthd.synth.learning.training.settings import TrainingSettings
from synthd.synth.learning.training.task import Result

CHECKPOINTS = "checkpoints"


class Config(BaseModel):
    """data: of examples.py. base: a folder of safetensors. held_out: part of the tasks to measure
    by, measured: so many of their attempts. dtype: the
    base's, as loading.py has it. sources: what the data was made of, for the record."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    data: Path
    base: Path
    base_name: str = ""
    base_sha256: str = ""
    dtype: str = "auto"
    out: Path
    training: Mapping[str, Any]
    incorrect_only: bool = False
    layers: int = Field(default=LAYERS, ge=1)
    rank: int = Field(default=RANK, ge=1)
    dropout: float = Field(default=DROPOUT, ge=0, lt=1)
    longest: int = Field(default=LONGEST, ge=16)
    held_out: float = Field(default=0.1, ge=0, lt=1)
    measured: int = Field(default=64, ge=1)
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Chosen:
    training: tuple[Example, ...]
    held_out: tuple[Example, ...]
    left_out: int
    sha256: str


def work(row: Mapping[str, Any], process: child.Child) -> Mapping[str, Any]:
    """Raises TrainingError."""
    config = Config.model_validate(row)
    settings = TrainingSettings(**config.training)
    base = _base(config, settings)
    chosen = _chosen(config, settings, base)
    process.say(
        f"{len(chosen.training)} attempts to learn from, {len(chosen.held_out)} to measure by; "
        f"{chosen.left_out} are left out, as they are longer than {config.longest} tokens"
    )
    # The seed decides about the first values too.
    torch.manual_seed(settings.seed)
    optimizer = Optimizer(base.matrices, rank=config.rank, dropout=config.dropout)
    optimizer.to_compute(base.loaded.dtype, base.loaded.device)
    task = OptuneTask(base, optimizer, chosen.training, chosen.sha256)
    result = train(task, settings, config.out / CHECKPOINTS, process.tell, process.stopping)
    if not process.main:
        return {}
    figures = likelihoods(base, optimizer, chosen.held_out) if chosen.held_out else None
    told = _told(config, settings, base, chosen, result).model_copy(update={"held_out": figures})
    return saving.write(config.out, optimizer, told).model_dump(mode="json", by_alias=True)


def _base(config: Config, settings: TrainingSettings) -> Base:
    rank = os.environ.get("LOCAL_RANK", "0")
    gpu = settings.device != "cpu" and torch.cuda.is_available()
    device = f"cuda:{rank}" if gpu else "cpu"
    try:
        loaded = load(config.base, device=device, dtype=config.dtype)
        matrices = edited(loaded.model, config.layers)
    except (BadFolder, NothingToEdit) as error:
        raise BadData(str(error)) from None
    return Base(loaded, matrices, fingerprint(loaded.model, matrices), config.longest)


def _chosen(config: Config, settings: TrainingSettings, base: Base) -> Chosen:
    known, sha256 = examples.read(config.data)
    wanted = [one for one in known if not (config.incorrect_only and one.correct)]
    fitting = [one for one in wanted if base.fits(one)]
    if not fitting:
        raise BadData(
            f"{config.data}: none of its {len(known)} attempts can be learned from: "
            f"{len(known) - len(wanted)} are right, {len(wanted)} are longer than "
            f"{config.longest} tokens"
        )
    parts = examples.split(fitting, config.held_out, settings.seed)
    held_out = _spread(parts.held_out, config.measured)
    return Chosen(parts.training, held_out, len(wanted) - len(fitting), sha256)


def _spread(found: Sequence[Example], most: int) -> tuple[Example, ...]:
    """So many, over all of the tasks."""
    step = max(1, -(-len(found) // most))
    return tuple(found[::step])


def _told(
    config: Config, settings: TrainingSettings, base: Base, chosen: Chosen, result: Result
) -> saving.Config:
    per_epoch = max(1, -(-result.steps // settings.epochs))
    parts = [result.losses[at : at + per_epoch] for at in range(0, len(result.losses), per_epoch)]
    trained = saving.Trained(
        data_sha256=chosen.sha256,
        sources=config.sources,
        examples=len(chosen.training),
        tasks=len({one.task for one in chosen.training}),
        held_out=len(chosen.held_out),
        left_out=chosen.left_out,
        incorrect_only=config.incorrect_only,
        lr=settings.lr,
        epochs=settings.epochs,
        accumulation=settings.accumulation,
        seed=settings.seed,
        steps=result.steps,
        skipped=result.skipped,
        losses=tuple(sum(part) / len(part) for part in parts),
    )
    return saving.Config(
        base=saving.BaseSpec(
            name=config.base_name or str(config.base),
            fingerprint=base.fingerprint,
            weights_sha256=config.base_sha256 or weights_sha256(config.base),
        ),
        matrices=saving.specs(base.matrices),
        rank=config.rank,
        dropout=config.dropout,
        longest=config.longest,
        trained=trained,
    )


if __name__ == "__main__":
    child.run(work)
