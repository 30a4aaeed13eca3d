"""A search that goes on where an earlier attempt at it was stopped, whatever stopped that.

The steps of a search are noted as they are taken, and every completion is kept before the search
sees it. So another attempt can take the same steps in the same order, with the completions that
there are, and is then where the earlier one was: from there on it goes as any search does. Time
stands still while it follows.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from synthd.synth.models.errors import NotKept
from synthd.synth.pace import TIME_ENDED, Clock

OVER = "end: over"
# A strategy whose last step has come cancels what it waits for in the same moment: so long is
# waited before it is believed that the search goes on, and something is paid for.
MOMENT = 0.03


@dataclass(frozen=True, slots=True)
class Noted:
    """A step, and after how many seconds of searching it came."""

    step: str
    at: float


class Journal(Protocol):
    """Steps, where no crash reaches them."""

    @property
    def noted(self) -> Sequence[Noted]:
        """Those of earlier attempts."""
        ...

    def note(self, noted: Noted) -> None:
        """Raises NotKept."""
        ...

    def cut(self, length: int) -> None:
        """Keep only so many of them. Raises NotKept."""
        ...


class Resuming:
    """A Pace: as it was noted, then as it comes, noted down.

    spent: seconds that count as spent at least, once it goes on. patience: seconds in which nothing
    moves, after which the search is another one than the noted. differs: is told how, before the
    search goes on as it comes.
    """

    def __init__(
        self,
        journal: Journal,
        spent: float = 0.0,
        patience: float = 60.0,
        differs: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._journal = journal
        self._left = deque(journal.noted)
        self._spent = spent
        self._patience = patience
        self._differs = differs
        self._taken = 0
        self._at = 0.0  # of the step that was followed last
        self._since = time.monotonic()  # since when it goes as it comes
        self._clock: Clock | None = None
        self._budget = 0.0
        self._waiting: list[tuple[str, asyncio.Future[bool]]] = []
        self._handed = False  # the next step is promised to a task that has yet to run
        self._caught_up = asyncio.Event()
        self._drawing = 0
        if not self._left:
            self._caught_up.set()

    @property
    def following(self) -> bool:
        return bool(self._left)

    @property
    def elapsed(self) -> float:
        """Seconds of searching, over all attempts."""
        if self.following:
            return self._at
        return max(self._at, self._spent) + time.monotonic() - self._since

    def begin(self, clock: Clock) -> None:
        self._clock = clock
        self._budget = (clock.when() or 0.0) - asyncio.get_running_loop().time()
        if self.following:
            clock.reschedule(None)
            self._offer()
        else:
            self._go_on()

    async def turn(self, step: str) -> None:
        if self.following and (self._handed or self._left[0].step != step):
            promised = await self._wait(step)
        else:
            promised = self.following
        if not promised:
            self._journal.note(Noted(step, round(self.elapsed, 3)))
            return
        self._handed = False
        self._take()
        if self.following:
            self._offer()
        else:
            self._go_on()

    def end(self, *, by_time: bool) -> None:
        last = TIME_ENDED if by_time else OVER
        self._clock = None
        if self.following:
            if self._left[0].step == last:
                self._take()
            if not self.following:
                return
            self._differ(f"its end where the earlier attempt came to {self._left[0].step!r}")
        with contextlib.suppress(NotKept):  # what led here is
            self._journal.note(Noted(last, round(self.elapsed, 3)))

    def took(self, seconds: float) -> float:
        return self.elapsed

    async def caught_up(self) -> None:
        """Returns when all that was noted has been followed, and the search still goes on."""
        if self._caught_up.is_set():
            return
        mine = asyncio.ensure_future(self._caught_up.wait())
        try:
            await self._patiently(mine, "nothing more")
        finally:
            mine.cancel()

    @contextlib.contextmanager
    def drawing(self) -> Iterator[None]:
        """Meanwhile a model is asked, which may take as long as it takes."""
        self._drawing += 1
        try:
            yield
        finally:
            self._drawing -= 1

    async def _wait(self, step: str) -> bool:
        """True: this step comes next. False: it goes as it comes."""
        mine: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._waiting.append((step, mine))
        try:
            await self._patiently(mine, repr(step))
        except asyncio.CancelledError:
            if mine.done() and mine.result():  # cancelled in the moment it was its turn
                self._handed = False
                self._offer()
            raise
        finally:
            self._waiting = [each for each in self._waiting if each[1] is not mine]
        return mine.result()

    async def _patiently(self, mine: asyncio.Future[bool] | asyncio.Task[bool], step: str) -> None:
        while not mine.done():
            before = self._taken
            # Not wait_for: what comes as the time is up must not be lost.
            await asyncio.wait([mine], timeout=self._patience)
            if mine.done() or self._taken != before or self._drawing or not self.following:
                continue
            self._differ(f"{step} where the earlier attempt came to {self._left[0].step!r}")

    def _take(self) -> None:
        self._at = self._left.popleft().at
        self._since = time.monotonic()
        self._taken += 1

    def _offer(self) -> None:
        """Promise the next step to whoever waits for it."""
        if self._handed or not self.following:
            return
        head = self._left[0].step
        if head == TIME_ENDED and self._clock is not None:
            self._clock.reschedule(0)
        for step, future in self._waiting:
            if step == head and not future.done():
                self._handed = True
                future.set_result(True)
                return

    def _differ(self, how: str) -> None:
        self._differs(f"this attempt comes to {how}")
        self._left.clear()
        self._journal.cut(self._taken)
        self._go_on()

    def _go_on(self) -> None:
        """From here on as it comes, in the time that is left."""
        self._since = time.monotonic()
        self._handed = False
        loop = asyncio.get_running_loop()
        if self._clock is not None:
            left = self._budget - max(self._at, self._spent)
            self._clock.reschedule(loop.time() + max(0.0, left))
        for _, future in self._waiting:
            if not future.done():
                future.set_result(False)
        loop.call_later(MOMENT, self._caught_up.set)
