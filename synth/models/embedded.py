"""A model on this machine with nothing to set up: llama.cpp in a child process of ours."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing

from synthd.synth.models import failures, openai_wire
from synthd.synth.models.engine import Engine, EngineSettings, Program
from synthd.synth.models.errors import ModelFailed
from synthd.synth.models.retry import Patience, Transient, patiently
from synthd.synth.models.stream import Piece
from synthd.synth.ports import Completion, Prompt, Sampling, unheard


class EmbeddedModel:
    """Starts its engine at the first call (or `start`) and owns it until `aclose`.

    An engine that crashed is started again by the next call; one that crashes again before it
    has answered anything is not.
    """

    def __init__(
        self, settings: EngineSettings, identity: str = "", patience: Patience | None = None
    ) -> None:
        self._settings = settings
        self._patience = patience or Patience()
        self._identity = identity
        self._backend = described(settings)
        self._free = asyncio.Semaphore(settings.slots)
        self._starting: asyncio.Task[Engine] | None = None
        self._crashes = 0
        self._closed = False

    @property
    def settings(self) -> EngineSettings:
        return self._settings

    @property
    def name(self) -> str:
        return self._backend.model

    @property
    def endpoint(self) -> str:
        if self._settings.program is Program.LLAMA:
            return "this machine (embedded)"
        device = self._settings.device
        return f"this machine (transformers{'' if device == 'auto' else f', {device}'})"

    @property
    def slots(self) -> int:
        return self._settings.slots

    @property
    def continues(self) -> bool:
        return True

    @property
    def tunes(self) -> bool:
        """llama.cpp's weights cannot be changed for a call."""
        return self._settings.program is Program.TRANSFORMERS

    @property
    def identity(self) -> str:
        """The SHA-256 of the weights, as whoever made us knows it."""
        return self._identity

    async def complete(
        self, prompt: Prompt, sampling: Sampling, heard: Callable[[str], None] = unheard
    ) -> Completion:
        # Waiting here rather than in the server's queue keeps the deadlines about the model.
        async with self._free:
            completion = await patiently(
                self.name, lambda: self._stream(prompt, sampling), prompt, heard, self._patience
            )
        self._crashes = 0
        return completion

    async def start(self) -> None:
        """Load the weights now rather than at the first call."""
        await self._running()

    async def aclose(self) -> None:
        """Stop at once, whatever is being drawn or loaded. What is being drawn raises ModelFailed.

        Final: a later call does not start the engine again.
        """
        self._closed = True
        starting, self._starting = self._starting, None
        if starting is None:
            return
        starting.cancel()
        await asyncio.wait([starting])
        if not starting.cancelled() and starting.exception() is None:
            await starting.result().stop()

    async def _stream(self, prompt: Prompt, sampling: Sampling) -> AsyncGenerator[Piece, None]:
        engine = await self._running()
        try:
            pieces = openai_wire.chat(
                engine.client, self._backend, openai_wire.body(prompt, sampling)
            )
            async with aclosing(pieces):
                async for piece in pieces:
                    yield piece
        except Transient as failure:
            if self._closed:
                raise _stopped() from None
            if words := await engine.last_words():
                raise ModelFailed(f"the embedded engine stopped working: {words}") from failure
            raise

    async def _running(self) -> Engine:
        """The running engine. All callers wait for one start, which outlives any of them."""
        await self._bury()
        if self._closed:
            raise _stopped()
        if self._starting is None:
            self._starting = asyncio.create_task(Engine.launch(self._settings))
        starting = self._starting
        await asyncio.wait([starting])  # unlike awaiting it, leaves it alone when we are cancelled
        if starting.cancelled():
            raise _stopped()
        return starting.result()

    async def _bury(self) -> None:
        """Forget an engine that could not start, or that crashed (if it may have another life)."""
        starting = self._starting
        if starting is None or not starting.done() or starting.cancelled():
            return
        if starting.exception() is not None:
            self._starting = None
        elif not (engine := starting.result()).running:
            if self._crashes:
                words = await engine.last_words()
                raise ModelFailed(f"the embedded engine crashed twice in a row: {words}")
            self._crashes += 1
            self._starting = None
            await engine.stop()


def described(settings: EngineSettings) -> failures.Backend:
    pull = f"run `synthd models pull {settings.name}`"
    return failures.Backend(
        model=settings.model,
        where="the embedded engine",
        start="try again",
        key="try again",
        get=pull if settings.program is Program.LLAMA else "look at its folder",
    )


def _stopped() -> ModelFailed:
    return ModelFailed("the embedded engine was stopped")
