"""How the tester tells what it found, check by check."""

from __future__ import annotations

import json
from collections import deque
from typing import Any

from synthd.sandbox.inside.remote import Stop
from synthd.sandbox.inside.wire import Channel, Op

_LONGEST = 4000
_PARTS = 200_000


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
    """Its repr, short. Of a list that holds one list twice, and so on for forty levels, Python's
    own repr would never end."""
    try:
        if not _countable(value):
            return f"<{type(value).__name__} that is too large to show>"
        return short(repr(value))
    except Stop:
        raise
    except BaseException as error:
        return f"<{type(value).__name__} that cannot be shown: {type(error).__name__}>"


def _countable(value: object) -> bool:
    """Whether writing it all out takes a bounded number of steps."""
    left = _PARTS
    waiting: list[Any] = [value]
    while waiting:
        part = waiting.pop()
        if type(part) is dict:
            waiting += part.keys()
            waiting += part.values()
        elif type(part) in (list, tuple, set, frozenset, deque):
            waiting += part
        left -= 1
        if left - len(waiting) < 0:
            return False
    return True
