"""A model together with which weights it has, as long as one search goes on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, runtime_checkable

from synthd.synth.models.forwarding import Forwarding
from synthd.synth.ports import Completion, Model, Prompt, Sampling, unheard


@runtime_checkable
class Identifiable(Protocol):
    """What a model can be besides: one whose weights may be exchanged behind its name."""

    async def identify(self) -> str:
        """Which weights these are now; "" where nobody can say. Has a deadline, never raises."""
        ...


class IdentifiedModel(Forwarding):
    """With the identity of its weights, for the keys of what is kept and for the record."""

    def __init__(self, inner: Model, identity: str) -> None:
        super().__init__(inner)
        self._identity = identity

    @property
    def identity(self) -> str:
        return self._identity

    async def complete(
        self, prompt: Prompt, sampling: Sampling, heard: Callable[[str], None] = unheard
    ) -> Completion:
        return await self.inner.complete(prompt, sampling, heard)
