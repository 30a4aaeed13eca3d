"""The order in which a search goes: as it comes, noted down, or as it was noted down.

Calls and verdicts come back in an order that no seed decides, and the order decides what is asked
next. A search that follows the noted order of another one is that search again.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence
from typing import Protocol

from synthd.synth.models.errors import NotRecorded

TIME_ENDED = "end: time"


class Clock(Protocol):
    """The deadline of a search, by the loop's time; `asyncio.timeout` gives one."""

    def when(self) -> float | None: ...

    def reschedule(self, when: float | None) -> None: ...


class Pace(Protocol):
    async def turn(self, step: str) -> None:
        """Returns when the search may take this step."""
        ...

    def begin(self, clock: Clock) -> None:
        """The search begins; its clock runs."""
        ...

    def end(self, *, by_time: bool) -> None: ...

    def took(self, seconds: float) -> float:
        """How many seconds the search took in all, of which these were now."""
        ...


class Free:
    """As it comes."""

    async def turn(self, step: str) -> None:
        return

    def begin(self, clock: Clock) -> None:
        return

    def end(self, *, by_time: bool) -> None:
        return

    def took(self, seconds: float) -> float:
        return seconds


class Recorder(Free):
    """As it comes, noted down in `steps`."""

    def __init__(self) -> None:
        self.steps: list[str] = []

    async def turn(self, step: str) -> None:
        self.steps.append(step)

    def end(self, *, by_time: bool) -> None:
        if by_time:
            self.steps.append(TIME_ENDED)


class Follower(Free):
    """As it was noted down. A step whose turn does not come is an error.

    patience: seconds without any step, which happen only where the search is another one.
    """

    def __init__(self, steps: Sequence[str], patience: float = 60.0) -> None:
        self._steps = deque(steps)
        self._patience = patience
        self._waiting: dict[str, deque[asyncio.Future[None]]] = {}
        self._handed = False  # the next step is promised to a task that has yet to run
        self._clock: Clock | None = None

    def begin(self, clock: Clock) -> None:
        self._clock = clock
        self._offer()

    async def turn(self, step: str) -> None:
        if self._handed or not self._steps or self._steps[0] != step:
            await self._wait(step)
        self._handed = False
        self._steps.popleft()
        self._offer()

    async def _wait(self, step: str) -> None:
        mine = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(step, deque()).append(mine)
        while not mine.done():
            left = len(self._steps)
            # Not wait_for: a turn that comes as the time is up must not be lost.
            await asyncio.wait([mine], timeout=self._patience)
            if not mine.done() and len(self._steps) == left:
                head = self._steps[0] if self._steps else "its end"
                raise NotRecorded(
                    f"this search differs from the recorded one: it comes to {step!r} "
                    f"where that one came to {head!r}; run it once more with --cache"
                )

    def _offer(self) -> None:
        """Promise the next step to whoever waits for it."""
        if not self._steps:
            return
        if self._steps[0] == TIME_ENDED:
            if self._clock is not None:
                self._clock.reschedule(0)
        elif waiting := self._waiting.get(self._steps[0]):
            self._handed = True
            waiting.popleft().set_result(None)
