"""A LoRA on a model for as long as it is needed: what is there afterwards is the model as it was.

peft puts its layers into the model's own modules, and takes them out again. The model's weights
are never written: they are the ones that any other call is drawn with, in its turn.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import torch
from peft import LoraConfig, LoraModel
from torch import Tensor, nn

from synthd.synth.learning.tuned import CannotTune
from synthd.synth.tuning import Lora

_NAME = "task"


@dataclass(frozen=True, slots=True)
class State:
    """The adapter's weights by their names, and what AdamW remembers. Nobody writes to them."""

    weights: dict[str, Tensor]
    optimizer: dict[str, Any]


@dataclass(slots=True)
class Adapter:
    """A LoRA that is in a model now, with its optimizer. parameters: by name, all that learns."""

    model: nn.Module
    method: Lora
    tuner: LoraModel = field(repr=False)
    parameters: dict[str, nn.Parameter]
    optimizer: torch.optim.AdamW

    def state(self) -> State:
        weights = {name: p.detach().clone() for name, p in self.parameters.items()}
        return State(weights, copy.deepcopy(self.optimizer.state_dict()))

    def load(self, state: State) -> None:
        with torch.no_grad():
            for name, parameter in self.parameters.items():
                parameter.copy_(state.weights[name])
        self.optimizer.load_state_dict(copy.deepcopy(state.optimizer))

    @contextmanager
    def off(self) -> Iterator[None]:
        """The model draws by its own weights."""
        self.tuner.disable_adapter_layers()
        try:
            yield
        finally:
            self.tuner.enable_adapter_layers()

    @contextmanager
    def dropping(self, seed: int) -> Iterator[None]:
        """With dropout in the adapter, the same for the same seed, and nowhere else."""
        dropouts = [
            layer
            for name, layer in self.model.named_modules()
            if isinstance(layer, nn.Dropout) and ".lora_dropout." in name
        ]
        with seeded(self.model, seed):
            for layer in dropouts:
                layer.train()
            try:
                yield
            finally:
                for layer in dropouts:
                    layer.eval()


@contextmanager
def seeded(model: nn.Module, seed: int) -> Iterator[None]:
    """Chance begins anew from the seed, and goes on afterwards as if nothing had been drawn."""
    device = next(model.parameters()).device
    devices = [device] if device.type == "cuda" else []
    with torch.random.fork_rng(devices=devices):
        torch.manual_seed(seed)
        yield


@contextmanager
def adapted(model: nn.Module, method: Lora) -> Iterator[Adapter]:
    """A fresh LoRA (B = 0: it changes nothing yet) is in the model until the block is left.

    The model is in eval mode then and afterwards. Raises CannotTune.
    """
    trainable = {name: p.requires_grad for name, p in model.named_parameters()}
    model.eval()
    with seeded(model, method.seed):
        tuner = _inserted(model, method)
    try:
        model.eval()
        parameters = {n: p for n, p in model.named_parameters() if p.requires_grad}
        optimizer = torch.optim.AdamW(parameters.values(), lr=method.lr, weight_decay=0.0)
        yield Adapter(model, method, tuner, parameters, optimizer)
    finally:
        tuner.unload()
        for name, parameter in model.named_parameters():
            parameter.requires_grad_(trainable[name])


def _inserted(model: nn.Module, method: Lora) -> LoraModel:
    if method.rank < 1 or method.steps < 1:
        raise CannotTune("a LoRA has a rank and takes steps of at least 1")
    try:
        config = LoraConfig(
            r=method.rank,
            lora_alpha=method.alpha,  # type: ignore[arg-type]
            lora_dropout=method.dropout,
            bias="none",
            target_modules=list(method.targets),
            layers_to_transform=_layers(model, method.layers),
        )
        return LoraModel(model, config, _NAME)
    except ValueError as error:
        raise CannotTune(
            f"no LoRA on {', '.join(method.targets)} of this model: {error}"
        ) from error


def _layers(model: nn.Module, last: int) -> list[int] | None:
    """The places of the last so many layers; None: of all."""
    count = int(model.config.num_hidden_layers)  # type: ignore[union-attr, arg-type]
    return list(range(max(0, count - last), count)) if last else None
