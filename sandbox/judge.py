"""The judge of Python functions: a tester and a candidate, each in a sandbox of its own.

The two never meet. Calls and values pass through here as frames that nobody here looks into;
what counts is only what the tester reports.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import tempfile
import time
from collections.abc import AsyncIterator
from dataclasses import astuple
from pathlib import Path

from synthd.sandbox.bench import CandidateBench, Unloadable
from synthd.sandbox.checks import (
    CaseReport,
    Checks,
    JudgeReport,
    Outcome,
    SpecError,
    SpecReport,
    Unit,
)
from synthd.sandbox.context import ModuleContext
from synthd.sandbox.errors import SandboxBroken, SandboxUnavailable
from synthd.sandbox.inside.wire import Frame, Op
from synthd.sandbox.interpreter import look_at
from synthd.sandbox.isolation import command
from synthd.sandbox.level import Detection, Level
from synthd.sandbox.limits import Limits
from synthd.sandbox.process import Child, Gone, RunnerProcess
from synthd.sandbox.trial import Trial

_TESTER_SHARE = 2  # a tester may use so many times a candidate's memory: it holds the tests, too


class PythonJudge:
    """Judges candidates for one function; several judge() calls may run at once."""

    def __init__(
        self,
        context: ModuleContext,
        source: str,
        qualname: str,
        line: int | None,
        checks: Checks,
        limits: Limits,
        level: Level,
        tester: RunnerProcess,
        candidates: RunnerProcess,
    ) -> None:
        """source: the user's module as it is. Use open()."""
        self._context = context
        self._source = source
        self._qualname = qualname
        self._line = line
        self._checks = checks
        self._limits = limits
        self._level = level
        self._tester = tester
        self._candidates = candidates
        self._spec: SpecReport | None = None
        self._known: list[str] | None = None  # modules that the user's module loads
        self._looking = asyncio.Lock()

    @staticmethod
    @contextlib.asynccontextmanager
    async def open(
        context: ModuleContext,
        source: str,
        qualname: str,
        checks: Checks,
        limits: Limits,
        detection: Detection,
        *,
        line: int | None = None,
        unsafe: bool = False,
    ) -> AsyncIterator[PythonJudge]:
        """Raises SandboxUnavailable where there is no isolation and unsafe is not set."""
        if detection.level is Level.NONE and not unsafe:
            remedy = f"; try: {detection.fix}" if detection.fix else ""
            why = "; ".join(detection.reasons) or "no isolation"
            raise SandboxUnavailable(f"generated code cannot be run safely here: {why}{remedy}")
        interpreter = await look_at(context.program)
        async with contextlib.AsyncExitStack() as stack:
            runners = []
            for masked in ((), context.masked):
                boxed = detection.level is Level.BUBBLEWRAP  # has a /tmp of its own
                scratch = None if boxed else Path(tempfile.mkdtemp(prefix="synthd-"))
                runner = await stack.enter_async_context(RunnerProcess(scratch))
                await runner.start(
                    command(detection.level, interpreter, context, limits, scratch, masked)
                )
                runners.append(runner)
            yield PythonJudge(
                context, source, qualname, line, checks, limits, detection.level, *runners
            )

    def with_checks(self, checks: Checks, limits: Limits | None = None) -> PythonJudge:
        """A judge by other checks in the same sandboxes, for as long as this one is open.

        limits: of time, where others shall hold.
        """
        return PythonJudge(
            self._context,
            self._source,
            self._qualname,
            self._line,
            checks,
            limits or self._limits,
            self._level,
            self._tester,
            self._candidates,
        )

    def with_function(
        self, source: str, qualname: str, checks: Checks, *, line: int | None = None
    ) -> PythonJudge:
        """A judge of another function of the same file, or of another text of it, in the same
        sandboxes, for as long as this one is open."""
        return PythonJudge(
            self._context,
            source,
            qualname,
            line,
            checks,
            self._limits,
            self._level,
            self._tester,
            self._candidates,
        )

    async def preflight(self) -> SpecReport:
        """Look at the checks alone: which call the function, which are broken. Once."""
        async with self._looking:
            if self._spec is None:
                self._spec = await self._look()
        return self._spec

    async def _look(self) -> SpecReport:
        child = await self._tester.spawn(self._spawn_order(_TESTER_SHARE), reports=True)
        try:
            async with asyncio.timeout(self._limits.load_seconds + self._limits.total_seconds):
                await self._start(child, preflight=True, declared=())
                return await self._survey(child)
        except TimeoutError:
            return _broken_module("the module and its checks do not come to an end", None)
        finally:
            child.kill()

    async def _survey(self, child: Child) -> SpecReport:
        units: list[Unit] = []
        errors: list[SpecError] = []
        while True:
            said = await child.receive()
            if isinstance(said, Gone):
                if said.how == "broken":
                    raise SandboxBroken(said.name)
                return _broken_module(f"the module or a check ended Python ({said.how})", None)
            if said.op == Op.FAILED:
                _, message, line = json.loads(said.payload)
                return _broken_module(message, line)
            if said.op == Op.UNIT:
                found = json.loads(said.payload)
                if found["calls"]:
                    units.append(Unit(found["unit"], found["given"]))
                if found["error"]:
                    errors.append(SpecError(found["unit"], found["line"], found["error"]))
            elif said.op == Op.DONE:
                installed, self._known = json.loads(said.payload)
                await self._tester.preload(installed)
                await self._candidates.preload(installed)
                return SpecReport(tuple(units), tuple(errors))

    async def judge(self, candidate_source: str) -> JudgeReport:
        """candidate_source: the whole module with the candidate in it, and without examples."""
        began = time.monotonic()
        spec = await self.preflight()
        if spec.module_error is not None:
            return self._report((), False, began, spec.module_error.message)
        if not spec.units:
            why = spec.errors[0].message if spec.errors else "no check calls the function"
            return self._report((), False, began, why)
        bench = CandidateBench(
            self._candidates,
            self._limits,
            self._spawn_order(1),
            lambda first: self._load_order(candidate_source, first),
        )
        trial = Trial(spec.units)
        try:
            await bench.load()
            child = await self._tester.spawn(self._spawn_order(_TESTER_SHARE), reports=True)
            try:
                await self._try(child, bench, trial, [unit.id for unit in spec.units])
            finally:
                child.kill()
        except Unloadable as problem:
            trial.abandon(problem.outcome, problem.detail)
        finally:
            bench.close()
        return self._report(trial.cases(), trial.complete, began, trial.error)

    async def _try(
        self, child: Child, bench: CandidateBench, trial: Trial, declared: list[str]
    ) -> None:
        try:
            async with asyncio.timeout(self._limits.total_seconds):
                await self._start(child, preflight=False, declared=tuple(declared))
                await self._relay(child, bench, trial)
        except TimeoutError:
            seconds = self._limits.total_seconds
            trial.abandon(Outcome.TIMEOUT, f"all checks together take more than {seconds:g} s")

    async def _relay(self, child: Child, bench: CandidateBench, trial: Trial) -> None:
        while True:
            said = await child.receive()
            if isinstance(said, Gone):
                if said.how in ("cpu", "wall"):
                    trial.abandon(Outcome.TIMEOUT, "the checks do not come to an end")
                else:
                    trial.abandon(Outcome.INFRA_ERROR, f"the tester ended: {_ending(said)}")
                return
            if said.op in (Op.CALL, Op.RESULT):
                answer: Frame = await bench.pass_on(said)
                await child.send(Op(answer.op), answer.number, answer.payload)
            elif said.op == Op.DONE:
                return
            elif said.op == Op.FAILED:
                trial.abandon(Outcome.INFRA_ERROR, str(json.loads(said.payload)[1]))
                return
            else:
                trial.note(said)

    async def _start(self, child: Child, *, preflight: bool, declared: tuple[str, ...]) -> None:
        seconds = self._limits.load_seconds
        await child.limit(seconds, seconds)
        order = {
            **self._common("tester", self._source),
            "preflight": preflight,
            "declared": declared,
            "known": self._known,
            "doctests": [astuple(check) for check in self._checks.doctests],
            "examples": [astuple(check) for check in self._checks.comparisons],
            "files": [astuple(check) for check in self._checks.files],
        }
        await child.send(Op.LOAD, 0, json.dumps(order).encode())

    def _load_order(self, source: str, first_handle: int) -> bytes:
        order = {
            **self._common("candidate", source),
            "first_handle": first_handle,
            "output_bytes": self._limits.output_bytes,
        }
        return json.dumps(order).encode()

    def _common(self, role: str, source: str) -> dict[str, object]:
        return {
            "role": role,
            "roots": [str(root) for root in (*self._context.roots, *self._context.folders)],
            "module": self._context.module,
            "path": str(self._context.path),
            "source": source,
            "qualname": self._qualname,
            "line": self._line,
        }

    def _spawn_order(self, share: int) -> bytes:
        limits = self._limits
        order = {
            "cpu_seconds": limits.cpu_seconds,
            "wall_seconds": limits.wall_seconds,
            "total_seconds": limits.total_seconds,
            "memory_bytes": limits.memory_bytes * share,
            "file_bytes": limits.file_bytes,
            "open_files": limits.open_files,
        }
        return json.dumps(order).encode()

    def _report(
        self, cases: tuple[CaseReport, ...], complete: bool, began: float, error: str
    ) -> JudgeReport:
        return JudgeReport(cases, complete, self._level, time.monotonic() - began, error)


def _broken_module(message: str, line: int | None) -> SpecReport:
    return SpecReport(module_error=SpecError("module", line, message))


def _ending(gone: Gone) -> str:
    return gone.name or f"{gone.how} {gone.code}"
