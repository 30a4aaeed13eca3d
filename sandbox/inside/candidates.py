"""The server of a pool's candidates: forks one process for each program, and watches it.

Everything common is imported and every limit set before the first fork, so that a child has
next to nothing to do before the program. The server itself runs nothing of a program's.
"""

from __future__ import annotations

import contextlib
import fcntl
import gc
import json
import os
import random
import resource
import shutil
import signal
import socket
import types
from collections.abc import Callable
from typing import Any

from synthd.sandbox.inside import plain, seccomp, talk
from synthd.sandbox.inside.asked import Asked, Order
from synthd.sandbox.inside.link import Link
from synthd.sandbox.inside.names import Names
from synthd.sandbox.inside.process import Ended, Watched, attend, die_with, fork, harden, silence
from synthd.sandbox.inside.program import ANSWERS, PATH, Line, Program, compiled
from synthd.sandbox.inside.script import run_script
from synthd.sandbox.inside.wire import HEAD, HEADER, LIMIT, PLACE, Frame, Op, frames

_F_SETPIPE_SZ = 1031
_PIPE = 1 << 18
_BATCH = 32  # programs in one process, at most


class Server:
    def __init__(self, link: Link, limits: dict[str, Any], scratch: str) -> None:
        self._link = link
        self._limits = limits
        self._scratch = scratch
        # What was there before any program, say an interpreter below /tmp: it is not ours.
        self._given = frozenset(os.listdir(scratch))
        self._names = Names([os.path.dirname(PATH)], strict=False)
        self._filter = seccomp.child_filter()
        self._asked: dict[int, Asked] = {}
        self._pid = os.getpid()
        self._shared = bool(limits["shared"]) and plain.supported()
        self._plainness = plain.Plainness()
        # One that takes longer is not worth waiting for: it gets a process of its own.
        self._hurried = {
            **limits,
            "cpu_seconds": min(0.5, limits["cpu_seconds"]),
            "wall_seconds": min(1.5, limits["wall_seconds"]),
        }

    def run(self) -> None:
        harden()
        _limit(self._limits)
        seccomp.server_filter().install()
        os.environ["HOME"] = os.environ["TMPDIR"] = self._scratch
        os.chdir(self._scratch)
        signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGCHLD])
        random.seed(0)
        # A child's collector would touch, and so copy, every page that holds an object.
        gc.collect()
        gc.freeze()
        try:
            while True:
                self._obey(self._link.receive())
        except EOFError:
            return

    def _obey(self, frame: Frame) -> None:
        after: Frame | None = frame
        while after is not None:
            after = self._do(after)
            self._link.flush()

    def _do(self, frame: Frame) -> Frame | None:
        """Returns a frame that was taken in meanwhile, if one was."""
        if frame.op == Op.CALLS:
            self._asked[frame.number] = Asked(frame.payload)
        elif frame.op == Op.FORGET:
            self._asked.pop(frame.number, None)
        elif frame.op in (Op.RUN, Op.TALK):
            tests, row = PLACE.unpack_from(frame.payload)
            source, asked = frame.payload[PLACE.size :], self._asked[tests]
            if frame.op == Op.TALK:
                self._talk(frame.number, asked.load, source)
            elif asked.inputs:
                self._execute(frame.number, asked.inputs[row], source)
            elif self._shared and self._link.pending():
                return self._gather(frame)
            else:
                self._run(self._order(frame))
        return None

    def _gather(self, frame: Frame) -> Frame | None:
        """Run all programs that are waiting and know what they are asked; the next other frame."""
        batch = [self._order(frame)]
        after: Frame | None = None
        while after is None and len(batch) < _BATCH and self._link.pending():
            frame = self._link.receive()
            if self._is_foreseen(frame):
                batch.append(self._order(frame))
            else:
                after = frame
        if len(batch) == 1:
            self._run(batch[0])
        else:
            self._together(batch)
        return after

    def _is_foreseen(self, frame: Frame) -> bool:
        if frame.op != Op.RUN:
            return False
        tests, _ = PLACE.unpack_from(frame.payload)
        return not self._asked[tests].inputs

    def _order(self, frame: Frame) -> Order:
        tests, row = PLACE.unpack_from(frame.payload)
        asked, source = self._asked[tests], frame.payload[PLACE.size :]
        return Order(frame.number, asked.calls(row), source, asked.limits(self._limits))

    def _together(self, batch: list[Order]) -> None:
        """In one process those that are plain and come to their end; each other in its own."""
        ours, theirs = _pipe()
        pid = fork()
        if pid == 0:
            self._child(lambda: self._answer_all(theirs, batch))
        os.close(theirs)
        child = Watched(pid, ours, self._hurried)
        ended = attend(child)
        os.close(ours)
        done = self._split(bytes(child.said))
        used = ended["used"] / max(1, len(done))
        for order in batch:
            if order.number in done:
                told = {"how": "exit", "code": 0, "used": used}
                self._tell(order.number, told, done[order.number])
            else:
                self._run(order)

    def _split(self, said: bytes) -> dict[int, bytes]:
        """What each program said, of those that came to their end."""
        done: dict[int, bytes] = {}
        start, place, number = 0, 0, -1
        for frame in frames(said):
            if frame.op == Op.BEGIN:
                start, number = place + HEADER.size, frame.number
            elif frame.op == Op.END and frame.number == number:
                done[number] = said[start:place]
            place += HEADER.size + len(frame.payload)
        return done

    def _answer_all(self, end: int, batch: list[Order]) -> int:
        os.dup2(end, ANSWERS)
        os.closerange(ANSWERS + 1, 1 << 16)
        chosen: list[tuple[int, bytes, types.CodeType]] = []
        for order in batch:  # all are looked at before any is run
            with contextlib.suppress(Exception):
                code = compiled(order.source.decode("utf-8", "surrogatepass"))
                if self._plainness.holds(code):
                    chosen.append((order.number, order.asked, code))
        for number, asked, code in chosen:
            line = Line(asked, False)
            line.send(Op.BEGIN, number)
            program = Program(line, self._names)
            program.run(code)
            if not program.refused:
                line.send(Op.END, number)
        return 0

    def _run(self, order: Order) -> None:
        """A program that knows from the start all that it is asked."""
        ours, theirs = _pipe()
        pid = fork()
        if pid == 0:
            line = Line(order.asked, False)
            self._child(lambda: _answer(theirs, order.source, line, self._names))
        os.close(theirs)
        self._watch(order.number, pid, ours, order.limits, 3 * LIMIT)

    def _execute(self, number: int, given: bytes, source: bytes) -> None:
        """A program that reads its standard input."""
        place = os.path.join(self._scratch, "input")
        with open(place, "wb") as file:
            file.write(given)
        reading = os.open(place, os.O_RDONLY)
        os.unlink(place)
        ours, theirs = _pipe()
        pid = fork()
        if pid == 0:
            self._child(lambda: run_script(source, reading, theirs))
        os.close(theirs)
        os.close(reading)
        self._watch(number, pid, ours, self._limits, self._limits["output_bytes"])

    def _watch(
        self, number: int, pid: int, answers: int, limits: dict[str, Any], most: int
    ) -> None:
        child = Watched(pid, answers, limits, most)
        ended = attend(child)
        os.close(answers)
        self._tidy()
        self._tell(number, ended, child.said)

    def _talk(self, number: int, load: bytes, source: bytes) -> None:
        """A program that is asked one thing after the other."""
        ours, theirs = socket.socketpair()
        pid = fork()
        if pid == 0:
            end = theirs.fileno()
            self._child(lambda: _answer(end, source, Line(load, True), self._names))
        theirs.close()
        ended = talk.converse(self._link, ours, pid, self._limits)
        ours.close()
        self._tidy()
        self._tell(number, ended, b"")

    def _child(self, work: Callable[[], int]) -> None:
        code = 71
        try:
            die_with(self._pid)
            signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGCHLD])
            self._filter.install()
            code = work()
        finally:
            os._exit(code)

    def _tell(self, number: int, ended: Ended, said: bytes | bytearray) -> None:
        head = json.dumps(ended).encode()
        self._link.post(Op.RAN, number, HEAD.pack(len(head)) + head + bytes(said))

    def _tidy(self) -> None:
        """What one program wrote, the next one must not find."""
        with os.scandir(self._scratch) as entries:
            for entry in entries:
                if entry.name in self._given:
                    continue
                if entry.is_dir(follow_symlinks=False):
                    shutil.rmtree(entry.path, ignore_errors=True)
                else:
                    os.unlink(entry.path)


