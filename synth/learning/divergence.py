"""How far a model with changed weights is from its own: in what it expects of a text."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import torch
from torch import Tensor

Weights = Callable[[], AbstractContextManager[object]]

# Tokens that are run at once: the logits of a long prompt would need more room than the model.
CHUNK = 128


@torch.no_grad()
def divergence(model: Any, ids: Tensor, *, tuned: Weights, own: Weights) -> float:
    """KL(tuned ‖ own) of the next token, in nats, its mean over the tokens of a text.

    ids: 1 × T. tuned, own: contexts in which the model runs with these weights.
    """
    with_it = without = None
    total = 0.0
    for begin in range(0, ids.shape[1], CHUNK):
        chunk = ids[:, begin : begin + CHUNK]
        with tuned():
            changed = model(input_ids=chunk, past_key_values=with_it, use_cache=True)
        with own():
            plain = model(input_ids=chunk, past_key_values=without, use_cache=True)
        with_it, without = changed.past_key_values, plain.past_key_values
        total += _sum(changed.logits, plain.logits)
    return total / ids.shape[1]


def _sum(tuned: Tensor, own: Tensor) -> float:
    wide = torch.promote_types(tuned.dtype, torch.float32)
    p = torch.log_softmax(tuned.to(wide), -1)
    q = torch.log_softmax(own.to(wide), -1)
    return (p.exp() * (p - q)).sum().item()
