"""A supervisor's process as seen from outside: an order, its answer, and the end of it all."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

from synthd.sandbox.errors import SandboxBroken
from synthd.sandbox.inside.native_wire import MOST, Order, join, split
from synthd.sandbox.inside.wire import BadFrame, pack, unpack
from synthd.sandbox.starting import kill, started

_PATIENCE = 2.0  # for a supervisor to end its child and itself
_CHUNK = 1 << 18


@dataclass(frozen=True, slots=True)
class Ran:
    """How a compiler or a program ended. how: exit, signal, cpu, wall, output, threads, scratch,
    channel (it said too much there)."""

    how: str
    code: int
    name: str
    cpu: float
    seconds: float
    peak: int
    replaced: tuple[str, ...]
    printed: bytes
    complained: bytes
    told: bytes
    number: bytes


class Supervised:
    """Owns the process and its scratch folder; leaving the context leaves neither."""

    def __init__(self, scratch: Path | None) -> None:
        self._scratch = scratch
        self._process: asyncio.subprocess.Process | None = None
        self._hearing: asyncio.Task[None] | None = None
        self._said = b""
        self._last = 0
        self._buffer = bytearray()

    async def start(self, command: list[str]) -> None:
        self._process = await started(command)
        self._hearing = asyncio.create_task(self._overhear())

    async def ask(self, order: Order, head: dict[str, Any], given: bytes) -> Ran:
        """Raises SandboxBroken if the supervisor ends or does not answer."""
        assert self._process is not None and self._process.stdin is not None
        self._last += 1
        self._process.stdin.write(pack(order, self._last, join(head, given)))
        with contextlib.suppress(ConnectionError):
            await self._process.stdin.drain()
        found, pieces = split(await self._answer())
        if found["fault"]:
            raise SandboxBroken(f"nothing could be started in the sandbox: {found['fault']}")
        return Ran(
            found["how"],
            int(found.get("code", 0)),
            str(found.get("name", "")),
            float(found["cpu"]),
            float(found["seconds"]),
            int(found["peak"]),
            tuple(found.get("replaced", ())),
            *pieces,
        )

    async def _answer(self) -> bytes:
        assert self._process is not None and self._process.stdout is not None
        try:
            while (frame := unpack(self._buffer, MOST)) is None:
                data = await self._process.stdout.read(_CHUNK)
                if not data:
                    raise SandboxBroken(await self._last_words())
                self._buffer += data
        except BadFrame as problem:
            raise SandboxBroken(f"the sandbox answers with {problem}") from None
        return frame.payload

    async def _last_words(self) -> str:
        if self._hearing is not None:
            await asyncio.wait([self._hearing], timeout=0.2)
        said = self._said.decode(errors="replace").strip().splitlines()
        return f"the sandbox ended unexpectedly: {said[-1] if said else 'no message'}"

    async def _overhear(self) -> None:
        assert self._process is not None and self._process.stderr is not None
        while data := await self._process.stderr.read(4096):
            self._said = (self._said + data)[-8192:]

    async def __aenter__(self) -> Supervised:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            await self._end()
        finally:
            self._clean()

    async def _end(self) -> None:
        """The supervisor kills and reaps its child when nobody listens. Also when cancelled."""
        process = self._process
        if process is None:
            return
        if process.stdin is not None:
            process.stdin.close()
        try:
            await asyncio.wait_for(process.wait(), _PATIENCE)
        except TimeoutError:
            pass
        finally:
            kill(process)
            await process.wait()
            if self._hearing is not None:
                self._hearing.cancel()
                await asyncio.gather(self._hearing, return_exceptions=True)
            transport = getattr(process, "_transport", None)
            if transport is not None:
                transport.close()

    def _clean(self) -> None:
        if self._scratch is not None and self._scratch.exists():
            for place, _, _ in os.walk(self._scratch):
                with contextlib.suppress(OSError):
                    os.chmod(place, 0o700)
            shutil.rmtree(self._scratch, ignore_errors=True)
