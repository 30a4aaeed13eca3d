"""News at a rate that an editor can follow."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")

INTERVAL = 0.125  # more than eight reports a second flicker, and cost the editor


class Pace(Generic[T]):
    """Passes on the first at once, then the latest every INTERVAL."""

    def __init__(self, send: Callable[[T], None]) -> None:
        self._send = send
        self._waiting: list[T] = []
        self._timer: asyncio.TimerHandle | None = None

    def tell(self, news: T) -> None:
        self._waiting = [news]
        if self._timer is None:
            self._pass_on()

    def end(self) -> None:
        """What waits is dropped."""
        self._waiting = []
        if self._timer:
            self._timer.cancel()
            self._timer = None

    def _pass_on(self) -> None:
        self._timer = None
        if not self._waiting:
            return
        (news,), self._waiting = self._waiting, []
        self._timer = asyncio.get_running_loop().call_later(INTERVAL, self._pass_on)
        self._send(news)
