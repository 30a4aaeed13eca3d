"""A control connection: requests in, answers out, many at once, none in the way of another."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from typing import Any

from synthd.daemon.service.calls import Body, Methods, Refusal
from synthd.daemon.service.faults import name as fault
from synthd.daemon.service.guests import Guest
from synthd.daemon.service.lines import Lines, TooLong

log = logging.getLogger(__name__)

LONGEST = 32 << 20  # bytes of a request: a source file, in JSON's escapes
AT_ONCE = 64  # requests of one client
SLOW = 30.0  # seconds for a client to take what it asked for
LAST_ANSWERS = 60.0  # seconds after a client has said its last word
LONGEST_NAME = 60
OWN = "daemon."  # what asks about the daemon is no reason for it to stay


Others = Callable[[], Awaitable[Methods]]


class Control:
    """own: answers about the daemon, there from the first moment. others: those of its parts, once
    they are open; raises Refusal."""

    def __init__(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        guest: Guest,
        own: Methods,
        others: Others,
    ) -> None:
        self._lines = Lines(reader, LONGEST)
        self._writer = writer
        self._guest = guest
        self._own = own
        self._others = others
        self._running: dict[int, asyncio.Task[None]] = {}
        self._streams: set[int] = set()
        self._dropped: set[int] = set()
        self._sending = asyncio.Lock()

    async def serve(self) -> None:
        """Until the client hangs up."""
        try:
            while (line := await self._line()) is not None:
                await self._take(line)
            for number in self._streams:
                self._running[number].cancel()
            if self._running:
                await asyncio.wait(self._running.values(), timeout=LAST_ANSWERS)
        except OSError:
            pass  # it is gone
        finally:
            tasks = list(self._running.values())
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _line(self) -> bytes | None:
        try:
            return await self._lines.next()
        except TooLong:
            await self._refuse(None, "too_long", "the request is too long")
            return None

    async def _take(self, line: bytes) -> None:
        try:
            said: Any = json.loads(line)
        except (ValueError, RecursionError):
            await self._refuse(None, "bad_request", "a request is one JSON object on a line")
            return
        number = said.get("id") if isinstance(said, dict) else None
        if not isinstance(number, int) or isinstance(number, bool):
            await self._refuse(None, "bad_request", "a request has a number as id")
        elif said.get("drop") is True:
            if number in self._running:
                self._dropped.add(number)
                self._running[number].cancel()
        else:
            await self._begin(number, said)

    async def _begin(self, number: int, said: Mapping[str, Any]) -> None:
        name, body = said.get("do"), said.get("with", {})
        if number in self._running:
            await self._refuse(number, "bad_request", f"request {number} is not answered yet")
        elif len(self._running) >= AT_ONCE:
            await self._refuse(number, "busy", f"{AT_ONCE} requests wait already: wait for some")
        elif not isinstance(name, str) or not isinstance(body, dict):
            await self._refuse(number, "bad_request", "a request has a text `do`, an object `with`")
        else:
            if not name.startswith(OWN):
                self._guest.working = True
            self._running[number] = asyncio.create_task(self._handle(number, name, body))

    async def _handle(self, number: int, name: str, body: Body) -> None:
        try:
            said = _line({"id": number, "answer": await self._answer(number, name, body)})
        except Refusal as refusal:
            said = _error(number, refusal.kind, str(refusal))
        except asyncio.CancelledError:
            if number not in self._dropped:
                raise
            said = _line({"id": number, "answer": {"dropped": True}})
        except Exception as error:
            log.exception("%s failed with %s", name[:LONGEST_NAME], fault(error))
            message = f"the daemon failed ({fault(error)}): `synthd daemon logs` says where"
            said = _error(number, "internal", message)
        finally:
            self._streams.discard(number)
            self._dropped.discard(number)
            self._running.pop(number, None)
        with contextlib.suppress(OSError):  # nobody is there to hear it
            await self._send(said)

    async def _answer(self, number: int, name: str, body: Body) -> Body:
        methods = self._own if name.startswith(OWN) else await self._others()
        if answer := methods.answers.get(name):
            return await answer(self._guest.caller, body)
        if stream := methods.streams.get(name):
            self._streams.add(number)
            items = stream(self._guest.caller, body)
            try:
                async for item in items:
                    await self._send(_line({"id": number, "item": item}))
            finally:
                if isinstance(items, AsyncGenerator):
                    await items.aclose()
            return {}
        raise Refusal("unknown_method", f"this daemon has no {name[:LONGEST_NAME]!r}")

    async def _refuse(self, number: int | None, kind: str, message: str) -> None:
        await self._send(_error(number, kind, message))

    async def _send(self, line: bytes) -> None:
        """Raises OSError once the client is gone, or does not read what it asked for."""
        async with self._sending:
            self._writer.write(line)
            try:
                async with asyncio.timeout(SLOW):
                    await self._writer.drain()
            except TimeoutError:
                self._writer.transport.abort()
                raise ConnectionAbortedError("the client does not read") from None


def _error(number: int | None, kind: str, message: str) -> bytes:
    return _line({"id": number, "error": {"kind": kind, "message": message}})


def _line(message: Mapping[str, object]) -> bytes:
    return json.dumps(message).encode("ascii") + b"\n"
