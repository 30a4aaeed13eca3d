"""A function of ours that works on text of others: parsers and algebra, which such text can make
run for ever, eat memory, or worse.

It runs in the sandbox that judges programs, each call in a forked process of its own with limits.
The modules that it needs are imported once, before the forks. What a call did is a value; a sandbox
that breaks down is replaced once.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import sys
import tempfile
from collections.abc import AsyncIterator, Sequence
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from pathlib import Path

from synthd.sandbox.context import ModuleContext
from synthd.sandbox.errors import SandboxBroken, SandboxUnavailable
from synthd.sandbox.inside.wire import Op
from synthd.sandbox.interpreter import Interpreter, look_at
from synthd.sandbox.isolation import command
from synthd.sandbox.level import Detection, Level
from synthd.sandbox.limits import Limits
from synthd.sandbox.process import Child, Gone, RunnerProcess


class Ended(StrEnum):
    RETURNED = "returned"
    RAISED = "raised"
    TIMEOUT = "timeout"
    DIED = "died"  # killed, out of memory, or it broke the protocol


@dataclass(frozen=True, slots=True)
class Called:
    """value: JSON, of what was returned. note: what was raised, or how it ended."""

    ended: Ended
    value: object = None
    note: str = ""


class SandboxedFunction:
    """call() may be used for any number of arguments at once. Use open()."""

    def __init__(
        self,
        source: str,
        function: str,
        modules: Sequence[str],
        examples: Sequence[object],
        limits: Limits,
        level: Level,
        interpreter: Interpreter,
        jobs: int,
    ) -> None:
        self._source, self._function = source, function
        self._modules, self._examples = list(modules), list(examples)
        self._limits, self._level, self._interpreter = limits, level, interpreter
        self._slots = asyncio.Semaphore(jobs)
        self._starting = asyncio.Lock()
        self._runner: RunnerProcess | None = None

    @staticmethod
    @contextlib.asynccontextmanager
    async def open(
        source: str,
        function: str,
        modules: Sequence[str],
        limits: Limits,
        detection: Detection,
        *,
        examples: Sequence[object] = (),
        jobs: int | None = None,
        unsafe: bool = False,
    ) -> AsyncIterator[SandboxedFunction]:
        """source: a module that imports nothing of ours, of which `function` takes and gives JSON
        values. modules: what it imports. examples: arguments of ours that it is tried on before the
        first call, so that what it keeps is there. jobs: calls at once, by default one a processor.

        Raises SandboxUnavailable where there is no isolation and unsafe is not set, and
        InterpreterUnusable.
        """
        if detection.level is Level.NONE and not unsafe:
            remedy = f"; try: {detection.fix}" if detection.fix else ""
            why = "; ".join(detection.reasons) or "no isolation"
            raise SandboxUnavailable(f"answers cannot be compared safely here: {why}{remedy}")
        interpreter = replace(await look_at(Path(sys.executable)), added=())
        one = SandboxedFunction(
            source,
            function,
            modules,
            examples,
            limits,
            detection.level,
            interpreter,
            jobs or len(os.sched_getaffinity(0)),
        )
        try:
            yield one
        finally:
            if one._runner is not None:
                await one._runner.close()

    async def call(self, argument: object) -> Called:
        """Raises SandboxBroken where the sandbox itself does not hold."""
        async with self._slots:
            try:
                return await self._once(argument)
            except SandboxBroken:
                return await self._once(argument)

    async def _once(self, argument: object) -> Called:
        runner = await self._running()
        order = json.dumps(asdict(self._limits)).encode()
        child = await runner.spawn(order, reports=False)
        load = {
            "role": "given",
            "source": self._source,
            "function": self._function,
            "argument": argument,
        }
        try:
            await child.send(Op.LOAD, 0, json.dumps(load).encode())
            return await self._heard(child, runner)
        finally:
            child.kill()

    async def _heard(self, child: Child, runner: RunnerProcess) -> Called:
        try:
            async with asyncio.timeout(self._limits.total_seconds):
                said = await child.receive()
        except TimeoutError:  # of a runner that does not watch clocks any more
            await self._lost(runner)
            return Called(Ended.TIMEOUT, note="the sandbox does not answer")
        if isinstance(said, Gone):
            if said.how == "broken":
                await self._lost(runner)
                raise SandboxBroken(said.name)
            late = said.how in ("cpu", "wall")
            return Called(Ended.TIMEOUT if late else Ended.DIED, note=said.name or said.how)
        text = said.payload.decode("utf-8", "replace")
        if said.op == Op.RESULT:
            with contextlib.suppress(ValueError):
                return Called(Ended.RETURNED, json.loads(text))
        return Called(Ended.RAISED, note=text) if said.op == Op.FAILED else Called(Ended.DIED)

    async def _running(self) -> RunnerProcess:
        async with self._starting:
            if self._runner is None:
                self._runner = await self._started()
            return self._runner

    async def _started(self) -> RunnerProcess:
        boxed = self._level is Level.BUBBLEWRAP  # has a /tmp of its own
        scratch = None if boxed else Path(tempfile.mkdtemp(prefix="synthd-"))
        runner = RunnerProcess(scratch)
        context = ModuleContext(self._interpreter.program, "given", Path("/given/given.py"), ())
        try:
            await runner.start(
                command(self._level, self._interpreter, context, self._limits, scratch, ())
            )
            await runner.preload(self._modules)
            prepared = {
                "source": self._source,
                "function": self._function,
                "examples": self._examples,
            }
            await runner.send(Op.PREPARE, 0, json.dumps(prepared).encode())
        except BaseException:
            await runner.close()
            raise
        return runner

    async def _lost(self, runner: RunnerProcess) -> None:
        async with self._starting:
            if self._runner is runner:
                self._runner = None
        await runner.close()
