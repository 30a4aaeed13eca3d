"""r(x, y): a decoder without its language head, and a scalar read at the last token."""

from __future__ import annotations

import contextlib
import math
import warnings
from collections.abc import Iterator, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from synthd.synth.learning.loading import Loaded
from synthd.synth.learning.verifier.settings import Tune

LORA_RANK, LORA_ALPHA = 8, 16
LORA_TARGETS = ("q_proj", "v_proj")


class Head(nn.Module):
    """w·h + b; w begins as N(0, 1/√(d+1)), b as 0 (the reference's initialisation)."""

    def __init__(self, size: int, seed: int, dtype: torch.dtype = torch.float32) -> None:
        super().__init__()
        generator = torch.Generator().manual_seed(seed)
        begun = torch.randn(size, generator=generator, dtype=torch.float64) / math.sqrt(size + 1)
        self.weight = nn.Parameter(begun.to(dtype))
        self.bias = nn.Parameter(torch.zeros((), dtype=dtype))

    def forward(self, hidden: Tensor) -> Tensor:
        """hidden: (n, d), of any dtype; (n,) in that of the head."""
        return hidden.to(self.weight.dtype) @ self.weight + self.bias


class Reward(nn.Module):
    """backbone: gives last_hidden_state; frozen, with an adapter, or trained as a whole."""

    def __init__(self, backbone: nn.Module, head: Head) -> None:
        super().__init__()
        self.backbone, self.head = backbone, head

    def forward(self, ids: Tensor, lengths: Tensor) -> Tensor:
        """ids: (n, longest), padded on the right; lengths: (n,). Rewards, (n,)."""
        places = torch.arange(ids.shape[1], device=ids.device)
        mask = (places[None, :] < lengths[:, None]).long()
        told = self.backbone(input_ids=ids, attention_mask=mask, use_cache=False)
        last = told.last_hidden_state[torch.arange(len(ids), device=ids.device), lengths - 1]
        rewards: Tensor = self.head(last)
        return rewards

    def gradient_checkpointing_enable(self, **options: Any) -> None:
        enable: Any = self.backbone.gradient_checkpointing_enable
        enable(**options)
        ask: Any = getattr(self.backbone, "enable_input_require_grads", None)
        if ask is not None:
            ask()


def trainable(base: Loaded, tune: Tune, seed: int) -> Reward:
    """The base's weights themselves are trained where tune is full, and stay as they are else."""
    backbone: Any = base.model.base_model
    without_dropout(backbone)
    head = Head(backbone.config.hidden_size, seed).to(base.device)
    if tune is Tune.LORA:
        from peft import LoraConfig, get_peft_model

        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            with quietly():
                backbone = get_peft_model(
                    backbone,
                    LoraConfig(
                        r=LORA_RANK,
                        lora_alpha=LORA_ALPHA,
                        lora_dropout=0.0,
                        target_modules=list(LORA_TARGETS),
                    ),
                )
    elif tune is Tune.FULL:
        backbone.requires_grad_(True)
    return Reward(backbone, head)


@contextlib.contextmanager
def quietly() -> Iterator[None]:
    """peft asks transformers for what has another name by now."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)
        yield


def without_dropout(module: nn.Module) -> None:
    part: Any
    for part in module.modules():
        if isinstance(part, nn.Dropout):
            part.p = 0.0
        if isinstance(getattr(part, "attention_dropout", None), float):
            part.attention_dropout = 0.0


def padded(
    rows: Sequence[Sequence[int]], device: torch.device | str = "cpu"
) -> tuple[Tensor, Tensor]:
    """ids (n, longest), with zeros after each row's end, and lengths (n,)."""
    longest = max(map(len, rows))
    ids = torch.tensor([[*row, *([0] * (longest - len(row)))] for row in rows], device=device)
    return ids, torch.tensor([len(row) for row in rows], device=device)
