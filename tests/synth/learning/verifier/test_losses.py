"""The losses against the formulas in plain Python, and their gradients."""

from __future__ import annotations

import math
import random

import pytest
import torch

from synthd.synth.learning.verifier import losses
from synthd.synth.learning.verifier.settings import Loss

RIGHT = [random.Random(1).uniform(-4, 4) for _ in range(17)]
WRONG = [random.Random(2).uniform(-4, 4) for _ in range(17)]


def log_sigmoid(value: float) -> float:
    return -math.log1p(math.exp(-value)) if value > 0 else value - math.log1p(math.exp(value))


def bradley_terry() -> float:
    n = len(RIGHT)
    ranking = sum(-log_sigmoid(a - b) for a, b in zip(RIGHT, WRONG, strict=True)) / n
    return ranking + 1e-3 * sum(r * r for r in RIGHT + WRONG) / (2 * n)


def cross_entropy() -> float:
    said = [-log_sigmoid(r) for r in RIGHT] + [-log_sigmoid(-r) for r in WRONG]
    return sum(said) / len(said)


@pytest.mark.parametrize(
    ("kind", "expected"), [(Loss.BT, bradley_terry()), (Loss.BCE, cross_entropy())]
)
def test_loss_is_the_formula(kind: Loss, expected: float) -> None:
    for dtype, error in ((torch.float64, 1e-12), (torch.float32, 1e-5)):
        found = losses.of(kind, torch.tensor(RIGHT, dtype=dtype), torch.tensor(WRONG, dtype=dtype))
        assert math.isclose(found.item(), expected, rel_tol=error)


def test_the_two_losses_differ() -> None:
    assert not math.isclose(bradley_terry(), cross_entropy(), rel_tol=1e-2)


@pytest.mark.parametrize("kind", list(Loss))
def test_gradients(kind: Loss) -> None:
    chosen = torch.tensor(RIGHT, dtype=torch.float64, requires_grad=True)
    rejected = torch.tensor(WRONG, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(lambda a, b: losses.of(kind, a, b), (chosen, rejected))


def test_far_apart_is_finite() -> None:
    far = torch.tensor([1e4], dtype=torch.float64)
    for kind in Loss:
        assert torch.isfinite(losses.of(kind, -far, far))
