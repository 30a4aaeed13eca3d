"""Requests and answers over a control connection: one JSON object a line (service/calls.py).

A connection carries one request at a time; a stream has one to itself, and closing it ends it.
"""

from __future__ import annotations

import asyncio
import json
import select
import socket
from collections.abc import AsyncGenerator, Iterator, Mapping
from typing import Any

from synthd.daemon.client.errors import Lost, Refused

LONGEST = 256 << 20  # bytes of one answer; an export holds a whole search
CHUNK = 1 << 16
GONE = "the daemon has ended the connection; `synthd daemon status` says how it is"

Answer = dict[str, Any]


class Line:
    """Blocking. Not for several threads at once."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._rest = b""
        self._number = 0

    def ask(self, do: str, body: Mapping[str, Any] | None = None) -> Answer:
        """Raises Refused and Lost."""
        number = self._send(do, body)
        while True:
            said = self._receive()
            if said.get("id") == number and (answer := _answer(said)) is not None:
                return answer

    def stream(self, do: str, body: Mapping[str, Any] | None = None) -> Iterator[Answer]:
        """Its items. Raises Refused and Lost."""
        number = self._send(do, body)
        while True:
            said = self._receive()
            if said.get("id") != number:
                continue
            if (item := said.get("item")) is not None:
                yield item
            elif _answer(said) is not None:
                return

    @property
    def alive(self) -> bool:
        """Whether the other end has not hung up, as far as can be seen without asking it."""
        try:
            readable = select.select([self._connection], [], [], 0)[0]
            return not readable or bool(self._connection.recv(1, socket.MSG_PEEK))
        except (OSError, ValueError):
            return False

    def close(self) -> None:
        self._connection.close()

    def _send(self, do: str, body: Mapping[str, Any] | None) -> int:
        self._number += 1
        try:
            self._connection.sendall(request(self._number, do, body))
        except OSError:
            raise Lost(GONE) from None
        return self._number

    def _receive(self) -> Answer:
        pieces = [self._rest]
        size = len(self._rest)
        while b"\n" not in pieces[-1]:
            try:
                piece = self._connection.recv(CHUNK)
            except OSError:
                piece = b""
            size += len(piece)
            if not piece or size > LONGEST:
                raise Lost(GONE)
            pieces.append(piece)
        line, _, self._rest = b"".join(pieces).partition(b"\n")
        return _read(line)


class AsyncLine:
    """Not for several tasks at once."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self._number = 0

    @classmethod
    async def over(cls, connection: socket.socket) -> AsyncLine:
        connection.setblocking(False)
        reader, writer = await asyncio.open_connection(sock=connection, limit=LONGEST)
        return cls(reader, writer)

    async def ask(self, do: str, body: Mapping[str, Any] | None = None) -> Answer:
        """Raises Refused and Lost."""
        number = await self._send(do, body)
        while True:
            said = await self._receive()
            if said.get("id") == number and (answer := _answer(said)) is not None:
                return answer

    async def stream(
        self, do: str, body: Mapping[str, Any] | None = None
    ) -> AsyncGenerator[Answer, None]:
        """Its items. Raises Refused and Lost."""
        number = await self._send(do, body)
        while True:
            said = await self._receive()
            if said.get("id") != number:
                continue
            if (item := said.get("item")) is not None:
                yield item
            elif _answer(said) is not None:
                return

    @property
    def alive(self) -> bool:
        return not (self._reader.at_eof() or self._writer.is_closing())

    async def close(self) -> None:
        self._writer.close()
        try:
            async with asyncio.timeout(1.0):
                await self._writer.wait_closed()
        except (OSError, TimeoutError):
            pass

    async def _send(self, do: str, body: Mapping[str, Any] | None) -> int:
        self._number += 1
        try:
            self._writer.write(request(self._number, do, body))
            await self._writer.drain()
        except OSError:
            raise Lost(GONE) from None
        return self._number

    async def _receive(self) -> Answer:
        try:
            line = await self._reader.readuntil(b"\n")
        except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            raise Lost(GONE) from None
        return _read(line)


def request(number: int, do: str, body: Mapping[str, Any] | None) -> bytes:
    return json.dumps({"id": number, "do": do, "with": dict(body or {})}).encode() + b"\n"


def _read(line: bytes) -> Answer:
    try:
        said = json.loads(line)
    except ValueError:
        raise Lost("the daemon said something that is no JSON") from None
    return said if isinstance(said, dict) else {}


def _answer(said: Answer) -> Answer | None:
    if (error := said.get("error")) is not None:
        raise Refused(str(error.get("kind", "")), str(error.get("message", "")))
    answer = said.get("answer")
    return answer if isinstance(answer, dict) else None
