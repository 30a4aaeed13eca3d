"""First code of Verus' process where there are no namespaces: `python -I -S -B boot.py CONFIG`.

Confines its one child and stays above it: whatever that one leaves behind, its solver first of
all, comes here and ends here. It ends when its standard input does.
"""

from __future__ import annotations

import ctypes
import json
import os
import select
import signal
import sys
import types
from typing import Any

_PR_SET_CHILD_SUBREAPER = 36
FAILED = 71
_TICK = 0.01


def _packages(inside: str) -> None:
    """Only the folder of what runs inside, under its usual name: the rest takes long to import."""
    for name, path in (
        ("synthd", os.path.join(inside, "nowhere")),
        ("synthd.sandbox", os.path.join(inside, "nowhere")),
        ("synthd.sandbox.inside", inside),
    ):
        package = types.ModuleType(name)
        package.__path__ = [path]
        sys.modules[name] = package


def main() -> None:
    config = json.loads(sys.argv[1])
    here = os.path.dirname(os.path.abspath(__file__))
    sys.path[:] = [entry for entry in sys.path if entry and os.path.abspath(entry) != here]
    _packages(os.path.join(os.path.dirname(here), "inside"))
    from synthd.sandbox.inside.native_watch import end_children

    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    faults, fault = os.pipe()
    child = _start(config, fault)
    os.close(fault)
    status = _wait(child)
    end_children()
    said = os.read(faults, 4096)
    if said:
        os.write(2, b"sandbox: " + said + b"\n")
        os._exit(FAILED)
    signalled = os.WIFSIGNALED(status)
    os._exit(128 + os.WTERMSIG(status) if signalled else os.WEXITSTATUS(status))


def _start(config: dict[str, Any], fault: int) -> int:
    from synthd.sandbox.inside import native_child, seccomp

    grants = config["grants"]
    filtered = sys.platform == "linux" and seccomp.supported() and grants is not None
    role = native_child.Role(
        config["argv"],
        config["environment"],
        config["directory"],
        grants,
        "compiler" if filtered else "",
    )
    nothing = os.open(os.devnull, os.O_RDONLY)
    ends = {0: nothing, 1: 1, 2: 2, native_child.FAULT: fault}
    parent = os.getpid()
    pid = os.fork()
    if pid == 0:
        native_child.become(role, config["limits"], ends, parent)
    os.close(nothing)
    return pid


def _wait(child: int) -> int:
    """Its status, or that of one who was killed, as nobody waits outside any more."""
    watched = [0]
    try:
        watched.append(os.pidfd_open(child))
    except (AttributeError, OSError):
        pass
    while True:
        ready, _, _ = select.select(watched, [], [], _TICK if len(watched) == 1 else None)
        if 0 in ready:
            for kill in (os.killpg, os.kill):
                try:
                    kill(child, signal.SIGKILL)
                except (ProcessLookupError, PermissionError):
                    pass
            return os.waitpid(child, 0)[1]
        pid, status = os.waitpid(child, os.WNOHANG)
        if pid:
            return status


if __name__ == "__main__":
    main()
