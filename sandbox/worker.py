"""One worker of a pool: a tester and a candidates' server, each in a sandbox, joined by a socket.

From here programs go to the tester, and verdicts come back.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import shutil
import socket
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from synthd.sandbox.context import ModuleContext
from synthd.sandbox.errors import SandboxBroken
from synthd.sandbox.inside.wire import HEAD, HEADER, LIMIT, BadFrame, Op, pack, unpack
from synthd.sandbox.interpreter import Interpreter
from synthd.sandbox.isolation import command
from synthd.sandbox.level import Level
from synthd.sandbox.limits import Limits
from synthd.sandbox.starting import kill, started

_PATIENCE = 2.0  # for a worker's two processes to end by themselves
_TESTER_SHARE = 2  # a tester may use so many times a candidate's memory: it holds the tests, too
_CHUNK = 1 << 18


class WorkerLost(SandboxBroken):
    """Its processes ended, or do not answer any more."""


@dataclass(frozen=True, slots=True)
class Setting:
    """What all workers of a pool have in common."""

    level: Level
    interpreter: Interpreter
    context: ModuleContext
    limits: Limits
    shared: bool = True  # whether plain programs may share a process (inside/plain.py)


class Worker:
    def __init__(self, setting: Setting) -> None:
        self._setting = setting
        self._processes: list[asyncio.subprocess.Process] = []
        self._scratch: list[Path] = []
        self._tasks: list[asyncio.Task[None]] = []
        self._answers: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._known: set[int] = set()  # numbers of tests that it has been given
        self._last = 0
        self._complaint = b""
        self.lost = ""

    async def start(self) -> None:
        limits = self._setting.limits
        told = {
            "cpu_seconds": limits.cpu_seconds,
            "wall_seconds": limits.wall_seconds,
            "total_seconds": limits.total_seconds,
            "memory_bytes": limits.memory_bytes,
            "file_bytes": limits.file_bytes,
            "open_files": limits.open_files,
            "output_bytes": limits.output_bytes,
            "shared": self._setting.shared,
        }
        ends = socket.socketpair()
        try:
            for name, end in zip(("tester", "candidates"), ends, strict=True):
                role = {"name": name, "descriptor": end.fileno(), "limits": told}
                self._processes.append(await self._spawn(role, end))
        finally:
            for end in ends:
                end.close()
        self._tasks = [asyncio.create_task(self._listen())]
        self._tasks += [asyncio.create_task(self._overhear(p)) for p in self._processes]

    async def _spawn(
        self, role: dict[str, object], end: socket.socket
    ) -> asyncio.subprocess.Process:
        setting, scratch = self._setting, None
        if setting.level is not Level.BUBBLEWRAP:
            scratch = Path(tempfile.mkdtemp(prefix="synthd-"))
            self._scratch.append(scratch)
        argv = command(
            setting.level, setting.interpreter, setting.context, setting.limits, scratch, (), role
        )
        return await started(argv, descriptors=(end.fileno(),))

    @property
    def busy(self) -> int:
        """Programs that it has not answered yet."""
        return len(self._answers)

    def knows(self, tests: int) -> bool:
        return tests in self._known

    def learn(self, tests: int, order: bytes) -> None:
        self._known.add(tests)
        self._write(pack(Op.TESTS, tests, order))

    def forget(self, tests: int) -> None:
        if tests in self._known:
            self._known.remove(tests)
            self._write(pack(Op.FORGET, tests, b""))

    async def ask(self, tests: int, source: bytes) -> dict[str, Any]:
        """Raises WorkerLost."""
        if self.lost:
            raise WorkerLost(self.lost)
        self._last += 1
        number = self._last
        answer: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        self._answers[number] = answer
        self._write(pack(Op.TRY, number, HEAD.pack(tests) + source))
        try:
            stdin = self._processes[0].stdin
            assert stdin is not None
            with contextlib.suppress(ConnectionError):
                await stdin.drain()
            return await answer
        except asyncio.CancelledError:
            if len(self._answers) == 1:  # nobody waits for anything else
                self.kill("nothing of it is wanted any more")
            raise
        finally:
            self._answers.pop(number, None)

    def _write(self, data: bytes) -> None:
        stdin = self._processes[0].stdin
        if stdin is not None and not stdin.is_closing():
            stdin.write(data)

    async def _listen(self) -> None:
        stdout = self._processes[0].stdout
        assert stdout is not None
        buffer = bytearray()
        with contextlib.suppress(BadFrame, ValueError):
            while data := await stdout.read(_CHUNK):
                buffer += data
                while (frame := unpack(buffer, 16 * LIMIT + HEADER.size)) is not None:
                    answer = self._answers.get(frame.number)
                    if answer is not None and not answer.done():
                        answer.set_result(json.loads(frame.payload))
        await asyncio.sleep(0.05)
        said = self._complaint.decode(errors="replace").strip().splitlines()
        self.give_up(f"the sandbox ended unexpectedly: {said[-1] if said else 'no message'}")

    async def _overhear(self, process: asyncio.subprocess.Process) -> None:
        """The last of what it complained about: Python's or bubblewrap's message."""
        assert process.stderr is not None
        while data := await process.stderr.read(4096):
            self._complaint = (self._complaint + data)[-8192:]

    def give_up(self, why: str) -> None:
        """All that it has not answered is lost."""
        self.lost = self.lost or why
        for answer in self._answers.values():
            if not answer.done():
                answer.set_exception(WorkerLost(self.lost))

    def kill(self, why: str) -> None:
        self.give_up(why)
        for process in self._processes:
            kill(process)

    async def close(self) -> None:
        """End both processes and wait until they are gone. Also when cancelled."""
        self.kill("the pool was closed")
        for process in self._processes:
            if process.stdin is not None:
                process.stdin.close()
        waiting = [asyncio.create_task(process.wait()) for process in self._processes]
        try:
            if waiting:
                await asyncio.wait(waiting, timeout=_PATIENCE)
        finally:
            for task in (*self._tasks, *waiting):
                task.cancel()
            for process in self._processes:
                transport = getattr(process, "_transport", None)
                if transport is not None:
                    transport.close()
            for folder in self._scratch:
                shutil.rmtree(folder, ignore_errors=True)
        await asyncio.gather(*self._tasks, return_exceptions=True)
