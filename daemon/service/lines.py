"""Lines of a stream, each up to a limit of its own, however small the stream's buffer is."""

from __future__ import annotations

import asyncio

CHUNK = 1 << 16


class TooLong(Exception):
    pass


class Lines:
    def __init__(self, reader: asyncio.StreamReader, limit: int) -> None:
        self._reader = reader
        self._limit = limit
        self._rest = bytearray()

    async def next(self) -> bytes | None:
        """None at the end; what has no line's end then is left out. Raises TooLong."""
        looked = 0
        while (end := self._rest.find(b"\n", looked)) < 0:
            looked = len(self._rest)
            if looked > self._limit:
                raise TooLong
            piece = await self._reader.read(CHUNK)
            if not piece:
                return None
            self._rest += piece
        line = bytes(self._rest[:end])
        del self._rest[: end + 1]
        return line
