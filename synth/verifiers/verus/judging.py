"""From what Verus and the gate found to an Evaluation: verdict, cases, and words for the model."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from synthd.synth.attempt import Case, CaseOutcome, Evaluation, ProofCounts, Verdict
from synthd.synth.verifiers.verus import scoring
from synthd.synth.verifiers.verus.gate.rules import Violation
from synthd.synth.verifiers.verus.report import (
    Diagnostic,
    Kind,
    Place,
    ProofVerdict,
    Status,
    VerusReport,
)

LONGEST = 6000  # characters of a report: it goes into prompts
MOST_DIAGNOSTICS = 12
_LONGEST_LINE = 200
NOTHING_PROVED = ProofCounts(0, 0, 0, 0)

VERDICTS = {
    ProofVerdict.PROVED: Verdict.ACCEPTED,
    ProofVerdict.REFUTED: Verdict.REJECTED,
    ProofVerdict.UNKNOWN: Verdict.UNDECIDED,
}
_NOT_CHECKED = frozenset({Kind.MODE, Kind.BORROW, Kind.TYPE, Kind.SYNTAX, Kind.UNSUPPORTED})


def forbidden(violations: Sequence[Violation], isolation: str = "") -> Evaluation:
    """The rules are named first, so that a search's record shows which cheats were tried."""
    listed = [f"- {violation}" for violation in violations[:MOST_DIAGNOSTICS]]
    report = "\n".join(("This program is not verified, as it does what is not allowed:", *listed))
    cases = tuple(
        Case(f"gate:{one.rule}:{one.line}", CaseOutcome.FAIL, one.token, detail=one.message)
        for one in violations[:MOST_DIAGNOSTICS]
    )
    labels = tuple(dict.fromkeys(f"forbidden:{one.rule}" for one in violations))
    return Evaluation(
        Verdict.FORBIDDEN, 0.0, cases, capped(report), labels, isolation, proof=NOTHING_PROVED
    )


def judged(report: VerusReport, program: str) -> Evaluation:
    """By the report alone: whether the right functions are verified is another question."""
    proof = scoring.counts(report)
    accepted = report.verdict is ProofVerdict.PROVED
    return Evaluation(
        VERDICTS[report.verdict],
        1.0 if accepted else _unfinished_score(report, proof),
        cases(report),
        "" if accepted else words(report, program),
        isolation=report.isolation,
        seconds=0.0 if report.cached else report.seconds,
        proof=proof,
    )


def cases(report: VerusReport) -> tuple[Case, ...]:
    """A pass for each function that is verified by name, a failure for each error."""
    passed = [
        Case(one.path, CaseOutcome.PASS)
        for one in report.functions
        if one.status is Status.VERIFIED
    ]
    failed = [_case(one, place) for place, one in enumerate(scoring.errors(report))]
    if failed or report.verdict is not ProofVerdict.UNKNOWN:
        return (*passed, *failed)
    return (*passed, Case("verus", _undecided(report), detail=report.reason))


def words(report: VerusReport, program: str) -> str:
    """The diagnostics with the lines that they are about, short enough for a prompt."""
    if report.verdict is ProofVerdict.UNKNOWN and not scoring.errors(report):
        return capped(f"Verus came to no result: {report.reason or report.crash}")
    lines = program.splitlines()
    found = scoring.errors(report)
    parts = [_said(one, lines) for one in found[:MOST_DIAGNOSTICS]]
    if len(found) > MOST_DIAGNOSTICS:
        parts.append(f"and {len(found) - MOST_DIAGNOSTICS} more errors")
    total = f"{report.verified} verified, {report.errors} errors"
    return capped("\n\n".join((*parts, total)))


def capped(text: str) -> str:
    """The beginning and the end of a long text."""
    if len(text) <= LONGEST:
        return text
    return f"{text[: LONGEST * 3 // 4]}\n…\n{text[-LONGEST // 4 :]}"


def primary(diagnostic: Diagnostic) -> Place | None:
    """Where the program is at fault: Verus' own library is named only where nothing else is."""
    places = sorted(diagnostic.places, key=lambda place: (not place.ours, not place.primary))
    return places[0] if places else None


def _unfinished_score(report: VerusReport, proof: ProofCounts) -> float:
    """Without an error nothing but PROVED is worth something."""
    return scoring.score(proof) if report.errors else 0.0


def _undecided(report: VerusReport) -> CaseOutcome:
    if report.crash:
        return CaseOutcome.INFRA_ERROR
    return (
        CaseOutcome.TIMEOUT if "no answer within" in report.reason else CaseOutcome.RESOURCE_LIMIT
    )


def _case(diagnostic: Diagnostic, number: int) -> Case:
    place = primary(diagnostic)
    where = f"line {place.line}" if place else ""
    about = ":".join(part for part in (diagnostic.function, diagnostic.kind.value, where) if part)
    return Case(
        f"{number}:{about}",
        _outcome(diagnostic.kind),
        place.text.strip()[:_LONGEST_LINE] if place else "",
        got=diagnostic.message[: 2 * _LONGEST_LINE],
        detail=where,
    )


def _outcome(kind: Kind) -> CaseOutcome:
    if kind is Kind.RESOURCE_LIMIT:
        return CaseOutcome.TIMEOUT
    return CaseOutcome.COMPILE_ERROR if kind in _NOT_CHECKED else CaseOutcome.FAIL


def _said(diagnostic: Diagnostic, lines: Sequence[str]) -> str:
    code = f"[{diagnostic.code}]" if diagnostic.code else ""
    where = f" (in `{diagnostic.function}`)" if diagnostic.function else ""
    first = f"error{code}: {diagnostic.message}{where}"
    helps = (f"  help: {text}" for text in diagnostic.help[:3])
    return "\n".join((first, *_excerpts(diagnostic.places, lines), *helps))


def _excerpts(places: Iterable[Place], lines: Sequence[str]) -> Iterator[str]:
    for place in places:
        inside = place.ours and 0 < place.line <= len(lines)
        text = lines[place.line - 1] if inside else place.text
        label = f"   <- {place.label}" if place.label else ""
        name = f"line {place.line}" if place.ours else f"{place.file}:{place.line}"
        yield f"  {name}: {text.strip()[:_LONGEST_LINE]}{label}"
