"""One job: a prepared problem, a strategy, a model and a budget, searched to a report."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from functools import partial

from synthd.daemon.certificate import certify
from synthd.daemon.exits import Exit, Missing
from synthd.daemon.judging import open_verifier, refusal
from synthd.daemon.prepare import Prepared
from synthd.daemon.recording import Search, recorded
from synthd.daemon.report import CheckReport, Cost, Report, Status
from synthd.daemon.setup import Setup
from synthd.daemon.traces.header import header
from synthd.daemon.traces.kept import Log, kept
from synthd.synth.attempt import Attempt, Candidate, Evaluation, Extraction, Grade, Verdict
from synthd.synth.extract import first_block
from synthd.synth.models.errors import ModelError
from synthd.synth.observation import Observation
from synthd.synth.ports import Executor, Trace, Verifier
from synthd.synth.problem import Problem
from synthd.synth.run import Read, Run, Strategy, unwatched
from synthd.synth.solve import Outcome, Stop, solve
from synthd.synth.source.adopt import adopt
from synthd.synth.source.errors import NotAdoptable, Unencodable
from synthd.synth.source.splice import render, splice
from synthd.synth.tabulation import LABEL, tabulates
from synthd.synth.unmet import Unmet


@dataclass(frozen=True, slots=True)
class Done:
    """The report of a job and, where there is a program, its body and the new file."""

    report: Report
    code: Exit
    body: str = ""


async def synthesize(prepared: Prepared, setup: Setup, trace: Trace = unwatched) -> Done:
    """Search until verified or out of budget. Raises BadInput and Missing; never ModelError."""
    if not prepared.tested:
        return await _search(prepared, setup, Unchecked(), trace)
    async with open_verifier(
        prepared, setup.limits, setup.detection, unsafe=setup.unsafe
    ) as verifier:
        broken = refusal(await verifier.preflight(), prepared)
        if broken is not None:
            raise broken
        return await _search(prepared, setup, Honest(verifier, prepared), trace)


async def _search(prepared: Prepared, setup: Setup, verifier: Verifier, trace: Trace) -> Done:
    problem, strategy = prepared.problem, _strategy(prepared, setup)
    search = Search(problem, strategy, setup.budget, setup.seed, setup.model)
    begin = partial(header, prepared, setup, strategy)
    with recorded(setup.recording, search) as (model, pace), kept(setup.tracing, begin) as log:
        told, read = log.beside(trace), reader(prepared)
        run = Run(problem, model, verifier, setup.budget, setup.seed, read, told, pace)
        log.follow(run)
        try:
            outcome = await solve(run, strategy)
        except (ModelError, Unmet) as error:
            raise Missing(str(error)) from None
        log.end(outcome.stop.value)
    return _done(prepared, setup, outcome, log)


def _strategy(prepared: Prepared, setup: Setup) -> Strategy:
    """Where nothing can be judged, nothing can steer: one greedy draft is all there is to do."""
    if prepared.tested:
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


def _done(prepared: Prepared, setup: Setup, outcome: Outcome, log: Log) -> Done:
    best = outcome.best
    status, code = _status(best)
    body = best.candidate.code if best else ""
    labels = list(best.evaluation.labels) if best else []
    report = Report(
        file=str(prepared.source.path),
        function=prepared.target.qualname,
        line=prepared.target.line,
        status=status,
        grade=_grade(best),
        message=_message(prepared, setup, outcome, status),
        labels=labels,
        code=render(prepared.source, prepared.target, body) if body else "",
        checks=_checks(best),
        certificate=certify(prepared, setup, best, _grade(best)) if best and body else None,
        cost=_cost(outcome),
        run=log.name,
        warnings=[*prepared.warnings, *([log.problem] if log.problem else [])],
    )
    return Done(report, code, body)


def _status(best: Attempt | None) -> tuple[Status, Exit]:
    match best.evaluation.verdict if best else Verdict.REJECTED:
        case Verdict.ACCEPTED:
            return Status.VERIFIED, Exit.VERIFIED
        case Verdict.UNDECIDED:
            return Status.UNDECIDED, Exit.UNDECIDED
        case Verdict.REJECTED | Verdict.FORBIDDEN:
            return Status.UNSOLVED, Exit.UNSOLVED


def _grade(best: Attempt | None) -> Grade:
    if best is None or best.evaluation.verdict is Verdict.UNDECIDED:
        return Grade.UNKNOWN
    if best.accepted:
        return Grade.EXAMPLES
    return Grade.PARTIAL if best.score > 0 else Grade.UNKNOWN


def _checks(best: Attempt | None) -> list[CheckReport]:
    return [
        CheckReport(
            id=case.id,
            outcome=case.outcome,
            input=case.input,
            expected=case.expected,
            got=case.got,
            detail=case.detail,
        )
        for case in (best.evaluation.cases if best else ())
    ]


def _cost(outcome: Outcome) -> Cost:
    usage = outcome.usage
    return Cost(
        model_calls=usage.model_calls,
        prompt_tokens=usage.prompt_tokens,
        completion_tokens=usage.completion_tokens,
        programs=usage.programs,
        seconds=round(outcome.seconds, 3),
        judge_seconds=round(usage.judge_seconds, 3),
        estimated=usage.estimated,
    )


def _message(prepared: Prepared, setup: Setup, outcome: Outcome, status: Status) -> str:
    """One sentence for people."""
    name, best = prepared.target.qualname, outcome.best
    cases = best.evaluation.cases if best else ()
    passed = sum(case.passed for case in cases)
    if status is Status.VERIFIED:
        warning = (
            " But it only lists the answers to the examples."
            if best and best.evaluation.labels
            else ""
        )
        checks = "the check" if passed == 1 else f"all {passed} checks"
        return f"{name} is verified: it passes {checks}.{warning}"
    if status is Status.UNDECIDED:
        why = best.evaluation.report if best else ""
        return f"{name} is undecided: {why or 'the judge could not run its checks'}"
    spent = {
        Stop.BUDGET: "within the budget",
        Stop.TIME: f"within {setup.budget.seconds:g} s",
        Stop.FINISHED: "by the strategy",
        Stop.SOLVED: "",
    }[outcome.stop]
    tried = outcome.usage.programs
    if best is None or not best.candidate.code:
        return f"no usable program for {name} was found {spent} ({tried} tried)"
    return (
        f"{name} is not solved {spent}: the best of {tried} programs passes "
        f"{passed} of {len(cases)} checks"
    )
