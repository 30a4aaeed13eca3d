"""A model that says what it was told to: for tests, demonstrations and replays."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncGenerator, Callable, Sequence

from synthd.synth.models.errors import ModelFailed
from synthd.synth.models.retry import Patience, patiently
from synthd.synth.models.stream import Likely, Piece, Tokens
from synthd.synth.ports import Completion, Finish, Prompt, Sampling, unheard
from synthd.synth.tuning import Learned, Lora, Tuning

Answer = Callable[[Prompt, Sampling, int], str]
WORD = re.compile(r"\s*\S+|\s+$")


def by_length(word: str) -> float:
    """A log-probability for a word: the longer, the less likely."""
    return -len(word.strip()) / 10


class ScriptedModel:
    """Says the n-th line of its script at its n-th call, or what a function makes of the call.

    A word counts as a token; max_tokens cuts. Calls are numbered in the order they are made.
    logprob: how likely a word is, where that is asked for; None: a model that does not tell.
    tunes: it is told of lessons, and says for each that it learned; its script stays the same.
    """

    def __init__(
        self,
        script: Sequence[str] | Answer,
        *,
        name: str = "local/scripted",
        slots: int = 4,
        seconds_per_token: float = 0.0,
        logprob: Callable[[str], float] | None = by_length,
        continues: bool = False,
        tunes: bool = True,
    ) -> None:
        self._script = script
        self._name = name
        self._slots = slots
        self._seconds_per_token = seconds_per_token
        self._logprob = logprob
        self.continues = continues
        self.tunes = tunes
        self.calls = 0
        self.running = 0

    @property
    def name(self) -> str:
        return self._name

    @property
    def endpoint(self) -> str:
        return "this machine (scripted)"

    @property
    def slots(self) -> int:
        return self._slots

    async def complete(
        self, prompt: Prompt, sampling: Sampling, heard: Callable[[str], None] = unheard
    ) -> Completion:
        text = self._answer(prompt, sampling, self.calls)
        self.calls += 1
        self.running += 1
        try:
            return await patiently(
                self._name, lambda: self._stream(prompt, sampling, text), prompt, heard, Patience()
            )
        finally:
            self.running -= 1

    async def aclose(self) -> None:
        """Nothing is open."""

    def _answer(self, prompt: Prompt, sampling: Sampling, call: int) -> str:
        if callable(self._script):
            return self._script(prompt, sampling, call)
        if call >= len(self._script):
            raise ModelFailed(f"the script ends after {len(self._script)} answers")
        return self._script[call]

    def _likely(self, word: str, sampling: Sampling) -> tuple[Likely, ...]:
        if self._logprob is None or not sampling.logprobs:
            return ()
        return (Likely(word.encode(errors="replace"), self._logprob(word)),)

    async def _stream(
        self, prompt: Prompt, sampling: Sampling, text: str
    ) -> AsyncGenerator[Piece, None]:
        words = WORD.findall(text)
        asked = sum(len(message.content.split()) for message in prompt)
        said = words[: sampling.max_tokens]
        for word in said:
            # Also without a delay: a model never answers before others had their turn.
            await asyncio.sleep(self._seconds_per_token)
            yield Piece(word, likely=self._likely(word, sampling))
        finish = Finish.STOP if len(said) == len(words) else Finish.LENGTH
        learned = _learned(sampling.tuning)
        yield Piece(finish=finish, tokens=Tokens(asked, len(said)), learned=learned)


def _learned(tuning: Tuning | None) -> tuple[Learned, ...]:
    """Made up, but from the lessons alone: the longer an answer, the greater its loss."""
    if tuning is None:
        return ()
    steps = tuning.method.steps if isinstance(tuning.method, Lora) else 1
    return tuple(
        Learned(place, step, loss=len(lesson.completion) / 100, gradient_norm=0.5, kl=0.25)
        for place, lesson in enumerate(tuning.lessons)
        for step in range(steps)
    )
