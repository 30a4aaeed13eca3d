"""`synthd` on Rust files as a user runs it: a scripted model, and a stand-in for Verus.

The stand-in has Verus' command line and invented answers (tests/synth/verus/stand_in.py); what a
real one says is tested beside the parts that read it.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

# Every `assert(false)` fails: whatever is probed for vacuity can be reached.
REACHABLE = {"contains": "assert(false)", "answer": {"outcome": "refuted", "verified": 3}}

WORK = """use vstd::prelude::*;

verus! {

proof fn lemma(n: nat)
    ensures n + 0 == n,
{
}

/// Counts up to n.
fn count(n: u32) -> (r: u32)
    requires n < 100,
    ensures r == n,
{
    unimplemented!()
}

fn main() {
}

} // verus!
"""
BODY = """{
    let mut i = 0;
    while i < n
        invariant i <= n,
        decreases n - i,
    {
        i += 1;
    }
    i
}"""
DONE = WORK.replace("{\n    unimplemented!()\n}", BODY)


@pytest.fixture
def work() -> str:
    return WORK


@pytest.fixture
def done() -> str:
    return DONE


@pytest.fixture
def body() -> str:
    return BODY


@pytest.fixture
def rust(shell: Any, verus_stand_in: Callable[..., Path]) -> Callable[..., Any]:
    """The shell, with Verus told what to answer: rules, default, version."""
    made: list[int] = []

    def told(*rules: Any, default: Any = "refuted", version: str = "", reachable: bool = True):
        made.append(1)
        every = [*([REACHABLE] if reachable else []), *rules]
        place = verus_stand_in(
            rules=every, default=default, version=version, folder=f"verus-{len(made)}"
        )
        shell.environment = {"VERUS_PATH": str(place.parent)}
        return shell

    return told


@pytest.fixture
def running() -> Callable[[str], list[str]]:
    """The processes of a stand-in that verify something just now, by its folder."""

    def found(place: str) -> list[str]:
        every = []
        for entry in os.listdir("/proc"):
            try:
                words = Path(f"/proc/{entry}/cmdline").read_bytes().split(b"\0")
            except OSError:
                continue
            # Not one of synthd's own questions for its version.
            if f"{place}/verus".encode() in words and b"--rlimit" in words:
                every.append(entry)
        return every

    return found


@pytest.fixture
def until() -> Callable[[Callable[[], Any]], bool]:
    def holds(what: Callable[[], Any], limit: float = 20.0) -> bool:
        ends = time.monotonic() + limit
        while time.monotonic() < ends:
            if what():
                return True
            time.sleep(0.05)
        return False

    return holds
