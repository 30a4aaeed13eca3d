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

    def given(self, prompt: Prompt) -> Prompt:
        """What the model is asked."""
        return prompt[:-1] if prompt[-1].role == "assistant" and not self._can else prompt

    async def complete(
        self, prompt: Prompt, sampling: Sampling, heard: Callable[[str], None]
    ) -> Completion:
        """A model that cannot, or at its first try refuses to, is asked for the whole answer."""
        given = self.given(prompt)
        if given[-1].role == "assistant":
            try:
                rest = await self.model.complete(given, sampling, heard)
            except CannotContinue:
                self._can = False
            else:
                return replace(rest, text=given[-1].content + rest.text)
        return await self.model.complete(self.given(prompt), sampling, heard)
