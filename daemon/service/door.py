"""Lets clients in: looks at who it is, hears their hello, and hands them on.

Whatever one of them says or does not say, it is a matter of its own connection.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol, cast

from synthd.daemon.service import greeting
from synthd.daemon.service.calls import Caller
from synthd.daemon.service.ending import Ending
from synthd.daemon.service.faults import name as fault
from synthd.daemon.service.greeting import Greeted, Ungreeted
from synthd.daemon.service.guests import Guest, Guests
from synthd.daemon.service.instance import remove_address
from synthd.daemon.service.listening import Listener
from synthd.daemon.thin.errors import Unsafe
from synthd.daemon.thin.hello import HELLO_LIMIT
from synthd.daemon.thin.peers import Credentialed, check_peer

log = logging.getLogger(__name__)

HELLO = 5.0  # seconds for it
CLOSING = 2.0  # seconds for what was said to leave
STRANGERS = 128  # connections at once that have not said hello


class Serve(Protocol):
    async def __call__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, guest: Guest
    ) -> None: ...


@dataclass(frozen=True, slots=True)
class Rooms:
    """Who serves what clients want."""

    control: Serve
    editor: Serve


class Door:
    def __init__(
        self, listener: Listener, build: str, guests: Guests, ending: Ending, rooms: Rooms
    ) -> None:
        self._listener = listener
        self._build = build
        self._guests = guests
        self._ending = ending
        self._rooms = rooms
        self._numbers = itertools.count(1)
        self._strangers = 0
        self._tasks: set[asyncio.Task[None]] = set()

    async def open(self) -> None:
        start = asyncio.start_server if self._listener.token else asyncio.start_unix_server
        begin = cast(Callable[..., Awaitable[asyncio.Server]], start)
        self._server = await begin(self._accepted, sock=self._listener.socket, limit=HELLO_LIMIT)

    async def close(self) -> None:
        """Nobody new; everybody who is here is sent away."""
        remove_address(self._listener.files)
        self._server.close()
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=2 * CLOSING)

    def _accepted(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(self._serve(reader, writer), name="client")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            greeted = await self._greeted(reader, writer)
            if greeted is not None:
                await self._hand_on(reader, writer, greeted)
        except Exception as error:
            log.exception("a client's connection ended with %s", fault(error))
        finally:
            await _close(writer)

    async def _greeted(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> Greeted | None:
        if self._strangers >= STRANGERS:
            return None
        self._strangers += 1
        try:
            if not self._listener.token:
                check_peer(cast(Credentialed, writer.get_extra_info("socket")))
            async with asyncio.timeout(HELLO):
                greeted = await greeting.hear(reader, writer, self._listener.token)
            self._admit(greeted)
            greeting.welcome(writer, self._build)
            return greeted
        except Ungreeted as why:
            greeting.refuse(writer, why)
        except Unsafe as why:
            log.warning("a connection was refused: %s", why)
        except (TimeoutError, OSError):
            pass
        finally:
            self._strangers -= 1
        return None

    def _admit(self, greeted: Greeted) -> None:
        if self._ending.at_once.is_set():
            raise Ungreeted("it is ending", again=True)
        if self._ending.asked.is_set() and greeted.wants != "control":
            raise Ungreeted(
                "it finishes its jobs, then ends; `synthd daemon stop --now` pauses them",
                again=True,
            )

    async def _hand_on(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, greeted: Greeted
    ) -> None:
        caller = Caller(
            id=f"client-{next(self._numbers)}",
            name=greeted.name,
            cwd=greeted.cwd,
            pid=greeted.pid,
            environment=greeted.environment,
        )
        serve = self._rooms.editor if greeted.wants == "lsp" else self._rooms.control
        with self._guests.entered(caller, greeted.wants) as guest:
            await serve(reader, writer, guest)


async def _close(writer: asyncio.StreamWriter) -> None:
    """Also for one that is being cancelled, or does not read any more."""
    writer.close()
    try:
        async with asyncio.timeout(CLOSING):
            await writer.wait_closed()
    except (TimeoutError, OSError):
        pass
    finally:
        with contextlib.suppress(Exception):
            writer.transport.abort()
