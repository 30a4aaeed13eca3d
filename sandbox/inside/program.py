"""The process of a whole program: runs it, then answers calls of its functions.

Like candidate.py it knows nothing but what it is asked. The calls may all be there from the
start (then it answers them and ends), or come one by one.
"""

from __future__ import annotations

import io
import json
import marshal
import os
import random
import sys
import types
from collections.abc import Iterator
from typing import Any

from synthd.sandbox.inside import owned
from synthd.sandbox.inside.awaiting import Loop, is_awaited
from synthd.sandbox.inside.capture import Printed
from synthd.sandbox.inside.names import Names
from synthd.sandbox.inside.peer import Peer
from synthd.sandbox.inside.telling import describe, line_in
from synthd.sandbox.inside.wire import Frame, Op, frames, pack, unpack

MODULE, PATH = "program", "/program/program.py"
ANSWERS = 3  # the descriptor that answers go to; calls come from it, too, if any come


_FIXED = frozenset([type(None), bool, int, float, complex, str, bytes])


class Line:
    """The child's end: what it is asked, first of all from what it was born with."""

    def __init__(self, asked: bytes, live: bool) -> None:
        self._asked = frames(asked)
        self._live = live
        self._buffer = bytearray()

    def send(self, op: int, number: int, payload: bytes = b"") -> None:
        data = memoryview(pack(op, number, payload))
        while data:
            data = data[os.write(ANSWERS, data) :]

    def receive(self) -> Frame:
        for frame in self._asked:
            return frame
        if not self._live:
            raise EOFError
        while True:
            found = unpack(self._buffer)
            if found is not None:
                return found
            piece = os.read(ANSWERS, 1 << 18)
            if not piece:
                raise EOFError
            self._buffer += piece


class Program:
    def __init__(self, line: Line, names: Names) -> None:
        self._line = line
        self._space: dict[str, Any] = {}
        self._entry = ""
        self._room = 0
        self._out = Printed(0)
        self._loop = Loop()
        self._awaited = False
        self._peer = Peer(line, names, self.perform, said=self._said, first_handle=1 << 20)

    @property
    def refused(self) -> bool:
        return self._peer.refused

    def run(self, source: str | types.CodeType) -> None:
        order = json.loads(self._line.receive().payload)
        self._entry, self._room = order["entry"], order["output_bytes"]
        self._listen()
        failed = self._load(source)
        if failed is not None:
            self._line.send(Op.FAILED, 0, json.dumps(failed).encode())
            return
        self._line.send(Op.READY, 0)
        try:
            while True:
                frame = self._line.receive()
                self._listen()
                if frame.op == Op.ASK:
                    self._answer(frame)
                elif frame.op == Op.CALL:
                    self._peer.serve(frame)
        except EOFError:
            return

    def _answer(self, frame: Frame) -> None:
        """The quick way, for plain values: what the call changed does not travel back by it.

        A call that changes its arguments, or gives one back, is only said to have done so.
        """
        name, strict, args, kwargs = marshal.loads(frame.payload)
        fixed = all(type(value) in _FIXED for value in args) and not kwargs
        before = b"" if fixed or not strict else marshal.dumps((args, kwargs), 2)
        try:
            failed, value = False, self._call(name, args, kwargs)
        except MemoryError:
            self._peer.refused = True
            self._reply(frame, {"stop": ["resource_limit", "memory"]})
            return
        except BaseException as error:
            failed, value = True, error
        if before and (_changed(before, args, kwargs) or _shares(value, [args, kwargs])):
            self._reply(frame, {"again": True})
            return
        self._peer.reply(frame, failed, value)

    def _reply(self, frame: Frame, body: dict[str, Any]) -> None:
        self._line.send(Op.RESULT, frame.number, json.dumps(body).encode())

    def _call(self, name: str, args: Any, kwargs: Any) -> Any:
        function = self._value(name)
        return self._finish(function, function(*args, **kwargs))

    def _value(self, name: str) -> Any:
        if name not in self._space:
            raise NameError(f"name {name!r} is not defined")
        return self._space[name]

    def _load(self, source: str | types.CodeType) -> list[Any] | None:
        """None, or [kind, message, line]."""
        module = types.ModuleType(MODULE)
        module.__file__ = PATH
        sys.modules[MODULE] = module
        self._space = vars(module)
        try:
            code = source if isinstance(source, types.CodeType) else compiled(source)
        except (SyntaxError, ValueError, RecursionError, MemoryError, OverflowError) as error:
            line = getattr(error, "lineno", None)
            what = getattr(error, "msg", None) or str(error)  # without "(file, line)"
            return ["compile", f"{type(error).__name__}: {what}", line]
        if code is not source:  # one that is known to be plain has no use for it
            random.seed(0)
        try:
            exec(code, self._space)
        except MemoryError:
            return ["memory", "memory", None]
        except BaseException as error:
            return ["import", describe(error), line_in(PATH, error)]
        if self._entry and not callable(self._space.get(self._entry)):
            return ["import", f"it defines no function {self._entry}", None]
        return None

    def _listen(self) -> None:
        self._awaited = False
        self._out = Printed(self._room)
        sys.stdout = self._out
        sys.stdin = io.StringIO()

    def _said(self) -> dict[str, Any]:
        said = {"printed": self._out.text(), "dropped": self._out.dropped}
        return {**said, "awaited": True} if self._awaited else said

    def perform(self, do: str, handle: int, args: Any, kwargs: Any) -> Any:
        if do == "target":
            return self._call(self._entry, args, kwargs)
        if do == "named":
            return self._call(args[0], args[1:], kwargs)
        if do == "value":
            return self._value(args[0])
        held = self._peer.exported(handle)
        if do in ("call", "method"):
            function, args = owned.callee(held, do, args)
            return self._finish(function, function(*args, **kwargs))
        if do == "anext":
            return self._loop.advance(held)
        return owned.use(held, do, args)

    def _finish(self, function: Any, value: Any) -> Any:
        """What awaiting an async function gives: the other side is told that it was one."""
        if is_awaited(function, value):
            self._awaited = True
            return self._loop.run(value)
        return value


def compiled(source: str) -> types.CodeType:
    return compile(source, PATH, "exec", dont_inherit=True)


def _changed(before: bytes, args: Any, kwargs: Any) -> bool:
    try:
        return marshal.dumps((args, kwargs), 2) != before
    except ValueError:
        return True


def _shares(value: Any, given: Any) -> bool:
    """Whether it holds an object that the arguments hold, too: a copy would not be the same."""
    if type(value) in _FIXED:
        return False
    theirs = {id(part) for part in _holders(given)}
    return any(id(part) in theirs for part in _holders(value))


def _holders(value: Any) -> Iterator[Any]:
    """All containers in it, itself included."""
    waiting, seen = [value], set()
    while waiting:
        part = waiting.pop()
        kind = type(part)
        if kind in _FIXED or id(part) in seen:
            continue
        seen.add(id(part))
        if kind is not tuple or part:
            yield part
        if kind is dict:
            waiting += part.keys()
            waiting += part.values()
        elif kind in (list, tuple, set, frozenset):
            waiting += part
