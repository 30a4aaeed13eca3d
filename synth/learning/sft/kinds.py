"""Puts what is trained onto a model, and takes it off again: merged, or as an adapter's folder."""

from __future__ import annotations

import contextlib
import json
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from safetensors.torch import load_file, save_file
from torch import nn

from synthd.synth.learning.sft import bottleneck
from synthd.synth.learning.sft.settings import Peft, Shape
from synthd.synth.learning.training.checkpoint import trained
from synthd.synth.learning.training.errors import NothingToLearn

if TYPE_CHECKING:
    from peft import PeftConfig
    from transformers import PreTrainedModel

ADAPTER = "adapter"  # beside whole weights, where it cannot be merged into them
_BOTTLENECK = "bottleneck.json"
_GAINS = "norms.safetensors"
_WEIGHTS = "adapter_model.safetensors"


def attach(model: PreTrainedModel, kind: Peft, shape: Shape, seed: int) -> nn.Module:
    """The model to train: its trained parameters, and these alone, require gradients.

    seed: of their first values. Raises NothingToLearn where the model has no place for them.
    """
    model.requires_grad_(False)
    with torch.random.fork_rng(devices=()):
        torch.manual_seed(seed)
        if kind is Peft.FULL:
            return model.requires_grad_(True)
        if kind is Peft.LN:
            return _gains(model)
        if kind is Peft.ADAPTER:
            bottleneck.add(model, shape.reduction)
            return model
        from peft import get_peft_model

        try:
            with _quietly():
                return get_peft_model(model, _config(model, kind, shape))
        except ValueError as error:
            raise NothingToLearn(
                f"--peft {kind}: this model has no place for it "
                f"({' '.join(str(error).split())[:200]}); use --peft full"
            ) from None


def merged(module: nn.Module, kind: Peft) -> PreTrainedModel:
    """The model with what was learned in its own weights; of an adapter, without it. module: as
    `attach` gave it."""
    assert kind.loads
    if kind is Peft.ADAPTER:
        delattr(module, bottleneck.NAME)
    if kind in (Peft.FULL, Peft.LN, Peft.ADAPTER):
        return module  # type: ignore[return-value]
    done: PreTrainedModel = module.merge_and_unload()  # type: ignore[operator]
    return done


def save_adapter(module: nn.Module, kind: Peft, shape: Shape, folder: Path) -> None:
    """What was learned alone."""
    folder.mkdir(parents=True, exist_ok=True)
    if kind is Peft.ADAPTER:
        own: nn.Module = getattr(module, bottleneck.NAME)
        save_file(trained(own), folder / _WEIGHTS)
        (folder / _BOTTLENECK).write_text(json.dumps({"reduction": shape.reduction}), "utf-8")
        return
    if kind is Peft.LN:
        save_file(trained(module), folder / _GAINS)
        return
    saving: Any = module
    saving.save_pretrained(folder, safe_serialization=True)


def load_adapter(model: PreTrainedModel, folder: Path) -> nn.Module:
    """What `save_adapter` wrote, on the model, which takes no gradients."""
    if (folder / _GAINS).is_file():
        model.load_state_dict(load_file(folder / _GAINS), strict=False)
        return model
    own = folder / _BOTTLENECK
    if own.is_file():
        made = bottleneck.add(model, int(json.loads(own.read_text("utf-8"))["reduction"]))
        made.load_state_dict(load_file(folder / _WEIGHTS))
        return model.requires_grad_(False)
    from peft import PeftModel

    with _quietly():
        return PeftModel.from_pretrained(model, str(folder), local_files_only=True)


def _config(model: PreTrainedModel, kind: Peft, shape: Shape) -> PeftConfig:
    from peft import IA3Config, LoraConfig, PrefixTuningConfig, TaskType

    causal = TaskType.CAUSAL_LM
    match kind:
        case Peft.LORA:
            layers = int(model.config.num_hidden_layers)
            first = layers - max(1, round(layers * shape.layers))
            return LoraConfig(
                task_type=causal,
                r=shape.rank,
                lora_alpha=shape.alpha,  # type: ignore[arg-type]
                lora_dropout=shape.dropout,
                target_modules=["q_proj", "v_proj"],
                layers_to_transform=list(range(first, layers)),
            )
        case Peft.IA3:
            return IA3Config(
                task_type=causal,
                target_modules=["k_proj", "v_proj", "down_proj"],
                feedforward_modules=["down_proj"],
            )
        case Peft.PREFIX:
            return PrefixTuningConfig(task_type=causal, num_virtual_tokens=shape.prefix)
    raise AssertionError(kind)


@contextlib.contextmanager
def _quietly() -> Iterator[None]:
    """peft still uses names of transformers that are going away."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)
        yield


def _gains(model: PreTrainedModel) -> nn.Module:
    """All norms, their own gains: peft wraps them, and knows one of Qwen2's three."""
    norms = [one for one in model.modules() if type(one).__name__.endswith("Norm")]
    if not norms:
        raise NothingToLearn("--peft ln: the model has no norms; use --peft full")
    for one in norms:
        one.requires_grad_(True)
    return model
