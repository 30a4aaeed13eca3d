"""From the outcome of a search for a proof to its report and exit code."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version

from synthd.daemon.certificate import parameters_of, text_sha256
from synthd.daemon.exits import Exit
from synthd.daemon.report import JudgeFacts, ModelFacts, Status
from synthd.daemon.reporting import Done, checks_of, cost_of, status_of
from synthd.daemon.setup import Setup
from synthd.daemon.traces.kept import Log
from synthd.daemon.verus import facts
from synthd.daemon.verus.facts import Grounds
from synthd.daemon.verus.prepare import Prepared
from synthd.daemon.verus.verifying import NO_ENSURES
from synthd.daemon.verus.wire import (
    DiagnosticReport,
    FunctionReport,
    ProofCertificate,
    ProofReport,
)
from synthd.synth.attempt import Attempt, Grade, Verdict
from synthd.synth.oracle import ORACLE
from synthd.synth.proving.minimize import Minimized
from synthd.synth.solve import Outcome, Stop
from synthd.synth.verifiers.verus.checker import Checker
from synthd.synth.verifiers.verus.preflight import Preflight, Trouble
from synthd.synth.verifiers.verus.report import ProofVerdict, VerusReport
from synthd.synth.verifiers.verus.verifier import UNSTABLE, VerusVerifier

_SAYS = {
    Status.VERIFIED: ProofVerdict.PROVED,
    Status.UNSOLVED: ProofVerdict.REFUTED,
    Status.UNDECIDED: ProofVerdict.UNKNOWN,
    Status.ERROR: ProofVerdict.UNKNOWN,
}


@dataclass(frozen=True, slots=True)
class Result:
    """All that came of a job."""

    prepared: Prepared
    setup: Setup
    checker: Checker
    verifier: VerusVerifier
    before: Preflight
    outcome: Outcome
    minimized: Minimized | None = None
    learned: int = 0


async def reported(result: Result, log: Log, warnings: Sequence[str]) -> Done:
    prepared, best = result.prepared, result.outcome.best
    status, code = _status(best, promises=prepared.promises)
    body = best.candidate.code if best else ""
    verus = result.verifier.report_of(body) if body else None
    labels = _labels(result)
    grade = _grade(best, status)
    report = ProofReport(
        file=prepared.source.path,
        function=prepared.function.path,
        line=prepared.function.line,
        status=status,
        grade=grade,
        message=_message(result, status, verus),
        labels=labels,
        code=prepared.code(body) if body else "",
        checks=checks_of(best),
        certificate=_certificate(result, best, grade, labels) if best and body else None,
        cost=cost_of(result.outcome),
        run=log.name,
        warnings=[*prepared.warnings, *warnings, *([log.problem] if log.problem else [])],
        prover_says=_SAYS[status],
        functions=[FunctionReport.of(one) for one in verus.functions] if verus else [],
        diagnostics=_diagnostics(verus, prepared.source.path),
        crash=verus.crash if verus else "",
        removed=list(result.minimized.removed) if result.minimized else [],
        learned=result.learned,
    )
    return Done(report, code, body, outcome=result.outcome)


def _status(best: Attempt | None, *, promises: bool) -> tuple[Status, Exit]:
    """Where nothing is promised, nothing that anybody asked for was proved."""
    status, code = status_of(best)
    if status is Status.VERIFIED and not promises:
        return Status.UNDECIDED, Exit.UNDECIDED
    return status, code


def _grade(best: Attempt | None, status: Status) -> Grade:
    if best is None or status is Status.UNDECIDED:
        return Grade.UNKNOWN
    if status is Status.VERIFIED:
        return Grade.PROVED
    return Grade.PARTIAL if best.score > 0 else Grade.UNKNOWN


def _labels(result: Result) -> list[str]:
    best = result.outcome.best
    if best is None:
        return []
    labels = list(best.evaluation.labels)
    if best.accepted:
        labels += facts.labels(result.before.trusts)
        trivial = any(one.trouble is Trouble.TRIVIAL for one in result.before.findings)
        labels += [Trouble.TRIVIAL.value] if trivial else []
    labels += [] if result.prepared.promises else [NO_ENSURES]
    labels += [ORACLE] if result.outcome.oracle else []
    return list(dict.fromkeys(labels))


def _diagnostics(verus: VerusReport | None, path: str) -> list[DiagnosticReport]:
    return [DiagnosticReport.of(one, path) for one in verus.diagnostics] if verus else []


def _certificate(
    result: Result, best: Attempt, grade: Grade, labels: list[str]
) -> ProofCertificate:
    prepared, setup, candidate = result.prepared, result.setup, best.candidate
    evidence = result.verifier.evidence_of(candidate.code)
    limits = result.checker.limits
    isolation = best.evaluation.isolation
    grounds = Grounds(
        best.accepted and UNSTABLE not in labels,
        evidence.probed if evidence else (),
        result.before.trusts,
        isolation,
    )
    return ProofCertificate(
        function=prepared.function.path,
        code_sha256=text_sha256(prepared.code(candidate.code)),
        spec_sha256=text_sha256(prepared.function.header.of(prepared.source.text)),
        checks_sha256=text_sha256(prepared.problem.spec.contract),
        file_sha256=hashlib.sha256(prepared.file(candidate.code)).hexdigest(),
        verdict=best.evaluation.verdict.value,
        grade=grade,
        labels=labels,
        judge=JudgeFacts(
            synthd=version("synthd"),
            python="",
            isolation=isolation,
            cpu_seconds=0.0,
            wall_seconds=limits.wall_seconds,
            memory_mb=limits.memory_bytes >> 20,
            output_bytes=limits.output_bytes,
        ),
        model=ModelFacts(
            name=setup.model.name,
            endpoint=setup.model.endpoint,
            identity=str(getattr(setup.model, "identity", "")),
            temperature=candidate.temperature,
            seed=candidate.seed,
        ),
        strategy=setup.strategy_name,
        parameters=parameters_of(setup.strategy, setup.extraction),
        seed=setup.seed,
        prover=facts.prover_facts(result.checker, prepared.rules, grounds, proved=best.accepted),
    )


def _message(result: Result, status: Status, verus: VerusReport | None) -> str:
    """One sentence for people."""
    name, best = result.prepared.function.path, result.outcome.best
    tried = result.outcome.usage.programs
    if best is None or not best.candidate.code:
        return f"no usable body for {name} was found {_spent(result)} ({tried} tried)"
    evaluation = best.evaluation
    match status:
        case Status.VERIFIED:
            return _proved(result, evaluation.labels)
        case Status.UNDECIDED if best.accepted:
            return f"{name} promises nothing, so nothing was proved but that it cannot panic"
        case Status.UNDECIDED:
            why = (verus.reason if verus else "") or evaluation.report
            return f"{name} is undecided: {why or 'Verus came to no result'}"
        case _:
            return _unsolved(result, best, tried)


def _proved(result: Result, labels: tuple[str, ...]) -> str:
    name = result.prepared.function.path
    seeds = "only one of two solver seeds" if UNSTABLE in labels else "two solver seeds"
    trusted = len({(trust.line, trust.what) for trust in result.before.trusts})
    rests = f"; the file takes {facts.things(trusted)} as true without a proof" if trusted else ""
    if any(one.trouble is Trouble.TRIVIAL for one in result.before.findings):
        rests += "; but an empty body is proved, too: its `ensures` say little"
    return f"{name} is proved: Verus verifies it under {seeds}{rests}"


def _unsolved(result: Result, best: Attempt, tried: int) -> str:
    name, proof = result.prepared.function.path, best.evaluation.proof
    if best.evaluation.verdict is Verdict.FORBIDDEN:
        first = best.evaluation.report.splitlines()[-1].removeprefix("- ")
        return f"{name} is not solved {_spent(result)}: the best of {tried} may not be ({first})"
    counts = f"{proof.verified} verified, {proof.errors} errors" if proof else "nothing verified"
    return f"{name} is not solved {_spent(result)}: Verus says of the best of {tried}: {counts}"


def _spent(result: Result) -> str:
    return {
        Stop.BUDGET: "within the budget",
        Stop.TIME: f"within {result.setup.budget.seconds:g} s",
        Stop.FINISHED: "by the strategy",
        Stop.SOLVED: "",
    }[result.outcome.stop]
