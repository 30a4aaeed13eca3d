"""An engine that is made when it is first needed: starting the server must stay quick."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import aclosing

from synthd.lsp.engine import Engine, Forecast, Node, Options, Request
from synthd.lsp.verdicts import Hear, Inquiry, Known, Verified


class LazyEngine:
    """`make` runs once, in a worker thread, because what it imports can take seconds.

    changed: see Engine.subscribe; called on the loop. ready: returns when it may import. The
    methods are the engine's own.
    """

    def __init__(
        self,
        make: Callable[[], Engine],
        changed: Callable[[str], None],
        ready: Callable[[], Awaitable[None]],
    ) -> None:
        self._make = make
        self._ready = ready
        self._changed = changed
        self._making: asyncio.Task[Engine] | None = None
        self._unsubscribe: Callable[[], None] = lambda: None

    async def get(self) -> Engine:
        if self._making is None:
            self._making = asyncio.create_task(self._made(), name="make engine")
        making = self._making
        try:
            return await asyncio.shield(making)
        except Exception:
            if self._making is making:
                self._making = None  # who comes next tries again
            raise

    async def _made(self) -> Engine:
        loop = asyncio.get_running_loop()
        await self._ready()
        engine = await asyncio.to_thread(self._make)

        def changed(path: str) -> None:  # engines may call from any thread
            loop.call_soon_threadsafe(self._changed, path)

        self._unsubscribe = engine.subscribe(changed)
        return engine

    def leave(self) -> bool:
        """See Engine.leave. An engine that is not there yet has no searches."""
        made = self._making
        if made is None or not made.done() or made.cancelled() or made.exception():
            return False
        return made.result().leave()

    async def close(self, seconds: float) -> None:
        """Within that time; an engine that does not close by then is left behind."""
        if self._making is None:
            return
        closing = asyncio.create_task(self._close(self._making), name="close engine")
        _, pending = await asyncio.wait([closing], timeout=seconds)
        for task in pending:
            task.cancel()
        if not pending and not closing.cancelled():
            closing.exception()  # retrieved: there is nobody left to tell

    async def _close(self, making: asyncio.Task[Engine]) -> None:
        engine = await making
        self._unsubscribe()
        await engine.close()

    async def verify(self, inquiry: Inquiry, hear: Hear | None = None) -> Verified:
        return await (await self.get()).verify(inquiry, hear)

    async def known(self, path: str, text: str) -> Sequence[Known]:
        return await (await self.get()).known(path, text)

    async def record(self, path: str, text: str, report: Mapping[str, object]) -> None:
        await (await self.get()).record(path, text, report)
        self._changed(path)

    async def certificate(self, path: str, function: str, text: str | None = None) -> str:
        return await (await self.get()).certificate(path, function, text)

    async def forecast(self, request: Request) -> Forecast | None:
        return await (await self.get()).forecast(request)

    async def options(self, request: Request) -> Options:
        return await (await self.get()).options(request)

    async def choose(self, model: str, strategy: str) -> None:
        await (await self.get()).choose(model, strategy)

    async def search(self, job: str) -> Sequence[Node]:
        return await (await self.get()).search(job)

    async def watch(self, job: str) -> AsyncGenerator[Sequence[Node], None]:
        async with aclosing((await self.get()).watch(job)) as pictures:
            async for nodes in pictures:
                yield nodes

    async def report(self, job: str) -> str:
        return await (await self.get()).report(job)

    async def prune(self, job: str, node: str) -> bool:
        return await (await self.get()).prune(job, node)
