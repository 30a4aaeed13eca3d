"""The certificate of a program: hashes of what was judged, and by whom."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Sequence
from importlib.metadata import version

from synthd.daemon.prepare import Prepared
from synthd.daemon.report import Certificate, JudgeFacts, ModelFacts, TestedFacts
from synthd.daemon.settings import LimitSettings
from synthd.daemon.setup import Setup
from synthd.synth.attempt import Attempt, Grade
from synthd.synth.extraction.named import EXTRACTION, ROBUST
from synthd.synth.source.splice import render, splice
from synthd.synth.testing.earn import Findings


def certify(
    prepared: Prepared,
    setup: Setup,
    attempt: Attempt,
    grade: Grade,
    findings: Findings | None = None,
    *,
    labels: Sequence[str],
) -> Certificate:
    """What `attempt`'s evaluation establishes about the bytes that would be written."""
    source, target, candidate = prepared.source, prepared.target, attempt.candidate
    return Certificate(
        function=target.qualname,
        code_sha256=text_sha256(render(source, target, candidate.code)),
        spec_sha256=text_sha256(prepared.problem.start),
        checks_sha256=checks_sha256(prepared),
        file_sha256=hashlib.sha256(splice(source, target, candidate.code)).hexdigest(),
        verdict=attempt.evaluation.verdict.value,
        grade=grade,
        labels=list(labels),
        judge=judge_facts(prepared, setup.limits, attempt.evaluation.isolation),
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
        tested=_tested(prepared, findings),
    )


def _tested(prepared: Prepared, findings: Findings | None) -> TestedFacts | None:
    if findings is None or not findings.earned or findings.second is None:
        return None
    second = render(prepared.source, prepared.target, findings.second.candidate.code)
    return TestedFacts(
        inputs=findings.inputs,
        seed=findings.seed,
        second_sha256=text_sha256(second),
        checked=list(findings.checked),
    )


def judge_facts(prepared: Prepared, limits: LimitSettings, isolation: str) -> JudgeFacts:
    return JudgeFacts(
        synthd=version("synthd"),
        python=str(prepared.place.python),
        isolation=isolation,
        cpu_seconds=limits.cpu_seconds,
        wall_seconds=limits.wall_seconds,
        memory_mb=limits.memory_mb,
        output_bytes=limits.output_bytes,
    )


def checks_sha256(prepared: Prepared) -> str:
    """Of the checks as synthd read them."""
    return text_sha256("\n".join(repr(check) for check in prepared.checks))


def parameters_of(strategy: object, extraction: str = ROBUST) -> dict[str, object]:
    """Those of the strategy; how answers were read is among them where it is not our own way."""
    found: dict[str, object] = {}
    if dataclasses.is_dataclass(strategy):
        found = {f.name: getattr(strategy, f.name) for f in dataclasses.fields(strategy)}
    return found if extraction == ROBUST else {**found, EXTRACTION: extraction}


def text_sha256(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
