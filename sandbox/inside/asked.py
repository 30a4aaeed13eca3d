"""What the programs of one set of tests are asked, as the candidates' server keeps it."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

from synthd.sandbox.inside.wire import Op, frames, pack


class Order(NamedTuple):
    """A program that is to be run: all that it is asked, its text, its limits."""

    number: int
    asked: bytes
    source: bytes
    limits: dict[str, Any]


class Asked:
    """One load order, and calls or inputs that are foreseen; none if all are asked live."""

    def __init__(self, payload: bytes) -> None:
        told = list(frames(payload))
        self.load = b"".join(pack(*frame) for frame in told if frame.op == Op.LOAD)
        self.inputs = [frame.payload for frame in told if frame.op == Op.SCRIPT]
        self._calls = [pack(*frame) for frame in told if frame.op == Op.ASK]
        loads = [json.loads(frame.payload) for frame in told if frame.op == Op.LOAD]
        self._seconds = max((float(load.get("seconds", 0.0)) for load in loads), default=0.0)
        self._all = self.load + b"".join(self._calls)

    def limits(self, usual: dict[str, Any]) -> dict[str, Any]:
        """The usual ones, or longer ones where right programs are known to need them."""
        if not self._seconds:
            return usual
        raised = {"cpu_seconds": 1, "wall_seconds": 3, "total_seconds": 3}
        return {**usual, **{k: max(usual[k], n * self._seconds) for k, n in raised.items()}}

    def calls(self, row: int) -> bytes:
        """The load order and the calls from that one on."""
        return self._all if row == 0 else self.load + b"".join(self._calls[row:])
