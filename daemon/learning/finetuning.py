"""One fine-tuning, from what was asked for to a folder with a card."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from synthd.daemon.exits import BadInput
from synthd.daemon.learning import card, memory
from synthd.daemon.learning.bases import Base
from synthd.daemon.learning.gathering import taken
from synthd.daemon.learning.launching import CONFIG, Launch, Watcher, launched
from synthd.daemon.learning.rooms import estimating

MODULE = "synthd.synth.learning.sft.child"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finetuning:
    """data: lines of chats. training: fields of TrainingSettings. published: whose numbers those
    are that nobody gave. fits: refuse to start where memory cannot do."""

    base: Base
    data: Path
    data_sha256: str
    sources: tuple[card.DataSource, ...]
    out: Path
    peft: str
    training: Mapping[str, Any]
    merge: bool = True
    max_length: int = 2048
    gpus: int = 1
    fits: bool = True
    method: str = "Supervised fine-tuning on answers alone"
    notes: tuple[str, ...] = ()
    shape: Mapping[str, Any] = field(default_factory=dict)

    @property
    def config(self) -> dict[str, Any]:
        return {
            "base": str(self.base.path),
            "name": self.base.name,
            "sha256": self.base.sha256,
            "data": str(self.data.absolute()),
            "data_sha256": self.data_sha256,
            "out": str(self.out.absolute()),
            "peft": self.peft,
            "shape": dict(self.shape),
            "merge": self.merge,
            "max_length": self.max_length,
            "training": dict(self.training),
        }


async def finetune(asked: Finetuning, watcher: Watcher) -> Mapping[str, Any]:
    """The row of its result. To be called while the folder is held. Raises BadInput, Missing."""
    await asyncio.to_thread(_is_the_same, asked)
    if asked.fits:
        await _fits(asked)
    row = await launched(Launch(MODULE, asked.config, asked.out, asked.gpus), watcher)
    await asyncio.to_thread(card.write, _card(asked, row), asked.out)
    return row


def _is_the_same(asked: Finetuning) -> None:
    """Raises BadInput where the folder holds another fine-tuning: its configuration stays."""
    if not taken(asked.out):
        return
    try:
        was = json.loads((asked.out / CONFIG).read_text("utf-8"))
    except (OSError, ValueError):
        return  # the checkpoints say themselves whose they are
    if _meaning(was) != _meaning(asked.config):
        raise BadInput(
            f"{asked.out} holds a training with another base or other settings: name another "
            "folder with --out, or give the command as it was to go on"
        )


def _meaning(config: Mapping[str, Any]) -> object:
    """Where the folder is now, and how often it is saved, decide about no weight."""
    training = {k: v for k, v in config.get("training", {}).items() if k != "checkpoint_every"}
    places = ("base", "data", "out", "name", "training")
    return [training, {k: v for k, v in config.items() if k not in places}]


async def _fits(asked: Finetuning) -> None:
    """Raises BadInput and Missing."""
    found = await estimating(asked.base.path, asked.training, asked.gpus)
    shape = found.shape
    need = memory.Need(
        shape=shape,
        trained=min(shape.parameters, memory.trained_by(asked.peft, shape)),
        batch=int(asked.training["batch"]),
        length=asked.max_length,
        checkpointing=bool(asked.training["gradient_checkpointing"]),
        frozen_width=found.width,
        width=found.width,
        peft=asked.peft,
        learning=memory.last_quarter(shape) if asked.peft == "lora" else None,
    )
    memory.require(need, found.place)


def _card(asked: Finetuning, row: Mapping[str, Any]) -> card.Card:
    whole = (asked.out / "config.json").is_file()
    use = (
        f"`synthd bench run --model hf/{asked.out.absolute()} …` draws from it"
        if whole
        else "It is an adapter, to be put onto its base with peft"
    )
    settings = {
        "peft": asked.peft,
        "merged": whole and asked.peft != "full",
        "max_length": asked.max_length,
        **asked.shape,
        **asked.training,
    }
    metrics = {name: value for name, value in row.items() if name not in ("key", "resumed_at")}
    return card.Card(
        what="fine-tuned model",
        method=asked.method,
        base=asked.base,
        data=asked.sources,
        settings=settings,
        metrics=metrics,
        use=use,
        notes=asked.notes,
    )


def published(peft: str) -> dict[str, Any]:
    """Of the PEFT baselines, the numbers that nobody gave."""
    from synthd.synth.learning.sft.settings import PUBLISHED, Peft

    return asdict(PUBLISHED[Peft(peft)])


def mucode() -> dict[str, Any]:
    from synthd.synth.learning.sft.settings import MUCODE

    return asdict(MUCODE)
