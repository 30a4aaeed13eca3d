"""Adapters of Houlsby et al. (2019, arXiv 1902.00751), which peft has not: by hooks.

After each attention and each MLP: h + U·relu(D·h + b) + c, with U and c zero at the start, so that
the model is unchanged until something is learned. They are a module of their own beside the model.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import nn

from synthd.synth.learning.training.errors import NothingToLearn

PLACES = ("o_proj", "down_proj")  # what attention and MLP end with in Llama, Mistral, Qwen
NAME = "bottlenecks"


class Bottleneck(nn.Module):
    """(…, size) → (…, size)."""

    def __init__(self, size: int, reduction: int) -> None:
        super().__init__()
        inner = max(1, size // reduction)
        self.down = nn.Linear(size, inner)
        self.up = nn.Linear(inner, size)
        nn.init.zeros_(self.up.weight)
        nn.init.zeros_(self.up.bias)

    def forward(self, hidden: torch.Tensor) -> torch.Tensor:
        told: torch.Tensor = self.up(torch.relu(self.down(hidden.to(self.down.weight.dtype))))
        return hidden + told.to(hidden.dtype)


def add(model: nn.Module, reduction: int) -> nn.ModuleDict:
    """Put them on; they are `model.bottlenecks` from then on. Raises NothingToLearn."""
    made = nn.ModuleDict()
    for name, module in list(_places(model)):
        one = Bottleneck(module.out_features, reduction)
        made[name.replace(".", "/")] = one.to(module.weight.device)
        module.register_forward_hook(_adding(one))
    if not made:
        raise NothingToLearn(
            f"--peft adapter: the model has no {' and '.join(PLACES)} to put adapters behind; "
            "use --peft full"
        )
    model.add_module(NAME, made)
    return made


def _places(model: nn.Module) -> Iterator[tuple[str, nn.Linear]]:
    for name, module in model.named_modules():
        if name.rpartition(".")[2] in PLACES and isinstance(module, nn.Linear):
            yield name, module


def _adding(bottleneck: Bottleneck) -> Any:
    def hook(_: nn.Module, __: Any, output: torch.Tensor) -> torch.Tensor:
        return bottleneck(output)  # type: ignore[no-any-return]

    return hook
