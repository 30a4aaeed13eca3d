"""A model in a running Ollama, through its official client."""

from __future__ import annotations

import asyncio
import math
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from typing import TYPE_CHECKING

from synthd.synth.models import ollama_server
from synthd.synth.models.errors import ModelError
from synthd.synth.models.retry import Patience, patiently
from synthd.synth.models.stream import CHARACTERS_PER_TOKEN, Likely, Piece, Tokens
from synthd.synth.ports import Completion, Finish, Prompt, Sampling, unheard

if TYPE_CHECKING:
    import ollama

# Ollama cuts a prompt that is longer than its context without a word, and its default context
# is short: we ask for enough, in steps, because every change makes it load the model again.
CONTEXT_STEP = 4096


class OllamaModel:
    """`aclose` closes its connections; the server, which is the user's, runs on."""

    def __init__(
        self,
        model: str,
        host: str = ollama_server.DEFAULT_HOST,
        slots: int = 2,
        patience: Patience | None = None,
    ) -> None:
        self._model = model
        self._host = host
        self._slots = slots
        self._patience = patience or Patience()
        self._backend = ollama_server.described(model, host)
        self._free = asyncio.Semaphore(slots)
        self._context = CONTEXT_STEP
        self._client: ollama.AsyncClient | None = None

    @property
    def name(self) -> str:
        return self._backend.model

    @property
    def endpoint(self) -> str:
        return self._backend.where

    @property
    def slots(self) -> int:
        return self._slots

    async def identify(self) -> str:
        """Which weights the server has under this name now; "" where it does not say."""
        try:
            return await ollama_server.digest(self._host, self._model)
        except ModelError:
            return ""

    async def complete(
        self, prompt: Prompt, sampling: Sampling, heard: Callable[[str], None] = unheard
    ) -> Completion:
        async with self._free:
            self._make_room(prompt, sampling)
            return await patiently(
                self.name, lambda: self._stream(prompt, sampling), prompt, heard, self._patience
            )

    async def aclose(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            await client.close()  # type: ignore[no-untyped-call]

    def _make_room(self, prompt: Prompt, sampling: Sampling) -> None:
        characters = sum(len(message.content) for message in prompt)
        # One and a half times our estimate: text that is not code has shorter tokens.
        tokens = 1.5 * characters / CHARACTERS_PER_TOKEN + sampling.max_tokens
        self._context = max(self._context, CONTEXT_STEP * math.ceil(tokens / CONTEXT_STEP))

    async def _stream(self, prompt: Prompt, sampling: Sampling) -> AsyncGenerator[Piece, None]:
        try:
            if self._client is None:
                self._client = ollama_server.connect(self._host)
            chunks = await self._client.chat(
                self._model,
                [{"role": m.role, "content": m.content} for m in prompt],
                stream=True,
                logprobs=sampling.logprobs or None,
                options={
                    "temperature": sampling.temperature,
                    "num_predict": sampling.max_tokens,
                    "seed": sampling.seed,
                    "num_ctx": self._context,
                    **({} if sampling.top_p is None else {"top_p": sampling.top_p}),
                },
            )
            async with aclosing(chunks):  # type: ignore[type-var]
                async for chunk in chunks:
                    yield _piece(chunk)
        except Exception as error:
            raise ollama_server.failed(self._backend, error) from error


def _piece(chunk: ollama.ChatResponse) -> Piece:
    text = chunk.message.content or ""
    likely = tuple(Likely(told.token.encode(), told.logprob) for told in chunk.logprobs or ())
    if not chunk.done:
        return Piece(text, likely=likely)
    finish = Finish.LENGTH if chunk.done_reason == "length" else Finish.STOP
    if chunk.prompt_eval_count is None or chunk.eval_count is None:
        return Piece(text, finish, likely=likely)
    return Piece(text, finish, Tokens(chunk.prompt_eval_count, chunk.eval_count), likely)
