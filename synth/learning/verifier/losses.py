"""The two losses of a learned verifier (μCode, arXiv 2502.20380, and its reference code)."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits, logsigmoid

from synthd.synth.learning.verifier.settings import Loss

# Of the mean square of the rewards: Bradley-Terry knows only their difference.
REGULARIZATION = 1e-3


def bradley_terry(chosen: Tensor, rejected: Tensor) -> Tensor:
    """-log σ(r⁺ - r⁻) + 1e-3 · mean(r²) over both; of pairs, shape (n,) each. A scalar, in nats."""
    squares = torch.cat((chosen, rejected)).square().mean()
    return -logsigmoid(chosen - rejected).mean() + REGULARIZATION * squares


def cross_entropy(chosen: Tensor, rejected: Tensor) -> Tensor:
    """BCEWithLogits of every program of the pairs by its label, without regularization."""
    rewards = torch.cat((chosen, rejected))
    labels = torch.cat((torch.ones_like(chosen), torch.zeros_like(rejected)))
    return binary_cross_entropy_with_logits(rewards, labels)


def of(loss: Loss, chosen: Tensor, rejected: Tensor) -> Tensor:
    return bradley_terry(chosen, rejected) if loss is Loss.BT else cross_entropy(chosen, rejected)
