"""How long the event loop kept everybody waiting: a heart beats on it, and late beats are counted.

A beat that comes late is one that something held the loop for, be it a callback of ours or another
thread that did not give up the interpreter.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass

BUSY, IDLE = 0.01, 0.25  # seconds between beats; an idle daemon should not keep a laptop awake
WINDOW = 60.0  # seconds that `recent` looks back on, at least


@dataclass(slots=True)
class Lag:
    """Seconds. worst: since the daemon began. busy: whether it is worth a closer look."""

    busy: Callable[[], bool]
    worst: float = 0.0
    _now: float = 0.0
    _before: float = 0.0

    @property
    def recent(self) -> float:
        """The longest of the last minute or two."""
        return max(self._now, self._before)

    async def watch(self) -> None:
        """Until cancelled."""
        turned = last = time.monotonic()
        while True:
            beat = BUSY if self.busy() else IDLE
            await asyncio.sleep(beat)
            now = time.monotonic()
            late = max(0.0, now - last - beat)
            last = now
            self.worst = max(self.worst, late)
            self._now = max(self._now, late)
            if now - turned > WINDOW:
                self._before, self._now, turned = self._now, 0.0, now
