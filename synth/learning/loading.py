"""Models from a folder of safetensors: no code of the folder's is run, nothing is unpickled."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import torch

from synthd.synth.models.hf.folder import BOTTLENECK, BadFolder, files_sha256, shards

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

__all__ = ["BadFolder", "Loaded", "load", "loaded", "parameters_sha256", "weights_sha256"]

DTYPES = {"float32": torch.float32, "bfloat16": torch.bfloat16, "float16": torch.float16}
# What PEFT puts between a module and its name when it wraps it in place.
WRAPPED = (".base_layer", "base_model.model.")


@dataclass(frozen=True, slots=True)
class Loaded:
    """A model in evaluation mode whose own weights take no gradients. The path is None of a model
    that was made in memory."""

    model: PreTrainedModel
    tokenizer: PreTrainedTokenizerBase
    device: torch.device
    dtype: torch.dtype
    path: Path | None = None


def load(path: Path, *, device: str = "auto", dtype: str = "auto") -> Loaded:
    """device: auto (cuda, then mps, then cpu) or torch's name of one. dtype: auto (bfloat16 on
    cuda, else float32), or one of DTYPES. Raises BadFolder where this is no model's folder, or the
    device or the dtype is none."""
    shards(path)
    offline()
    from transformers import AutoModelForCausalLM

    place = device_of(device)
    kind = dtype_of(dtype, place)
    tokenizer = load_tokenizer(path)
    try:
        model = AutoModelForCausalLM.from_pretrained(
            path, dtype=kind, local_files_only=True, trust_remote_code=False, use_safetensors=True
        )
    except (ValueError, KeyError, OSError) as error:
        raise BadFolder(f"{path}: transformers cannot load it: {_short(error)}") from error
    if (path / BOTTLENECK).is_file():
        from synthd.synth.learning.sft.kinds import load_adapter

        load_adapter(model, (path / BOTTLENECK).parent)
    torch.nn.Module.to(model, place)  # transformers' own has lost its types
    return loaded(model, tokenizer, path)


def loaded(
    model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, path: Path | None = None
) -> Loaded:
    """A model that is in memory, as `load` would give it."""
    torch.nn.Module.eval(model)
    model.requires_grad_(False)
    first = next(model.parameters())
    return Loaded(model, tokenizer, first.device, first.dtype, path)


def load_tokenizer(path: Path) -> PreTrainedTokenizerBase:
    """Raises BadFolder."""
    offline()
    from transformers import AutoTokenizer

    try:
        tokenizer: PreTrainedTokenizerBase = AutoTokenizer.from_pretrained(
            path, local_files_only=True, trust_remote_code=False
        )
    except (ValueError, KeyError, OSError, ImportError) as error:
        raise BadFolder(f"{path}: transformers cannot load its tokenizer: {_short(error)}") from (
            error
        )
    return tokenizer


def weights_sha256(path: Path) -> str:
    """Of the files of the folder, as they are on disk: synth/models/hf/folder.py. Takes seconds."""
    return files_sha256(path)


def parameters_sha256(model: torch.nn.Module) -> str:
    """Of the model's own weights as they are in memory: names, dtypes, shapes and bytes.

    An adapter's are left out, and the names are those without it: equal before, while and after
    an adapter is on the model, if and only if it left the weights alone.
    """
    digest = hashlib.sha256()
    for name, tensor in sorted(_own(model).items()):
        digest.update(f"{name} {tensor.dtype} {tuple(tensor.shape)}\n".encode())
        raw = tensor.detach().to("cpu").contiguous().flatten().view(torch.uint8)
        digest.update(raw.numpy().data)
    return digest.hexdigest()


def device_of(device: str) -> torch.device:
    """Raises BadFolder where there is no such device."""
    if device == "auto":
        if torch.cuda.is_available():
            return torch.device("cuda")
        return torch.device("mps" if torch.backends.mps.is_available() else "cpu")
    try:
        place = torch.device(device)
        torch.empty(0, device=place)
    except (RuntimeError, AssertionError) as error:
        raise BadFolder(f"there is no device {device!r} here: {_short(error)}") from error
    return place


def dtype_of(dtype: str, device: torch.device) -> torch.dtype:
    if dtype == "auto":
        return torch.bfloat16 if device.type == "cuda" else torch.float32
    if dtype not in DTYPES:
        raise BadFolder(f"{dtype!r} is no dtype: choose auto, {', '.join(DTYPES)}")
    return DTYPES[dtype]


def offline() -> None:
    """Before transformers is imported: it asks no network and tells nobody anything."""
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")
    os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")


def _own(model: torch.nn.Module) -> dict[str, torch.Tensor]:
    found: dict[str, torch.Tensor] = {}
    for name, tensor in model.named_parameters():
        if "lora_" in name or "ia3_" in name:
            continue
        for mark in WRAPPED:
            name = name.replace(mark, "")
        found[name] = tensor
    return found


def _short(error: BaseException) -> str:
    return " ".join(str(error).split())[:300]
