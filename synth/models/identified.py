"""A model together with which weights it has, as long as one search goes on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from synthd.synth.ports import Completion, Model, Prompt, Sampling, continues, in_turn, unheard


@runtime_checkable
class Identifiable(Protocol):
    """What a model can be besides: one whose weights may be exchanged behind its name."""

    async def identify(self) -> str:
        """Which weights these are now; "" where nobody can say. Has a deadline, never raises."""
        ...


@dataclass(frozen=True, slots=True)
class IdentifiedModel:
    """identity: which weights it has, for the keys of what is kept and for the record."""

    inner: Model
    identity: str

    @property
    def name(self) -> str:
        return self.inner.name

    @property
    def endpoint(self) -> str:
        return self.inner.endpoint

    @property
    def slots(self) -> int:
        return self.inner.slots

    @property
    def continues(self) -> bool:
        return continues(self.inner)

    @property
    def in_turn(self) -> bool:
        return in_turn(self.inner)

    async def complete(
        self, prompt: Prompt, sampling: Sampling, heard: Callable[[str], None] = unheard
    ) -> Completion:
        return await self.inner.complete(prompt, sampling, heard)
