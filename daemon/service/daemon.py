"""One daemon from its first client to its end, on one event loop that only moves messages."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import logging
import os
import signal
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING, Any

from synthd.daemon.service.calls import Body, Caller, Methods
from synthd.daemon.service.control import Control
from synthd.daemon.service.door import Door, Rooms
from synthd.daemon.service.ending import Ending
from synthd.daemon.service.faults import describe
from synthd.daemon.service.faults import name as name_of
from synthd.daemon.service.garbage import Garbage
from synthd.daemon.service.guests import Guest, Guests
from synthd.daemon.service.home import Home, Parts
from synthd.daemon.service.idle import Idle
from synthd.daemon.service.lag import Lag
from synthd.daemon.service.last_resort import LastResort
from synthd.daemon.service.setting import Folders, Setting
from synthd.daemon.service.status import Status

if TYPE_CHECKING:
    from synthd.sandbox.level import Detection

log = logging.getLogger(__name__)

Open = Callable[[Folders, str], AbstractAsyncContextManager[Parts]]

DRAIN_LOOK = 0.1  # seconds


class Daemon:
    def __init__(self, setting: Setting, open_parts: Open) -> None:
        self._marker = setting.marker
        self._ending = Ending()
        self._guests = Guests()
        self._home = Home(lambda: open_parts(setting.folders, setting.build))
        self._idle = Idle(
            setting.build,
            self._guests,
            self._ending,
            minutes=self._home.idle_minutes,
            jobs=lambda: len(self._home.running()),
        )
        self._lag = Lag(busy=lambda: bool(self._home.running()))
        self._garbage = Garbage(busy=lambda: bool(self._home.running()))
        self._status = Status(
            setting,
            self._guests,
            self._home,
            ending=lambda: self._ending.why,
            superseded=lambda: self._idle.superseded,
            lag=self._lag,
        )
        rooms = Rooms(control=self._control, editor=self._home.editors.serve)
        self._door = Door(setting.listener, setting.build, self._guests, self._ending, rooms)

    async def run(self) -> str:
        """Why it ended."""
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(self._unhandled)
        for name in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            why = f"it got {name.name}"
            loop.add_signal_handler(name, functools.partial(self._ending.ask, why, now=True))
        await self._door.open()
        async with contextlib.AsyncExitStack() as stack:
            stack.push_async_callback(self._status.close)
            await stack.enter_async_context(self._home.opening())
            stack.push_async_callback(self._door.close)
            # Cancelled, it would wait for a killed bubblewrap's child; left alone it is soon over.
            sandbox = asyncio.create_task(self._find_sandbox())
            stack.push_async_callback(asyncio.wait, [sandbox])
            works = (
                self._idle.watch(),
                self._status.look(),
                self._lag.watch(),
                self._garbage.watch(),
            )
            for work in works:
                stack.push_async_callback(_end, asyncio.create_task(work))
            await self._until_asked()
            log.info("ending: %s", self._ending.why)
            LastResort(self._marker).start()
        return self._ending.why

    async def _until_asked(self) -> None:
        """What was running when it was asked to end is waited for; what was queued is on disk."""
        await self._ending.asked.wait()
        self._home.drain()
        awaited = {job.id for job in self._home.running() if str(job.state) == "running"}
        while not self._ending.at_once.is_set() and awaited:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._ending.at_once.wait(), DRAIN_LOOK)
            awaited &= {job.id for job in self._home.running()}

    async def _control(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, guest: Guest
    ) -> None:
        own = Methods({"daemon.status": self._say_status, "daemon.stop": self._stop})
        await Control(reader, writer, guest, own, self._home.methods).serve()

    async def _say_status(self, caller: Caller, body: Body) -> Body:
        return self._status.now(caller.id)

    async def _stop(self, caller: Caller, body: Body) -> Body:
        """with: now, whether running jobs are paused rather than waited for."""
        jobs = [job.id for job in self._home.running() if str(job.state) == "running"]
        self._ending.ask("it was told to", now=body.get("now") is True)
        return {"schema": 1, "pid": os.getpid(), "jobs": jobs}

    async def _find_sandbox(self) -> None:
        detect = await asyncio.to_thread(_detect)  # other threads import the same at this time
        try:
            self._status.sandbox = await detect()
        except OSError as error:
            log.warning("the sandbox's level cannot be seen: %s", name_of(error))

    def _unhandled(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """A task's exception that nobody waited for: a bug of ours, and not the daemon's end."""
        error = context.get("exception")
        detail = describe(error) if isinstance(error, BaseException) else ""
        log.error("unhandled: %s\n%s", str(context.get("message"))[:200], detail)
        if isinstance(error, Exception):
            self._marker.report("an unhandled error; the daemon went on", error)


def _detect() -> Callable[[], Awaitable[Detection]]:
    from synthd.sandbox.level import detect

    return detect


async def _end(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
