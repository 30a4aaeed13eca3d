"""How this daemon is told to end."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field


@dataclass(slots=True)
class Ending:
    """First it may be asked to end after its running jobs, then or instead at once."""

    why: str = ""
    asked: asyncio.Event = field(default_factory=asyncio.Event)
    at_once: asyncio.Event = field(default_factory=asyncio.Event)

    def ask(self, why: str, *, now: bool) -> None:
        self.why = self.why or why
        self.asked.set()
        if now:
            self.at_once.set()
