"""The model's parallel slots, given to whoever comes first in the search's own order."""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count

Priority = tuple[int, ...]


class Slots:
    """Like a semaphore, but the waiter with the smallest priority goes first.

    A search asks for a whole generation at once; a plain queue would draw all explanations
    before the first repair. Here the children of the best parent are drawn first, so that a
    budget that ends in mid-generation was spent on the best.
    """

    def __init__(self, number: int) -> None:
        self._free = max(1, number)
        self._waiting: list[tuple[Priority, int, asyncio.Future[None]]] = []
        self._order = count()

    @asynccontextmanager
    async def one(self, priority: Priority = ()) -> AsyncIterator[None]:
        await self._acquire(priority)
        try:
            yield
        finally:
            self._release()

    async def _acquire(self, priority: Priority) -> None:
        if self._free:
            self._free -= 1
            return
        turn = asyncio.get_running_loop().create_future()
        heapq.heappush(self._waiting, (priority, next(self._order), turn))
        try:
            await turn
        except asyncio.CancelledError:
            # Cancelled in the same turn of the loop in which the slot was handed over.
            if turn.done() and not turn.cancelled():
                self._release()
            raise

    def _release(self) -> None:
        while self._waiting:
            _, _, turn = heapq.heappop(self._waiting)
            if not turn.done():
                turn.set_result(None)
                return
        self._free += 1
