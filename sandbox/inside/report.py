"""How the tester tells what it found, check by check."""

from __future__ import annotations

import json
from typing import Any

from synthd.sandbox.inside.remote import Stop
from synthd.sandbox.inside.wire import Channel, Op

_LONGEST = 4000


class Unanswered(BaseException):
    """Raised by the first call of a check while the checks themselves are being looked at."""


class Reporter:
    """Sends what happens at once: a tester that dies has still told the rest."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel

    def case(
        self,
        unit: str,
        name: str,
        outcome: str,
        given: str = "",
        expected: str = "",
        got: str = "",
        detail: str = "",
    ) -> None:
        texts = [short(text) for text in (given, expected, got, detail)]
        self._send(Op.CASE, [unit, name, outcome, *texts])

    def ended(self, unit: str) -> None:
        self._send(Op.UNIT, {"unit": unit})

    def found(
        self, unit: str, calls: bool, error: str = "", line: int | None = None, given: str = ""
    ) -> None:
        self._send(
            Op.UNIT,
            {"unit": unit, "calls": calls, "error": error, "line": line, "given": short(given)},
        )

    def _send(self, op: int, body: Any) -> None:
        self._channel.send(op, 0, json.dumps(body).encode("ascii"))


def short(text: str) -> str:
    if len(text) <= _LONGEST:
        return text
    return f"{text[:_LONGEST]} … ({len(text)} characters)"


def shown(value: object) -> str:
    try:
        return short(repr(value))
    except Stop:
        raise
    except BaseException as error:
        return f"<{type(value).__name__} that cannot be shown: {type(error).__name__}>"
