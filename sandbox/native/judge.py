"""The judge of C++ and Rust programs: each is compiled and run in a sandbox of its own.

What a program prints is compared out here. Tests that bring their own main run in its process.
"""

from __future__ import annotations

import asyncio
import contextlib
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from pathlib import Path

from synthd.sandbox.checks import CaseReport, Outcome
from synthd.sandbox.errors import SandboxBroken, SandboxUnavailable
from synthd.sandbox.inside import seccomp
from synthd.sandbox.interpreter import Interpreter, look_at
from synthd.sandbox.level import Detection, Level
from synthd.sandbox.limits import Limits
from synthd.sandbox.native import cpp_main, rust_main, verdicts
from synthd.sandbox.native.bench import Bench, Unbuilt
from synthd.sandbox.native.endings import clipped
from synthd.sandbox.native.instrumented import Instrumented
from synthd.sandbox.native.process import Supervised
from synthd.sandbox.native.toolchain import CompilerMissing, Toolchain, find
from synthd.sandbox.native.verdicts import Findings
from synthd.sandbox.native.view import command
from synthd.sandbox.programs import Exchanges, Language, MainTests, ProgramReport

_ATTEMPTS = 2  # a sandbox that ends by itself is replaced once


class NativeJudge:
    """Judges programs of one language; several judge() calls may run at once."""

    def __init__(
        self,
        level: Level,
        limits: Limits,
        workers: int,
        interpreter: Interpreter,
        toolchain: Toolchain | CompilerMissing,
    ) -> None:
        """Use open()."""
        self._level = level
        self._limits = limits
        self._slots = asyncio.Semaphore(workers)
        self._interpreter = interpreter
        self._toolchain = toolchain

    @staticmethod
    @contextlib.asynccontextmanager
    async def open(
        language: Language,
        detection: Detection,
        limits: Limits,
        *,
        workers: int = 2,
        unsafe: bool = False,
    ) -> AsyncIterator[NativeJudge]:
        """Raises SandboxUnavailable where there is no isolation and unsafe is not set.

        A missing compiler is found out here and said in every report.
        """
        if detection.level is Level.NONE and not unsafe:
            remedy = f"; try: {detection.fix}" if detection.fix else ""
            why = "; ".join(detection.reasons) or "no isolation"
            raise SandboxUnavailable(f"generated code cannot be run safely here: {why}{remedy}")
        interpreter = await look_at(Path(sys.executable))
        toolchain: Toolchain | CompilerMissing
        try:
            toolchain = await find(language)
        except CompilerMissing as problem:
            toolchain = problem
        yield NativeJudge(detection.level, limits, workers, interpreter, toolchain)

    async def judge(self, text: str, tests: Exchanges | MainTests) -> ProgramReport:
        """text: the whole program. Cancelling it ends compiler and program."""
        async with self._slots:
            began = time.monotonic()
            bench: Bench | None = None
            for left in reversed(range(_ATTEMPTS)):
                try:
                    async with self._bench() as bench:
                        found = await _judged(bench, text, tests)
                    break
                except SandboxBroken as problem:
                    found = Findings(error=str(problem))
                    if not left:
                        break
                except CompilerMissing as problem:
                    found = Findings(error=str(problem))
                    break
            cpu = bench.cpu if bench is not None else 0.0
        return found.report(self._level, time.monotonic() - began, cpu)

    @contextlib.asynccontextmanager
    async def _bench(self) -> AsyncIterator[Bench]:
        if isinstance(self._toolchain, CompilerMissing):
            raise self._toolchain
        boxed = self._level is Level.BUBBLEWRAP  # has a /tmp of its own
        scratch = None if boxed else Path(tempfile.mkdtemp(prefix="synthd-"))
        async with Supervised(scratch) as supervised:
            filtered = sys.platform == "linux" and seccomp.supported()
            await supervised.start(
                command(
                    self._level,
                    self._interpreter,
                    self._toolchain,
                    self._limits,
                    scratch,
                    filtered,
                )
            )
            yield Bench(supervised, self._toolchain, self._limits)


async def _judged(bench: Bench, text: str, tests: Exchanges | MainTests) -> Findings:
    try:
        if isinstance(tests, Exchanges):
            return await _exchanged(bench, text, tests)
        return await _tested(bench, text, tests)
    except Unbuilt as problem:
        case = CaseReport("compile", problem.outcome, detail=problem.detail)
        return Findings((case,), in_process=isinstance(tests, MainTests))


async def _tested(bench: Bench, text: str, tests: MainTests) -> Findings:
    work = _instrumented(bench.language, text, tests)
    if not work.checks:
        return Findings(error="the tests contain no check", in_process=True)
    await bench.build(work.text, tests.flags, checked=True)
    return verdicts.of_tests(work, await bench.test(work.secrets.channel), bench.limits)


def _instrumented(language: Language, text: str, tests: MainTests) -> Instrumented:
    made = cpp_main.instrument if language is Language.CPP else rust_main.instrument
    return made(text, tests.text)


async def _exchanged(bench: Bench, text: str, tests: Exchanges) -> Findings:
    """All rows in the order they have, in one sandbox; total_seconds is for all of them."""
    if not tests.rows:
        return Findings(error="the tests contain no row")
    await bench.build(text, (), checked=False)
    cases: list[CaseReport] = []
    deadline = time.monotonic() + bench.limits.total_seconds
    for number, row in enumerate(tests.rows):
        name = f"row {number + 1}"
        left = deadline - time.monotonic()
        if left <= 0:
            why = f"all rows together take more than {bench.limits.total_seconds:g} s"
            given, expected = clipped(row.given), clipped(row.expected)
            cases.append(CaseReport(name, Outcome.TIMEOUT, given, expected, "", why))
            break
        ran, ending = await bench.exchange(row.given, left)
        cases.append(verdicts.of_row(name, row, tests, ran, ending))
        await asyncio.sleep(0)
    passed = sum(case.outcome is Outcome.PASS for case in cases)
    return Findings(tuple(cases), len(cases), passed, len(tests.rows))
