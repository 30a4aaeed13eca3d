"""An engine that is made when the first job needs it: starting the server must stay quick."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from synthd.lsp.engine import Engine


class LazyEngine:
    """`make` runs once, in a worker thread, because what it imports can take seconds."""

    def __init__(self, make: Callable[[], Engine]) -> None:
        self._make = make
        self._making: asyncio.Task[Engine] | None = None

    async def get(self) -> Engine:
        if self._making is None:
            self._making = asyncio.create_task(asyncio.to_thread(self._make), name="make engine")
        making = self._making
        try:
            return await asyncio.shield(making)
        except Exception:
            if self._making is making:
                self._making = None  # the next job tries again
            raise

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
        await engine.close()
