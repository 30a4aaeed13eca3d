"""How long the event loop kept everybody waiting: a heart beats on it, and late beats are counted.

A beat is late because something held the loop, be it a callback of ours or another thread that did
not give up the interpreter; or because the machine was busy with other processes. Only the first
can be mended here, so it is told apart by the processor time that this process took meanwhile.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field

BUSY, IDLE = 0.01, 0.25  # seconds between beats; an idle daemon should not keep a laptop awake
LOOK = 1.0  # seconds after which it is asked again whether the daemon is busy
WINDOW = 10.0  # seconds that `recent` looks back on, at least


@dataclass(slots=True)
class Longest:
    """ever: since the daemon began."""

    ever: float = 0.0
    _now: float = 0.0
    _before: float = 0.0

    @property
    def recent(self) -> float:
        """Of the last ten to twenty seconds."""
        return max(self._now, self._before)

    def note(self, seconds: float) -> None:
        self.ever = max(self.ever, seconds)
        self._now = max(self._now, seconds)

    def turn(self) -> None:
        self._before, self._now = self._now, 0.0


@dataclass(slots=True)
class Lag:
    """Seconds. busy: whether it is worth a closer look."""

    busy: Callable[[], bool]
    late: Longest = field(default_factory=Longest)  # whatever the reason
    held: Longest = field(default_factory=Longest)  # by this process, at most

    async def watch(self) -> None:
        """Until cancelled."""
        turned = last = time.monotonic()
        used = time.process_time()
        beat, looked = IDLE, 0.0
        while True:
            if last - looked >= LOOK:
                beat, looked = BUSY if self.busy() else IDLE, last
            await asyncio.sleep(beat)
            now, spent = time.monotonic(), time.process_time()
            late = max(0.0, now - last - beat)
            self.late.note(late)
            self.held.note(min(late, spent - used))
            last, used = now, spent
            if now - turned > WINDOW:
                self.late.turn()
                self.held.turn()
                turned = now
