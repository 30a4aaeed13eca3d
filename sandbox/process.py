"""A runner's process as seen from outside: spawn children in it, talk to them, end it all."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from synthd.sandbox.errors import SandboxBroken
from synthd.sandbox.inside.wire import HEADER, LIMIT, BadFrame, Frame, Op, pack, unpack
from synthd.sandbox.starting import kill, started

_PATIENCE = 2.0  # for a runner to end its children and itself
_CHUNK = 1 << 18
_BACKLOG = 32
_FINDINGS = (Op.CASE, Op.UNIT, Op.DONE)


@dataclass(frozen=True, slots=True)
class Gone:
    """A child ended. how: exit, signal, cpu, wall, closed, garbage, killed, or broken."""

    how: str
    code: int = 0
    name: str = ""
    cpu: float = 0.0


class Child:
    """One forked process; its frames and, last, how it ended."""

    def __init__(self, runner: RunnerProcess, number: int, reports: bool) -> None:
        """reports: it is a tester, whose findings are heard."""
        self.reports = reports
        self._runner = runner
        self.number = number
        self.inbox: asyncio.Queue[Frame | Gone] = asyncio.Queue()

    async def send(self, op: Op, number: int, payload: bytes) -> None:
        await self._runner.send(Op.FORWARD, self.number, pack(op, number, payload))

    async def receive(self) -> Frame | Gone:
        return await self.inbox.get()

    async def limit(self, cpu: float, wall: float) -> None:
        await self._runner.send(Op.LIMITS, self.number, json.dumps([cpu, wall]).encode())

    def kill(self) -> None:
        self._runner.drop(self.number)


class RunnerProcess:
    """Owns the process and its scratch folder; close() leaves neither."""

    def __init__(self, scratch: Path | None) -> None:
        self._scratch = scratch
        self._process: asyncio.subprocess.Process | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self._children: dict[int, Child] = {}
        self._last = 0
        self._said = b""
        self._sending = asyncio.Lock()
        self._broken = ""

    async def start(self, command: list[str]) -> None:
        self._process = await started(command)
        self._tasks = [asyncio.create_task(self._listen()), asyncio.create_task(self._overhear())]

    async def __aenter__(self) -> RunnerProcess:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    async def spawn(self, order: bytes, *, reports: bool) -> Child:
        if self._broken:
            raise SandboxBroken(self._broken)
        self._last += 1
        child = self._children[self._last] = Child(self, self._last, reports)
        await self.send(Op.SPAWN, self._last, order)
        return child

    async def preload(self, modules: list[str]) -> None:
        await self.send(Op.PRELOAD, 0, json.dumps(modules).encode())

    async def send(self, op: Op, number: int, payload: bytes) -> None:
        assert self._process is not None and self._process.stdin is not None
        try:
            async with self._sending:
                self._process.stdin.write(pack(op, number, payload))
                await self._process.stdin.drain()
        except (ConnectionError, RuntimeError):
            pass  # the listener tells every child's owner

    def drop(self, number: int) -> None:
        """Kill a child without waiting; what it still says is not heard."""
        if self._children.pop(number, None) is None or self._process is None:
            return
        stdin = self._process.stdin
        if stdin is not None and not stdin.is_closing():
            stdin.write(pack(Op.KILL, number, b""))

    async def _listen(self) -> None:
        assert self._process is not None and self._process.stdout is not None
        buffer = bytearray()
        try:
            while data := await self._process.stdout.read(_CHUNK):
                buffer += data
                while (frame := unpack(buffer, LIMIT + HEADER.size)) is not None:
                    self._dispatch(frame)
        except (BadFrame, ValueError, KeyError, TypeError):
            pass
        await asyncio.sleep(0.05)
        said = self._said.decode(errors="replace").strip().splitlines()
        self._broken = f"the sandbox ended unexpectedly: {said[-1] if said else 'no message'}"
        for child in self._children.values():
            child.inbox.put_nowait(Gone("broken", name=self._broken))

    def _dispatch(self, frame: Frame) -> None:
        child = self._children.get(frame.number)
        if child is None:
            return
        if frame.op == Op.GONE:
            found = json.loads(frame.payload)
            gone = Gone(
                found["how"], found.get("code", 0), found.get("name", ""), found.get("cpu", 0.0)
            )
            self._children.pop(frame.number)
            child.inbox.put_nowait(gone)
        elif frame.op == Op.FORWARD:
            inner = unpack(bytearray(frame.payload))
            if inner is None or (inner.op in _FINDINGS and not child.reports):
                return
            if child.inbox.qsize() > _BACKLOG and not child.reports:
                self.drop(child.number)  # it talks without being asked
                child.inbox.put_nowait(Gone("garbage"))
                return
            child.inbox.put_nowait(inner)

    async def _overhear(self) -> None:
        """The last of what it complained about: Python's or bubblewrap's message."""
        assert self._process is not None and self._process.stderr is not None
        while data := await self._process.stderr.read(4096):
            self._said = (self._said + data)[-8192:]

    async def close(self) -> None:
        """End it and wait until it is gone. Also when cancelled."""
        process = self._process
        if process is not None:
            if process.stdin is not None:
                process.stdin.close()  # the runner kills and reaps its children, then ends
            try:
                await asyncio.wait_for(process.wait(), _PATIENCE)
            except (TimeoutError, asyncio.CancelledError) as why:
                kill(process)
                await process.wait()
                if isinstance(why, asyncio.CancelledError):
                    self._clean()
                    raise
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)
            transport = getattr(process, "_transport", None)
            if transport is not None:
                transport.close()
        self._clean()

    def _clean(self) -> None:
        if self._scratch is not None and self._scratch.exists():
            _make_removable(self._scratch)
            shutil.rmtree(self._scratch, ignore_errors=True)


def _make_removable(folder: Path) -> None:
    for place, _, _ in os.walk(folder):
        with contextlib.suppress(OSError):
            os.chmod(place, 0o700)
