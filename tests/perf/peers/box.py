"""Where other judges run what may do harm: their isolation is none.

A bubblewrap of ours around the whole judge: it sees the system read-only, has a /tmp and a home
of its own, no network, and whatever it leaves running ends with it. Inside, nothing changes for it.
"""

from __future__ import annotations

import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

GIB = 1 << 30
LIMITS = {
    resource.RLIMIT_AS: 3 * GIB,
    resource.RLIMIT_FSIZE: 64 << 20,
    resource.RLIMIT_NOFILE: 1024,
    resource.RLIMIT_CPU: 30,
    resource.RLIMIT_CORE: 0,
}
PATIENCE = 60.0
KILLED = "the judge was killed"


@dataclass(frozen=True, slots=True)
class Answer:
    """What the judge said; seconds and left mean nothing if it said nothing."""

    accepted: bool
    label: str
    seconds: float = 0.0
    left: tuple[str, ...] = ()


def available() -> bool:
    return shutil.which("bwrap") is not None and sys.platform == "linux"


def ask(python: Path, driver: Path, order: dict[str, object]) -> Answer:
    """Start the driver in the box, give it one order, wait for its answer, end everything."""
    with tempfile.TemporaryDirectory(dir=python.parent.parent) as folder:
        answer = Path(folder, "answer")
        process = subprocess.Popen(
            [*_box(folder), str(python), str(driver)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=_limit,
            env={
                "PATH": os.environ["PATH"],
                "HOME": "/tmp/home",
                "EVALPLUS_MAX_MEMORY_BYTES": "-1",
            },
        )
        try:
            process.communicate(json.dumps({**order, "answer": str(answer)}).encode(), PATIENCE)
        except subprocess.TimeoutExpired:
            return Answer(False, "never answered")
        finally:
            _end(process)
        return _read(answer)


def ask_many(
    python: Path,
    driver: Path,
    order: dict[str, object],
    files: dict[str, Path],
    patience: float,
) -> list[str]:
    """One order about many programs, in one box; what the driver says of each, as far as it came.
    files: for the driver's environment, copied into the box. patience: in seconds, for all."""
    with tempfile.TemporaryDirectory(dir=python.parent.parent) as folder:
        answer, told = Path(folder, "answer"), Path(folder, "order")
        told.write_text(json.dumps({**order, "answer": str(answer)}) + "\n")
        process = subprocess.Popen(
            [*_box(folder), str(python), str(driver)],
            stdin=told.open("rb"),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            env={
                "PATH": os.environ["PATH"],
                "HOME": "/tmp/home",
                "EVALPLUS_MAX_MEMORY_BYTES": "-1",
                **{name: str(_copied(path, Path(folder))) for name, path in files.items()},
            },
        )
        try:
            process.wait(patience)
        except subprocess.TimeoutExpired:
            pass
        finally:
            _end(process)
        return answer.read_text().splitlines() if answer.exists() else []


def _copied(path: Path, folder: Path) -> Path:
    """The box has a /tmp of its own, and a checkout may be anywhere."""
    return Path(shutil.copy(path, folder))


def _read(answer: Path) -> Answer:
    try:
        said = json.loads(answer.read_text())
        return Answer(said["accepted"], said["label"], said["seconds"], tuple(said["left"]))
    except (OSError, ValueError):
        return Answer(False, KILLED)


def _box(folder: str) -> list[str]:
    if not available():
        return []
    command = "bwrap --unshare-pid --unshare-net --unshare-ipc --die-with-parent --ro-bind / /"
    command += " --dev /dev --proc /proc --tmpfs /tmp --dir /tmp/home --chdir /tmp --bind"
    return [*command.split(), folder, folder]


def _limit() -> None:
    for kind, value in LIMITS.items():
        resource.setrlimit(kind, (value, value))


def _end(process: subprocess.Popen[bytes]) -> None:
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    process.wait()
    if process.stdin is not None:
        process.stdin.close()
