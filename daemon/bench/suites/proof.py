"""A Rust function to prove, as a search meets it: the job that `synthd synth FILE.rs` is, and a
score by the same prover.

Verus itself steers: a proof cannot pass what is visible and fail what is held out. The score asks
once more, of the whole file: every function of the task verified by name, nothing changed outside
of their bodies, and nothing that the gate refuses.
"""

from __future__ import annotations

import io
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from functools import partial

from synthd.daemon.bench.case import Found, Score, Sought, Tools
from synthd.daemon.bench.suites.function import setup_of
from synthd.daemon.exits import BadInput, Missing
from synthd.daemon.reporting import Done
from synthd.daemon.traces.kept import Told
from synthd.daemon.verus import sources
from synthd.daemon.verus.installed import open_checker, tool
from synthd.daemon.verus.prepare import Prepared, Wanted, prepare
from synthd.daemon.verus.remembering import Memory
from synthd.daemon.verus.synthesis import Job
from synthd.sandbox.errors import SandboxError
from synthd.synth.attempt import Candidate, Evaluation, Verdict
from synthd.synth.budget import Budget, Usage
from synthd.synth.problem import Problem
from synthd.synth.run import Strategy
from synthd.synth.rust.errors import RustSourceError
from synthd.synth.rust.functions import find, functions
from synthd.synth.rust.lexer import meaningful
from synthd.synth.rust.splice import replace_body
from synthd.synth.solve import Stop
from synthd.synth.strategies.mbr import Mbr
from synthd.synth.strategies.s_star import SStar
from synthd.synth.strategies.self_consistency import SelfConsistency
from synthd.synth.suites.verus_rows import ProofTask
from synthd.synth.verifiers.verus.checker import Checker
from synthd.synth.verifiers.verus.gate import Gate, Original, Rules
from synthd.synth.verifiers.verus.verifier import VerusVerifier

_EXECUTES = "it compares what programs do, and a proof is not executed"


@dataclass(frozen=True, slots=True)
class ProofCase:
    """Implements Case. A program is a whole file."""

    task: ProofTask
    language: str = "verus"

    @property
    def id(self) -> str:
        return self.task.id

    @property
    def text(self) -> str:
        return self.task.text

    @property
    def reference(self) -> str:
        """The task with the bodies of its solution; "" where that changes more than it may, by the
        rules that programs are held to: code, signatures, lemmas beside the function."""
        task, text = self.task, self.task.text
        try:
            for path in task.targets:
                proved = find(task.solution, path)
                if proved.body is None:
                    return ""
                text = replace_body(text, find(text, path), proved.body.of(task.solution))
                rules = Rules(keep_code=task.keeps_code)
                if Gate(Original.of(_without(task, text, path), path), rules).inspect(text):
                    return ""
        except RustSourceError:
            return ""
        return text if _same_but_main(text, task.solution) else ""

    def unmet(self, strategy: Strategy) -> str:
        match strategy:
            case SStar():
                return _EXECUTES
            case SelfConsistency(by="behaviour"):
                return f"{_EXECUTES}: by=text needs none of that"
            case Mbr(utility=utility) if utility != "edit":
                return f"{_EXECUTES}: utility=edit needs none of that"
        if getattr(strategy, "oracle", False):
            return "Verus itself ends the search, so there is no oracle besides: leave oracle out"
        return ""

    async def search(self, sought: Sought, tools: Tools) -> Found:
        if why := self.unmet(sought.strategy):
            raise BadInput(f"{sought.strategy_name}: {why}")
        verus = await opened(tools)
        return await _Searching(self.task, sought, tools, verus).found()

    async def score(self, program: str, tools: Tools) -> Score:
        """Raises Missing."""
        declared = len(self.task.targets)
        if not _only_bodies(self.task, program):
            return Score(False, "forbidden", declared=declared)
        verus = await opened(tools)
        executed = 0
        for path in self.task.targets:
            evaluation = await _verified(self.task, program, path, verus)
            executed += 1
            passed = evaluation.verdict is Verdict.ACCEPTED and not evaluation.labels
            if not passed:
                return Score(False, _outcome(evaluation), executed, declared)
        return Score(True, "pass", executed, declared)


@dataclass(frozen=True, slots=True)
class OpenedVerus:
    checker: Checker
    rules: Rules


async def opened(tools: Tools) -> OpenedVerus:
    """One for all searches of the process. Raises Missing, which says how to get Verus."""
    return await tools.opened.get("verus", partial(_open, tools))


@asynccontextmanager
async def _open(tools: Tools) -> AsyncIterator[OpenedVerus]:
    found = await tool(tools.settings, os.environ)
    opening = open_checker(found, tools.settings, tools.detection, unsafe=tools.unsafe)
    async with opening as checker:
        yield OpenedVerus(checker, Rules(termination=found.demands_termination))


