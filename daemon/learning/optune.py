"""One training of an optimizer, from its data to a folder with a card."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from synthd.daemon.learning import card, memory
from synthd.daemon.learning.bases import Base
from synthd.daemon.learning.launching import Launch, Watcher, launched
from synthd.daemon.learning.optune_data import Gathered
from synthd.daemon.learning.rooms import estimating

MODULE = "synthd.synth.learning.optune.process"
LONGEST = 4096
# Of the paper (scripts/train.sh): AdamW without decay, constant, one example at a time.
PUBLISHED: Mapping[str, Any] = {
    "lr": 1e-5,
    "epochs": 10,
    "batch": 1,
    "accumulation": 20,
    "schedule": "constant",
    "weight_decay": 0.0,
    "skip_not_finite": True,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Optuning:
    """training: fields of TrainingSettings; its precision is the base's, as the network itself is
    always of 32 bits. fits: refuse to start where memory cannot do."""

    base: Base
    data: Gathered
    out: Path
    training: Mapping[str, Any]
    incorrect_only: bool = False
    layers: int = 2
    held_out: float = 0.1
    longest: int = LONGEST
    gpus: int = 1
    fits: bool = True
    notes: tuple[str, ...] = ()

    @property
    def config(self) -> dict[str, Any]:
        return {
            "data": str(self.data.path.absolute()),
            "base": str(self.base.path),
            "base_name": self.base.name,
            "base_sha256": self.base.sha256,
            "out": str(self.out.absolute()),
            "dtype": {"bf16": "bfloat16"}.get(self.training["precision"], self._precision),
            "training": {**self.training, "precision": "float32"},
            "incorrect_only": self.incorrect_only,
            "layers": self.layers,
            "held_out": self.held_out,
            "longest": self.longest,
            "sources": [one.name for one in self.data.sources],
        }

    @property
    def _precision(self) -> str:
        return str(self.training["precision"])


async def train_optune(asked: Optuning, watcher: Watcher) -> Mapping[str, Any]:
    """Its result's row. To be called while the folder is held. Raises BadInput and Missing."""
    if asked.fits:
        await _fits(asked)
    row = await launched(Launch(MODULE, asked.config, asked.out, asked.gpus), watcher)
    await asyncio.to_thread(card.write, _card(asked, row), asked.out)
    return row


async def _fits(asked: Optuning) -> None:
    """Raises BadInput and Missing."""
    found = await estimating(asked.base.path, asked.training, asked.gpus)
    shape = found.shape
    # Only the edited layers keep anything for the backward pass.
    edited = replace(
        shape,
        layers=1,
        hidden=asked.layers * shape.hidden,
        inner=asked.layers * shape.inner,
    )
    need = memory.Need(
        shape=edited,
        trained=200 * shape.hidden,
        batch=1,
        length=asked.longest,
        checkpointing=True,
        frozen_width=found.width,
        width=found.width,
        peft="optune",
    )
    memory.require(need, found.place)


def _card(asked: Optuning, row: Mapping[str, Any]) -> card.Card:
    trained = row["trained"]
    told = {
        "lr": trained["lr"],
        "epochs": trained["epochs"],
        "batch × accumulation": f"1 × {trained['accumulation']}",
        "seed": trained["seed"],
        "rank": row["rank"],
        "dropout": row["dropout"],
        "longest": row["longest"],
        "attempts": "incorrect alone" if trained["incorrect_only"] else "correct and incorrect",
        "matrices": ", ".join(
            f"{one['name']} ({one['rows']} × {one['columns']})" for one in row["matrices"]
        ),
    }
    return card.Card(
        what="optimizer",
        method="OpTune (arXiv 2502.15771): a network that edits weights after a failed attempt",
        base=asked.base,
        data=asked.data.sources,
        settings=told,
        metrics=measured(row),
        use=(
            f"`--strategy optune --set optune.optimizer={asked.out.absolute()} --model hf/…` "
            "searches with it"
        ),
        limits=("It fits the base above alone, and is refused for any other.",),
        notes=asked.notes,
    )


def measured(row: Mapping[str, Any]) -> dict[str, Any]:
    """For people: what was learned from, and what came of it."""
    trained, held = row["trained"], row["held_out"]
    losses = trained["losses"]
    found: dict[str, Any] = {
        "attempts to learn from": f"{trained['examples']} of {trained['tasks']} tasks",
        "steps": trained["steps"],
        "steps left out, as no number": trained["skipped"],
    }
    if losses:
        found["loss, first and last epoch"] = f"{losses[0]:.4f} → {losses[-1]:.4f}"
    if held is None:
        return found
    over = f"{held['examples']} attempts at {held['tasks']} held-out tasks"
    return found | {
        "log-likelihood of solutions, nats per token, over": over,
        "with the trained edit": f"{held['trained']:.4f}",
        "with an untrained edit": f"{held['untrained']:.4f}",
        "without": f"{held['unedited']:.4f}",
    }
