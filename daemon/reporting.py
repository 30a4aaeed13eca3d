"""From the outcome of a search to its report and exit code."""

from __future__ import annotations

from dataclasses import dataclass

from synthd.daemon.certificate import certify
from synthd.daemon.exits import Exit
from synthd.daemon.prepare import Prepared
from synthd.daemon.report import (
    AnswerReport,
    CheckReport,
    Cost,
    QuestionReport,
    Report,
    Status,
)
from synthd.daemon.setup import Setup
from synthd.daemon.traces.kept import Log
from synthd.synth.attempt import Attempt, Grade, Verdict
from synthd.synth.oracle import ORACLE
from synthd.synth.run import GIVEN
from synthd.synth.solve import Outcome, Stop
from synthd.synth.source.splice import render
from synthd.synth.testing.earn import Findings

_BY_ORACLE = "Held-out tests decided when to stop (an oracle): no user of the method has them."


@dataclass(frozen=True, slots=True)
class Done:
    """The report of a job and, where there is a program, its body. prepared: what that is the body
    of, which is another text than the submitted one where questions were answered. outcome: of the
    search, for who wants more of it than the report says."""

    report: Report
    code: Exit
    body: str = ""
    prepared: Prepared | None = None
    outcome: Outcome | None = None


def reported(
    prepared: Prepared, setup: Setup, outcome: Outcome, log: Log, findings: Findings | None
) -> Done:
    """findings: of trying an accepted program on inputs that nobody gave, None where it was not."""
    best = outcome.best
    status, code = status_of(best)
    grade = Grade.TESTED if findings and findings.earned else _grade(best)
    body = best.candidate.code if best else ""
    labels = labels_of(outcome)
    report = Report(
        file=str(prepared.source.path),
        function=prepared.target.qualname,
        line=prepared.target.line,
        status=status,
        grade=grade,
        message=_message(prepared, setup, outcome, status, findings),
        untested=findings.reason if findings else "",
        question=_question(prepared, findings),
        labels=labels,
        code=render(prepared.source, prepared.target, body) if body else "",
        checks=checks_of(best),
        certificate=certify(prepared, setup, best, grade, findings, labels=labels)
        if best and body
        else None,
        cost=cost_of(outcome),
        run=log.name,
        warnings=[*prepared.warnings, *([log.problem] if log.problem else [])],
    )
    return Done(report, code, body, prepared, outcome)


def labels_of(outcome: Outcome) -> list[str]:
    """What qualifies the result: its program, and how the search came to its end."""
    found = list(outcome.best.evaluation.labels) if outcome.best else []
    return [*found, ORACLE] if outcome.oracle else found


def status_of(best: Attempt | None) -> tuple[Status, Exit]:
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
    if best.accepted and all(case.passed for case in best.evaluation.cases):
        return Grade.EXAMPLES
    return Grade.PARTIAL if best.score > 0 else Grade.UNKNOWN


def checks_of(best: Attempt | None) -> list[CheckReport]:
    return [CheckReport.of(case) for case in (best.evaluation.cases if best else ())]


def _question(prepared: Prepared, findings: Findings | None) -> QuestionReport | None:
    if findings is None or findings.question is None:
        return None
    asked = findings.question
    return QuestionReport(
        call=asked.call,
        text=asked.sentence,
        answers=[
            AnswerReport(
                value=answer.value,
                raises=answer.raises,
                code=render(prepared.source, prepared.target, answer.program.candidate.code),
            )
            for answer in asked.answers
        ],
    )


def cost_of(outcome: Outcome) -> Cost:
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


def _all(passed: int) -> str:
    return "the check" if passed == 1 else f"all {passed} checks"


def _message(
    prepared: Prepared,
    setup: Setup,
    outcome: Outcome,
    status: Status,
    findings: Findings | None,
) -> str:
    """One sentence for people; another where the search was not one that a user could have."""
    told = _result(prepared, setup, outcome, status, findings)
    return f"{told.rstrip('.')}. {_BY_ORACLE}" if outcome.oracle else told


def _result(
    prepared: Prepared,
    setup: Setup,
    outcome: Outcome,
    status: Status,
    findings: Findings | None,
) -> str:
    name, best = prepared.target.qualname, outcome.best
    cases = best.evaluation.cases if best else ()
    passed = sum(case.passed for case in cases)
    if status is Status.VERIFIED:
        warning = (
            " But it only lists the answers to the examples."
            if best and best.evaluation.labels
            else ""
        )
        if best and best.candidate.node == GIVEN and not outcome.usage.model_calls:
            return f"{name} is verified as it stands: it passes {_all(passed)}. No model was asked."
        checks = _all(passed)
        if passed < len(cases):  # an oracle's verdict
            checks = f"{passed} of {len(cases)} checks"
        tested = (
            f", and agrees with a second program on {findings.inputs} generated inputs"
            if findings and findings.earned
            else ""
        )
        return f"{name} is verified: it passes {checks}{tested}.{warning}"
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
        f"{name} is not solved {spent}: the best of {tried} program{'s' * (tried != 1)} passes "
        f"{passed} of {len(cases)} checks"
    )
