"""A pool's tester: holds the tests, sends programs to the candidates' server, judges answers.

It lives long and sees many programs. Of a program it only ever sees plain values, so that
nothing of one is there when the next is judged.
"""

from __future__ import annotations

import base64
import collections
import json
import os
import resource
import select
import socket
from typing import Any

from synthd.sandbox.inside.lines import Call, Live, Ran, Script, Unloadable, asked
from synthd.sandbox.inside.link import Link
from synthd.sandbox.inside.names import Names
from synthd.sandbox.inside.process import harden, silence
from synthd.sandbox.inside.program import PATH
from synthd.sandbox.inside.rowtests import RowTests
from synthd.sandbox.inside.tally import Tally, outcome_of
from synthd.sandbox.inside.telling import describe
from synthd.sandbox.inside.testcode import CodeTests
from synthd.sandbox.inside.wire import HEAD, HEADER, LIMIT, PLACE, Frame, Op, pack, unpack

_REFERENCE = 1 << 31  # marks the run that tells what is expected
_PARTS = 32  # processes that one program may have for the rows of one set of tests
_TRIES = 3  # of programs that asked for other calls, until all are asked live


class Entry:
    """Tests under a number. broken: why they cannot be used."""

    def __init__(self, order: dict[str, Any]) -> None:
        self.order = order
        self.broken = ""
        self.code: CodeTests | None = None
        self.rows: RowTests | None = None
        self.foreseen: list[Call] | None = None
        self.astray = 0


class Job:
    def __init__(self, number: int, entry: Entry, tests: int, source: bytes) -> None:
        self.number = number
        self.entry = entry
        self.tests = tests
        self.source = source
        self.outputs: list[Any] = []  # of a whole program's runs
        self.answers: list[Frame] = []  # to the calls of rows
        self.parts = 0
        self.used = 0.0
        self.foreseen: list[Call] = []


