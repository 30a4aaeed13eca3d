"""Verifies Python functions by running them: the judge's findings as an Evaluation."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from types import TracebackType

from synthd.sandbox.checks import (
    CaseReport,
    Checks,
    Comparison,
    File,
    JudgeReport,
    SpecReport,
    Statement,
)
from synthd.sandbox.context import ModuleContext
from synthd.sandbox.judge import PythonJudge
from synthd.sandbox.level import Detection
from synthd.sandbox.limits import Limits
from synthd.synth.attempt import Candidate, Case, CaseOutcome, Evaluation, Extraction, Verdict
from synthd.synth.observation import Happened, Observation
from synthd.synth.problem import Check, Doctest, Example, Problem, TestFile
from synthd.synth.verifiers import observing
from synthd.synth.verifiers.rewrite import candidate_module

_NO_PROGRAM = (Extraction.NO_CODE, Extraction.UNUSABLE)


class PythonVerifier:
    """Implements ports.Verifier; an async context manager that owns two sandboxes.

    module_text is the user's module as it is, splice makes a whole module text from a
    candidate's code. line is that of the function's `def`, where its name is not unique. within:
    a judge of the same file that is open, whose sandboxes are used instead of own ones.
    """

    def __init__(
        self,
        context: ModuleContext,
        checks: tuple[Check, ...],
        module_text: str,
        qualname: str,
        splice: Callable[[str], str],
        limits: Limits,
        detection: Detection,
        *,
        line: int | None = None,
        unsafe: bool = False,
        within: PythonJudge | None = None,
    ) -> None:
        self._context = context
        self._checks = checks
        self._module_text = module_text
        self._qualname = qualname
        self._splice = splice
        self._limits = limits
        self._detection = detection
        self._line = line
        self._unsafe = unsafe
        self._within = within
        self._stack = contextlib.AsyncExitStack()
        self._judge: PythonJudge | None = None
        self._observing: tuple[tuple[str, ...], PythonJudge] | None = None

    async def __aenter__(self) -> PythonVerifier:
        """Raises a SandboxError where nothing can be run."""
        if self._within is not None:
            checks = _for_judge(self._checks)
            self._judge = self._within.with_function(
                self._module_text, self._qualname, checks, line=self._line
            )
            return self
        self._judge = await self._stack.enter_async_context(
            PythonJudge.open(
                self._context,
                self._module_text,
                self._qualname,
                _for_judge(self._checks),
                self._limits,
                self._detection,
                line=self._line,
                unsafe=self._unsafe,
            )
        )
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._stack.aclose()

    async def preflight(self) -> SpecReport:
        """Which checks call the function, and which are broken by themselves."""
        return await self._opened().preflight()

    async def verify(self, problem: Problem, candidate: Candidate) -> Evaluation:
        if candidate.extraction in _NO_PROGRAM or not candidate.code.strip():
            return await self._no_program(candidate)
        text = candidate_module(self._splice(candidate.code), self._qualname, self._line)
        return evaluation(await self._opened().judge(text))

    async def observe(
        self, problem: Problem, candidate: Candidate, calls: tuple[str, ...]
    ) -> tuple[Observation, ...]:
        """Implements ports.Observer."""
        if candidate.extraction in _NO_PROGRAM or not candidate.code.strip():
            return tuple(Observation(call, Happened.DIED) for call in calls)
        text = candidate_module(self._splice(candidate.code), self._qualname, self._line)
        judge = self._observer(calls)
        return observing.observations(calls, await judge.preflight(), await judge.judge(text))

    def _observer(self, calls: tuple[str, ...]) -> PythonJudge:
        """Programs are compared on the same calls: these are looked at once, not once for each."""
        if self._observing is None or self._observing[0] != calls:
            limits = observing.quick(self._limits)
            self._observing = (calls, self._opened().with_checks(observing.checks(calls), limits))
        return self._observing[1]

    def _opened(self) -> PythonJudge:
        assert self._judge is not None, "use `async with`"
        return self._judge

    async def _no_program(self, candidate: Candidate) -> Evaluation:
        spec = await self.preflight()
        detail = candidate.note or "the answer holds no program"
        cases = tuple(
            Case(unit.id, CaseOutcome.NO_CODE, unit.input.strip(), detail=detail)
            for unit in spec.units
        )
        return Evaluation(
            Verdict.REJECTED, 0.0, cases, detail, isolation=self._detection.level.value
        )


def evaluation(report: JudgeReport) -> Evaluation:
    """ACCEPTED only if something ran, all of it ran, and all of it passed."""
    cases = tuple(_case(case) for case in report.cases)
    passed = sum(case.passed for case in cases)
    score = passed / len(cases) if cases else 0.0
    broken = any(case.outcome is CaseOutcome.INFRA_ERROR for case in cases)
    if report.error or broken or not cases:
        verdict = Verdict.UNDECIDED
    elif report.complete and passed == len(cases):
        verdict = Verdict.ACCEPTED
    else:
        verdict = Verdict.REJECTED
    return Evaluation(
        verdict,
        score,
        cases,
        report.error or ("" if cases else "no check was run"),
        isolation=report.isolation.value,
        seconds=report.seconds,
    )


def _case(case: CaseReport) -> Case:
    outcome = CaseOutcome(case.outcome.value)
    return Case(case.id, outcome, case.input, case.expected, case.got, case.detail)


def _for_judge(checks: tuple[Check, ...]) -> Checks:
    return Checks(
        tuple(Statement(c.id, c.source, c.want, c.line) for c in checks if isinstance(c, Doctest)),
        tuple(
            Comparison(c.id, c.call, c.expected, c.exact, c.line)
            for c in checks
            if isinstance(c, Example)
        ),
        tuple(File(c.id, c.path, c.text) for c in checks if isinstance(c, TestFile)),
    )
