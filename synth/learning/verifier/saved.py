"""A trained verifier on disk: written whole, read back onto its own base and no other."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save
from torch import Tensor

from synthd.synth.learning.loading import Loaded, load, weights_sha256
from synthd.synth.learning.verifier import description
from synthd.synth.learning.verifier.description import (
    ADAPTER,
    HEAD,
    MODEL,
    BadVerifier,
    Description,
)
from synthd.synth.learning.verifier.features import Kept, Stopped, features, never
from synthd.synth.learning.verifier.network import Head, Reward, quietly, without_dropout
from synthd.synth.learning.verifier.reading import FORM, tokens
from synthd.synth.learning.verifier.settings import Tune

_ADAPTER_FILE = "adapter_model.safetensors"


class Verifier:
    """r(x, y), to be asked. The head works in float64: folded features differ much in scale."""

    def __init__(
        self, base: Loaded, backbone: Any, head: Head, max_tokens: int, kept: Kept | None = None
    ) -> None:
        """kept: features of the backbone, where it is a base that others have too."""
        self._base, self._backbone, self._head = base, backbone, head
        self._max_tokens, self._kept = max_tokens, kept

    def rows(self, x: str, programs: list[str]) -> list[tuple[int, ...]]:
        return [tokens(self._base.tokenizer, x, y, self._max_tokens) for y in programs]

    def rewards(self, x: str, programs: list[str], stopped: Stopped = never) -> list[float]:
        """Of programs for one problem. Raises Cancelled."""
        found = self.features(self.rows(x, programs), stopped)
        with torch.inference_mode():
            said: list[float] = self._head(found).tolist()
        return said

    def features(self, rows: list[tuple[int, ...]], stopped: Stopped = never) -> Tensor:
        """(n, d), float32, on the CPU. Raises Cancelled."""
        known = self._kept.get(rows) if self._kept is not None else None
        if known is not None:
            return known
        found = features(self._backbone, rows, self._base.device, stopped)
        if self._kept is not None:
            self._kept.put(rows, found)
        return found


def of(reward: Reward, base: Loaded, max_tokens: int) -> Verifier:
    """One that was just trained."""
    head = reward.head.to("cpu", torch.float64)
    reward.backbone.eval()
    return Verifier(base, reward.backbone, head, max_tokens)


def opened(folder: Path, base: Path, *, device: str = "auto", dtype: str = "auto") -> Verifier:
    """base: the folder of the model that it was trained from; of one that was trained as a whole
    it is not looked at. Raises BadVerifier, BadFolder."""
    told = description.read(folder)
    if told.form != FORM:
        raise BadVerifier(
            f"{folder} reads programs in another way than this synthd: train it again"
        )
    for name, wanted in told.weights_sha256.items():
        if _sha256(folder, name) != wanted:
            raise BadVerifier(f"{folder}: {name} is not what was trained: it was changed or is cut")
    own = folder / MODEL
    if told.tune is not Tune.FULL:
        own = base
        _same_base(folder, told, base)
    loaded = load(own, device=device, dtype=dtype)
    backbone: Any = loaded.model.base_model
    if backbone.config.hidden_size != told.hidden:
        raise BadVerifier(f"{folder}: its head is for another width than {own}'s")
    if told.tune is Tune.LORA:
        from peft import PeftModel

        with quietly():
            backbone = PeftModel.from_pretrained(backbone, str(folder / ADAPTER)).eval()
    without_dropout(backbone)
    return Verifier(loaded, backbone, _head(folder, told), told.max_tokens)


def _same_base(folder: Path, told: Description, base: Path) -> None:
    found = weights_sha256(base)
    if found != told.base.sha256:
        raise BadVerifier(
            f"{folder} was trained from {told.base.name} (weights {told.base.sha256[:12]}…), "
            f"and {base} has other weights ({found[:12]}…): give the model that it was trained "
            "from, or train a verifier from this one"
        )


def _head(folder: Path, told: Description) -> Head:
    head = Head(told.hidden, 0, torch.float64)
    try:
        head.load_state_dict(load_file(folder / HEAD))
    except (OSError, SafetensorError, RuntimeError) as error:
        raise BadVerifier(f"{folder / HEAD}: {' '.join(str(error).split())}") from None
    return head


def write_head(folder: Path, weight: Tensor, bias: Tensor) -> None:
    """Raises OSError."""
    held = {"weight": weight.detach().double().cpu(), "bias": bias.detach().double().cpu()}
    made = folder / f".{HEAD}.{os.getpid()}"
    made.write_bytes(save({name: one.contiguous() for name, one in held.items()}))
    os.replace(made, folder / HEAD)


def write_backbone(folder: Path, reward: Reward, base: Loaded, tune: Tune) -> None:
    """What was trained of it; nothing where it is frozen. Raises OSError."""
    backbone: Any = reward.backbone
    if tune is Tune.LORA:
        _replaced(folder / ADAPTER, lambda to: backbone.save_pretrained(to))
    elif tune is Tune.FULL:
        _replaced(folder / MODEL, lambda to: _whole(to, base))


def hashes(folder: Path, tune: Tune) -> dict[str, str]:
    names = {Tune.HEAD: (HEAD,), Tune.LORA: (HEAD, ADAPTER), Tune.FULL: (HEAD, MODEL)}[tune]
    return {name: _sha256(folder, name) for name in names}


def _whole(to: Path, base: Loaded) -> None:
    base.model.save_pretrained(to)
    base.tokenizer.save_pretrained(to)


def _replaced(final: Path, write: Callable[[Path], object]) -> None:
    part = final.with_name(f".{final.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    write(part)
    shutil.rmtree(final, ignore_errors=True)
    os.rename(part, final)


def _sha256(folder: Path, name: str) -> str:
    """Raises BadVerifier."""
    if name == MODEL:
        return weights_sha256(folder / MODEL)
    path = folder / name / _ADAPTER_FILE if name == ADAPTER else folder / name
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        raise BadVerifier(f"{path}: {error.strerror or error}") from None
