"""The runner: inside the isolation, it forks children, watches their clocks and passes frames.

It runs nothing of the user's. Children start in milliseconds, as everything common is imported.
"""

from __future__ import annotations

import importlib
import json
import os
import select
import selectors
import shutil
import signal
import socket
import sys
import time
from typing import Any

from synthd.sandbox.inside import child, given
from synthd.sandbox.inside.process import ending, harden, silence
from synthd.sandbox.inside.wire import HEADER, LIMIT, BadFrame, Frame, Op, pack, unpack

_TICK = 0.01
_GRACE = 1.0  # for a child that closed its channel to end by itself


class _Child:
    def __init__(self, pid: int, end: socket.socket, order: dict[str, Any]) -> None:
        self.pid = pid
        self.end = end
        self.home = str(order["home"])
        self.incoming = bytearray()
        self.outgoing = bytearray()
        self.cpu_seconds = float(order["cpu_seconds"])
        self.wall_seconds = float(order["wall_seconds"])
        self.cpu_base = 0.0
        self.busy_since: float | None = None
        self.closed_at: float | None = None

    def cpu(self) -> float:
        """Read by the kernel's clock of that process: nothing it does can stop it."""
        try:
            return time.clock_gettime((~self.pid << 3) | 2)
        except OSError:
            return self.cpu_base

    def begin(self) -> None:
        self.cpu_base = self.cpu()
        self.busy_since = time.monotonic()


class Runner:
    def __init__(self, directory: str, scratch: str) -> None:
        self._directory = directory
        self._scratch = scratch
        self._selector = selectors.DefaultSelector()
        self._children: dict[int, _Child] = {}
        self._input = os.dup(0)
        self._output = os.dup(1)
        self._buffer = bytearray()

    def run(self) -> None:
        harden()
        silence()
        self._selector.register(self._input, selectors.EVENT_READ, None)
        try:
            while True:
                timeout = _TICK if self._children else None
                for key, events in self._selector.select(timeout):
                    if key.data is None:
                        if not self._listen():
                            return
                    elif key.data in self._children:
                        self._converse(key.data, events)
                self._watch()
        finally:
            for number in list(self._children):
                self._bury(number, None)

    def _listen(self) -> bool:
        data = os.read(self._input, 1 << 18)
        self._buffer += data
        while True:
            frame = unpack(self._buffer, LIMIT + HEADER.size)
            if frame is None:
                return bool(data)
            self._obey(frame)

    def _obey(self, frame: Frame) -> None:
        if frame.op == Op.SPAWN:
            self._spawn(frame.number, json.loads(frame.payload))
        elif frame.op == Op.PRELOAD:
            _preload(json.loads(frame.payload))
        elif frame.op == Op.PREPARE:
            given.prepare(json.loads(frame.payload))
        target = self._children.get(frame.number)
        if target is None:
            return
        if frame.op == Op.FORWARD:
            target.outgoing += frame.payload
            target.begin()
            self._register(frame.number, target)
        elif frame.op == Op.LIMITS:
            target.cpu_seconds, target.wall_seconds = json.loads(frame.payload)
        elif frame.op == Op.KILL:
            self._bury(frame.number, {"how": "killed"})

    def _spawn(self, number: int, order: dict[str, Any]) -> None:
        ours, theirs = socket.socketpair()
        order["directory"] = self._directory
        order["home"] = os.path.join(self._scratch, f"run{number}")
        runner = os.getpid()
        pid = os.fork()
        if pid == 0:
            code = 71
            try:
                child.run(theirs, runner, order)
                code = 0
            finally:
                os._exit(code)
        theirs.close()
        ours.setblocking(False)
        self._children[number] = _Child(pid, ours, order)
        self._register(number, self._children[number])

    def _register(self, number: int, target: _Child) -> None:
        if target.closed_at is not None:
            return
        events = selectors.EVENT_READ | (selectors.EVENT_WRITE if target.outgoing else 0)
        try:
            self._selector.modify(target.end, events, number)
        except KeyError:
            self._selector.register(target.end, events, number)

    def _converse(self, number: int, events: int) -> None:
        target = self._children[number]
        try:
            if events & selectors.EVENT_WRITE and target.outgoing:
                del target.outgoing[: target.end.send(target.outgoing)]
                self._register(number, target)
            if events & selectors.EVENT_READ:
                data = target.end.recv(1 << 18)
                if not data:
                    self._closed(target)
                    return
                target.incoming += data
                self._deliver(number, target)
        except BlockingIOError:
            pass
        except OSError:
            self._closed(target)
        except BadFrame:
            self._bury(number, {"how": "garbage"})

    def _deliver(self, number: int, target: _Child) -> None:
        while True:
            frame = unpack(target.incoming)
            if frame is None:
                return
            if frame.op > Op.DONE:
                raise BadFrame(f"operation {frame.op}")
            if frame.op not in (Op.CASE, Op.UNIT):
                target.busy_since = None
            self._send(Op.FORWARD, number, pack(frame.op, frame.number, frame.payload))

    def _closed(self, target: _Child) -> None:
        if target.closed_at is None:
            target.closed_at = time.monotonic()
            self._selector.unregister(target.end)

    def _watch(self) -> None:
        now = time.monotonic()
        for number, target in list(self._children.items()):
            pid, status = os.waitpid(target.pid, os.WNOHANG)
            used = target.cpu() - target.cpu_base
            if pid:
                self._drain(number, target)
                if number in self._children:
                    self._bury(number, ending(status), reaped=True)
            elif used > target.cpu_seconds:
                self._bury(number, {"how": "cpu", "seconds": target.cpu_seconds})
            elif target.busy_since and now - target.busy_since > target.wall_seconds:
                self._bury(number, {"how": "wall", "seconds": target.wall_seconds, "cpu": used})
            elif target.closed_at and now - target.closed_at > _GRACE:
                self._bury(number, {"how": "closed"})

    def _drain(self, number: int, target: _Child) -> None:
        """What it said before it ended still counts."""
        while number in self._children and target.closed_at is None:
            if not select.select([target.end], [], [], 0)[0]:
                return
            self._converse(number, selectors.EVENT_READ)

    def _bury(self, number: int, how: dict[str, Any] | None, reaped: bool = False) -> None:
        target = self._children.pop(number)
        if not reaped:
            os.kill(target.pid, signal.SIGKILL)
            os.waitpid(target.pid, 0)
        if target.closed_at is None:
            self._selector.unregister(target.end)
        target.end.close()
        shutil.rmtree(target.home, ignore_errors=True)
        if how is not None:
            self._send(Op.GONE, number, json.dumps(how).encode())

    def _send(self, op: int, number: int, payload: bytes) -> None:
        data = memoryview(pack(op, number, payload))
        while data:
            data = data[os.write(self._output, data) :]


def _preload(modules: list[str]) -> None:
    for name in modules:
        try:
            importlib.import_module(name)
        except BaseException:
            sys.modules.pop(name, None)
