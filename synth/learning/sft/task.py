"""Completion-only fine-tuning as a training task.

Only the answer's tokens are learned, its end among them: the mask comes from where the answer
begins and how long the example is, never from what a token is, so a model whose padding is its end
token learns to stop all the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import nn
from torch.nn import functional

from synthd.synth.learning.chat import Encoded
from synthd.synth.learning.training.task import Loss

_UNLEARNED = -100


@dataclass(frozen=True, slots=True)
class SftTask:
    """Implements TrainingTask. padding: any token's id; nobody looks at it."""

    identity: str
    module: nn.Module
    data: tuple[Encoded, ...]
    padding: int = 0

    @property
    def examples(self) -> int:
        return len(self.data)

    def loss(self, module: nn.Module, batch: Sequence[int]) -> Loss:
        """Of each example the mean −log p of its learned tokens, in nats; of these the mean."""
        device = next(self.module.parameters()).device
        rows = [self.data[place] for place in batch]
        ids, mask, labels = (part.to(device) for part in padded(rows, self.padding))
        # Logits of the prompts that all have would be as large, and are nobody's.
        keep = ids.shape[1] - min(row.prompt for row in rows) + 1
        out = module(input_ids=ids, attention_mask=mask, use_cache=False, logits_to_keep=keep)
        return Loss(answer_loss(out.logits, labels[:, -keep:]), int(mask.sum()))


def answer_loss(logits: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    """logits (batch, length, vocabulary), labels (batch, length): −100 where nothing is learned.
    A scalar, in float32 at least."""
    kind = torch.promote_types(logits.dtype, torch.float32)
    each = functional.cross_entropy(
        logits[:, :-1].transpose(1, 2).to(kind),
        labels[:, 1:],
        ignore_index=_UNLEARNED,
        reduction="none",
    )
    learned = (labels[:, 1:] != _UNLEARNED).to(kind)
    return ((each * learned).sum(1) / learned.sum(1)).mean()


def padded(
    rows: Sequence[Encoded], padding: int
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """ids, attention mask and labels, each (batch, longest), padded at the right."""
    longest = max(len(row.ids) for row in rows)
    ids = torch.full((len(rows), longest), padding)
    mask = torch.zeros((len(rows), longest), dtype=torch.long)
    labels = torch.full((len(rows), longest), _UNLEARNED)
    for place, row in enumerate(rows):
        told = torch.tensor(row.ids)
        ids[place, : len(told)] = told
        mask[place, : len(told)] = 1
        labels[place, row.prompt : len(told)] = told[row.prompt :]
    return ids, mask, labels
