"""Ends a daemon that nobody needs any more."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass

from synthd.daemon.service.ending import Ending
from synthd.daemon.service.guests import Guests
from synthd.daemon.thin.build import identity

LOOK = 5.0  # seconds between looks at most
YOUTH, YOUNG_LOOK = 5.0, 0.25
SUPERSEDED_LOOK = 30.0  # seconds between looks at the files of this build
SUPERSEDED = 5.0  # seconds without work after which a daemon of an old build goes


@dataclass(slots=True)
class Idle:
    """minutes: 0 means never. jobs: how many are running or queued."""

    build: str
    guests: Guests
    ending: Ending
    minutes: Callable[[], float]
    jobs: Callable[[], int]
    superseded: bool = False

    async def watch(self) -> None:
        """Returns once it has asked for the end."""
        began = last = looked = now = time.monotonic()
        while True:
            young = now - began < YOUTH  # the settings come a moment later
            await asyncio.sleep(min(self._pause(), YOUNG_LOOK if young else LOOK))
            now = time.monotonic()
            if self.guests.working or self.jobs():
                last = now
            last = max(last, self.guests.last_left)
            if now - looked > SUPERSEDED_LOOK and not self.superseded:
                looked = now
                self.superseded = await asyncio.to_thread(_identity) != self.build
            limit = self._limit()
            if limit and now - last >= limit:
                why = "its build was replaced" if self.superseded else "nobody needed it"
                self.ending.ask(why, now=True)
                return

    def _limit(self) -> float:
        """Seconds."""
        limit = 60 * self.minutes()
        return min(limit or SUPERSEDED, SUPERSEDED) if self.superseded else limit

    def _pause(self) -> float:
        return min(LOOK, max(0.05, self._limit() / 10)) if self._limit() else LOOK


def _identity() -> str:
    try:
        return identity()
    except OSError:  # it has been uninstalled
        return ""
