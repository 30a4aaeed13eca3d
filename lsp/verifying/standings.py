"""How one function stands, of what is known about it, and in what words that is shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from synthd.lsp.jobs.table import Job
from synthd.lsp.jobs.table import State as JobState
from synthd.lsp.verdicts import Known, Standing
from synthd.synth.source.outlined import Outlined

NAMED = 3  # functions that a sentence names
MINUTE, HOUR, DAY = 60, 3600, 86400


class State(StrEnum):
    """Of synthd/verification."""

    STUB = "stub"
    QUEUED = "queued"
    RUNNING = "running"
    VERIFIED = "verified"
    STALE = "stale"
    FAILED = "failed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Shown:
    """known: as the text has it now, or None where nothing is. job: that works on it, or waits to
    be accepted."""

    function: Outlined
    state: State
    title: str
    message: str = ""
    known: Known | None = None
    job: Job | None = None
    rust: bool = False

    def of(self, job: Job | None) -> Shown:
        """While that works on it."""
        return replace(self, job=job) if job else self

    def because(self, why: str) -> Shown:
        """Nothing was found out."""
        return replace(self, title=_unknown(why), message=why)

    def meanwhile(self, turn: State) -> Shown:
        """While it is verified anew, or waits for that: what is known of it is still so."""
        title = "verifying …" if turn is State.RUNNING else "queued …"
        if self.state is State.VERIFIED:
            title = f"{self.title} · {title}"
        return replace(self, state=turn, title=title, message="")

    @property
    def matters(self) -> bool:
        """Whether there is anything to be said or done."""
        function = self.function
        return bool(function.stub or function.examples or self.known or self.job)

    @property
    def standing(self) -> State:
        """Of the function as it stands in the text: an edit that waits is none of it."""
        if self.job is None or self.job.state is JobState.READY:
            return self.state
        return State.RUNNING

    def at(self, line: int) -> bool:
        return self.function.holds(line)

    @property
    def grade(self) -> str:
        return self.known.grade if self.known and self.state is State.VERIFIED else "unknown"


@dataclass(frozen=True, slots=True)
class Kept:
    """What was found out of a function, where that began then, and a number for what else in the
    document it rests on."""

    known: Known
    first: int
    rest: int = 0

    def now(self, function: Outlined) -> Known:
        """With the lines where they are now."""
        by = function.first - self.first
        if not by:
            return self.known
        failing = tuple(
            one if one.line is None else replace(one, line=one.line + by)
            for one in self.known.failing
        )
        return replace(self.known, line=function.line, failing=failing)


def newest(certified: Kept | None, ran: Kept | None) -> Kept | None:
    """What counts: a run, unless a certificate is younger, or says more of the same."""
    if certified is None or ran is None:
        return ran or certified
    if certified.known.standing is Standing.VERIFIED and (
        ran.known.standing is Standing.VERIFIED or certified.known.at > ran.known.at
    ):
        at = max(certified.known.at, ran.known.at)
        return Kept(replace(certified.known, at=at), certified.first)
    return ran


def standing(function: Outlined, known: Known, now: float, rust: bool) -> Shown:
    """As something that was found out of it says."""
    match known.standing:
        case Standing.VERIFIED:
            title = _verified(function, known, now)
            return Shown(function, State.VERIFIED, title, "", known, rust=rust)
        case Standing.STALE:
            why = known.why or "it was verified as it stood before"
            return Shown(function, State.STALE, "stale: re-verify", why, known, rust=rust)
        case Standing.FAILED:
            return Shown(function, State.FAILED, _failed(known, rust), known.why, known, rust=rust)
        case Standing.UNKNOWN:
            title = _unknown(known.why)
            return Shown(function, State.UNKNOWN, title, known.why, known, rust=rust)


def untold(function: Outlined, rust: bool) -> Shown:
    """Nothing is known."""
    if function.stub:
        return Shown(function, State.STUB, stub_title(function.examples, rust), rust=rust)
    title = "Verify" if rust else f"Verify · {count(function.examples)}"
    return Shown(function, State.UNKNOWN, title, "not verified yet", rust=rust)


def summary(shown: Sequence[Shown]) -> str:
    """In one sentence."""
    if len(shown) == 1:
        return f"{shown[0].function.name}: {shown[0].title}"
    rest = [one for one in shown if one.state is not State.VERIFIED]
    some = [f"{one.function.name}: {one.title}" for one in rest[:NAMED]]
    good = f"{len(shown) - len(rest)} of {len(shown)} functions are verified"
    return "; ".join([good, *some, *(["…"] if len(rest) > NAMED else [])])


def stub_title(examples: int, rust: bool = False) -> str:
    if examples == 0:
        return "Add an ensures clause first" if rust else "Add an example first"
    return "Synthesize · body and proof" if rust else f"Synthesize · {count(examples)}"


def count(examples: int, what: str = "example") -> str:
    return f"{examples} {what}{'' if examples == 1 else 's'}"


def ago(at: float, now: float) -> str:
    """So coarse that it is right for a while. Empty where `at` is unknown."""
    if not at:
        return ""
    seconds = max(0, int(now - at))
    if seconds < MINUTE:
        return "just now"
    if seconds < HOUR:
        return f"{seconds // MINUTE} min ago"
    if seconds < DAY:
        return f"{seconds // HOUR} h ago"
    return f"{count(seconds // DAY, 'day')} ago"


def ages(at: float, now: float) -> float:
    """Seconds until `ago` says something else."""
    seconds = max(0.0, now - at)
    unit = MINUTE if seconds < HOUR else HOUR if seconds < DAY else DAY
    return unit - seconds % unit


def _verified(function: Outlined, known: Known, now: float) -> str:
    examples = count(known.passed or function.examples)
    if known.grade == "proved":
        parts = ["✓ proved"]
    elif known.grade == "tested":
        parts = ["✓ tested", f"{examples}, {count(known.inputs, 'input')}"]
    elif not (known.passed or function.examples):
        parts = ["✓ nothing to prove"]  # Rust that promises nothing
    else:
        parts = [f"✓ {examples}"]
    return " · ".join([*parts, *filter(None, [ago(known.at, now)])])


def _unknown(why: str) -> str:
    return f"? not verified: {_short(why) or 'nothing was found out'}"


def _failed(known: Known, rust: bool) -> str:
    if rust:
        return "✗ not proved: show"
    failed = (known.total - known.passed) or len(known.failing)
    if not known.total:
        return "✗ its examples fail: show"
    verb = "fails" if failed == 1 else "fail"
    return f"✗ {failed} of {count(known.total)} {verb}: show"


def _short(why: str) -> str:
    line = why.partition("\n")[0]
    return line if len(line) <= 60 else line[:57].rstrip() + "…"
