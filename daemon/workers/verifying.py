"""A worker that judges what stands in a session's buffers, as often as it is asked."""

from __future__ import annotations

import asyncio
import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NoReturn

from synthd.daemon.inquiring import Inquiring
from synthd.daemon.workers.inquiries import (
    TO_VERIFIER,
    Begun,
    Drop,
    Dropped,
    Found,
    Inquire,
    Judged,
    line,
)
from synthd.daemon.workers.wire import Wire
from synthd.lsp.verdicts import Inquiry, Judging, Known, Verified

if TYPE_CHECKING:
    from synthd.daemon.verus.buffers import RustBuffers

RUST = ".rs"


def attend(wire: Wire) -> NoReturn:
    """Until its daemon is gone, or ends it."""
    asyncio.run(_attend(wire))
    os._exit(0)


async def _attend(wire: Wire) -> None:
    loop, attending = asyncio.get_running_loop(), Attending(wire, Inquiring(os.environ))

    def heard(told: bytes) -> None:
        match TO_VERIFIER.validate_json(told):
            case Inquire(number=number, inquiry=inquiry):
                loop.call_soon_threadsafe(attending.begin, number, inquiry)
            case Drop(number=number):
                loop.call_soon_threadsafe(attending.drop, number)

    wire.attend(heard)
    await asyncio.Event().wait()


@dataclass(slots=True)
class Attending:
    wire: Wire
    inquiring: Inquiring
    _rust: RustBuffers | None = None
    _tasks: dict[int, asyncio.Task[None]] = field(default_factory=dict)

    def begin(self, number: int, inquiry: Inquiry) -> None:
        task = asyncio.create_task(self._answer(number, inquiry))
        self._tasks[number] = task
        task.add_done_callback(lambda _: self._tasks.pop(number, None))

    def drop(self, number: int) -> None:
        """One that is over has been answered."""
        if task := self._tasks.get(number):
            task.cancel()
        else:
            self.wire.write(line(Dropped(number=number)))

    async def _judged(self, number: int, inquiry: Inquiry) -> Verified:
        if not inquiry.path.endswith(RUST):
            return await self.inquiring(inquiry, lambda news: self._hear(number, news))
        from synthd.daemon.verus.buffers import OUTDATED, RustBuffers

        self._rust = self._rust or RustBuffers(os.environ)
        return await self._rust.verify(inquiry) or Verified(message=OUTDATED)

    def _hear(self, number: int, news: Judging | Known) -> None:
        if isinstance(news, Judging):
            self.wire.write(line(Begun(number=number, judging=news)))
        else:
            self.wire.write(line(Judged(number=number, known=news)))

    async def _answer(self, number: int, inquiry: Inquiry) -> None:
        try:
            verified = await self._judged(number, inquiry)
        except asyncio.CancelledError:
            self.wire.write(line(Dropped(number=number)))
            raise
        except Exception as error:  # what it says may be of the user's text
            verified = Verified(message=f"synthd itself failed here, with {type(error).__name__}")
        self.wire.write(line(Found(number=number, verified=verified)))
