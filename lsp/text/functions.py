"""The functions of open documents: those that wait to be written, have examples or a contract.

A text is read once a version, in a thread: reading is Python that lets others run every few
milliseconds, and takes about five of them once the text was read before (synth/source/outline.py).
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import unquote

from pygls.exceptions import JsonRpcContentModified

from synthd.lsp.text.buffers import Buffer, Buffers
from synthd.synth.source.outlined import Key, Outlined

if TYPE_CHECKING:
    from synthd.synth.source.outline import Memory

T = TypeVar("T")

AT_ONCE = 2  # threads: each may keep the loop waiting for a switch interval
LONGEST = 2_000_000  # characters; longer texts are data
OUTDATED = "The document has changed since it was asked about."


class Reading:
    """The threads that read. One for all connections of a process.

    ready: returns when whoever serves has imported what it needs. Two threads that import modules
    which need each other may both find half of one.
    """

    def __init__(self, ready: Callable[[], Awaitable[object]] | None = None) -> None:
        self._threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="read")
        self._ready = ready

    async def ready(self) -> None:
        if self._ready is not None:
            await self._ready()

    async def run(self, work: Callable[[], T]) -> T:
        await self.ready()
        return await asyncio.get_running_loop().run_in_executor(self._threads, work)

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)


@dataclass(frozen=True, slots=True)
class Sight:
    """What one version of a document says."""

    buffer: Buffer
    functions: tuple[Outlined, ...] = ()

    @property
    def rust(self) -> bool:
        return is_rust(self.buffer)

    def at(self, line: int) -> Outlined | None:
        return next((one for one in self.functions if one.holds(line)), None)


@dataclass(slots=True)
class _Document:
    """turn: of requests; lock: of threads, for a request that is cancelled does not stop the
    thread that reads for it."""

    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    lock: threading.Lock = field(default_factory=threading.Lock)
    memory: Memory | None = None
    sight: Sight | None = None
    also: frozenset[str] = frozenset()
    seen: frozenset[str] = frozenset()  # of also, by `sight`

    def read(self, buffer: Buffer) -> Sight:
        with self.lock:
            known, also = self.sight, self.also
            if known is not None and known.buffer.text == buffer.text and self.seen == also:
                if known.buffer.version != buffer.version:
                    known = self.sight = Sight(buffer, known.functions)
                return known
            found = _rust(buffer.text) if is_rust(buffer) else self._python(buffer.text, also)
            self.sight, self.seen = Sight(buffer, found), also
            return self.sight

    def rests(self, buffer: Buffer) -> dict[Key, int]:
        sight = self.read(buffer)
        with self.lock:
            if self.memory is None or sight.rust:  # proofs rest on whatever else is there
                return dict.fromkeys((one.key for one in sight.functions), hash(buffer.text))
            rests = self.memory.rests(sight.functions)
        return {one.key: rest for one, rest in zip(sight.functions, rests, strict=True)}

    def around(self, buffer: Buffer, line: int) -> Outlined | None:
        """Also where it has neither examples nor a stub's body."""
        sight = self.read(buffer)
        found = sight.at(line)
        if found is not None or self.memory is None:
            return found
        with self.lock:
            if self.sight is None or self.sight.buffer.text != buffer.text:
                return None
            one = self.memory.around(line)
        if one is None:
            return None
        same = (known for known in sight.functions if known.first == one.first)
        return next(same, None) or one

    def _python(self, text: str, also: frozenset[str]) -> tuple[Outlined, ...]:
        from synthd.synth.source.outline import Memory

        self.memory = self.memory or Memory()
        return self.memory.functions(text, also)


class Functions:
    def __init__(self, buffers: Buffers, reading: Reading) -> None:
        self._buffers = buffers
        self.reading = reading
        self._documents: dict[str, _Document] = {}

    async def of(self, uri: str) -> Sight | None:
        """None where it is not open, or no language of ours. Raises JsonRpcContentModified where
        the document changed before the answer was there."""
        return await self._ask(uri, lambda document, buffer: document.read(buffer))

    async def around(self, uri: str, line: int) -> Outlined | None:
        """The function around a line, whatever it has. Raises as `of`."""
        return await self._ask(uri, lambda document, buffer: document.around(buffer, line))

    async def rests(self, uri: str) -> dict[Key, int]:
        """By key: a number for all else in the document that what is known of it rests on. Raises
        as `of`."""
        return await self._ask(uri, lambda document, buffer: document.rests(buffer)) or {}

    def include(self, uri: str, names: Iterable[str]) -> None:
        """Also those that have neither examples nor a stub's body."""
        document = self._documents.get(unquote(uri))
        if document is not None:
            document.also |= frozenset(names)

    def forget(self, uri: str) -> None:
        """It was closed."""
        self._documents.pop(unquote(uri), None)

    async def _ask(self, uri: str, read: Callable[[_Document, Buffer], T]) -> T | None:
        if self._buffers.version(uri) is None:
            return None
        buffer = self._buffers.get(uri)
        if buffer is None or not (is_python(buffer) or is_rust(buffer)):
            return None
        if len(buffer.text) > LONGEST:
            return None
        document = self._documents.setdefault(unquote(uri), _Document())
        async with document.turn:
            self._check(uri, buffer)  # who asked while an older version was read asks in vain
            found = await self.reading.run(lambda: read(document, buffer))
        self._check(uri, buffer)
        return found

    def _check(self, uri: str, buffer: Buffer) -> None:
        if self._buffers.version(uri) != buffer.version:
            raise JsonRpcContentModified(OUTDATED)


def is_python(buffer: Buffer) -> bool:
    return buffer.language == "python" or buffer.path.endswith((".py", ".pyi"))


def is_rust(buffer: Buffer) -> bool:
    return buffer.language == "rust" or buffer.path.endswith(".rs")


def _rust(text: str) -> tuple[Outlined, ...]:
    """Those that Verus is to look at, or that wait to be written."""
    from synthd.synth.rust.function import Mode
    from synthd.synth.rust.outline import rust_functions

    found = []
    line = counted = 0
    for one in rust_functions(text):
        if one.trusted or one.mode is Mode.SPEC:
            continue
        line += text.count("\n", counted, one.start)
        counted = one.start
        whole = text[one.start : one.end]
        last = line + whole.count("\n")
        spec = int(one.has_spec)
        found.append(Outlined(one.path, one.line, line, last, spec, not one.has_body, whole))
    return tuple(found)
