"""A worker's line to the daemon, which nothing that it runs can print into."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable

from synthd.daemon.workers.leaving import leave

CHUNK = 1 << 16


class Wire:
    """Lines in, lines out. When the daemon does not listen or talk any more, this process ends."""

    def __init__(self, reading: int, writing: int) -> None:
        self._reading = reading
        self._writing = writing
        self._rest = b""
        self._lock = threading.Lock()
        self._early: list[bytes] = []
        self._heard: Callable[[bytes], None] | None = None

    @classmethod
    def take_over(cls) -> Wire:
        """Standard input and output, in whose place come an empty one and standard error."""
        reading, writing = os.dup(0), os.dup(1)
        null = os.open(os.devnull, os.O_RDONLY)
        os.dup2(null, 0)
        os.close(null)
        os.dup2(2, 1)
        return cls(reading, writing)

    def first(self) -> bytes:
        """The first line, without its end; nothing where none comes."""
        return self._line() or b""

    def listen(self) -> None:
        """From now on in a thread of its own: the search may be busy when the daemon dies."""
        threading.Thread(target=self._listen, name="daemon", daemon=True).start()

    def attend(self, heard: Callable[[bytes], None]) -> None:
        """Gets every line from the second on, in the thread that listens."""
        with self._lock:
            for line in self._early:
                heard(line)
            self._early, self._heard = [], heard

    def write(self, line: bytes) -> None:
        """All of it. Waits where the daemon is slow: nothing piles up here."""
        left = memoryview(line)
        try:
            while left:
                left = left[os.write(self._writing, left) :]
        except OSError:
            leave()

    def _listen(self) -> None:
        while (line := self._line()) is not None:
            with self._lock:
                if self._heard is None:
                    self._early.append(line)
                else:
                    self._heard(line)
        leave()

    def _line(self) -> bytes | None:
        parts = [self._rest]
        while True:
            before, end, rest = parts[-1].partition(b"\n")
            if end:
                self._rest = rest
                return b"".join([*parts[:-1], before])
            try:
                chunk = os.read(self._reading, CHUNK)
            except OSError:
                return None
            if not chunk:
                return None
            parts.append(chunk)
