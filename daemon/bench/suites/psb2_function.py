"""A Python function whose visible checks are rows of data, of which its stub shows a few."""

from __future__ import annotations

import dataclasses
from contextlib import AsyncExitStack
from dataclasses import dataclass, field

from synthd.daemon.bench.case import Found, Score, Sought, Tools
from synthd.daemon.bench.suites import scoring, searching
from synthd.daemon.bench.suites.function import file_of
from synthd.daemon.bench.suites.searching import Posed
from synthd.daemon.bench.suites.steering import Steering, asked
from synthd.daemon.bench.suites.stubs import Stub
from synthd.daemon.judging import open_verifier
from synthd.daemon.prepare import Prepared
from synthd.daemon.synthesis import reader
from synthd.sandbox.programs import Language, Program, Rows, Tests
from synthd.synth.attempt import Candidate, Evaluation, Verdict
from synthd.synth.observation import Observation
from synthd.synth.problem import Check, Example, Problem
from synthd.synth.run import Strategy
from synthd.synth.tabulation import LABEL, tabulates
from synthd.synth.verifiers.python import PythonVerifier


@dataclass(frozen=True, slots=True)
class RowsCase:
    """Implements Case. visible: all rows that steer; the stub's docstring shows some of them."""

    id: str
    stub: Stub
    visible: Rows
    tests: Tests
    reference: str
    language: str = "python"

    @property
    def text(self) -> str:
        return self.stub.text

    def unmet(self, strategy: Strategy) -> str:
        return ""

    async def search(self, sought: Sought, tools: Tools) -> Found:
        prepared = self.stub.prepared(tools.folder)
        posed = Posed(
            prepared.problem,
            reader(prepared),
            lambda body: file_of(prepared, body).text,
            lambda body: file_of(prepared, body),
            f"{prepared.source.path}::{prepared.target.qualname}",
        )
        checks = asked(self.visible, Language.PYTHON)
        steering = Steering(tools.pool, self.visible, checks, posed.program)
        async with AsyncExitStack() as stack:
            verifier = _Rows(steering, _examples(self.visible), prepared, tools, stack)
            return await searching.search(posed, verifier, self.tests, sought, tools)

    async def score(self, program: str, tools: Tools) -> Score:
        return await scoring.score(Program(Language.PYTHON, program), self.tests, tools.pool)


def _examples(rows: Rows) -> tuple[Check, ...]:
    return tuple(
        Example(str(at), f"{rows.entry}({', '.join(map(repr, row.args))})", repr(row.expected))
        for at, row in enumerate(rows.rows)
    )


@dataclass(slots=True)
class _Rows:
    """Implements ports.Executor: the pool judges, and the file's own judge executes calls."""

    steering: Steering
    examples: tuple[Check, ...]
    prepared: Prepared
    tools: Tools
    stack: AsyncExitStack
    _executing: PythonVerifier | None = field(default=None, init=False)

    async def verify(self, problem: Problem, candidate: Candidate) -> Evaluation:
        found = await self.steering.verify(problem, candidate)
        if found.verdict is Verdict.ACCEPTED and tabulates(candidate.code, self.examples):
            return dataclasses.replace(found, labels=(LABEL,))
        return found

    async def observe(
        self, problem: Problem, candidate: Candidate, calls: tuple[str, ...]
    ) -> tuple[Observation, ...]:
        if self._executing is None:
            tools = self.tools
            opening = open_verifier(
                self.prepared, tools.limits, tools.detection, unsafe=tools.unsafe
            )
            self._executing = await self.stack.enter_async_context(opening)
        return await self._executing.observe(problem, candidate, calls)
