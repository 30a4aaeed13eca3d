"""A lens above each function that waits to be written, with how many examples it has.

A text is read once a version, in a thread: reading is Python that lets others run every few
milliseconds, and takes about five of them once the text was read before (synth/source/outline.py).
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import unquote

from pygls.exceptions import JsonRpcContentModified

from synthd.lsp.buffers import Buffer, Buffers

if TYPE_CHECKING:
    from synthd.synth.source.outline import Memory, Waiting

T = TypeVar("T")

AT_ONCE = 2  # threads: each may keep the loop waiting for a switch interval
LONGEST = 2_000_000  # characters; longer texts are data
OUTDATED = "The document has changed since it was asked about."


class Reading:
    """The threads that read. One for all connections of a process."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="read")

    async def run(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, work)

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)


@dataclass(slots=True)
class _Known:
    """Of one document. turn: of requests; lock: of threads, for a request that is cancelled does
    not stop the thread that reads for it."""

    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    lock: threading.Lock = field(default_factory=threading.Lock)
    memory: Memory | None = None
    text: str | None = None
    lenses: list[dict[str, object]] = field(default_factory=list)

    def read(self, uri: str, text: str) -> list[dict[str, object]]:
        from synthd.synth.source.outline import Memory

        with self.lock:
            if self.text != text:
                self.memory = self.memory or Memory()
                self.lenses = [_lens(uri, one) for one in self.memory.waiting(text)]
                self.text = text
            return self.lenses


class Lenses:
    def __init__(self, buffers: Buffers, reading: Reading) -> None:
        self._buffers = buffers
        self._reading = reading
        self._known: dict[str, _Known] = {}

    async def of(self, uri: str) -> list[dict[str, object]]:
        """As the protocol has them. Raises JsonRpcContentModified where the document changed
        before the answer was there."""
        buffer = self._buffers.get(uri)
        if buffer is None or not _is_python(buffer) or len(buffer.text) > LONGEST:
            return []
        known = self._known.setdefault(unquote(uri), _Known())
        async with known.turn:
            self._check(uri, buffer)  # who asked while an older version was read asks in vain
            lenses = await self._reading.run(lambda: known.read(buffer.uri, buffer.text))
        self._check(uri, buffer)
        return lenses

    def forget(self, uri: str) -> None:
        """It was closed."""
        self._known.pop(unquote(uri), None)

    def _check(self, uri: str, buffer: Buffer) -> None:
        if self._buffers.version(uri) != buffer.version:
            raise JsonRpcContentModified(OUTDATED)


def _is_python(buffer: Buffer) -> bool:
    return buffer.language == "python" or buffer.path.endswith((".py", ".pyi"))


def _lens(uri: str, one: Waiting) -> dict[str, object]:
    """Not as lsprotocol's objects: hundreds of them would take the loop milliseconds to send."""
    start = {"line": one.line, "character": 0}
    target = {"textDocument": {"uri": uri}, "position": start}
    return {
        "range": {"start": start, "end": start},
        "command": {
            "title": title(one.examples),
            "command": "synthd.synthesize",
            "arguments": [target],
        },
    }


def title(examples: int) -> str:
    if examples == 0:
        return "Add an example first"
    return f"Synthesize · {examples} example{'s' if examples > 1 else ''}"
