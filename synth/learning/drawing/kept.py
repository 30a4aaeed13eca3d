"""Keys and values of sequences: of several in one batch, and of prompts that may come again.

A batch's rows are padded on the left to one length. They join and leave between tokens; a row's
own keys and values do not change by that.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional
from transformers.cache_utils import Cache, DynamicLayer

from synthd.synth.tuning import Tuning

ROOM = 128  # tokens for which memory is taken ahead, rather than copied at each


@dataclass(frozen=True, slots=True)
class Layer:
    """Of shape (rows, heads, tokens, width of a head); never written to."""

    keys: Tensor
    values: Tensor


Layers = tuple[Layer, ...]


class Growing(DynamicLayer):  # type: ignore[no-untyped-call]  # transformers' is untyped
    """A layer of a cache that takes memory for some tokens ahead."""

    def __init__(self, begun: Layer | None = None) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._room: tuple[Tensor, Tensor] | None = None
        if begun is not None:
            self.lazy_initialization(begun.keys, begun.values)
            self.keys, self.values = begun.keys, begun.values

    def update(
        self, key_states: Tensor, value_states: Tensor, *args: Any, **kwargs: Any
    ) -> tuple[Tensor, Tensor]:
        if not self.is_initialized:
            self.lazy_initialization(key_states, value_states)
        assert self.keys is not None and self.values is not None
        old = self.get_seq_length()
        new = old + key_states.shape[-2]
        if self._room is None or self._room[0].shape[-2] < new:
            self._room = (
                _roomier(self.keys, key_states, old, new),
                _roomier(self.values, value_states, old, new),
            )
        keys, values = self._room
        keys[:, :, old:new] = key_states
        values[:, :, old:new] = value_states
        self.keys, self.values = keys[:, :, :new], values[:, :, :new]
        return self.keys, self.values


def cache_of(layers: Layers) -> Cache:
    """For transformers' forward; what it adds is in memory of its own."""
    if not layers:
        return Cache(layer_class_to_replicate=Growing)
    return Cache(layers=[Growing(layer) for layer in layers])


def layers_of(cache: Cache) -> Layers:
    found: list[Layer] = []
    for layer in cache.layers:
        assert isinstance(layer, Growing), "cache_of made it"
        keys, values = layer.keys, layer.values
        assert keys is not None and values is not None, "the model has been run"
        found.append(Layer(keys, values))
    return tuple(found)


def first(layers: Layers, tokens: int) -> Layers:
    return tuple(Layer(each.keys[:, :, :tokens], each.values[:, :, :tokens]) for each in layers)


def select(layers: Layers, rows: Sequence[int], tokens: int) -> Layers:
    """These rows, of which the last so many tokens are not all padding."""
    found: list[Layer] = []
    for layer in layers:
        at = torch.tensor(rows, device=layer.keys.device)
        from_ = layer.keys.shape[-2] - tokens
        found.append(
            Layer(
                layer.keys[:, :, from_:].index_select(0, at),
                layer.values[:, :, from_:].index_select(0, at),
            )
        )
    return tuple(found)


def together(one: Layers, other: Layers) -> Layers:
    """The rows of both, the shorter ones padded on the left. Nothing and something is that."""
    if not one or not other:
        return one or other
    longest = max(one[0].keys.shape[-2], other[0].keys.shape[-2])
    return tuple(
        Layer(
            torch.cat([_padded(a.keys, longest), _padded(b.keys, longest)]),
            torch.cat([_padded(a.values, longest), _padded(b.values, longest)]),
        )
        for a, b in zip(one, other, strict=True)
    )


@dataclass(frozen=True, slots=True)
class Read:
    """A prompt that was read, or the beginning of one. logits: after its last token, (vocabulary,);
    None of a beginning."""

    tuning: Tuning | None
    ids: tuple[int, ...]
    layers: Layers
    logits: Tensor | None


class Prompts:
    """The prompts that were read last, of at most so many tokens in all. For one thread."""

    def __init__(self, tokens: int) -> None:
        self._most = tokens
        self._kept: deque[Read] = deque()

    def find(self, tuning: Tuning | None, ids: tuple[int, ...]) -> Read:
        """What is known of the prompt: all of it, or the longest beginning of it, maybe nothing."""
        best = Read(tuning, (), (), None)
        for read in self._kept:
            common = _common(read.ids, ids) if read.tuning == tuning else 0
            if common == len(ids) == len(read.ids):
                return read
            # At least one token is to be read anew: its logits are wanted.
            common = min(common, len(ids) - 1)
            if common > len(best.ids):
                best = Read(tuning, ids[:common], first(read.layers, common), None)
        return best

    def keep(self, read: Read) -> None:
        self._kept.appendleft(read)
        while len(self._kept) > 1 and sum(len(each.ids) for each in self._kept) > self._most:
            self._kept.pop()


def _roomier(old: Tensor, like: Tensor, used: int, wanted: int) -> Tensor:
    rows, heads, _, width = like.shape
    fresh = like.new_empty((rows, heads, wanted + ROOM, width))
    if used:
        fresh[:, :, :used] = old
    return fresh


def _padded(tensor: Tensor, tokens: int) -> Tensor:
    return functional.pad(tensor, (0, 0, tokens - tensor.shape[-2], 0))


def _common(one: Sequence[int], other: Sequence[int]) -> int:
    for at, (a, b) in enumerate(zip(one, other, strict=False)):
        if a != b:
            return at
    return min(len(one), len(other))
