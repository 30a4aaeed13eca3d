"""The collector of cyclic garbage, kept from holding the loop.

A full round looks at everything that was ever imported, which takes 50 ms and more of an
interpreter that does nothing else meanwhile. What survived a long round is therefore set aside
(gc.freeze); when there is nothing to do, it is looked through once more.
"""

from __future__ import annotations

import asyncio
import gc
import time
from collections.abc import Callable

LONG = 0.010  # seconds of a full round
QUIET = 30.0  # seconds without a job before everything is looked through
LOOK = 5.0  # seconds


class Garbage:
    """busy: whether anybody would notice a pause."""

    def __init__(self, busy: Callable[[], bool]) -> None:
        self._busy = busy
        self._began = 0.0
        self._set_aside = False

    async def watch(self) -> None:
        """Until cancelled."""
        gc.freeze()  # what is there by now stays
        gc.callbacks.append(self._round)
        try:
            await self._tidy()
        finally:
            gc.callbacks.remove(self._round)
            gc.unfreeze()

    async def _tidy(self) -> None:
        quiet = 0.0
        while True:
            await asyncio.sleep(LOOK)
            quiet = 0.0 if self._busy() else quiet + LOOK
            if self._set_aside and quiet >= QUIET:
                gc.unfreeze()
                gc.collect()
                gc.freeze()
                self._set_aside = False

    def _round(self, phase: str, info: dict[str, int]) -> None:
        if info["generation"] < 2:
            return
        if phase == "start":
            self._began = time.monotonic()
        elif time.monotonic() - self._began > LONG:
            gc.freeze()
            self._set_aside = True
