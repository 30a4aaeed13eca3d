"""Which weights of a decoder are edited, by the names of its modules alone.

Published: q_proj and v_proj of the last two layers.
"""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import nn

from synthd.synth.learning.optune.errors import NothingToEdit

PROJECTIONS = ("q_proj", "v_proj")
LAYERS = 2
_SAMPLED = 64  # values of every tensor that the fingerprint looks at
_PLACE = re.compile(r"(?P<container>.*)\.(?P<layer>\d+)\..*?(?P<projection>[^.]+)")


@dataclass(frozen=True, slots=True)
class Matrix:
    """The weight of one linear layer. name: of its module in the model."""

    name: str
    rows: int  # d_out
    columns: int  # d_in

    @property
    def shape(self) -> tuple[int, int]:
        return self.rows, self.columns


def edited(model: nn.Module, layers: int = LAYERS) -> tuple[Matrix, ...]:
    """Of the last `layers` decoder layers that have them, in the model's order.

    Where a model has several stacks of layers (one that sees, say), the deepest is meant.
    Raises NothingToEdit.
    """
    stacks: dict[str, dict[int, list[Matrix]]] = defaultdict(lambda: defaultdict(list))
    for name, module in model.named_modules():
        found = _PLACE.fullmatch(name)
        if found is None or found["projection"] not in PROJECTIONS:
            continue
        rows, columns = getattr(module, "out_features", 0), getattr(module, "in_features", 0)
        if rows and columns:
            stacks[found["container"]][int(found["layer"])].append(Matrix(name, rows, columns))
    whole = [
        {place: kept for place, kept in stack.items() if len(kept) == len(PROJECTIONS)}
        for stack in stacks.values()
    ]
    deepest = max(whole, key=len, default={})
    if not deepest:
        raise NothingToEdit(
            f"{type(model).__name__} has no linear layers q_proj and v_proj in numbered decoder "
            "layers, which are what OpTune edits: use another model"
        )
    return tuple(one for place in sorted(deepest)[-layers:] for one in deepest[place])


def fingerprint(model: nn.Module, matrices: Sequence[Matrix]) -> str:
    """SHA-256 of the edited matrices and of some values of every other tensor, in bfloat16.

    It tells one base from another in a moment, wherever their files are, and is the same whether
    the weights were loaded as float32 or as bfloat16. Adapters that lie over the weights do not
    count.
    """
    whole = {f"{one.name}.weight" for one in matrices}
    found = hashlib.sha256()
    named = {name.replace(".base_layer", ""): value for name, value in model.named_parameters()}
    for name, value in sorted(named.items()):
        if "lora_" in name or not value.is_floating_point():
            continue
        flat = value.detach().reshape(-1)
        if name not in whole:
            flat = flat[:: max(1, flat.numel() // _SAMPLED)]
        found.update(f"{name} {tuple(value.shape)}\n".encode())
        found.update(flat.to(torch.bfloat16).cpu().view(torch.int16).numpy().tobytes())
    return found.hexdigest()
