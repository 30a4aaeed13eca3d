"""News at a rate that an editor can follow."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")

INTERVAL = 0.125  # more than eight reports a second flicker, and cost the editor


class Pace(Generic[T]):
    """Passes on the first at once, then one every INTERVAL: the latest, after what must be told."""

    def __init__(self, send: Callable[[T], None]) -> None:
        self._send = send
        self._must: list[T] = []
        self._latest: list[T] = []
        self._timer: asyncio.TimerHandle | None = None

    def tell(self, news: T, *, must: bool = False) -> None:
        self._latest = [news]
        if must:
            self._must, self._latest = [*self._must, news], []
        if self._timer is None:
            self._pass_on()

    def end(self) -> None:
        """What waits is dropped."""
        self._must, self._latest = [], []
        if self._timer:
            self._timer.cancel()
            self._timer = None

    def _pass_on(self) -> None:
        self._timer = None
        waiting = self._must or self._latest
        if waiting:
            self._timer = asyncio.get_running_loop().call_later(INTERVAL, self._pass_on)
            self._send(waiting.pop(0))
