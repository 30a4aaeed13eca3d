"""What it says about a program, or about a compiler at work on it, that it ended as it did."""

from __future__ import annotations

import re

from synthd.sandbox.checks import Outcome
from synthd.sandbox.limits import MIB, Limits
from synthd.sandbox.native.process import Ran

SHOWN = 2000  # characters of a text in a report
_NO_MEMORY = re.compile(
    r"std::bad_alloc|memory allocation of \d+ bytes failed|virtual memory exhausted"
    r"|out of memory|Cannot allocate memory"
)
_NO_ROOM = re.compile(r"File size limit exceeded|File too large|No space left on device|SIGXFSZ")
_NO_TIME = re.compile(r"CPU time limit exceeded|SIGXCPU")
_NEAR = 0.9  # so much of its memory used, and it ended badly: that is why


def clipped(text: str) -> str:
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}… ({len(text)} characters)"


def of_program(ran: Ran, limits: Limits, cpu: float, wall: float) -> tuple[Outcome, str]:
    """Outcome.PASS where it ended by itself, with status 0."""
    exceeded = _exceeded(ran, limits, cpu, wall)
    if exceeded is not None:
        return exceeded
    said = ran.complained.decode(errors="replace").strip()
    ended_badly = ran.how == "signal" or ran.code != 0
    if ended_badly and (_NO_MEMORY.search(said) or ran.peak > _NEAR * limits.memory_bytes):
        return _memory(limits.memory_bytes)
    last = f": {clipped(_telling(said))}" if said else ""
    if ran.how == "signal":
        return Outcome.KILLED, f"{ran.name}{last}"
    if ran.code != 0:
        return Outcome.RUNTIME_ERROR, f"exited with status {ran.code}{last}"
    return Outcome.PASS, ""


def of_compiler(ran: Ran, limits: Limits, memory: int) -> tuple[Outcome, str]:
    """Outcome.PASS where there is a program now."""
    said = ran.complained.decode(errors="replace").strip()
    seconds = limits.load_seconds
    if ran.how in ("cpu", "wall"):
        unit = "s of CPU time" if ran.how == "cpu" else "s"
        return Outcome.TIMEOUT, f"compiling takes more than {seconds:g} {unit}"
    if ran.how == "scratch":
        return Outcome.RESOURCE_LIMIT, "compiling: more than fits into the scratch folder"
    if ran.how == "exit" and ran.code == 0:
        return Outcome.PASS, ""
    if ran.name == "SIGXCPU" or _NO_TIME.search(said):
        return Outcome.TIMEOUT, f"compiling takes more than {seconds:g} s of CPU time"
    if _NO_MEMORY.search(said):
        outcome, text = _memory(memory)
        return outcome, f"compiling: {text}"
    if ran.name == "SIGXFSZ" or _NO_ROOM.search(said):
        return Outcome.RESOURCE_LIMIT, "compiling: what comes out is too large a file"
    if not said:
        said = f"the compiler ended with {ran.name or f'status {ran.code}'}"
    return Outcome.COMPILE_ERROR, clipped("\n".join(said.splitlines()[:20]))


def _exceeded(ran: Ran, limits: Limits, cpu: float, wall: float) -> tuple[Outcome, str] | None:
    if ran.how == "cpu" or ran.name == "SIGXCPU":
        return Outcome.TIMEOUT, f"more than {cpu:g} s of CPU time"
    if ran.how == "wall":
        return Outcome.TIMEOUT, f"no end within {wall:g} s"
    if ran.how == "output":
        return Outcome.RESOURCE_LIMIT, f"output: more than {limits.output_bytes} bytes"
    if ran.how == "threads":
        return Outcome.RESOURCE_LIMIT, "processes: too many threads"
    if ran.how == "scratch":
        return Outcome.RESOURCE_LIMIT, f"files: more than {limits.scratch_bytes // MIB} MiB"
    if ran.how == "channel":
        return Outcome.RUNTIME_ERROR, "wrote into the channel to the judge"
    if ran.name == "SIGXFSZ":
        return Outcome.RESOURCE_LIMIT, f"file size: more than {limits.file_bytes // MIB} MiB"
    return None


def _memory(amount: int) -> tuple[Outcome, str]:
    return Outcome.RESOURCE_LIMIT, f"memory: more than {amount // MIB} MiB"


def _telling(said: str) -> str:
    """What it last complained about, without Rust's hint about backtraces."""
    lines = [line for line in said.splitlines() if "RUST_BACKTRACE" not in line]
    return " ".join(lines[-3:])
