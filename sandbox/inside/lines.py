"""The tester's two ways to a candidate: answers that are all there already, or a live one.

Both look the same to a Peer.
"""

from __future__ import annotations

import json
from typing import Any

from synthd.sandbox.inside.link import Link
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
        return self.ended["how"] == "wall" and self.ended["cpu"] < self.ended["seconds"] / 6


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


class Script:
    """Answers to the calls that were foreseen. Any other call ends it: astray is then set."""

    def __init__(self, foreseen: list[bytes], answers: list[Frame], ended: dict[str, Any]) -> None:
        self._foreseen = foreseen
        self._answers = answers
        self._ended = ended
        self._next = 0
        self.astray = False

    def send(self, op: int, number: int, payload: bytes = b"") -> None:
        place = self._next
        if place >= len(self._foreseen) or self._foreseen[place] != pack(op, number, payload):
            self._lose()

    def receive(self) -> Frame:
        place = self._next
        self._next += 1
        if place >= len(self._answers):
            raise Stop(*outcome_of(self._ended))
        answer = self._answers[place]
        if answer.op != Op.RESULT:
            self._lose()
        return answer

    def _lose(self) -> None:
        self.astray = True
        raise Stop("infra_error", "not the calls that were foreseen")


class Live:
    """A candidate that waits for calls. foreseen: what it was asked, if that was all."""

    def __init__(self, link: Link) -> None:
        self._link = link
        self._asked: list[bytes] = []
        self._plain = True
        self.ran: Ran | None = None

    def begin(self) -> None:
        """Raises Unloadable."""
        check_loaded(self._hear(), self.ran.ended if self.ran else {})

    def send(self, op: int, number: int, payload: bytes = b"") -> None:
        frame = pack(op, number, payload)
        if op == Op.CALL and b'"handle":0' in payload[:40]:
            self._asked.append(frame)
        else:
            self._plain = False
        if self.ran is None:
            self._link.send(Op.FORWARD, 0, frame)

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
    def foreseen(self) -> list[bytes] | None:
        return self._asked if self._plain else None
