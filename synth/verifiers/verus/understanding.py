"""From one run of Verus to what it established. The human text plays no part in a verdict."""

from __future__ import annotations

import re
import signal
from collections.abc import Mapping

from synthd.sandbox.verus.run import JSON_FLAGS, Ending, VerusRan
from synthd.synth.verifiers.verus.attribution import Attribution, Source, attribute
from synthd.synth.verifiers.verus.diagnostics import diagnostic, is_internal
from synthd.synth.verifiers.verus.kinds import LIMITED, is_misasked
from synthd.synth.verifiers.verus.output import Row, Summary, rows, summaries
from synthd.synth.verifiers.verus.reasons import refuted_because
from synthd.synth.verifiers.verus.report import (
    Diagnostic,
    Kind,
    Level,
    ProofVerdict,
    VerusReport,
)

PROGRAM = "program.rs"
_CRASHED = re.compile(
    r"panicked at|internal compiler error|stack overflow|memory allocation of \d+ bytes failed|"
    r"^fatal runtime error|SIGSEGV|SIGABRT",
    re.MULTILINE,
)
_KEPT = 6000  # characters of a backtrace
_MEMORY = re.compile(r"memory allocation of \d+ bytes failed|out of memory", re.IGNORECASE)


def understand(
    program: str,
    ran: VerusRan,
    *,
    only: str = "",
    version: str = "",
    file: str = PROGRAM,
) -> VerusReport:
    """file: what Verus was told that the program is called. only: the one function it verified."""
    return understand_files({file: program}, {}, ran, only=only, version=version)


def understand_files(
    texts: Mapping[str, str],
    modules: Mapping[str, str],
    ran: VerusRan,
    *,
    only: str = "",
    version: str = "",
    cargo: bool = False,
) -> VerusReport:
    """texts: the program's own files, as diagnostics name them; modules: the path of each."""
    told = summaries(ran.stdout)
    listed, rest = rows(ran.stderr, ran.stdout if cargo else "")
    diagnostics = [one for row in listed if (one := diagnostic(row, texts)) is not None]
    crash = _crash(ran, listed, rest)
    verdict, reason = _verdict(ran, told, diagnostics, crash, only, rest)
    sources = {name: Source(name, text, modules.get(name, "")) for name, text in texts.items()}
    whole = not crash and ran.ending is Ending.EXITED and bool(told) and _whole(told, only)
    found = attribute(sources, diagnostics, told, whole=whole, only=only)
    if verdict is ProofVerdict.REFUTED:
        reason = refuted_because(found.diagnostics, found.functions)
    return VerusReport(
        verdict,
        reason or _limit_named(found),
        sum(one.results.verified or 0 for one in told),
        sum(one.results.errors or 0 for one in told),
        found.functions,
        found.diagnostics,
        found.complete,
        any(LIMITED in one.message for one in diagnostics),
        crash,
        version,
        ran.isolation,
        ran.seconds,
    )


def _verdict(
    ran: VerusRan,
    told: tuple[Summary, ...],
    diagnostics: list[Diagnostic],
    crash: str,
    only: str,
    rest: str,
) -> tuple[ProofVerdict, str]:
    unfinished = _unfinished(ran, crash)
    if unfinished:
        return ProofVerdict.UNKNOWN, unfinished
    if not all(flag in ran.asked for flag in JSON_FLAGS):
        return ProofVerdict.UNKNOWN, f"Verus was not asked with {' and '.join(JSON_FLAGS)}"
    if not told:
        last = rest.strip().splitlines()[-1:] or ["no message"]
        return ProofVerdict.UNKNOWN, f"Verus gave no result in JSON ({_plain(last[0])})"
    errors = [one for one in diagnostics if one.level is Level.ERROR]
    misasked = next((one.message for one in errors if is_misasked(one.message)), "")
    if misasked:
        return ProofVerdict.UNKNOWN, misasked.split("\n", 1)[0]
    if any(one.kind is not Kind.RESOURCE_LIMIT for one in errors):
        if ran.code == 0 or all(one.results.success for one in told):
            return ProofVerdict.UNKNOWN, "Verus reports errors, and success"
        return ProofVerdict.REFUTED, ""
    if errors:
        return ProofVerdict.UNKNOWN, ""
    return _without_errors(ran, told, only)


def _without_errors(
    ran: VerusRan, told: tuple[Summary, ...], only: str
) -> tuple[ProofVerdict, str]:
    results = [one.results for one in told]
    if ran.code != 0 or any(one.bad or one.early or one.errors for one in results):
        return ProofVerdict.UNKNOWN, f"Verus failed (status {ran.code}) without saying where"
    # Where it verifies one function only, some versions leave success out.
    if not all(one.success or (only and one.success is None) for one in results):
        return ProofVerdict.UNKNOWN, "Verus does not say that it succeeded"
    if any(one.errors is None or one.verified is None for one in results):
        return ProofVerdict.UNKNOWN, "Verus does not say how much it verified"
    if not _whole(told, only):
        return ProofVerdict.UNKNOWN, "Verus verified only a part of the program"
    if not any(one.verified for one in results):
        return ProofVerdict.UNKNOWN, "there was nothing to verify"
    return ProofVerdict.PROVED, ""


def _whole(told: tuple[Summary, ...], only: str) -> bool:
    """The solver was asked about all that it was to be asked about."""
    results = [one.results for one in told]
    asked = all(not one.early and (one.success or one.errors) for one in results)
    return asked and (bool(only) or all(one.entire is not False for one in results))


def _unfinished(ran: VerusRan, crash: str) -> str:
    if ran.ending is Ending.TIMEOUT:
        return f"no answer within {ran.seconds:.0f} s"
    if ran.ending is Ending.OUTPUT:
        return "Verus wrote more than it may"
    if _MEMORY.search(crash):
        return "Verus needed more memory than it may have"
    if ran.ending is Ending.SIGNALLED:
        return f"Verus was killed ({_signal(ran.code)})"
    if crash:
        lines = [line for line in crash.splitlines() if _CRASHED.search(line)]
        return f"Verus crashed: {_plain((lines or crash.splitlines())[0])}"
    return ""


def _crash(ran: VerusRan, listed: tuple[Row, ...], rest: str) -> str:
    """The end of its backtrace, or "" where it did not crash."""
    internal = [row.message for row in listed if is_internal(row)]
    crashed = internal or ran.code not in (0, 1) or _CRASHED.search(rest)
    if ran.ending in (Ending.TIMEOUT, Ending.OUTPUT) or not crashed:
        return ""
    text = "\n".join([*internal, rest]).strip()
    return text[-_KEPT:] or f"exit status {ran.code}"


def _limit_named(found: Attribution) -> str:
    """Of a run in which nothing failed for certain."""
    names = [
        one.function or "the program"
        for one in found.diagnostics
        if one.level is Level.ERROR and one.kind is Kind.RESOURCE_LIMIT
    ]
    if not names:
        return ""
    return f"the solver's resource limit was exceeded in {', '.join(dict.fromkeys(names))}"


def _signal(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def _plain(line: str) -> str:
    return re.sub(r"\x1b\[[\d;]*m", "", line).strip()[:300]
