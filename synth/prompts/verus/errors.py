"""What a model is told of a prover's findings, and of which kinds they are.

Verus' own hints how to switch a check off (`help: … use #[verifier::…]`) are left out: they teach
the cheats that the gate refuses.
"""

from __future__ import annotations

import re

from synthd.synth.attempt import Attempt, Evaluation, Extraction, Verdict
from synthd.synth.feedback import Level
from synthd.synth.proving.findings import findings, verified
from synthd.synth.verifiers.verus.kinds import kind_of
from synthd.synth.verifiers.verus.report import Kind

# Diagnostics of a whole file may be very many; the first ones, in order, are mended first.
LONGEST_REPORT = 2400
MOST_NAMES = 12

_CHEATS = re.compile(
    r"#!?\[verifier|assume_specification|external_|\bassume\b|\badmit\b|pub struct Ex\w*|"
    r"migration-mut-ref|Z macro-backtrace"
)
_ASIDE = re.compile(r" ?\(note: [^()]*\)")
# As rustc and the verifier head a message: `error[E0308]: mismatched types (in `f`)`.
_HEADED = re.compile(r"^error(?:\[(E\d+)\])?: (.*)", re.MULTILINE)
_INDEXED = re.compile(
    r"^error: precondition not satisfied.*\n(?:(?!error).*\n)*?.*\bvstd/\S*(?:vec|slice|array|seq)",
    re.MULTILINE,
)
_NOT_ACCEPTED = "Verus does not accept it."


def told(attempt: Attempt, level: Level) -> str:
    """What is said about an attempt at this level.

    none: nothing. pass-fail: whether Verus accepts it. first-failing: the first error. diff: all
    errors. all: also which functions verify, as they have to go on doing.
    """
    candidate, evaluation = attempt.candidate, attempt.evaluation
    if level == "none":
        return ""
    if attempt.accepted:
        if not evaluation.labels:
            return "Verus accepts it."
        return f"Verus accepts it, but: {', '.join(evaluation.labels)}. {evaluation.report}".strip()
    if level == "pass-fail":
        return _NOT_ACCEPTED
    if candidate.extraction not in (Extraction.OK, Extraction.WRONG_NAME):
        return candidate.note or "there was no usable code in the answer"
    said = _report(evaluation)
    if level == "first-failing" and evaluation.verdict is not Verdict.FORBIDDEN:
        said = said.split("\n\n")[0]
    said = _shortened(said)
    names = verified(evaluation)
    if level == "all" and names:
        more = ", …" if len(names) > MOST_NAMES else ""
        said += f"\n\nThese verify and must go on to: {', '.join(names[:MOST_NAMES])}{more}"
    return said


def kinds(evaluation: Evaluation, report: str = "") -> tuple[str, ...]:
    """Names of ADVICE for what is wrong, each once, in the order of the findings.

    report: the part of the findings that counts, if not all do.
    """
    if evaluation.verdict is Verdict.FORBIDDEN:
        return ("forbidden",)
    text = report or _report(evaluation)
    found = [kind_of(message, code or "") for code, message in _HEADED.findall(text)]
    if not report:
        found += [finding.kind for finding in findings(evaluation)]
    names = [kind.value for kind in found] or [Kind.OTHER.value]
    if _INDEXED.search(text):
        names.append("precondition.index")
    return tuple(dict.fromkeys(names))


def _report(evaluation: Evaluation) -> str:
    """The verifier's words, else what its cases say."""
    if evaluation.verdict is Verdict.FORBIDDEN:
        return evaluation.report.strip() or _NOT_ACCEPTED
    failing = (case for case in evaluation.cases if not case.passed)
    texts = [f"error: {case.got or case.detail}" for case in failing if case.got or case.detail]
    return _without_cheats(evaluation.report) or "\n\n".join(texts) or _NOT_ACCEPTED


def _without_cheats(text: str) -> str:
    """An error stays, without what it says in brackets of how to get around it."""
    kept: list[str] = []
    for line in text.strip().splitlines():
        clean = _ASIDE.sub("", line) if _CHEATS.search(line) else line
        if line.startswith("error") or not _CHEATS.search(clean):
            kept.append(clean)
    return "\n".join(kept).strip()


def _shortened(text: str) -> str:
    if len(text) <= LONGEST_REPORT:
        return text
    return f"{text[:LONGEST_REPORT].rstrip()}\n… (more errors follow)"
