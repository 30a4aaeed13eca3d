"""`python -P -m synthd.synth.learning.sft.child CONFIG.json`: one fine-tuning."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch

from synthd.synth.learning.loading import DTYPES, load
from synthd.synth.learning.sft.config import SftConfig
from synthd.synth.learning.sft.data import encode, read
from synthd.synth.learning.sft.kinds import attach
from synthd.synth.learning.sft.settings import Peft
from synthd.synth.learning.sft.task import SftTask
from synthd.synth.learning.sft.writing import write
from synthd.synth.learning.training.child import Child, run
from synthd.synth.learning.training.errors import BadData, DiskFull, NothingToLearn, OtherTraining
from synthd.synth.learning.training.loop import train
from synthd.synth.learning.training.settings import TrainingSettings
from synthd.synth.models.hf.folder import BadFolder

RESULT = "result.json"
CHECKPOINTS = "checkpoints"


def work(told: Mapping[str, Any], child: Child) -> Mapping[str, Any]:
    config = SftConfig.model_validate(told)
    key = hashlib.sha256(f"{config.identity} {config.settings.digest}".encode()).hexdigest()
    done = _finished(config.out, key)
    if done is not None:
        child.say("this training has ended before: its result is there")
        return done
    row = {"key": key, **_trained(config, child)}
    if child.main:
        text = json.dumps(row, indent=1) + "\n"
        (config.out / RESULT).write_text(text, "utf-8")
        shutil.rmtree(config.out / CHECKPOINTS, ignore_errors=True)
    return row


def _trained(config: SftConfig, child: Child) -> dict[str, Any]:
    settings, kind = config.settings, config.peft
    if kind is Peft.PREFIX and settings.gradient_checkpointing:
        raise NothingToLearn("--peft prefix cannot be trained with --gradient-checkpointing")
    try:
        stored = _stored(config.base)
        dtype = _computed(stored, settings, kind)
        loaded = load(config.base, device="cpu", dtype=dtype)
    except BadFolder as error:
        raise BadData(str(error)) from None
    longest = min(config.max_length, _window(loaded.model.config))
    data = encode(tuple(read(config.data)), loaded.tokenizer, longest)
    if data.too_long:
        child.say(f"{data.too_long} examples of more than {longest} tokens are left out")
    module = attach(loaded.model, kind, config.shaped, settings.seed)
    parameters = sum(one.numel() for one in module.parameters() if one.requires_grad)
    child.say(f"{kind}: {parameters:,} parameters learn from {len(data.examples)} examples")
    task = SftTask(config.identity, module, data.examples, loaded.tokenizer.pad_token_id or 0)
    result = train(task, settings, config.out / CHECKPOINTS, child.tell, child.stopping)
    if child.main:
        try:
            write(module, loaded.tokenizer, config, DTYPES[stored])
        except OSError as error:
            raise DiskFull(
                f"{config.out}: the model cannot be written ({error.strerror or error}); make "
                "room, and the same command writes it from the last checkpoint"
            ) from None
    return {
        "steps": result.steps,
        "resumed_at": result.resumed_at,
        "first_loss": result.losses[0],
        "last_loss": result.losses[-1],
        "seconds": round(result.seconds, 1),
        "examples": len(data.examples),
        "too_long": data.too_long,
        "parameters": parameters,
    }


def _finished(out: Path, key: str) -> dict[str, Any] | None:
    try:
        row: dict[str, Any] = json.loads((out / RESULT).read_text("utf-8"))
    except (OSError, ValueError):
        return None
    if row.get("key") != key:
        raise OtherTraining(
            f"{out} holds the result of another base, other data or other settings: "
            "name another folder with --out"
        )
    return row


def _stored(base: Path) -> str:
    try:
        config = json.loads((base / "config.json").read_text("utf-8"))
        found = str(config.get("dtype") or config.get("torch_dtype"))
    except (OSError, ValueError, AttributeError):
        found = ""
    return found if found in DTYPES else "float32"


def _computed(stored: str, settings: TrainingSettings, kind: Peft) -> str:
    """Frozen weights stay as small as they are on a GPU, where arithmetic is mixed."""
    gpu = settings.device != "cpu" and torch.cuda.is_available()
    mixed = gpu and settings.precision != "float32" and kind is not Peft.FULL
    return stored if mixed else "float32"


def _window(config: Any) -> int:
    return int(getattr(config, "max_position_embeddings", 1 << 30))


if __name__ == "__main__":
    run(work)
