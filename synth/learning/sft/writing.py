"""The result of a fine-tuning as a folder: whole weights like any model's, or an adapter."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

import torch
from torch import nn

from synthd.synth.learning.sft.config import SftConfig
from synthd.synth.learning.sft.kinds import ADAPTER, merged, save_adapter
from synthd.synth.learning.sft.settings import Peft

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

_PART = ".model.part"


def write(
    module: nn.Module,
    tokenizer: PreTrainedTokenizerBase,
    config: SftConfig,
    dtype: torch.dtype,
) -> None:
    """module: trained, as `attach` gave it. dtype: of the base as it is stored. Raises OSError.

    What was learned of all weights is written in float32 (its steps are below what 8 bits can
    hold), an adapter that is merged in the base's own type.
    """
    out, kind = config.out, config.peft
    module = nn.Module.to(module, "cpu")
    whole = kind is Peft.FULL or (config.merge and kind.loads)
    if kind is not Peft.FULL:
        save_adapter(module, kind, config.shaped, out / ADAPTER)
    if not whole:
        return
    model = merged(nn.Module.float(module), kind)
    nn.Module.to(model, torch.float32 if kind is Peft.FULL else dtype)
    _put(model, tokenizer, config)


def _put(model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, config: SftConfig) -> None:
    """The configuration last: a folder without it is no model's."""
    part = config.out / _PART
    shutil.rmtree(part, ignore_errors=True)
    model.config.synthd_base = {
        "name": config.name,
        "sha256": config.sha256,
        "data_sha256": config.data_sha256,
        "peft": config.peft.value,
    }
    model.save_pretrained(part, safe_serialization=True)
    tokenizer.save_pretrained(part)
    names = sorted((path.name for path in part.iterdir()), key=lambda name: name == "config.json")
    for name in names:
        os.replace(part / name, config.out / name)
    part.rmdir()
