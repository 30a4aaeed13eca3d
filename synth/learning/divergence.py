"""How far a model with an adapter is from the model without: in what it expects of a text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from synthd.synth.learning.adapter import Adapter

# Tokens that are run at once: the logits of a long prompt would need more room than the model.
CHUNK = 128


@torch.no_grad()
def divergence(model: Any, adapter: Adapter, tokens: Sequence[int]) -> float:
    """KL(tuned ‖ own) of the next token, in nats, its mean over the tokens of a text."""
    ids = torch.tensor([list(tokens)], device=next(model.parameters()).device)
    tuned = own = None
    total = 0.0
    for chunk in torch.split(ids, CHUNK, dim=1):
        with_it = model(input_ids=chunk, past_key_values=tuned, use_cache=True)
        with adapter.off():
            without = model(input_ids=chunk, past_key_values=own, use_cache=True)
        tuned, own = with_it.past_key_values, without.past_key_values
        total += _sum(with_it.logits, without.logits)
    return total / ids.shape[1]


def _sum(tuned: Tensor, own: Tensor) -> float:
    wide = torch.promote_types(tuned.dtype, torch.float32)
    p = torch.log_softmax(tuned.to(wide), -1)
    q = torch.log_softmax(own.to(wide), -1)
    return (p.exp() * (p - q)).sum().item()
