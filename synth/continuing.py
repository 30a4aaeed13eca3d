"""A model that is handed prompts which begin the answer, whether or not it can go on from there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from synthd.synth.models.errors import CannotContinue
from synthd.synth.ports import Completion, Model, Prompt, Sampling, continues


@dataclass(slots=True)
class Continuing:
    """Completions come with the beginning that their prompt gave them, which cost nothing."""

    model: Model
    _can: bool = field(init=False)

    def __post_init__(self) -> None:
        self._can = continues(self.model)

    async def complete(
        self, prompt: Prompt, sampling: Sampling, heard: Callable[[str], None]
    ) -> Completion:
        """A model that cannot, or at its first try refuses to, is asked for the whole answer."""
        begun = prompt[-1].content if prompt[-1].role == "assistant" else ""
        if begun and self._can:
            try:
                rest = await self.model.complete(prompt, sampling, heard)
            except CannotContinue:
                self._can = False
            else:
                return replace(rest, text=begun + rest.text)
        return await self.model.complete(prompt[:-1] if begun else prompt, sampling, heard)
