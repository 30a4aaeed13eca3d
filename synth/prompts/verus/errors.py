"""What a model is told of a prover's findings, and of which kinds they are.

Verus' own hints how to switch a check off (`help: … use #[verifier::…]`) are left out: they teach
the cheats that the gate refuses.
"""

from __future__ import annotations

import re

from synthd.synth.attempt import Attempt, CaseOutcome, Evaluation, Extraction, Verdict
from synthd.synth.feedback import Level
from synthd.synth.prompts.verus.advice import ADVICE
from synthd.synth.verifiers.verus.kinds import kind_of
from synthd.synth.verifiers.verus.report import Kind

# Diagnostics of a whole file may be very many; the first ones, in order, are mended first.
LONGEST_REPORT = 2400
MOST_NAMES = 12

_CHEATS = re.compile(
    r"verifier::|assume_specification|external_type_specification|external_body|\bassume\b|\badmit\b"
    r"|pub struct Ex\w*|migration-mut-ref|Z Macro-backtrace",
    re.IGNORECASE,
)
# As rustc heads a message: `error[E0308]: mismatched types`; any line fits.
_HEADED = re.compile(r"(error|warning|note)?(?:\[(E\d+)\])?:? ?(.*)")
_INDEXED = re.compile(r"vstd/.*(?:vec|slice|seq|array)\.rs|\bindex\b", re.IGNORECASE)


def told(attempt: Attempt, level: Level) -> str:
    """What is said about an attempt at this level.

    none: nothing. pass-fail: whether Verus accepts it. first-failing: the first error. diff: all
    errors. all: also which functions verify, as they have to go on doing.
    """
    candidate, evaluation = attempt.candidate, attempt.evaluation
    if level == "none":
        return ""
    if level == "pass-fail":
        return "Verus accepts it." if attempt.accepted else "Verus does not accept it."
    if candidate.extraction not in (Extraction.OK, Extraction.WRONG_NAME):
        return candidate.note or "there was no usable code in the answer"
    if attempt.accepted and not evaluation.labels:
        return "Verus accepts it."
    errors = _errors(evaluation)
    said = errors[0] if level == "first-failing" else "\n\n".join(errors)
    verified = [case.id for case in evaluation.cases if case.passed]
    if level == "all" and verified:
        more = ", …" if len(verified) > MOST_NAMES else ""
        said += f"\n\nThese verify and must go on: {', '.join(verified[:MOST_NAMES])}{more}"
    return _shortened(said)


def kinds(evaluation: Evaluation) -> tuple[str, ...]:
    """Names of ADVICE for what is wrong, each once, in the order of the findings."""
    if evaluation.verdict is Verdict.FORBIDDEN:
        return ("forbidden",)
    found = [kind for text in _errors(evaluation) for kind in _kinds(text)]
    if any(case.outcome is CaseOutcome.RESOURCE_LIMIT for case in evaluation.cases):
        found.append("resource_limit")
    return tuple(dict.fromkeys(found))


def _errors(evaluation: Evaluation) -> list[str]:
    """The findings as texts: of the cases that fail, or the report where cases do not say it."""
    failing = [case for case in evaluation.cases if not case.passed]
    texts = [_case_text(case.id, case.detail or case.got) for case in failing]
    told_by_cases = [clean for text in texts if (clean := _without_cheats(text))]
    report = _without_cheats(evaluation.report)
    if evaluation.verdict is Verdict.FORBIDDEN or not told_by_cases:
        return [report or "Verus does not accept it."]
    return told_by_cases


def _case_text(name: str, text: str) -> str:
    return text if not name or name in text else f"{name}: {text}"


def _kinds(text: str) -> list[str]:
    """Of one finding: the kinds that it names itself, else those that its messages show."""
    found = [name for name in ADVICE if re.search(rf"^(?:\S+: )?\[?{name}\b[\]:]", text, re.M)]
    for line in text.splitlines() if not found else ():
        _, code, message = _HEADED.fullmatch(line.strip()).groups()  # type: ignore[union-attr]
        kind = kind_of(message, code or "")
        if kind is not Kind.OTHER:
            found.append(kind.value)
    if "precondition" in found and _INDEXED.search(text):
        found.append("precondition.index")
    return found or ["other"]


def _without_cheats(text: str) -> str:
    kept = [line for line in text.strip().splitlines() if not _CHEATS.search(line)]
    return "\n".join(kept).strip()


def _shortened(text: str) -> str:
    if len(text) <= LONGEST_REPORT:
        return text
    return f"{text[:LONGEST_REPORT].rstrip()}\n… (more errors follow)"
