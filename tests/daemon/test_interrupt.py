"""Ctrl-C stops the model and the sandbox, and leaves no process."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

LOOPS = (
    'def spin(x):\n    """\n    >>> spin(1)\n    1\n    """\n    ...\n',
    "```python\ndef spin(x):\n    while True:\n        pass\n```",
)


def members(session: int) -> list[int]:
    """Processes of a session: bubblewrap starts its own, so we look at ancestors, too."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                state, _, _, own = (entry / "stat").read_text().rpartition(")")[2].split()[:4]
            except OSError:
                continue
            if int(own) == session and state != "Z":
                found.append(int(entry.name))
    return found


def sandboxes(root: int) -> set[tuple[int, str]]:
    """Those below this process, and when each began: others' come and go meanwhile."""
    below, found = {root}, set()
    rows = sorted(processes())  # parents mostly come before their children
    for _ in range(3):
        below |= {pid for pid, parent, _, _ in rows if parent in below}
    for pid, _, began, command in rows:
        if pid in below and b"boot.py" in command:
            found.add((pid, began))
    return found


def processes() -> Iterator[tuple[int, int, str, bytes]]:
    """Process, parent, when it began, command line."""
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                told = (entry / "stat").read_text().rpartition(")")[2].split()
                yield int(entry.name), int(told[1]), told[19], (entry / "cmdline").read_bytes()
            except OSError:
                continue


def gone(left: set[tuple[int, str]]) -> bool:
    return not left & {(pid, began) for pid, _, began, _ in processes()}


def wait_until(holds, limit: float = 20.0) -> bool:
    deadline = time.monotonic() + limit
    while time.monotonic() < deadline:
        if holds():
            return True
        time.sleep(0.05)
    return False


def ended(process: subprocess.Popen[str]) -> tuple[int, str]:
    _, err = process.communicate(timeout=20)
    return process.returncode, err


@pytest.mark.parametrize("name", [signal.SIGINT, signal.SIGTERM])
def test_while_the_model_talks(shell, name) -> None:
    shell.file(LOOPS[0])
    shell.model.say = lambda prompt: "word\n" * 1000
    shell.model.seconds_per_word = 0.05
    process = shell.start("synth", "work.py")
    assert wait_until(lambda: shell.model.prompts)
    ours = sandboxes(process.pid)
    os.kill(process.pid, name)
    code, err = ended(process)
    assert code == 130 and "interrupted" in err and "Traceback" not in err
    assert shell.model.broken_off.wait(10), "the model's stream was dropped"
    assert wait_until(lambda: not members(process.pid) and gone(ours))


def test_while_the_sandbox_runs(shell) -> None:
    shell.file(LOOPS[0])
    shell.model.say = lambda prompt: LOOPS[1]
    process = shell.start("synth", "work.py")
    assert wait_until(lambda: shell.model.prompts and sandboxes(process.pid))
    time.sleep(0.5)
    ours = sandboxes(process.pid)
    os.kill(process.pid, signal.SIGINT)
    code, err = ended(process)
    assert code == 130 and "Traceback" not in err
    assert wait_until(lambda: not members(process.pid) and gone(ours))


def test_even_a_kill_leaves_no_sandbox(shell) -> None:
    shell.file(LOOPS[0])
    shell.model.say = lambda prompt: LOOPS[1]
    process = shell.start("synth", "work.py")
    assert wait_until(lambda: shell.model.prompts and sandboxes(process.pid))
    ours = sandboxes(process.pid)
    os.kill(process.pid, signal.SIGKILL)
    process.communicate(timeout=20)
    assert wait_until(lambda: gone(ours))
