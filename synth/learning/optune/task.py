"""What the common loop trains for OpTune, and the figures that say what came of it.

The loss of an example: cross-entropy of a right solution given the question, under the weights that
the network edited after an attempt. u and δ are constants of it (first order), and the base takes
no gradient.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from synthd.synth.learning.chat import Encoded
from synthd.synth.learning.loading import Loaded
from synthd.synth.learning.optune import hooks, sequences
from synthd.synth.learning.optune.examples import Example
from synthd.synth.learning.optune.matrices import Matrix
from synthd.synth.learning.optune.network import Optimizer
from synthd.synth.learning.optune.saving import Likelihoods
from synthd.synth.learning.training.task import Loss


@dataclass(frozen=True, slots=True)
class Base:
    """The model whose weights are edited. longest: tokens of a sequence."""

    loaded: Loaded
    matrices: tuple[Matrix, ...]
    fingerprint: str
    longest: int = sequences.LONGEST

    def fits(self, example: Example) -> bool:
        """Whether lesson and solution are no longer than what may be looked at."""
        tokenizer = self.loaded.tokenizer
        lesson = sequences.lesson(tokenizer, example.lesson)
        solution = sequences.solution(tokenizer, example.prompt, example.solution)
        return max(len(lesson.ids), len(solution.ids)) <= self.longest

    def captured(self, example: Example) -> tuple[hooks.Capture, int]:
        """Of its lesson, and the lesson's tokens."""
        ids = self._ids(sequences.lesson(self.loaded.tokenizer, example.lesson))
        return hooks.capture(self.loaded.model, self.matrices, ids), ids.shape[1]

    def loss(self, example: Example, edits: Sequence[Tensor]) -> tuple[Tensor, int]:
        """Of its solution, in nats per token, and the tokens of it and its question."""
        model = self.loaded.model
        encoded = sequences.solution(self.loaded.tokenizer, example.prompt, example.solution)
        ids = self._ids(encoded)
        matrices = self.matrices if edits else ()
        with hooks.frozen(model), hooks.applied(model, matrices, edits):
            return hooks.next_token_loss(model, ids, encoded.prompt), ids.shape[1]

    def _ids(self, encoded: Encoded) -> Tensor:
        return sequences.tensor(encoded, self.loaded.device, self.longest)


class OptuneTask:
    """Implements TrainingTask. data: the SHA-256 of what the examples are from."""

    def __init__(
        self, base: Base, optimizer: Optimizer, examples: Sequence[Example], data: str
    ) -> None:
        self._base = base
        self._optimizer = optimizer
        self._examples = examples
        told = f"optune {base.fingerprint} {data} {len(examples)} {base.longest} {optimizer.rank}"
        self.identity = hashlib.sha256(f"{told} {optimizer.dropout}".encode()).hexdigest()

    @property
    def module(self) -> nn.Module:
        return self._optimizer

    @property
    def examples(self) -> int:
        return len(self._examples)

    def loss(self, module: nn.Module, batch: Sequence[int]) -> Loss:
        """As published a batch has one example; of more, each has an edit of its own."""
        losses, tokens = [], 0
        # The base computes as it was loaded, the network in 32 bits.
        with torch.autocast(self._base.loaded.device.type, enabled=False):
            for place in batch:
                example = self._examples[place]
                captured, read = self._base.captured(example)
                loss, told = self._base.loss(example, module(captured.of))
                losses.append(loss)
                tokens += read + told
        return Loss(torch.stack(losses).mean(), tokens)


def likelihoods(base: Base, optimizer: Optimizer, examples: Sequence[Example]) -> Likelihoods:
    """Of the solutions of these, by what the optimizer makes of their attempts."""
    untrained = optimizer.untrained().eval()
    optimizer.eval()
    sums = [0.0, 0.0, 0.0]
    for example in examples:
        captured, _ = base.captured(example)
        with torch.no_grad():
            for place, edits in enumerate((optimizer(captured.of), untrained(captured.of), ())):
                sums[place] -= base.loss(example, edits)[0].item()
    trained, fresh, none = (one / len(examples) for one in sums)
    tasks = len({one.task for one in examples})
    return Likelihoods(
        trained=trained, untrained=fresh, unedited=none, examples=len(examples), tasks=tasks
    )
