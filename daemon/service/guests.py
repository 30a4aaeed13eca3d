"""Who is connected."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

from synthd.daemon.service.calls import Caller


@dataclass(slots=True)
class Guest:
    """working: it is the reason for this daemon to stay. One that only asks how the daemon is
    would otherwise keep it alive by watching it."""

    caller: Caller
    wants: str
    since: float = field(default_factory=time.monotonic)
    working: bool = False


@dataclass(slots=True)
class Guests:
    _here: dict[str, Guest] = field(default_factory=dict)
    last_left: float = field(default_factory=time.monotonic)
    served: int = 0

    @contextlib.contextmanager
    def entered(self, caller: Caller, wants: str) -> Iterator[Guest]:
        guest = self._here[caller.id] = Guest(caller, wants, working=wants == "lsp")
        self.served += 1
        try:
            yield guest
        finally:
            del self._here[caller.id]
            if guest.working:
                self.last_left = time.monotonic()

    def all(self) -> tuple[Guest, ...]:
        return tuple(self._here.values())

    @property
    def working(self) -> int:
        return sum(guest.working for guest in self._here.values())