@dataclass(slots=True)
class _Searching:
    """One function after the other, within one budget: the proof of one may rest on another's."""

    task: ProofTask
    sought: Sought
    tools: Tools
    verus: OpenedVerus
    usage: Usage = field(default_factory=Usage)
    seconds: float = 0.0
    events: str = ""

    async def found(self) -> Found:
        text, turn, accepted, stop = self.task.text, 0, False, Stop.BUDGET
        drawn = False
        try:
            for path in self.task.targets:
                left = self._left()
                if left is None:
                    accepted, stop = False, Stop.BUDGET
                    break
                prepared = self._prepared(text, path)
                done = await self._done(prepared, left)
                outcome = done.outcome
                assert outcome is not None
                _add(self.usage, outcome.usage)
                self.seconds += outcome.seconds
                best, stop = outcome.best, outcome.stop
                accepted = best is not None and best.accepted and not best.evaluation.labels
                if best is not None and done.body:
                    text, drawn = prepared.text(done.body), True
                    turn = sum(1 for _ in best.lineage())
                if not accepted:
                    break
        finally:
            self._keep()
        return Found(
            program=text if drawn else "",
            visible=accepted,
            stop=stop.value,
            usage=self.usage,
            seconds=self.seconds,
            turn=turn if drawn else 0,
        )

    def _left(self) -> Budget | None:
        budget, spent = self.sought.budget, self.usage
        left = replace(
            budget,
            programs=budget.programs - spent.programs,
            tokens=budget.tokens - spent.completion_tokens,
            seconds=budget.seconds - self.seconds,
        )
        return left if min(left.programs, left.tokens, left.seconds) > 0 else None

    def _prepared(self, text: str, path: str) -> Prepared:
        """What the file has of proofs already is no start for those that it lacks."""
        source = sources.of_bytes(text.encode("utf-8"), f"{self.task.id}.rs")
        return prepare(source, path, Wanted(proof=self.task.keeps_code), self.verus.rules)

    async def _done(self, prepared: Prepared, budget: Budget) -> Done:
        setup = replace(setup_of(self.sought, self.tools), budget=budget)
        lines = _Lines()
        if self.sought.tracing is not None:
            setup = replace(setup, tracing=replace(self.sought.tracing, to=lines))
        try:
            return await Job(
                prepared, setup, self.verus.checker, Memory(), trace=self.sought.trace
            ).run()
        finally:
            self.events = lines.text

    def _keep(self) -> None:
        """A trace is of one search: that of the function that was come to."""
        tracing: Told | None = self.sought.tracing
        if tracing is not None:
            tracing.to.write(self.events)
            tracing.to.flush()
            tracing.to.close()


class _Lines(io.StringIO):
    """What was written, also after it was closed."""

    text = ""

    def close(self) -> None:
        if not self.closed:
            self.text = self.getvalue()
        super().close()


def _add(to: Usage, spent: Usage) -> None:
    to.model_calls += spent.model_calls
    to.prompt_tokens += spent.prompt_tokens
    to.completion_tokens += spent.completion_tokens
    to.programs += spent.programs
    to.judge_seconds += spent.judge_seconds
    to.estimated = to.estimated or spent.estimated


def _without(task: ProofTask, program: str, path: str) -> str:
    """The program with the task's own body of this function."""
    given = find(task.text, path)
    body = given.body.of(task.text) if given.body is not None else "{}"
    return replace_body(program, find(program, path), body)


def _only_bodies(task: ProofTask, program: str) -> bool:
    """Whether it is the task but for the bodies of its functions."""
    try:
        bare = program
        for path in task.targets:
            bare = _without(task, bare, path)
    except RustSourceError:
        return False
    return bare == task.text


def _same_but_main(text: str, solution: str) -> bool:
    """Whether what Verus said of the solution holds of this text: the same tokens, but for `main`,
    in which solutions have tests that run."""
    return _tokens_without_main(text) == _tokens_without_main(solution)


def _tokens_without_main(text: str) -> list[str]:
    for function in functions(text):
        if function.path == "main" and not function.in_verus:
            text = replace_body(text, function, "{}")
    return [token.text for token in meaningful(text)]


async def _verified(task: ProofTask, program: str, path: str, verus: OpenedVerus) -> Evaluation:
    rules = replace(verus.rules, keep_code=task.keeps_code, minimum=task.targets)
    body = find(program, path).body
    try:
        verifier = VerusVerifier(verus.checker, _without(task, program, path), path, rules)
        code = body.of(program) if body is not None else ""
        return await verifier.verify(Problem(path, ""), Candidate(code))
    except SandboxError as error:
        raise Missing(str(error)) from None


def _outcome(evaluation: Evaluation) -> str:
    if evaluation.verdict is Verdict.ACCEPTED:
        return evaluation.labels[0]
    words = {Verdict.FORBIDDEN: "forbidden", Verdict.UNDECIDED: "undecided"}
    return words.get(evaluation.verdict, "fail")
