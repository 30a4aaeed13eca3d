"""The tester's two ways to a candidate: answers that are all there already, or a live one.

Both look the same to the tests: they ask.
"""

from __future__ import annotations

import json
import marshal
from typing import Any, NamedTuple, NoReturn

from synthd.sandbox.inside import lent
from synthd.sandbox.inside.cells import ATOMS
from synthd.sandbox.inside.link import Link
from synthd.sandbox.inside.names import Names
from synthd.sandbox.inside.peer import Peer
from synthd.sandbox.inside.remote import Stop
from synthd.sandbox.inside.tally import LOADING, outcome_of
from synthd.sandbox.inside.wire import HEAD, BadFrame, Frame, Op, frames, pack


class Unloadable(Exception):
    """The program does not come to its functions: (outcome, detail)."""


class Ran:
    """What one run of a program left: how it ended, and what it said."""

    def __init__(self, payload: bytes) -> None:
        (length,) = HEAD.unpack_from(payload)
        self.ended: dict[str, Any] = json.loads(payload[HEAD.size : HEAD.size + length])
        self.said = payload[HEAD.size + length :]
        self.used = float(self.ended.get("used", 0.0))

    def answers(self) -> list[Frame]:
        """After the READY. Raises Unloadable."""
        try:
            heard = list(frames(self.said))
        except BadFrame:
            raise Unloadable("runtime_error", "wrote into the channel to the judge") from None
        check_loaded(heard[0] if heard else None, self.ended)
        return heard[1:]

    @property
    def hurried(self) -> bool:
        """It waited, rather than computed: perhaps for a busy machine."""
        if self.ended["how"] == "total":
            return self.used < float(self.ended["seconds"]) / 2
        if self.ended["how"] != "wall":
            return False
        return float(self.ended["cpu"]) < float(self.ended["seconds"]) / 6


def check_loaded(first: Frame | None, ended: dict[str, Any]) -> None:
    """Raises Unloadable, unless that first frame says READY."""
    if first is None:
        raise Unloadable(*outcome_of(ended))
    if first.op == Op.READY:
        return
    try:
        kind, message, line = json.loads(first.payload)
        where = f" (line {int(line)})" if line is not None else ""
        raise Unloadable(LOADING.get(str(kind), "runtime_error"), f"{message}{where}")
    except (ValueError, TypeError):
        raise Unloadable("runtime_error", "wrote into the channel to the judge") from None


class Call(NamedTuple):
    """A call of plain values: how to know it again, and how it is put to a program."""

    key: bytes
    payload: bytes


def call_of(name: str, strict: bool, args: Any, kwargs: Any) -> Call:
    """Raises ValueError for values that are not plain. strict: changed arguments matter."""
    if not _plain([args, kwargs]):
        raise ValueError("not only plain values")
    # Version 2 knows no references, so that equal calls have equal keys.
    return Call(marshal.dumps((name, args, kwargs), 2), marshal.dumps((name, strict, args, kwargs)))


def _plain(values: Any) -> bool:
    """Only exact types that marshal gives back as they were: it takes an array for bytes."""
    waiting, seen = [values], set()
    while waiting:
        part = waiting.pop()
        kind = type(part)
        if kind in ATOMS or part is Ellipsis:
            continue
        if kind not in (list, tuple, dict, set, frozenset):
            return False
        if id(part) in seen:
            continue
        seen.add(id(part))
        if kind is dict:
            waiting += part.keys()
            waiting += part.values()
        else:
            waiting += part
    return True


def asked(calls: list[Call]) -> bytes:
    return b"".join(pack(Op.ASK, index + 1, call.payload) for index, call in enumerate(calls))


