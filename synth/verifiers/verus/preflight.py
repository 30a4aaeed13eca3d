"""What is found out about a file before any model is asked: whether there is anything to prove."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from synthd.synth.rust.function import RustFunction
from synthd.synth.rust.lexer import meaningful
from synthd.synth.verifiers.verus import probes
from synthd.synth.verifiers.verus.judging import primary
from synthd.synth.verifiers.verus.probes import Found, Probed
from synthd.synth.verifiers.verus.report import Diagnostic, Kind, Status, VerusReport
from synthd.synth.verifiers.verus.scoring import errors
from synthd.synth.verifiers.verus.trust import Trust, trusts

_BEFORE_PROOFS = frozenset({Kind.SYNTAX, Kind.TYPE, Kind.MODE, Kind.BORROW, Kind.UNSUPPORTED})


class ProofChecker(Protocol):
    """Verus, as the Checker beside this asks it."""

    async def check(
        self,
        program: str,
        *,
        seed: int | None = None,
        rlimit: float | None = None,
        only: str = "",
        document: int | None = None,
        no_cheating: bool = False,
    ) -> VerusReport:
        """no_cheating: Verus refuses assumptions itself, where that version can."""
        ...


class Trouble(StrEnum):
    BROKEN = "broken"  # the file itself is not accepted, outside the function
    NO_ENSURES = "no-ensures"  # nothing is promised, so nothing can be proved
    CONTRADICTION = "contradictory-requires"  # no call is allowed, so anything is proved
    TRIVIAL = "trivial-postcondition"  # an empty body keeps the promise


@dataclass(frozen=True, slots=True)
class Finding:
    """line: 1-based, 0 where there is none."""

    trouble: Trouble
    line: int
    message: str


@dataclass(frozen=True, slots=True)
class Preflight:
    """findings: for the user to mend; TRIVIAL ones only to know. verified, failing: paths of the
    other functions, as they are now. trusts: what a proof in this file rests on. probed: the
    evidence. report: of Verus on the file with the function's body taken out."""

    findings: tuple[Finding, ...]
    verified: frozenset[str]
    failing: frozenset[str]
    trusts: tuple[Trust, ...]
    probed: tuple[Probed, ...]
    report: VerusReport

    @property
    def sound(self) -> bool:
        return all(finding.trouble is Trouble.TRIVIAL for finding in self.findings)

    @property
    def labels(self) -> tuple[str, ...]:
        """What a report says after "proved": under which assumptions."""
        return tuple(dict.fromkeys(trust.label for trust in self.trusts))


async def preflight(checker: ProofChecker, text: str, function: RustFunction) -> Preflight:
    """function: found in the text. Two or three runs of Verus."""
    entry = probes.entry(text, function)
    report = await checker.check(entry.marked.program)
    probed = [probes.read(entry, report, function.path)]
    if empty := probes.empty(text, function):
        ran = await checker.check(empty.marked.program)
        probed.append(probes.read(empty, ran, function.path))
    reports = [report]
    if function.body is not None and not function.stub:
        reports.append(await checker.check(text))
    return Preflight(
        (
            *_broken(text, entry.marked.program, function, report),
            *_promises(text, function),
            *_vacuous(probed, function),
        ),
        _with(Status.VERIFIED, reports, function),
        _with(Status.FAILED, reports[:1], function),
        trusts(text, function),
        tuple(probed),
        report,
    )


def _with(status: Status, reports: list[VerusReport], but: RustFunction) -> frozenset[str]:
    return frozenset(
        one.path
        for report in reports
        for one in report.functions
        if one.status is status and one.path != but.path
    )


def _broken(text: str, program: str, function: RustFunction, report: VerusReport) -> list[Finding]:
    """Errors before any proof that are not in the body that was put in place of the function's."""
    first = text.count("\n", 0, function.header.end) + 1
    found = []
    for one in errors(report):
        place = primary(one)
        line = place.line if place and place.ours else 0
        if one.kind in _BEFORE_PROOFS and line and not _in_body(line, first):
            found.append(Finding(Trouble.BROKEN, _in_text(line, first, program, text), _said(one)))
    return found


def _in_body(line: int, first: int) -> bool:
    """The body that is put in place is one line, under the header or beside it."""
    return first <= line <= first + 1


def _in_text(line: int, first: int, program: str, text: str) -> int:
    """The line of the user's file: the body that was taken out may have had more lines."""
    return line if line <= first else line + text.count("\n") - program.count("\n")


def _said(diagnostic: Diagnostic) -> str:
    return f"Verus does not accept the file outside the function: {diagnostic.message}"


def _promises(text: str, function: RustFunction) -> list[Finding]:
    """A trait's function keeps the trait's promises."""
    words = {token.text for token in meaningful(function.header.of(text))}
    if function.ensures is not None or "returns" in words or function.path.count("::") > 1:
        return []
    message = (
        f"`{function.path}` has no `ensures`: say what it promises, or there is nothing to prove"
    )
    return [Finding(Trouble.NO_ENSURES, function.line, message)]


def _vacuous(probed: list[Probed], function: RustFunction) -> list[Finding]:
    found = []
    for one in probed:
        if one.found is not Found.VACUOUS:
            continue
        if one.probe.aim is probes.Aim.ENTRY:
            message = (
                f"the preconditions of `{function.path}` contradict each other: Verus proves "
                "`assert(false)` at its start, so no call is possible and any body is right"
            )
            found.append(Finding(Trouble.CONTRADICTION, function.line, message))
        else:
            message = (
                f"an empty body keeps what `{function.path}` promises: its `ensures` say little"
            )
            found.append(Finding(Trouble.TRIVIAL, function.line, message))
    return found
