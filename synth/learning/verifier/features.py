"""The last hidden state at the end of each program, for all programs of one prompt at once.

What their tokens have in common at the beginning, the prompt above all, goes through the model
once; its keys and values are shared.
"""

from __future__ import annotations

import copy
import hashlib
import json
import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from synthd.synth.learning.verifier.network import padded

# Tokens of a batch, padding and all.
BATCH = 2048
Stopped = Callable[[], bool]


class Cancelled(Exception):
    """Nobody wants it any more."""


def never() -> bool:
    return False


@torch.inference_mode()
def features(
    backbone: Any, rows: Sequence[tuple[int, ...]], device: torch.device, stopped: Stopped = never
) -> Tensor:
    """rows: token ids, of one prompt if it is to be fast. (n, d), float32, on the CPU.

    Raises Cancelled between two batches, once stopped() is true.
    """
    shared = _shared(rows)
    past = None
    if shared:
        ids = torch.tensor([rows[0][:shared]], device=device)
        past = backbone(input_ids=ids, use_cache=True).past_key_values
    found: list[Tensor | None] = [None] * len(rows)
    for places in _batches([len(row) - shared for row in rows]):
        if stopped():
            raise Cancelled
        told = _last(backbone, [rows[place][shared:] for place in places], past, shared, device)
        for place, hidden in zip(places, told, strict=True):
            found[place] = hidden
    return torch.stack([hidden for hidden in found if hidden is not None])


def _last(
    backbone: Any, rows: Sequence[Sequence[int]], past: Any, shared: int, device: torch.device
) -> Tensor:
    ids, lengths = padded(rows, device)
    options: dict[str, Any] = {"use_cache": False}
    if past is not None:
        held = copy.deepcopy(past)
        held.batch_repeat_interleave(len(rows))
        options = {"use_cache": True, "past_key_values": held}
    places = torch.arange(shared + ids.shape[1], device=device)
    mask = (places[None, :] < shared + lengths[:, None]).long()
    hidden = backbone(input_ids=ids, attention_mask=mask, **options).last_hidden_state
    return torch.Tensor(hidden[torch.arange(len(rows), device=device), lengths - 1].float().cpu())


def _shared(rows: Sequence[tuple[int, ...]]) -> int:
    """How many tokens all rows begin with; each has one left at least. 0 where it does not pay."""
    if len(rows) < 2:
        return 0
    # What the least and the greatest begin with, all between them do.
    least, greatest = min(rows), max(rows)
    differ = (place for place, (a, b) in enumerate(zip(least, greatest, strict=False)) if a != b)
    return min(next(differ, len(least)), min(map(len, rows)) - 1)


def _batches(lengths: Sequence[int]) -> Iterator[list[int]]:
    """Places, those of about one length together."""
    batch: list[int] = []
    for place in sorted(range(len(lengths)), key=lambda place: (lengths[place], place)):
        if batch and (len(batch) + 1) * lengths[place] > BATCH:
            yield batch
            batch = []
        batch.append(place)
    if batch:
        yield batch


class Kept:
    """Features on disk, a file for each prompt: a training that was stopped goes on with them, and
    so does another one with the same base."""

    def __init__(self, folder: Path, base: str, dtype: str) -> None:
        """base: what the features are of, besides the tokens."""
        self._folder, self._base, self._dtype = folder, base, dtype

    def get(self, rows: Sequence[Sequence[int]]) -> Tensor | None:
        from safetensors import SafetensorError
        from safetensors.torch import load_file

        try:
            found = load_file(self._path(rows))["features"]
        except (OSError, SafetensorError, KeyError):
            return None
        return found if len(found) == len(rows) else None

    def put(self, rows: Sequence[Sequence[int]], found: Tensor) -> None:
        """Raises OSError."""
        from safetensors.torch import save

        path = self._path(rows)
        path.parent.mkdir(parents=True, exist_ok=True)
        made = path.with_name(f".{path.name}.{os.getpid()}")
        try:
            made.write_bytes(save({"features": found.contiguous()}))
            os.replace(made, path)
        finally:
            made.unlink(missing_ok=True)

    def _path(self, rows: Sequence[Sequence[int]]) -> Path:
        told = json.dumps([self._base, self._dtype, [list(row) for row in rows]])
        name = hashlib.sha256(told.encode()).hexdigest()
        return self._folder / name[:2] / f"{name}.safetensors"
