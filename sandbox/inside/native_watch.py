"""One child from its start to its end: its pipes, its clocks, what it may print."""

from __future__ import annotations

import os
import select
import selectors
import signal
import socket
import time
from typing import Any

from synthd.sandbox.inside import native_child
from synthd.sandbox.inside.native_wire import ASKS, CHANNEL_BYTES, RECORD

_TICK = 0.01
_SLOW_TICK = 0.1
_COMPLAINTS = 1 << 16
_CHUNK = 1 << 16
_LITTLE = 1 << 18


class Left(Exception):
    """The judge outside is gone: nothing more is wanted."""


class Watch:
    """Runs one order. Whatever happens, no process of it is left when run() is over."""

    def __init__(
        self, role: native_child.Role, order: dict[str, Any], given: bytes, control: int
    ) -> None:
        self._role = role
        self._order = order
        self._given = memoryview(given)
        self._control = control
        self._selector = selectors.DefaultSelector()
        self._printed = bytearray()
        self._complained = bytearray()
        self._told = bytearray()
        self._counted = 0
        self._number = b""
        self._channel: socket.socket | None = None
        self._input = -1
        self._faults = -1
        self._pid = 0
        self._group = 0
        self._slow = 0.0

    def run(self) -> dict[str, Any]:
        began = time.monotonic()
        self._start()
        try:
            ending = self._follow(began)
        finally:
            self._end_all()
            fault = os.read(self._faults, 4096)  # nobody is left to write, or it became something
            self._close()
        ending["fault"] = fault.decode(errors="replace")
        ending["seconds"] = time.monotonic() - began
        return ending

    def pieces(self) -> tuple[bytes, bytes, bytes, bytes]:
        """Standard output, standard error, what came on the channel, and the number given."""
        return bytes(self._printed), bytes(self._complained), bytes(self._told), self._number

    def _start(self) -> None:
        read_given, self._input = os.pipe()
        out, printed = os.pipe()
        err, complained = os.pipe()
        self._faults, fault = os.pipe()
        ends = {0: read_given, 1: printed, 2: complained, native_child.FAULT: fault}
        theirs = None
        if self._order["channel"]:
            self._channel, theirs = socket.socketpair()
            ends[self._order["channel"]] = theirs.fileno()
        parent = os.getpid()
        self._pid = os.fork()
        if self._pid == 0:
            native_child.become(self._role, self._order, ends, parent)
        self._group = self._pid
        for descriptor in (read_given, printed, complained, fault):
            os.close(descriptor)
        if theirs is not None:
            theirs.close()
        for descriptor, what in ((out, "out"), (err, "err")):
            os.set_blocking(descriptor, False)
            self._selector.register(descriptor, selectors.EVENT_READ, what)
        if self._channel is not None:
            self._channel.setblocking(False)
            self._selector.register(self._channel, selectors.EVENT_READ, "channel")
        os.set_blocking(self._input, False)
        if self._given:
            self._selector.register(self._input, selectors.EVENT_WRITE, "in")
        else:
            self._shut_input()
        self._selector.register(self._control, selectors.EVENT_READ, "control")

    def _follow(self, began: float) -> dict[str, Any]:
        waiter = _waiter(self._pid)
        if waiter >= 0:
            self._selector.register(waiter, selectors.EVENT_READ, "end")
        try:
            while True:
                over = ""
                for key, _ in self._selector.select(_TICK):
                    over = self._serve(key) or over
                pid, status, usage = os.wait4(self._pid, os.WNOHANG)
                if pid:
                    self._pid = 0
                    return self._reaped(over or self._drain(), status, usage)
                over = over or self._exceeded(began)
                if over:
                    cpu = self._cpu()
                    return {"how": over, "cpu": cpu, "peak": 0}
        finally:
            if waiter >= 0:
                self._selector.unregister(waiter)
                os.close(waiter)

    def _reaped(self, over: str, status: int, usage: Any) -> dict[str, Any]:
        found: dict[str, Any] = {
            "how": over,
            "cpu": usage.ru_utime + usage.ru_stime,
            "peak": usage.ru_maxrss * 1024,
        }
        if over:
            return found
        if os.WIFSIGNALED(status):
            number = os.WTERMSIG(status)
            try:
                name = signal.Signals(number).name
            except ValueError:
                name = f"signal {number}"
            return {**found, "how": "signal", "name": name}
        return {**found, "how": "exit", "code": os.WEXITSTATUS(status)}

    def _serve(self, key: selectors.SelectorKey) -> str:
        if key.data == "control":
            raise Left  # it has nothing to say while an order runs but that it ends
        if key.data == "in":
            self._feed()
        elif key.data == "channel":
            return self._converse()
        elif key.data in ("out", "err"):
            return self._hear(key.fd, key.data)
        return ""

    def _feed(self) -> None:
        try:
            self._given = self._given[os.write(self._input, self._given[:_CHUNK]) :]
        except BlockingIOError:
            return
        except OSError:
            self._given = self._given[:0]  # it does not read on
        if not self._given:
            self._selector.unregister(self._input)
            self._shut_input()

    def _shut_input(self) -> None:
        os.close(self._input)
        self._input = -1

    def _hear(self, descriptor: int, which: str) -> str:
        try:
            data = os.read(descriptor, _CHUNK)
        except BlockingIOError:
            return ""
        if not data:
            self._selector.unregister(descriptor)
            os.close(descriptor)
            return ""
        if which == "err":
            self._complained += data[: _COMPLAINTS - len(self._complained)]
        else:
            self._printed += data
        self._counted += len(data)
        most = self._order["output_bytes"]
        return "output" if most and self._counted > most else ""

    def _converse(self) -> str:
        assert self._channel is not None
        try:
            data = self._channel.recv(_CHUNK)
        except BlockingIOError:
            return ""
        except OSError:
            data = b""
        if not data:
            self._selector.unregister(self._channel)
            self._channel.close()
            self._channel = None
            return ""
        self._told += data
        if len(self._told) > CHANNEL_BYTES:
            return "channel"
        if not self._number and self._asks():
            self._number = os.urandom(8)
            try:
                self._channel.send(self._number)
            except OSError:
                pass
        return ""

    def _asks(self) -> bool:
        place = 0
        while place + RECORD.size <= len(self._told):
            kind, length = RECORD.unpack_from(self._told, place)
            if kind == ASKS[0]:
                return True
            place += RECORD.size + length
        return False

    def _exceeded(self, began: float) -> str:
        now = time.monotonic()
        if now - began > self._order["wall_seconds"]:
            return "wall"
        if self._cpu() > self._order["cpu_seconds"]:
            return "cpu"
        if now - self._slow < _SLOW_TICK:
            return ""
        self._slow = now
        if self._order["threads"] and _threads(self._pid) > self._order["threads"]:
            return "threads"
        return "scratch" if self._is_full() else ""

    def _is_full(self) -> bool:
        """More than it may have, or no room left where the folder has a size of its own."""
        place = self._role.directory
        room = os.statvfs(place)
        left = room.f_bavail * room.f_frsize
        return left < _LITTLE or _size(place) > self._order["scratch_bytes"]

    def _cpu(self) -> float:
        """By the kernel's clock of that process: nothing it does can stop it."""
        try:
            return time.clock_gettime((~self._pid << 3) | 2)
        except OSError:
            return 0.0

    def _drain(self) -> str:
        """What it said before it ended still counts."""
        over = ""
        for key in list(self._selector.get_map().values()):
            while key.data in ("out", "err", "channel") and not over:
                if key.fd not in self._selector.get_map():
                    break
                if not select.select([key.fd], [], [], 0)[0]:
                    break
                over = self._serve(key)
        return over

    def _end_all(self) -> None:
        """The child, its group, and whoever else was left to this process."""
        for kill, whom in ((os.killpg, self._group), (os.kill, self._pid)):
            try:
                if whom:
                    kill(whom, signal.SIGKILL)
            except (ProcessLookupError, PermissionError):
                pass
        end_children()
        self._pid = 0

    def _close(self) -> None:
        for key in list(self._selector.get_map().values()):
            if key.data in ("out", "err"):
                os.close(key.fd)
        self._selector.close()
        if self._channel is not None:
            self._channel.close()
        if self._input >= 0:
            self._shut_input()
        os.close(self._faults)


def end_children() -> None:
    """This process is a subreaper: what loses its parent comes here, and ends here."""
    while True:
        for pid in _children():
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        try:
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        except ChildProcessError:
            return
        time.sleep(0.001)


def _children() -> list[int]:
    try:
        with open(f"/proc/self/task/{os.getpid()}/children") as listed:
            return [int(word) for word in listed.read().split()]
    except OSError:
        return []


def _waiter(pid: int) -> int:
    try:
        return os.pidfd_open(pid)  # Python 3.9
    except (AttributeError, OSError):
        return -1


def _threads(pid: int) -> int:
    try:
        return len(os.listdir(f"/proc/{pid}/task"))
    except OSError:
        return 0


def _size(folder: str) -> int:
    total = 0
    for place, _, names in os.walk(folder):
        for name in names:
            try:
                total += os.lstat(os.path.join(place, name)).st_size
            except OSError:
                pass
    return total
