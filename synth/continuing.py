"""A model that is handed prompts which begin the answer, whether or not it can go on from there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from synthd.synth.models.errors import CannotContinue
from synthd.synth.ports import Completion, Model, Prompt, Sampling, continues


@dataclass(slots=True)
class Continuing:
    """Completions come with the beginning that their prompt gave them, which cost nothing."""

    _refused: bool = False

    def given(self, model: Model, prompt: Prompt) -> Prompt:
        """What the model is asked."""
        can = continues(model) and not self._refused
        return prompt[:-1] if prompt[-1].role == "assistant" and not can else prompt

    async def complete(
        self, model: Model, prompt: Prompt, sampling: Sampling, heard: Callable[[str], None]
    ) -> Completion:
        """A model that cannot, or at its first try refuses to, is asked for the whole answer."""
        given = self.given(model, prompt)
        if given[-1].role == "assistant":
            try:
                rest = await model.complete(given, sampling, heard)
            except CannotContinue:
                self._refused = True
            else:
                return replace(rest, text=given[-1].content + rest.text)
        return await model.complete(self.given(model, prompt), sampling, heard)
