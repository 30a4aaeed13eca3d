"""One critique: rules, votes and trials over one function, within one budget, to a report."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

from synthd.daemon.critiquing import pairs
from synthd.daemon.critiquing.record import Record
from synthd.daemon.critiquing.subjects import Subject
from synthd.daemon.exits import Missing
from synthd.sandbox.errors import SandboxError
from synthd.synth.attempt import Attempt, Candidate, Evaluation, Verdict
from synthd.synth.budget import Budget, Usage
from synthd.synth.critique import comparing, determined, exploiting, rules, trivial
from synthd.synth.critique.critic import Critic, Vote
from synthd.synth.critique.rules import Found
from synthd.synth.critique.trials import Came, OnlyTrivial, Trial, came
from synthd.synth.models.cached import CachedModel
from synthd.synth.models.errors import ModelError
from synthd.synth.ports import Model, Prompt, Verifier
from synthd.synth.problem import Problem
from synthd.synth.run import Read, Run
from synthd.synth.rust.extract import body_reader
from synthd.synth.rust.functions import find
from synthd.synth.solve import Stop, solve
from synthd.synth.store.completions import Completions
from synthd.synth.verifiers.verus.checker import Checker
from synthd.synth.verifiers.verus.gate import Rules
from synthd.synth.verifiers.verus.preflight import Trouble
from synthd.synth.verifiers.verus.verifier import VerusVerifier

Tell = Callable[[Vote | Trial | Found], None]


@dataclass(frozen=True, slots=True)
class Setup:
    """model: None where no answer is wanted. checker: None where no body is tried. kept: the
    folder of answers that are used again. collect: where exploits are kept, if anywhere."""

    model: Model
    checker: Checker | None
    budget: Budget
    record: Record
    samples: int = comparing.SAMPLES
    exploits: int = exploiting.SAMPLES
    seed: int = 0
    termination: bool = True
    kept: Path | None = None
    collect: Path | None = None


@dataclass(slots=True)
class Critique:
    """What was found. blocked: why no body was tried; ended: what ended the search early."""

    subject: Subject
    found: list[Found] = field(default_factory=list)
    votes: list[Vote] = field(default_factory=list)
    trials: list[Trial] = field(default_factory=list)
    programs: dict[str, str] = field(default_factory=dict)  # by body
    blocked: str = ""
    ended: str = ""
    isolation: str = ""
    collected: bool = False
    usage: Usage = field(default_factory=Usage)
    seconds: float = 0.0

    @property
    def faults(self) -> list[Found]:
        return [one for one in self.found if one.counts]


async def critique(subject: Subject, setup: Setup, tell: Tell) -> Critique:
    """Each finding is recorded, then told, as it is there. Raises Missing and BadInput."""
    critic = _Critic(subject, setup, tell, Critique(subject))
    began = time.monotonic()
    setup.record.begin()
    try:
        await critic.look(began)
    except SandboxError as error:
        raise Missing(str(error)) from None
    critic.done.seconds = time.monotonic() - began
    return critic.done


@dataclass(slots=True)
class _Critic:
    subject: Subject
    setup: Setup
    tell: Tell
    done: Critique
    verifier: VerusVerifier | None = None
    _only_one: bool | None = None  # whether the contract admits one result only
    _asking: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def look(self, began: float) -> None:
        subject, setup = self.subject, self.setup
        self._note(rules.static(subject.text, subject.function))
        try:
            async with asyncio.timeout_at(asyncio.get_running_loop().time() + self._seconds(began)):
                await self._before()
        except TimeoutError:
            self.done.blocked = "the time was up before Verus had looked at the spec"
        trials = setup.exploits > 0 and not self.done.blocked
        votes = setup.samples > 0 and subject.against is not None
        if trials or votes:
            await self._search(began, votes=votes, trials=trials)

    def _seconds(self, began: float) -> float:
        return max(0.0, self.setup.budget.seconds - (time.monotonic() - began))

    async def _before(self) -> None:
        """What Verus says of contract and file before any body is tried."""
        subject, checker = self.subject, self.setup.checker
        report = None
        self._block()
        if checker is not None and self.setup.exploits and not self.done.blocked:
            path = subject.function.path
            self.verifier = VerusVerifier(
                checker, subject.text, path, Rules(termination=self.setup.termination)
            )
            before = await self.verifier.preflight()
            self.done.isolation = before.report.isolation
            self._note(rules.by_probes(before, subject.function))
            self._block()
            for one in before.findings:
                if one.trouble is Trouble.BROKEN and not self.done.blocked:
                    self.done.blocked = f"line {one.line}: {one.message}"
            if subject.function.body is not None and not subject.function.stub:
                report = await checker.check(subject.text)
        self._note(rules.by_papers(subject.text, report))

    def _block(self) -> None:
        for one in self.done.found:
            if one.admits_all:
                self.done.blocked = f"every body keeps this contract: {one.message}"

    def _note(self, found: tuple[Found, ...]) -> None:
        for one in found:
            row = {"rule": one.rule, "line": one.line, "message": one.message}
            self.setup.record.write("rule", {**row, "counts": one.counts})
            self.done.found.append(one)
            self.tell(one)

    async def _search(self, began: float, *, votes: bool, trials: bool) -> None:
        setup, subject = self.setup, self.subject
        run = self._run(replace(setup.budget, seconds=self._seconds(began)))
        spec = exploiting.spec_of(subject.text, subject.function)
        known = pairs.load(setup.collect, setup.seed) if setup.collect and trials else ()
        stock = trivial.stock(subject.text, subject.function)
        critic = Critic(
            self._heard,
            self._assess,
            self._comparison() if votes else None,
            setup.samples,
            exploiting.exploit(spec, known) if trials else None,
            setup.exploits,
            stock,
        )
        watched = _Watched(critic)
        try:
            outcome = await solve(run, watched)
        except ModelError as error:
            raise Missing(str(error)) from None
        finally:
            self.done.usage = run.ledger.usage
        admitted = [trial for trial in self.done.trials if trial.came is Came.ADMITTED]
        if watched.failed is not None and not admitted:
            raise Missing(str(watched.failed))
        if admitted and setup.collect:
            self.done.collected = pairs.keep(setup.collect, exploiting.Pair(spec, admitted[0].body))
        elif not admitted:
            self.done.ended = _ended(outcome.stop, exhausted=run.ledger.exhausted)

    def _comparison(self) -> Prompt:
        against = self.subject.against
        assert against is not None
        return comparing.comparison(
            self.subject.text, self.subject.function, against.text, name=against.name
        )

    def _run(self, budget: Budget) -> Run:
        subject, setup = self.subject, self.setup
        model = setup.model
        if setup.kept is not None:
            model = CachedModel(model, Completions(setup.kept))
        problem = Problem(subject.function.path, "", "verus", entry_point=subject.function.path)
        verifier: Verifier = _Unasked()
        if self.verifier is not None:
            held = trivial.Triviality.of(subject.text, subject.function)
            verifier = OnlyTrivial(self.verifier, held)
        read: Read = body_reader(subject.text, subject.function)
        return Run(problem, model, verifier, budget, setup.seed, read, setup.record)

    def _heard(self, one: Vote | Trial) -> None:
        model = self.setup.model.name
        if isinstance(one, Vote):
            self.setup.record.vote(one, model)
            self.done.votes.append(one)
        else:
            self.setup.record.trial(one, model)
            self.done.trials.append(one)
            if one.came.verified and self.verifier is not None:
                self.done.programs[one.body] = self.verifier.program(one.body)
        self.tell(one)

    async def _assess(self, attempt: Attempt) -> Came:
        held = trivial.Triviality.of(self.subject.text, self.subject.function)
        first = came(attempt, held, determined=False)
        if first not in (Came.ADMITTED, Came.AS_TRIVIAL):
            return first
        return came(attempt, held, determined=await self._one_result(attempt))

    async def _one_result(self, attempt: Attempt) -> bool:
        """Asked once: it is about the contract, not about the body that it is asked with."""
        async with self._asking:
            if self._only_one is None:
                self._only_one = await self._asked_for_one(attempt)
            return self._only_one

    async def _asked_for_one(self, attempt: Attempt) -> bool:
        assert self.verifier is not None and self.setup.checker is not None
        program = self.verifier.program(attempt.candidate.code)
        asked = determined.question(program, find(program, self.verifier.function.path))
        if asked is None:
            return False
        return determined.proved(await self.setup.checker.check(asked))


def _ended(stop: Stop, *, exhausted: bool) -> str:
    if stop is Stop.TIME:
        return "the time was up"
    return "the budget was spent" if exhausted else ""


@dataclass(slots=True)
class _Watched:
    """solve() lets an accepted program outweigh a model that fails; here it must be told."""

    critic: Critic
    collects: bool = True
    failed: ModelError | None = None

    async def __call__(self, run: Run) -> None:
        try:
            await self.critic(run)
        except ModelError as error:
            self.failed = error
            raise


class _Unasked:
    """Where no body is tried."""

    async def verify(self, problem: Problem, candidate: Candidate) -> Evaluation:
        return Evaluation(Verdict.UNDECIDED, 0.0, report="no body was to be tried")
