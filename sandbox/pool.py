"""A pool of judges for whole programs: many at a time, each program in a process of its own."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
import time
from collections import OrderedDict
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from synthd.sandbox.context import ModuleContext
from synthd.sandbox.errors import SandboxUnavailable
from synthd.sandbox.inside.names import Names
from synthd.sandbox.interpreter import look_at
from synthd.sandbox.level import Detection, Level
from synthd.sandbox.limits import Limits
from synthd.sandbox.native.judge import NativeJudge
from synthd.sandbox.orders import BadTests, order_of
from synthd.sandbox.programs import (
    CodeTests,
    Exchanges,
    Language,
    MainTests,
    Program,
    ProgramReport,
    Rows,
    Tests,
)
from synthd.sandbox.reports import broken, late, report_of
from synthd.sandbox.worker import Setting, Worker, WorkerLost

_DEPTH = 48  # programs that a worker may have at hand: it runs plain ones several at a time
_LEARNING = 12  # programs that could be judged while a worker learns new tests
_ATTEMPTS = 2  # with a worker that has other programs, too; then one alone
_REMEMBERED = 256  # tests that workers keep
_PATIENCE = 15.0  # beyond a program's own limits, for a busy machine

_Plain = CodeTests | Rows | Exchanges


class JudgePool:
    """judge() may be called for any number of programs at once; those beyond what the workers
    take wait. Use open()."""

    def __init__(self, setting: Setting, workers: int, native: _Native) -> None:
        self._setting = setting
        self._most = workers
        self._native = native
        self._workers: list[Worker] = []
        self._hiring = asyncio.Lock()
        self._alone = asyncio.Lock()
        self._slots = asyncio.Semaphore(workers * _DEPTH)
        self._numbers: OrderedDict[int, tuple[_Plain, int, bytes]] = OrderedDict()
        self._last = 0
        self._names = Names([], strict=True)
        self.patience = _PATIENCE

    @staticmethod
    @contextlib.asynccontextmanager
    async def open(
        python: Path | None,
        detection: Detection,
        limits: Limits,
        *,
        workers: int | None = None,
        unsafe: bool = False,
        shared: bool = True,
    ) -> AsyncIterator[JudgePool]:
        """Raises SandboxUnavailable where there is no isolation and unsafe is not set, and
        InterpreterUnusable.

        python: what Python programs run with, by default this process's. workers: by default one
        for each processor. shared: programs that can compute and nothing else may be run several
        in a process, one after the other (inside/plain.py); without it each has its own.
        """
        if detection.level is Level.NONE and not unsafe:
            remedy = f"; try: {detection.fix}" if detection.fix else ""
            why = "; ".join(detection.reasons) or "no isolation"
            raise SandboxUnavailable(f"generated code cannot be run safely here: {why}{remedy}")
        context = ModuleContext(
            Path(python or sys.executable), "program", Path("/program/program.py"), ()
        )
        # Without what is installed in editable mode: a program here has no project.
        interpreter = replace(await look_at(context.program), added=())
        setting = Setting(detection.level, interpreter, context, limits, shared)
        count = workers or len(os.sched_getaffinity(0))
        async with contextlib.AsyncExitStack() as stack:
            native = _Native(detection, limits, count, unsafe, stack)
            pool = JudgePool(setting, count, native)
            try:
                await pool._hire()
                yield pool
            finally:
                await pool._close()

    async def judge(self, program: Program, tests: Tests) -> ProgramReport:
        """A report in any case, except where the sandbox itself cannot be used: SandboxError."""
        if program.language is not Language.PYTHON or isinstance(tests, MainTests):
            return await self._native.judge(program, tests)
        began = time.monotonic()
        level = self._setting.level
        try:
            number, order = self._number(tests)
        except BadTests as problem:
            return broken(str(problem), level, began)
        source = program.text.encode("utf-8", "surrogatepass")
        for _ in range(_ATTEMPTS):
            try:
                async with self._slots:
                    worker = await self._pick(number)
                    found = await self._ask(worker, number, order, source, tests)
            except _Late:
                break
            except WorkerLost:
                continue  # perhaps another program's doing
            if found.get("hurried"):
                break
            return report_of(found, tests, level, began, self._names)
        return await self._again(number, order, source, tests, began)

    async def _again(
        self, number: int, order: bytes, source: bytes, tests: _Plain, began: float
    ) -> ProgramReport:
        """Once more, with a worker of its own and nothing else of ours beside it."""
        level = self._setting.level
        async with self._alone, contextlib.AsyncExitStack() as stack:
            for _ in range(self._most * _DEPTH):
                await self._slots.acquire()
                stack.callback(self._slots.release)
            worker = Worker(self._setting)
            stack.push_async_callback(worker.close)
            await worker.start()
            try:
                found = await self._ask(worker, number, order, source, tests)
            except _Late:
                return late(level, began)
            except WorkerLost as lost:
                return broken(str(lost), level, began)
            return report_of(found, tests, level, began, self._names)

    async def _ask(
        self, worker: Worker, number: int, order: bytes, source: bytes, tests: _Plain
    ) -> dict[str, Any]:
        if not worker.knows(number):
            worker.learn(number, order)
        limits = self._setting.limits
        runs = len(tests.rows) if isinstance(tests, Exchanges) else 2  # with the reference
        seconds = limits.total_seconds
        if isinstance(tests, Rows):
            seconds = max(seconds, 3 * tests.seconds)
        patience = (worker.busy + 1) * (runs * seconds + self.patience)
        try:
            async with asyncio.timeout(patience):
                return await worker.ask(number, source)
        except TimeoutError:
            worker.give_up("the tests do not come to an end")
            raise _Late(worker.lost) from None

    def _number(self, tests: _Plain) -> tuple[int, bytes]:
        """By identity: a benchmark's tests are the same object for all its programs."""
        key = id(tests)
        known = self._numbers.get(key)
        if known is not None:
            self._numbers.move_to_end(key)
            return known[1], known[2]
        self._last += 1
        order = order_of(tests, self._names)
        self._numbers[key] = (tests, self._last, order)
        if len(self._numbers) > _REMEMBERED:
            _, (_, old, _) = self._numbers.popitem(last=False)
            for worker in self._workers:
                worker.forget(old)
        return self._last, order

    async def _pick(self, tests: int) -> Worker:
        """The one with the least to do, or with a little more if it knows the tests already;
        another one is hired while all are busy."""
        if any(worker.lost for worker in self._workers):
            async with self._hiring:
                for worker in [w for w in self._workers if w.lost]:
                    self._workers.remove(worker)
                    await worker.close()
        free = [worker for worker in self._workers if not worker.busy]
        if not free and len(self._workers) < self._most:
            await self._hire()

        def cost(worker: Worker) -> int:
            return worker.busy + (0 if worker.knows(tests) else _LEARNING)

        return min(self._workers, key=cost)

    async def _hire(self) -> None:
        async with self._hiring:
            if len(self._workers) < self._most:
                worker = Worker(self._setting)
                try:
                    await worker.start()
                except BaseException:
                    await worker.close()
                    raise
                self._workers.append(worker)

    async def _close(self) -> None:
        await asyncio.gather(*(worker.close() for worker in self._workers))


class _Late(WorkerLost):
    """The tests of a program did not come to an end."""


class _Native:
    """Judges of compiled languages, opened when the first such program comes."""

    def __init__(
        self,
        detection: Detection,
        limits: Limits,
        workers: int,
        unsafe: bool,
        stack: contextlib.AsyncExitStack,
    ) -> None:
        self._with = (detection, limits, workers, unsafe)
        self._stack = stack
        self._judges: dict[Language, NativeJudge] = {}
        self._opening = asyncio.Lock()

    async def judge(self, program: Program, tests: Tests) -> ProgramReport:
        if not isinstance(tests, Exchanges | MainTests) or program.language is Language.PYTHON:
            kind = type(tests).__name__
            why = f"{kind} are not for programs in {program.language}"
            return broken(why, self._with[0].level, time.monotonic())
        async with self._opening:
            if program.language not in self._judges:
                detection, limits, workers, unsafe = self._with
                self._judges[program.language] = await self._stack.enter_async_context(
                    NativeJudge.open(
                        program.language, detection, limits, workers=workers, unsafe=unsafe
                    )
                )
        return await self._judges[program.language].judge(program.text, tests)
