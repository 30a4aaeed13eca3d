"""Stdin and stdout without blocking the event loop, whatever kind of file they are."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Callable
from queue import SimpleQueue

from synthd.lsp.transport.outgoing import MOST

CHUNK = 1 << 16


def claim_stdio() -> tuple[int, int]:
    """The protocol's two descriptors, for us alone.

    What else reads stdin (also a child process) finds it empty; what else prints, prints to stderr.
    """
    source, sink = os.dup(0), os.dup(1)
    empty = os.open(os.devnull, os.O_RDONLY)
    os.dup2(empty, 0)
    os.close(empty)
    os.dup2(2, 1)
    return source, sink


class PipeReader:
    """Feeds `stream` from a thread that does not keep the process alive."""

    def __init__(self, fd: int, loop: asyncio.AbstractEventLoop) -> None:
        self.stream = asyncio.StreamReader(loop=loop)
        self._fd = fd
        self._loop = loop
        threading.Thread(target=self._pump, name="read stdin", daemon=True).start()

    def _pump(self) -> None:
        try:
            while piece := self._read():
                self._loop.call_soon_threadsafe(self.stream.feed_data, piece)
            self._loop.call_soon_threadsafe(self.stream.feed_eof)
        except RuntimeError:
            pass  # the loop is closed: nobody listens any more

    def _read(self) -> bytes:
        try:
            return os.read(self._fd, CHUNK)
        except OSError:
            return b""


class PipeWriter:
    """Writes from a thread, so that an editor that stops reading cannot stop the server."""

    def __init__(self, fd: int) -> None:
        self._fd = fd
        self._queue: SimpleQueue[bytes | None] = SimpleQueue()
        self._failed: Callable[[], object] = lambda: None
        self._waiting = 0
        self._counting = threading.Lock()
        self._thread = threading.Thread(target=self._drain, name="write stdout", daemon=True)
        self._thread.start()

    def on_failure(self, act: Callable[[], object]) -> None:
        """Called, in the writing thread, once the other end is gone."""
        self._failed = act

    def write(self, data: bytes) -> None:
        """Too much that nobody reads counts as nobody being there."""
        with self._counting:
            self._waiting += len(data)
            full = self._waiting > MOST
        if full:
            self._fail()
        else:
            self._queue.put(data)

    def close(self) -> None:
        self._queue.put(None)

    def finish(self, seconds: float) -> None:
        """Give what is queued that long to leave."""
        self.close()
        self._thread.join(seconds)

    def _drain(self) -> None:
        try:
            while (data := self._queue.get()) is not None:
                view = memoryview(data)
                while view:
                    view = view[os.write(self._fd, view) :]
                with self._counting:
                    self._waiting -= len(data)
        except OSError:
            self._fail()

    def _fail(self) -> None:
        try:
            self._failed()
        except RuntimeError:
            pass  # the loop is closed already