class Script:
    """Answers to the calls that were foreseen. Any other call ends it: astray is then set."""

    def __init__(
        self, foreseen: list[Call], answers: list[Frame], ended: dict[str, Any], names: Names
    ) -> None:
        self._foreseen = foreseen
        self._answers = answers
        self._ended = ended
        self.asked = 0
        self._peer = Peer(self, names, nothing, stranger=self._stranger)
        self.stopped: Stop | None = None
        self.astray = False

    def ask(self, name: str, *args: Any, **kwargs: Any) -> Any:
        place = self.asked
        self.asked += 1
        try:
            known = self._foreseen[place].key == marshal.dumps((name, args, kwargs), 2)
        except (ValueError, IndexError):
            known = False
        if not known:
            self._lose()
        try:
            return self._answer(place)
        except Stop as stop:
            self.stopped = self.stopped or stop
            raise

    def _answer(self, place: int) -> Any:
        if place >= len(self._answers):
            raise Stop(*outcome_of(self._ended))
        answer = self._answers[place]
        if answer.op != Op.RESULT or answer.payload == b'{"again": true}':
            self._lose()
        return self._peer.accept(answer.payload, [])

    def value(self, name: str) -> Any:
        self._lose()

    def share(self, module: str, names: list[str], relied: frozenset[str]) -> None:
        """Nothing can be told any more: what needs it is asked live."""

    def send(self, op: int, number: int, payload: bytes = b"") -> None:
        self._lose()

    def receive(self) -> Frame:
        self._lose()

    def _stranger(self, name: str) -> Any:
        self._lose()

    def _lose(self) -> NoReturn:
        self.astray = True
        raise Stop("infra_error", "not the calls that were foreseen")


class Nowhere:
    """A carrier for answers that are only read: what they leave open cannot be asked for."""

    def send(self, op: int, number: int, payload: bytes = b"") -> None:
        raise Stop("fail", "an object that stayed in the candidate's process")

    def receive(self) -> Frame:
        raise Stop("fail", "an object that stayed in the candidate's process")


def nothing(do: str, handle: int, args: Any, kwargs: Any) -> Any:
    raise Stop("fail", "nothing can be asked here")


class Live:
    """A candidate that waits for calls. foreseen: those, if they can be known before."""

    def __init__(self, link: Link, names: Names, entry: str) -> None:
        self._link = link
        self._entry = entry
        self._peer = Peer(self, names, self._perform)
        self._calls: list[Call] = []
        self._plain = True
        self.asked = 0
        self.ran: Ran | None = None

    @property
    def stopped(self) -> Stop | None:
        return self._peer.stopped

    def ask(self, name: str, *args: Any, **kwargs: Any) -> Any:
        self.asked += 1
        try:
            self._calls.append(call_of(name, True, args, kwargs))
        except ValueError:
            self._plain = False
        if name == self._entry:
            return self._peer.ask("target", 0, *args, **kwargs)
        return self._peer.ask("named", 0, name, *args, **kwargs)

    def value(self, name: str) -> Any:
        self.asked += 1
        self._plain = False
        return self._peer.ask("value", 0, name)

    def share(self, module: str, names: list[str], relied: frozenset[str]) -> None:
        self._peer.share(module, names, relied)

    def _perform(self, do: str, handle: int, args: Any, kwargs: Any) -> Any:
        """With an object that the tests passed on."""
        return lent.use(self._peer.exported(handle), do, args, kwargs)

    def begin(self) -> None:
        """Raises Unloadable."""
        check_loaded(self._hear(), self.ran.ended if self.ran else {})

    def send(self, op: int, number: int, payload: bytes = b"") -> None:
        if self.ran is None:
            self._link.send(Op.FORWARD, 0, pack(op, number, payload))

    def receive(self) -> Frame:
        frame = self._hear()
        if frame is None:
            assert self.ran is not None
            raise Stop(*outcome_of(self.ran.ended))
        return frame

    def _hear(self) -> Frame | None:
        """The next frame, or None at its end."""
        while self.ran is None:
            outer = self._link.receive()
            if outer.op == Op.RAN:
                self.ran = Ran(outer.payload)
            elif outer.op == Op.FORWARD:
                return next(frames(outer.payload))
        return None

    def hang_up(self) -> Ran:
        """Its process is gone afterwards."""
        if self.ran is None:
            self._link.send(Op.HANG_UP, 0)
            while self._hear() is not None:
                pass
        assert self.ran is not None
        return self.ran

    @property
    def foreseen(self) -> list[Call] | None:
        return self._calls if self._plain and not self._peer.holds_any else None
