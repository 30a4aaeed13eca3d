"""How a worker ended, from what it left on its standard error: without any of the user's text."""

from __future__ import annotations

import re
import signal
from collections import deque
from dataclasses import dataclass, field

KEPT = 4096
# Of a traceback: where, and the kind of error. What an error says may be of the user's text.
PLACE = re.compile(rb'File "[^"\n]*?([^"/\n]+)", line (\d+)')
KIND = re.compile(rb"^([A-Za-z_][\w.]*(?:Error|Exception|Exit|Interrupt|Killed))\b", re.MULTILINE)


@dataclass(slots=True)
class Words:
    _said: deque[bytes] = field(default_factory=lambda: deque(maxlen=2))

    def hear(self, chunk: bytes) -> None:
        held = b"".join([*self._said, chunk])[-KEPT:]
        self._said.clear()
        self._said.append(held)

    def last(self, code: int | None) -> str:
        """code: the process's, None as long as it runs."""
        if code is None:
            return ""
        if code < 0:
            return f"the worker was killed by {_signal(-code)}"
        found = f"the worker ended with status {code}"
        held = b"".join(self._said)
        kinds, places = KIND.findall(held), PLACE.findall(held)
        if not kinds:
            return found
        where = f" at {places[-1][0].decode()}:{places[-1][1].decode()}" if places else ""
        return f"{found}: {kinds[-1].decode()}{where}"


def _signal(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
