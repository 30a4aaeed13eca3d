"""A task whose program stands alone: C++, Rust, or one that reads its input and prints."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from synthd.daemon.bench.case import Found, Score, Sought, Tools
from synthd.daemon.bench.suites import scoring, searching
from synthd.daemon.bench.suites.observing import Executing, Inputs, needs_execution
from synthd.daemon.bench.suites.searching import Posed
from synthd.daemon.bench.suites.steering import Steering, Visible, asked
from synthd.sandbox.programs import Language, Program, Tests
from synthd.synth.ports import Verifier
from synthd.synth.problem import Problem
from synthd.synth.run import Read, Strategy


def as_it_is(text: str) -> str:
    return text


@dataclass(frozen=True, slots=True)
class ProgramCase:
    """Implements Case. problem: as prompts show it. visible: None where nothing can steer. whole:
    from the text that a search keeps to what is compiled. inputs: how programs are tried on inputs
    that nobody has answers for, None where that is not possible."""

    id: str
    suite: str
    problem: Problem
    compiled: Language
    read: Read
    visible: Visible | None
    tests: Tests
    reference: str
    whole: Callable[[str], str] = as_it_is
    inputs: Inputs | None = None

    @property
    def language(self) -> str:
        return self.compiled.value

    @property
    def text(self) -> str:
        return self.problem.start

    def unmet(self, strategy: Strategy) -> str:
        if self.visible is None or self.inputs is not None or not needs_execution(strategy):
            return ""
        return "it compares what programs do on inputs, and those of this task cannot be given any"

    async def search(self, sought: Sought, tools: Tools) -> Found:
        posed = Posed(self.problem, self.read, as_it_is, self._program, f"{self.suite}::{self.id}")
        return await searching.search(posed, self._verifier(tools), self.tests, sought, tools)

    async def score(self, program: str, tools: Tools) -> Score:
        if not program.strip():
            return await scoring.score(Program(self.compiled, ""), self.tests, tools.pool)
        return await scoring.score(self._program(program), self.tests, tools.pool)

    def _verifier(self, tools: Tools) -> Verifier | None:
        if self.visible is None:
            return None
        checks = asked(self.visible, self.compiled)
        steering = Steering(tools.pool, self.visible, checks, self._program)
        if self.inputs is None:
            return steering
        return Executing(steering, self.inputs, tools.pool, self.compiled)

    def _program(self, code: str) -> Program:
        return Program(self.compiled, self.whole(code))
