"""Watching one child at a time: its clocks, what it says, and how it ends."""

from __future__ import annotations

import ctypes
import os
import signal
import time
from collections.abc import Callable
from typing import Any, Dict  # noqa: UP035 - evaluated, and Python 3.8 knows no other spelling

from synthd.sandbox.inside.wire import LIMIT

_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE, _PR_SET_CHILD_SUBREAPER = 1, 4, 36
_FIRST_TICK, _LAST_TICK = 0.001, 0.02
_GRACE = 1.0  # for a child that closed its channel to end by itself
_libc = ctypes.CDLL(None)

# Python's own fork first wakes whatever it has registered for that, in every child.
fork: Callable[[], int] = ctypes.PyDLL(None).fork

Ended = Dict[str, Any]  # noqa: UP006


class Watched:
    """answers: a descriptor that does not block."""

    def __init__(
        self, pid: int, answers: int, limits: dict[str, Any], most: int = 3 * LIMIT
    ) -> None:
        """most: bytes that it may say in all."""
        self.pid = pid
        self.said = bytearray()
        self._most = most
        self._answers = answers
        self._limits = limits
        self._began = self._since = time.monotonic()
        self._cpu_since = 0.0
        self._closed: float | None = None

    def cpu(self) -> float:
        """Read by the kernel's clock of that process: nothing it does can stop it."""
        try:
            return time.clock_gettime((~self.pid << 3) | 2)
        except OSError:
            return self._cpu_since

    def listen(self) -> None:
        """Take what it said; each answer starts its clocks anew."""
        before = len(self.said)
        while self._closed is None and len(self.said) <= self._most:
            try:
                piece = os.read(self._answers, 1 << 18)
            except BlockingIOError:
                break
            if not piece:
                self._closed = time.monotonic()
            self.said += piece
        if len(self.said) > before:
            self._since, self._cpu_since = time.monotonic(), self.cpu()

    def overdue(self) -> Ended | None:
        """Why it must be ended, if it must."""
        now, limits = time.monotonic(), self._limits
        used = self.cpu() - self._cpu_since
        if len(self.said) > self._most:
            return {"how": "output", "bytes": self._most}
        if used > limits["cpu_seconds"]:
            return {"how": "cpu", "seconds": limits["cpu_seconds"]}
        if now - self._since > limits["wall_seconds"]:
            return {"how": "wall", "seconds": limits["wall_seconds"], "cpu": used}
        if now - self._began > limits["total_seconds"]:
            return {"how": "total", "seconds": limits["total_seconds"]}
        if self._closed is not None and now - self._closed > _GRACE:
            return {"how": "closed"}
        return None


def attend(child: Watched) -> Ended:
    """Wait until it has ended by itself, or end it."""
    tick = _FIRST_TICK
    while True:
        ended = signal.sigtimedwait([signal.SIGCHLD], tick)
        child.listen()
        if ended is not None:
            pid, status, used = os.wait4(child.pid, os.WNOHANG)
            if pid:
                child.listen()
                return {**ending(status), "used": used.ru_utime + used.ru_stime}
        why = child.overdue()
        if why is not None:
            os.kill(child.pid, signal.SIGKILL)
            _, _, used = os.wait4(child.pid, 0)
            signal.sigtimedwait([signal.SIGCHLD], 0)
            child.listen()
            return {**why, "used": used.ru_utime + used.ru_stime}
        tick = min(tick * 1.5, _LAST_TICK)


def ending(status: int) -> Ended:
    if os.WIFSIGNALED(status):
        number = os.WTERMSIG(status)
        try:
            name = signal.Signals(number).name
        except ValueError:
            name = f"signal {number}"
        return {"how": "signal", "name": name}
    return {"how": "exit", "code": os.WEXITSTATUS(status)}


def harden() -> None:
    """No process beside this one may look into it; what loses its parent becomes its child."""
    _libc.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
    _libc.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def silence() -> None:
    """Whatever is printed here goes nowhere."""
    null = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(null, standard)
    os.close(null)


def die_with(parent: int) -> None:
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(70)