class Tester:
    def __init__(self, link: Link, names: Names, output_bytes: int) -> None:
        self._link = link
        self._names = names
        self._output_bytes = output_bytes
        self._input, self._output = os.dup(0), os.dup(1)
        self._buffer = bytearray()
        self._told = bytearray()
        self._entries: dict[int, Entry] = {}
        self._running: dict[int, Job] = {}  # sent, answers to come
        self._waiting: collections.deque[Job] = collections.deque()  # for a conversation

    def run(self) -> None:
        harden()
        silence()
        try:
            while True:
                self._listen()
                if self._running:
                    frame = self._link.receive()
                    job = self._running.pop(frame.number, None)
                    if job is not None:
                        self._finish(job, Ran(frame.payload))
                elif self._waiting:
                    self._converse(self._waiting.popleft())
                if not self._link.pending():
                    self._flush()
        except EOFError:
            return

    def _listen(self) -> None:
        """Take all orders that are there; wait for one only if there is nothing else to do."""
        while True:
            idle = not self._running and not self._waiting
            if idle:
                self._flush()
            elif not select.select([self._input], [], [], 0)[0]:
                return
            piece = os.read(self._input, 1 << 20)
            if not piece:
                raise EOFError
            self._buffer += piece
            while True:
                frame = unpack(self._buffer, 16 * LIMIT + HEADER.size)
                if frame is None:
                    break
                self._obey(frame)

    def _obey(self, frame: Frame) -> None:
        if frame.op == Op.TESTS:
            self._entries[frame.number] = self._prepare(frame.number, json.loads(frame.payload))
        elif frame.op == Op.FORGET:
            self._entries.pop(frame.number, None)
            self._link.send(Op.FORGET, frame.number)
        elif frame.op == Op.TRY:
            (tests,) = HEAD.unpack_from(frame.payload)
            entry = self._entries[tests]
            self._begin(Job(frame.number, entry, tests, frame.payload[HEAD.size :]))

    def _prepare(self, number: int, order: dict[str, Any]) -> Entry:
        entry = Entry(order)
        try:
            calls = self._compile(entry)
        except (SyntaxError, ValueError, KeyError, TypeError, RecursionError) as error:
            entry.broken = f"the tests cannot be used: {describe(error)}"
            return entry
        self._link.post(Op.CALLS, number, self._load(entry) + calls)
        if order.get("reference"):
            reference = order["reference"].encode("utf-8", "surrogatepass")
            self._send_run(Job(_REFERENCE | number, entry, number, reference))
        return entry

    def _compile(self, entry: Entry) -> bytes:
        order = entry.order
        if order["kind"] == "script":
            given = (text.encode("utf-8", "surrogatepass") for text in order["inputs"])
            return b"".join(pack(Op.SCRIPT, 0, text) for text in given)
        if order["kind"] == "rows":
            entry.rows = RowTests(order, self._names)
            return entry.rows.asked()
        parts = (order["entry"], order["text"], order["head"], order["check"], order["setup"])
        entry.code = CodeTests(*parts)
        return b""

    def _load(self, entry: Entry) -> bytes:
        order = {"entry": entry.order["entry"], "output_bytes": self._output_bytes}
        order["seconds"] = entry.order.get("seconds", 0.0)
        return pack(Op.LOAD, 0, json.dumps(order).encode())

    def _begin(self, job: Job) -> None:
        entry = job.entry
        if entry.broken:
            self._tell(job, Tally(0), error=entry.broken)
        elif entry.code is not None and entry.foreseen is None:
            self._waiting.append(job)
        else:
            job.foreseen = entry.foreseen or []
            self._send_run(job)

    def _send_run(self, job: Job) -> None:
        self._running[job.number] = job
        place = PLACE.pack(job.tests, len(job.outputs) + len(job.answers))
        self._link.post(Op.RUN, job.number, place + job.source)

    def _finish(self, job: Job, ran: Ran) -> None:
        entry = job.entry
        job.used += ran.used
        if entry.order["kind"] == "script":
            self._next_row(job, ran)
            return
        try:
            answers = ran.answers()
        except Unloadable as problem:
            self._unloadable(job, *problem.args)
            return
        if entry.rows is None:
            self._check(job, answers, ran)
            return
        job.answers += answers
        if ran.ended["how"] == "output" and answers and job.parts < _PARTS:
            job.parts += 1  # more than one process may say: go on with the rows that are left
            self._send_run(job)
            return
        self._judge_rows(job, entry.rows, ran)

    def _judge_rows(self, job: Job, rows: RowTests, ran: Ran) -> None:
        entry = job.entry
        if job.number & _REFERENCE:
            entry.broken = rows.learn(job.answers, ran.ended)
        elif entry.broken:
            self._tell(job, Tally(0), error=entry.broken)
        elif entry.order["values"]:
            ending, values = outcome_of(ran.ended), rows.values(job.answers)
            self._tell(job, Tally(rows.declared), values=values, ending=ending)
        else:
            self._tell(job, rows.judge(job.answers, ran.ended), hurried=ran.hurried)

    def _check(self, job: Job, answers: list[Frame], ran: Ran) -> None:
        """Run the tests on the answers to the calls that were foreseen."""
        assert job.entry.code is not None
        script = Script(job.foreseen, answers, ran.ended, self._names)
        tally = job.entry.code.run(script)
        if not script.astray:
            self._tell(job, tally, hurried=ran.hurried)
            return
        job.entry.astray += 1
        job.entry.foreseen = None
        self._waiting.append(job)

    def _converse(self, job: Job) -> None:
        entry = job.entry
        assert entry.code is not None
        live = Live(self._link, self._names, entry.code.entry)
        self._link.send(Op.TALK, job.number, PLACE.pack(job.tests, 0) + job.source)
        try:
            live.begin()
        except Unloadable as problem:
            live.hang_up()
            self._unloadable(job, *problem.args)
            return
        tally = entry.code.run(live)
        ran = live.hang_up()
        job.used += ran.used
        if live.foreseen is not None and entry.astray < _TRIES:
            entry.foreseen = live.foreseen
            self._link.send(Op.CALLS, job.tests, self._load(entry) + asked(live.foreseen))
        self._tell(job, tally, hurried=ran.hurried)

    def _next_row(self, job: Job, ran: Ran) -> None:
        said = base64.b64encode(ran.said).decode("ascii")
        ended = ["pass", ""] if ran.ended == {"how": "exit", "code": 0, "used": ran.used} else None
        job.outputs.append([*(ended or outcome_of(ran.ended)), said])
        rows = len(job.entry.order["inputs"])
        if len(job.outputs) < rows and job.outputs[-1][0] != "timeout":
            self._send_run(job)
            return
        self._tell(job, Tally(rows), outputs=job.outputs, hurried=ran.hurried)

    def _unloadable(self, job: Job, outcome: str, detail: str) -> None:
        if job.number & _REFERENCE:
            job.entry.broken = f"the reference does not load: {detail}"
            return
        entry = job.entry
        declared = 0
        for kind in (entry.code, entry.rows):
            declared = kind.declared if kind is not None else declared
        tally = Tally(declared)
        tally.fails("program", outcome, "", "", "", detail, executed=False)
        self._tell(job, tally)

    def _tell(self, job: Job, tally: Tally, error: str = "", **more: Any) -> None:
        tally.error = tally.error or error
        body = json.dumps(tally.told(used=job.used, **more)).encode("ascii")
        self._told += pack(Op.TRIED, job.number, body)

    def _flush(self) -> None:
        data = memoryview(bytes(self._told))
        self._told.clear()
        while data:
            data = data[os.write(self._output, data) :]


def _limit(limits: dict[str, Any]) -> None:
    """Candidates can make it hold what they say, and write into files that the tests lend them."""
    for what, amount in (
        (resource.RLIMIT_AS, 2 * limits["memory_bytes"] + (1 << 30)),
        (resource.RLIMIT_FSIZE, limits["file_bytes"]),
        (resource.RLIMIT_CORE, 0),
    ):
        hard = resource.getrlimit(what)[1]
        amount = amount if hard == resource.RLIM_INFINITY else min(amount, hard)
        resource.setrlimit(what, (amount, amount))


def serve(descriptor: int, limits: dict[str, Any], scratch: str) -> None:
    _limit(limits)
    os.environ["HOME"] = os.environ["TMPDIR"] = scratch
    os.chdir(scratch)
    names = Names([os.path.dirname(PATH)], strict=True)
    names.freeze(None)
    link = Link(socket.socket(fileno=descriptor))
    Tester(link, names, limits["output_bytes"]).run()
