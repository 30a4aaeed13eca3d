"""`synthd` on Rust files as a user runs it: a scripted model, and a stand-in for Verus.

The stand-in has Verus' command line and invented answers (tests/synth/verus/stand_in.py); what a
real one says is tested beside the parts that read it.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
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


@dataclass(frozen=True)
class Ended:
    code: int
    out: str
    err: str

    @property
    def objects(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.out.splitlines()]


class Forking:
    """forking.py, started when it is first needed."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._server: subprocess.Popen[str] | None = None

    def run(self, shell: Any, arguments: tuple[str, ...], limit: float) -> Ended:
        if self._server is None:
            command = [sys.executable, str(Path(__file__).with_name("forking.py"))]
            self._server = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
            )
            self._server.wait(10)  # what it has forked serves
        out, err = self._folder / "out", self._folder / "err"
        order = {
            "arguments": arguments,
            "folder": str(shell.folder),
            "environment": shell.variables(),
            "out": str(out),
            "err": str(err),
        }
        assert self._server.stdin is not None and self._server.stdout is not None
        print(json.dumps(order), file=self._server.stdin, flush=True)
        pid = int(self._server.stdout.readline())
        timer = threading.Timer(limit, os.killpg, (pid, signal.SIGKILL))
        timer.start()
        try:
            code = int(self._server.stdout.readline())
        finally:
            timer.cancel()
            timer.join()
        return Ended(code, out.read_text(), err.read_text())

    def close(self) -> None:
        if self._server is not None:
            self._server.communicate()


@pytest.fixture(scope="session")
def forking(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Forking]:
    one = Forking(tmp_path_factory.mktemp("forking"))
    yield one
    one.close()


class Forked:
    """A shell whose commands run in forks of one process that has imported everything: most of
    what a command takes is the time to import. What is started and left alone is a real one."""

    def __init__(self, shell: Any, forking: Forking) -> None:
        self._shell = shell
        self._forking = forking

    def __getattr__(self, name: str) -> Any:
        return getattr(self._shell, name)

    def __setattr__(self, name: str, value: Any) -> None:
        if name.startswith("_"):
            object.__setattr__(self, name, value)
        else:
            setattr(self._shell, name, value)

    def run(self, *arguments: str, limit: float = 120) -> Ended:
        return self._forking.run(self._shell, arguments, limit)


@pytest.fixture
def shell(shell: Any, forking: Forking) -> Any:
    return Forked(shell, forking)


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
