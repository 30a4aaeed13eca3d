"""Between a pool's tester and one of its candidates: frames, one at a time, and the clocks."""

from __future__ import annotations

import os
import select
import signal
import socket
import time
from typing import Any

from synthd.sandbox.inside.link import Link
from synthd.sandbox.inside.process import Ended, ending
from synthd.sandbox.inside.wire import BadFrame, Op, pack, unpack

_TICK = 0.01
_GRACE = 1.0


class _Talker:
    """The child: computing since some moment, or waiting for the tester."""

    def __init__(self, pid: int, end: socket.socket, limits: dict[str, Any]) -> None:
        self.pid = pid
        self.end = end
        self._limits = limits
        self._began = time.monotonic()
        self._since: float | None = None
        self._cpu = 0.0
        self.asked()

    def asked(self) -> None:
        self._since, self._cpu = time.monotonic(), self._clock()

    def answered(self) -> None:
        self._since, self._cpu = None, self._clock()

    def _clock(self) -> float:
        try:
            return time.clock_gettime((~self.pid << 3) | 2)
        except OSError:
            return 0.0

    def overdue(self) -> Ended | None:
        limits, now, used = self._limits, time.monotonic(), self._clock() - self._cpu
        if used > limits["cpu_seconds"]:
            return {"how": "cpu", "seconds": limits["cpu_seconds"]}
        if self._since is not None and now - self._since > limits["wall_seconds"]:
            return {"how": "wall", "seconds": limits["wall_seconds"], "cpu": used}
        if now - self._began > limits["total_seconds"]:
            return {"how": "total", "seconds": limits["total_seconds"]}
        return None


def converse(link: Link, end: socket.socket, pid: int, limits: dict[str, Any]) -> Ended:
    """Until the tester hangs up or the child is at its end, which is then certain."""
    end.settimeout(limits["wall_seconds"])  # it may not read what it is asked
    how = _relay(link, _Talker(pid, end, limits))
    if how["how"] == "closed":
        end.close()
        how = _wait(pid) or how
    if how["how"] not in ("exit", "signal"):
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
    signal.sigtimedwait([signal.SIGCHLD], 0)
    return how


def _relay(link: Link, child: _Talker) -> Ended:
    """How the conversation came to its end."""
    incoming = bytearray()
    while True:
        patience = 0.0 if link.pending() else _TICK
        readable, _, _ = select.select([link.end, child.end], [], [], patience)
        try:
            if link.pending() or link.end in readable:
                frame = link.receive()
                if frame.op == Op.HANG_UP:
                    return {"how": "killed"}
                child.asked()
                child.end.sendall(frame.payload)
            if child.end in readable:
                piece = child.end.recv(1 << 18)
                if not piece:
                    return {"how": "closed"}
                incoming += piece
                _pass_on(link, child, incoming)
        except BadFrame:
            return {"how": "garbage"}
        except OSError:
            return {"how": "closed"}
        late = child.overdue()
        if late is not None:
            return late


def _pass_on(link: Link, child: _Talker, incoming: bytearray) -> None:
    while True:
        said = unpack(incoming)
        if said is None:
            return
        if said.op > Op.DONE:
            raise BadFrame("not an answer")
        child.answered()
        link.send(Op.FORWARD, 0, pack(said.op, said.number, said.payload))


def _wait(pid: int) -> Ended | None:
    """Its channel is closed: it has a moment to end by itself."""
    until = time.monotonic() + _GRACE
    while time.monotonic() < until:
        found, status = os.waitpid(pid, os.WNOHANG)
        if found:
            return ending(status)
        signal.sigtimedwait([signal.SIGCHLD], _TICK)
    return None
