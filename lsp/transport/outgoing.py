"""Messages on their way to an editor: as many as fit, then the connection ends.

An editor that stops reading must neither hold up anybody else nor fill the memory.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable

MOST = 16 << 20  # bytes that wait to be read


class StreamOutlet:
    """Writes to a stream of this loop; also from other threads, one whole message after another."""

    def __init__(self, writer: asyncio.StreamWriter, overflow: Callable[[], None]) -> None:
        self._writer = writer
        self._overflow = overflow
        self._loop = asyncio.get_running_loop()
        self._thread = threading.get_ident()
        self._ended = False

    def write(self, data: bytes) -> None:
        if threading.get_ident() != self._thread:
            self._loop.call_soon_threadsafe(self._write, data)
        else:
            self._write(data)

    def close(self) -> None:
        self._ended = True

    def _write(self, data: bytes) -> None:
        transport = self._writer.transport
        if self._ended or transport.is_closing():
            return
        if transport.get_write_buffer_size() + len(data) > MOST:
            self._ended = True
            transport.abort()  # closing would wait until all is read
            self._overflow()
            return
        self._writer.write(data)
