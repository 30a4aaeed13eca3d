"""What the programs of one set of tests are asked, as the candidates' server keeps it."""

from __future__ import annotations

from synthd.sandbox.inside.wire import Op, frames, pack


class Asked:
    """One load order, and calls or inputs that are foreseen; none if all are asked live."""

    def __init__(self, payload: bytes) -> None:
        told = list(frames(payload))
        self.load = b"".join(pack(*frame) for frame in told if frame.op == Op.LOAD)
        self.inputs = [frame.payload for frame in told if frame.op == Op.SCRIPT]
        self._calls = [pack(*frame) for frame in told if frame.op == Op.ASK]
        self._all = self.load + b"".join(self._calls)

    def calls(self, row: int) -> bytes:
        """The load order and the calls from that one on."""
        return self._all if row == 0 else self.load + b"".join(self._calls[row:])
