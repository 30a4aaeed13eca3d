"""Which functions must be verified by name, besides the one that was asked for.

That Verus ends without an error is not enough where it can be known better: the function must be
among those that it verified, and none may be lost that was verified before. On the other hand a
file may hold functions that somebody still works on: what fails there as it did before is no fault
of a candidate that does not rest on it.
"""

from __future__ import annotations

from synthd.synth.rust.function import Mode, RustFunction
from synthd.synth.rust.functions import functions
from synthd.synth.verifiers.verus.gate.graph import mentioned
from synthd.synth.verifiers.verus.preflight import Preflight
from synthd.synth.verifiers.verus.report import ProofVerdict, Status, VerusReport
from synthd.synth.verifiers.verus.scoring import errors


def may_suffice(report: VerusReport, path: str) -> bool:
    return report.verdict is ProofVerdict.PROVED or path in _named(report, Status.VERIFIED)


def lacking(
    program: str,
    target: RustFunction,
    report: VerusReport,
    before: Preflight,
    required: tuple[str, ...],
) -> str:
    """What is missing, in words for people and models; "" where nothing is."""
    verified = _named(report, Status.VERIFIED)
    proved = report.verdict is ProofVerdict.PROVED
    named = {target.path, *required} if report.complete or not proved else set(required)
    if missing := named - verified:
        return f"Verus did not verify by name: {_listed(missing)}"
    if proved:  # the rest of the file is as it was, and nothing in it failed
        return ""
    if lost := before.verified - verified:
        return f"no longer verified: {_listed(lost)}"
    return _other_failures(program, target, report, before)


def as_good(other: VerusReport, report: VerusReport) -> bool:
    """Whether another run verifies no less."""
    if report.verdict is ProofVerdict.PROVED:
        return other.verdict is ProofVerdict.PROVED
    return _named(report, Status.VERIFIED) <= _named(other, Status.VERIFIED)


def _other_failures(
    program: str, target: RustFunction, report: VerusReport, before: Preflight
) -> str:
    failing = _named(report, Status.FAILED)
    if not failing or any(not one.function for one in errors(report)):
        return "Verus names no function for its errors"
    if new := failing - before.failing:
        return f"it fails now, and did not before: {_listed(new)}"
    every = functions(program)
    rests = mentioned(program, every, target.path)
    by_path = {one.path: one for one in every}
    for path in sorted(failing):
        if path in rests:
            return f"it rests on `{path}`, which is not verified"
        if _reaches_all(program, by_path.get(path)):
            return f"`{path}` is not verified, and all of the file may rest on it"
    return ""


def _reaches_all(program: str, function: RustFunction | None) -> bool:
    """Definitions, broadcast lemmas and methods are used without being named."""
    if function is None or function.mode is Mode.SPEC or "::" in function.path:
        return True
    return "broadcast" in function.header.of(program).split("fn", 1)[0].split()


def _named(report: VerusReport, status: Status) -> frozenset[str]:
    return frozenset(one.path for one in report.functions if one.status is status)


def _listed(paths: set[str] | frozenset[str]) -> str:
    return ", ".join(f"`{path}`" for path in sorted(paths))
