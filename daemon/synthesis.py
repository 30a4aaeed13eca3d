"""One job: a prepared problem, a strategy, a model and a budget, searched to a report."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import partial

from synthd.daemon.asking import MOST_QUESTIONS, Asker, with_check
from synthd.daemon.exits import BadInput, Missing, Stalled
from synthd.daemon.grading import Grading
from synthd.daemon.identifying import identified
from synthd.daemon.judging import open_verifier, refusal
from synthd.daemon.prepare import Prepared
from synthd.daemon.recording import Search, recorded
from synthd.daemon.reporting import Done, reported
from synthd.daemon.setup import Setup
from synthd.daemon.traces.header import header
from synthd.daemon.traces.kept import Log, kept
from synthd.synth import select
from synthd.synth.attempt import Attempt, Candidate, Evaluation, Extraction, Verdict
from synthd.synth.events import Tried
from synthd.synth.extract import first_block
from synthd.synth.extraction import named
from synthd.synth.models.errors import ContextTooLong, ModelError
from synthd.synth.observation import Observation
from synthd.synth.oracle import Oracle
from synthd.synth.pace import Free, Pace
from synthd.synth.ports import Executor, Model, Trace, Verifier
from synthd.synth.problem import Problem
from synthd.synth.run import Read, Run, Strategy, unwatched
from synthd.synth.solve import Outcome, Stop, solve
from synthd.synth.source.adopt import adopt
from synthd.synth.source.errors import NotAdoptable, Unencodable
from synthd.synth.source.splice import splice
from synthd.synth.tabulation import LABEL, tabulates
from synthd.synth.testing.earn import Findings
from synthd.synth.unmet import Unmet
from synthd.synth.verifiers.estimating import estimating

__all__ = ["Done", "synthesize"]


async def synthesize(
    prepared: Prepared,
    setup: Setup,
    trace: Trace = unwatched,
    asker: Asker | None = None,
    held_out: Verifier | None = None,
) -> Done:
    """Search until verified or out of budget. Raises BadInput and Missing; never ModelError.

    asker: answers what the checks leave open; its answers are checks like those of the file.
    held_out: decides in place of the visible checks, for strategies that are asked to stop by an
    oracle as their papers do; for benchmarks alone, and every record of the search says so.
    """
    setup = await identified(setup)
    async with AsyncExitStack() as stack:
        verifier: Verifier = Unchecked()
        if prepared.tested:
            verifier = await _opened(stack, prepared, setup)
        if held_out is not None:
            verifier = Oracle(verifier, held_out)
        verifier = estimating(verifier, setup.scorer)
        begin = partial(header, prepared, setup, _strategy(prepared, setup))
        with kept(setup.tracing, begin) as log:
            searching = Searching(setup, asker, stack, log, log.beside(trace))
            prepared, outcome, findings = await searching.search(prepared, verifier)
            log.end(outcome.stop.value, oracle=outcome.oracle)
    return reported(prepared, setup, outcome, log, findings)


async def _opened(stack: AsyncExitStack, prepared: Prepared, setup: Setup) -> Honest:
    """A verifier by the prepared checks. Raises BadInput where these are broken."""
    verifier = await stack.enter_async_context(
        open_verifier(prepared, setup.limits, setup.detection, unsafe=setup.unsafe)
    )
    broken = refusal(await verifier.preflight(), prepared)
    if broken is not None:
        raise broken
    return Honest(verifier, prepared)


@dataclass(slots=True)
class Searching:
    """Searches, and goes on searching with every answer; all of it within one budget."""

    setup: Setup
    asker: Asker | None
    stack: AsyncExitStack
    log: Log
    told: Trace
    _spent: float = 0.0  # seconds of searching: those of the user do not count

    async def search(
        self, prepared: Prepared, verifier: Verifier
    ) -> tuple[Prepared, Outcome, Findings | None]:
        setup = self.setup

        def begin(model: Model, pace: Pace) -> Run:
            problem, read = prepared.problem, self._reader(prepared)
            budget, seed, pruning = setup.budget, setup.seed, setup.pruning
            return Run(problem, model, verifier, budget, seed, read, self.told, pace, pruning)

        run, outcome = await self._solved(prepared, setup.seed, begin)
        findings = await self._graded(run, outcome)
        for number in range(1, MOST_QUESTIONS + 1):
            question = findings.question if findings else None
            if question is None or self.asker is None:
                break
            check = await self.asker(question, number)
            if check is None:
                break
            answered = with_check(prepared, check)
            known = [answer.program for answer in question.answers]
            try:
                run, outcome = await self._further(answered, run, known, number)
            except BadInput as problem:
                warning = f"the answer about {question.call} cannot be used: {problem}"
                prepared = dataclasses.replace(prepared, warnings=(*prepared.warnings, warning))
                break
            prepared, findings = answered, await self._graded(run, outcome)
        return prepared, dataclasses.replace(outcome, seconds=self._spent), findings

    def _reader(self, prepared: Prepared) -> Read:
        return named.reader(reader(prepared), self.setup.extraction)

    @property
    def _left(self) -> float:
        return self.setup.budget.seconds - self._spent

    async def _further(
        self, prepared: Prepared, run: Run, known: Sequence[Attempt], number: int
    ) -> tuple[Run, Outcome]:
        """Whichever program there is that passes with the answer, too; else by searching on."""
        began, problem, seed = time.monotonic(), prepared.problem, self.setup.seed + number
        opened = await _opened(self.stack, prepared, self.setup)
        verifier = estimating(opened, self.setup.scorer)
        again = [await _judged_again(run, problem, verifier, attempt) for attempt in known]
        best = max(again, key=lambda attempt: attempt.rank)
        self._spent += time.monotonic() - began

        def begin(model: Model, pace: Pace) -> Run:
            new = run.further(
                seconds=max(self._left, 0.0),
                problem=problem,
                verifier=verifier,
                model=model,
                pace=pace,
                seed=seed,
                read=self._reader(prepared),
            )
            new.best = best
            return new

        if not select.passes(best) and self._left > 0:
            return await self._solved(prepared, seed, begin)
        run = begin(self.setup.model, Free())
        self.log.follow(run)
        stop = Stop.SOLVED if best.accepted else Stop.TIME
        return run, Outcome(best, stop, run.ledger.usage, 0.0)

    async def _solved(
        self, prepared: Prepared, seed: int, begin: Callable[[Model, Pace], Run]
    ) -> tuple[Run, Outcome]:
        setup, strategy = self.setup, _strategy(prepared, self.setup)
        search = Search(
            prepared.problem,
            strategy,
            setup.budget,
            seed,
            setup.model,
            setup.extraction,
            setup.scorer.identity if setup.scorer else "",
        )
        try:
            with recorded(setup.recording, search, setup.spent) as (model, pace):
                run = begin(model, pace)
                self.log.follow(run)
                outcome = await solve(run, strategy)
        except (ContextTooLong, Unmet) as error:
            raise Missing(str(error)) from None
        except ModelError as error:
            raise Stalled(str(error)) from None
        self._spent += outcome.seconds
        return run, outcome

    async def _graded(self, run: Run, outcome: Outcome) -> Findings | None:
        began = time.monotonic()
        try:
            return await Grading(self.setup, run, began + self._left).findings(outcome)
        finally:
            self._spent += time.monotonic() - began


async def _judged_again(
    run: Run, problem: Problem, verifier: Verifier, attempt: Attempt
) -> Attempt:
    """The same program by other checks; as a program it was counted before."""
    evaluation = await verifier.verify(problem, attempt.candidate)
    usage = run.ledger.usage
    usage.judge_seconds += evaluation.seconds
    judged = Attempt(attempt.candidate, evaluation)
    run.trace(Tried(judged, usage.programs))
    return judged


def _strategy(prepared: Prepared, setup: Setup) -> Strategy:
    """Where nothing can be judged, nothing can steer: one greedy draft is all there is to do. An
    oracle judges also there."""
    if prepared.tested or getattr(setup.strategy, "oracle", False):
        return setup.strategy
    from synthd.synth.strategies.best_of_n import BestOfN

    return BestOfN(n=1, temperature=0.0)


def reader(prepared: Prepared) -> Read:
    """From a completion to the function's new body."""

    def read(text: str, cut: bool) -> tuple[str, Extraction, str]:
        found = first_block(text, prepared.target.name, cut=cut)
        if not found.program:
            return "", found.extraction, found.note
        try:
            adopted = adopt(prepared.target, prepared.source, found.program)
            splice(prepared.source, prepared.target, adopted.body)
        except (NotAdoptable, Unencodable) as error:
            kind = Extraction.TRUNCATED if cut else Extraction.UNUSABLE
            return "", kind, str(error)
        if adopted.renamed_from:
            return adopted.body, Extraction.WRONG_NAME, adopted.note
        return adopted.body, Extraction.OK, adopted.note

    return read


@dataclass(frozen=True, slots=True)
class Honest:
    """A verifier whose word stands, with a label on programs that only list their examples.

    A labelled program does not end the search: a better one may come within the budget.
    """

    inner: Executor
    prepared: Prepared

    async def verify(self, problem: Problem, candidate: Candidate) -> Evaluation:
        evaluation = await self.inner.verify(problem, candidate)
        accepted = evaluation.verdict is Verdict.ACCEPTED
        if accepted and tabulates(candidate.code, self.prepared.checks):
            return dataclasses.replace(evaluation, labels=(*evaluation.labels, LABEL))
        return evaluation

    async def observe(
        self, problem: Problem, candidate: Candidate, calls: tuple[str, ...]
    ) -> tuple[Observation, ...]:
        return await self.inner.observe(problem, candidate, calls)


class Unchecked:
    """Where there is nothing to check: no evidence either way, for any program."""

    async def verify(self, problem: Problem, candidate: Candidate) -> Evaluation:
        report = "nothing was checked: the function has no examples"
        return Evaluation(Verdict.UNDECIDED, 0.0, report=report)
