"""What is trained, for the common loop (synth/learning/training): a head alone, or all of r."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from synthd.synth.learning.training.task import Loss as Told
from synthd.synth.learning.verifier import losses
from synthd.synth.learning.verifier.data import Pair
from synthd.synth.learning.verifier.network import Head, Reward, padded
from synthd.synth.learning.verifier.settings import Loss


@dataclass(frozen=True, slots=True)
class Standard:
    """Features with mean 0 and deviation 1 over the programs that are trained on; (d,) each."""

    mean: Tensor
    deviation: Tensor

    @staticmethod
    def of(features: Tensor) -> Standard:
        deviation, mean = torch.std_mean(features.double(), dim=0, correction=0)
        return Standard(mean, deviation.clamp_min(1e-6))

    def __call__(self, features: Tensor) -> Tensor:
        return (features.double() - self.mean) / self.deviation

    def folded(self, head: Head) -> tuple[Tensor, Tensor]:
        """The weight and bias that say of features what the head says of standardised ones."""
        weight = head.weight.detach().double() / self.deviation
        return weight, head.bias.detach().double() - weight @ self.mean


@dataclass(frozen=True, slots=True)
class HeadTask:
    """features: of each group, of its right programs and then of its wrong ones, standardised."""

    identity: str
    head: Head
    right: tuple[Tensor, ...]
    wrong: tuple[Tensor, ...]
    pairs: tuple[Pair, ...]
    kind: Loss

    @property
    def module(self) -> nn.Module:
        return self.head

    @property
    def examples(self) -> int:
        return len(self.pairs)

    def loss(self, module: nn.Module, batch: Sequence[int]) -> Told:
        device = self.head.weight.device
        taken = [self.pairs[place] for place in batch]
        chosen = torch.stack([self.right[pair.group][pair.chosen] for pair in taken]).to(device)
        rejected = torch.stack([self.wrong[pair.group][pair.rejected] for pair in taken]).to(device)
        return told(self.kind, module(chosen), module(rejected), 0)


@dataclass(frozen=True, slots=True)
class RewardTask:
    """right, wrong: token ids of each group's programs."""

    identity: str
    reward: Reward
    right: tuple[tuple[tuple[int, ...], ...], ...]
    wrong: tuple[tuple[tuple[int, ...], ...], ...]
    pairs: tuple[Pair, ...]
    kind: Loss

    @property
    def module(self) -> nn.Module:
        return self.reward

    @property
    def examples(self) -> int:
        return len(self.pairs)

    def loss(self, module: nn.Module, batch: Sequence[int]) -> Told:
        taken = [self.pairs[place] for place in batch]
        rows = [self.right[pair.group][pair.chosen] for pair in taken]
        rows += [self.wrong[pair.group][pair.rejected] for pair in taken]
        ids, lengths = padded(rows, self.reward.head.weight.device)
        rewards = module(ids, lengths)
        return told(self.kind, rewards[: len(taken)], rewards[len(taken) :], sum(map(len, rows)))


def told(kind: Loss, chosen: Tensor, rejected: Tensor, tokens: int) -> Told:
    ordered = (chosen > rejected).double().mean().item()
    return Told(losses.of(kind, chosen, rejected), tokens, (("in order", ordered),))
