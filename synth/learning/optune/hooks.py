"""Edits and what they are made of, through hooks: no model's code is copied or changed.

Nothing is stored in a weight: an edit is a further linear term of its layer while a `with` lasts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from synthd.synth.learning.optune.matrices import Matrix


@dataclass(frozen=True, slots=True)
class Captured:
    """Of one matrix, for each token: inputs u (tokens × d_in) and the gradient of the loss in
    respect of the outputs δ (tokens × d_out). Tokens of which one is all zero are left out."""

    inputs: Tensor
    gradients: Tensor


@dataclass(frozen=True, slots=True)
class Capture:
    """loss: in nats per token, before anything was learned."""

    loss: float
    of: tuple[Captured, ...]


@contextmanager
def applied(
    model: nn.Module, matrices: Sequence[Matrix], edits: Sequence[Tensor]
) -> Iterator[None]:
    """While it lasts each matrix W acts as W + its edit (d_out × d_in), which gradients reach."""
    handles = [
        model.get_submodule(matrix.name).register_forward_hook(_adding(edit))
        for matrix, edit in zip(matrices, edits, strict=True)
    ]
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()


@contextmanager
def frozen(model: nn.Module) -> Iterator[None]:
    """No weight asks for a gradient, and nothing is dropped out, while it lasts."""
    asking = [value for value in model.parameters() if value.requires_grad]
    training = model.training
    model.eval()
    for value in asking:
        value.requires_grad_(False)
    try:
        yield
    finally:
        for value in asking:
            value.requires_grad_(True)
        model.train(training)


def capture(
    model: nn.Module, matrices: Sequence[Matrix], ids: Tensor, edits: Sequence[Tensor] = ()
) -> Capture:
    """One forward and one backward pass of the next-token loss over all tokens of ids (1 × T).

    edits: those that were made before. The layers below the edited ones keep nothing for the
    backward pass: nothing in them asks for a gradient.
    """
    seen = [_Seen() for _ in matrices]
    with torch.inference_mode(False), torch.enable_grad(), frozen(model):
        before = tuple(edit.detach() for edit in edits)
        with applied(model, matrices if before else (), before):
            handles = [
                model.get_submodule(matrix.name).register_forward_hook(one)
                for matrix, one in zip(matrices, seen, strict=True)
            ]
            try:
                loss = next_token_loss(model, ids)
                gradients = torch.autograd.grad(loss, [one.output for one in seen])
            finally:
                for handle in handles:
                    handle.remove()
    pairs = zip(seen, gradients, strict=True)
    return Capture(loss.item(), tuple(_kept(one.inputs, each) for one, each in pairs))


def next_token_loss(model: nn.Module, ids: Tensor, begin: int = 1) -> Tensor:
    """Mean cross-entropy, in nats, of the tokens from place `begin` on, each given all before it.

    ids: 1 × T, without padding.
    """
    logits = model(input_ids=ids, use_cache=False).logits[0, begin - 1 : -1]
    wide = torch.promote_types(logits.dtype, torch.float32)
    return functional.cross_entropy(logits.to(wide), ids[0, begin:].to(logits.device))


class _Seen:
    """A forward hook that keeps what went in, and the very tensor that came out."""

    inputs: Tensor
    output: Tensor

    def __call__(self, module: nn.Module, given: tuple[Any, ...], output: Tensor) -> Tensor:
        self.inputs = given[0].detach().flatten(0, -2)
        # In the first edited layer nothing before has asked for a gradient.
        self.output = output if output.requires_grad else output.requires_grad_(True)
        return self.output


def _adding(edit: Tensor) -> Callable[[nn.Module, tuple[Any, ...], Tensor], Tensor]:
    def hook(module: nn.Module, given: tuple[Any, ...], output: Tensor) -> Tensor:
        there = given[0]
        return output + functional.linear(there, edit.to(there.device, there.dtype))

    return hook


def _kept(inputs: Tensor, gradients: Tensor) -> Captured:
    flat = gradients.detach().flatten(0, -2)
    told = (inputs != 0).any(dim=1) & (flat != 0).any(dim=1)
    return Captured(inputs[told], flat[told])