def _pipe() -> tuple[int, int]:
    ours, theirs = os.pipe()
    fcntl.fcntl(ours, _F_SETPIPE_SZ, _PIPE)
    os.set_blocking(ours, False)
    return ours, theirs


def _answer(end: int, source: bytes, line: Line, names: Names) -> int:
    os.dup2(end, ANSWERS)
    os.closerange(ANSWERS + 1, 1 << 16)
    Program(line, names).run(source.decode("utf-8", "surrogatepass"))
    return 0


def _limit(limits: dict[str, Any]) -> None:
    """For this process and so for all that it forks. RLIMIT_NPROC is left alone: it counts the
    user's other processes, and the filter forbids new ones anyway."""
    for what, amount in (
        (resource.RLIMIT_AS, limits["memory_bytes"]),
        (resource.RLIMIT_FSIZE, limits["file_bytes"]),
        (resource.RLIMIT_NOFILE, limits["open_files"]),
        (resource.RLIMIT_CORE, 0),
    ):
        hard = resource.getrlimit(what)[1]
        amount = amount if hard == resource.RLIM_INFINITY else min(amount, hard)
        resource.setrlimit(what, (amount, amount))


def serve(descriptor: int, limits: dict[str, Any], scratch: str) -> None:
    link = Link(socket.socket(fileno=descriptor))
    silence()
    Server(link, limits, scratch).run()
