"""How a function of a Rust file stands, and the sentence about it for people."""

from __future__ import annotations

from dataclasses import dataclass, field

from synthd.daemon.verus import facts
from synthd.daemon.verus.facts import Grounds
from synthd.daemon.verus.wire import RustStanding
from synthd.synth.attempt import Evaluation, Verdict
from synthd.synth.rust.function import Mode, RustFunction
from synthd.synth.verifiers.verus.gate import Violation
from synthd.synth.verifiers.verus.preflight import Trouble
from synthd.synth.verifiers.verus.report import FunctionResult, Status, VerusReport
from synthd.synth.verifiers.verus.scoring import errors
from synthd.synth.verifiers.verus.verifier import UNSTABLE


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of one function: its standing, the sentence about it, what it rests on."""

    standing: RustStanding
    message: str
    labels: tuple[str, ...] = ()
    grounds: Grounds = field(default_factory=Grounds)


def has_promise(function: RustFunction) -> bool:
    """A trait's function keeps the promises of the trait, which stand elsewhere; a spec function
    is a promise itself, of which there is only to show that it ends."""
    if function.mode is Mode.SPEC:
        return True
    words = {word for word, _ in function.clauses}
    return bool(words & {"ensures", "returns"}) or function.path.count("::") > 1


def judged(
    function: RustFunction,
    evaluation: Evaluation,
    own: FunctionResult | None,
    report: VerusReport,
    grounds: Grounds,
) -> Known:
    """From what a search would make of this body; but other functions' faults are not its own."""
    match evaluation.verdict:
        case Verdict.ACCEPTED:
            return proved(function, grounds)
        case Verdict.FORBIDDEN:
            message = f"{function.path} is not proved: {_after_first(evaluation.report)}"
            return Known(RustStanding.REFUTED, message, evaluation.labels, grounds)
    if Trouble.CONTRADICTION.value in evaluation.labels:
        return contradictory(function, grounds)
    if own is not None and own.status is Status.FAILED:
        return refuted(function, own, report)
    if own is not None and own.status is Status.VERIFIED:
        why = evaluation.report.strip().rsplit("\n\n", 1)[-1]
        message = f"{function.path} is verified by itself, but {why}"
        return Known(RustStanding.UNDECIDED, message, (), grounds)
    return unknown(function, report, evaluation.report)


def _what(function: RustFunction) -> str:
    if function.mode is Mode.SPEC:
        return "its recursion ends"
    return "what it promises" if has_promise(function) else "that it cannot panic, no more"


def proved(function: RustFunction, grounds: Grounds) -> Known:
    message = f"{function.path} is proved: {_what(function)}"
    count = len({(trust.line, trust.what) for trust in grounds.trusts})
    if count:
        message += f"; the file takes {facts.things(count)} as true without a proof"
    if not grounds.stable:
        message += "; only one of two solver seeds proves it"
    unstable = () if grounds.stable else (UNSTABLE,)
    given = tuple(facts.labels(grounds.trusts))
    return Known(RustStanding.VERIFIED, message, (*unstable, *given), grounds)


def refuted(function: RustFunction, own: FunctionResult, report: VerusReport) -> Known:
    failed = [one for one in own.diagnostics if one in errors(report)]
    more = f", and {len(failed) - 1} more" if len(failed) > 1 else ""
    first = failed[0].message.splitlines()[0] if failed else "Verus objects"
    return Known(RustStanding.REFUTED, f"{function.path} is not verified: {first}{more}")


def forbidden(function: RustFunction, violations: tuple[Violation, ...], grounds: Grounds) -> Known:
    said = "; ".join(str(one) for one in violations[:4])
    labels = tuple(dict.fromkeys(f"forbidden:{one.rule}" for one in violations))
    return Known(RustStanding.REFUTED, f"{function.path} is not proved: {said}", labels, grounds)


def contradictory(function: RustFunction, grounds: Grounds) -> Known:
    message = (
        f"the preconditions of {function.path} contradict each other: Verus proves "
        "`assert(false)` at its start, so no call is possible and anything is proved of it"
    )
    return Known(RustStanding.REFUTED, message, (Trouble.CONTRADICTION.value,), grounds)


def trusted(function: RustFunction, grounds: Grounds) -> Known:
    """Of a function that Verus takes somebody's word for."""
    own = [str(t) for t in grounds.trusts if t.name == function.path]
    message = f"{function.path} is trusted, not verified: {', '.join(own)}"
    return Known(RustStanding.UNDECIDED, message, (), grounds)


def unknown(function: RustFunction, report: VerusReport, why: str = "") -> Known:
    reason = report.reason or why.strip() or "Verus does not name it"
    return Known(RustStanding.UNDECIDED, f"nothing is known of {function.path}: {reason}")


def _after_first(text: str) -> str:
    return "; ".join(line.removeprefix("- ") for line in text.splitlines()[1:])
