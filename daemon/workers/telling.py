"""What a worker tells of its search: every line of its trace once, and how it goes now."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from synthd.daemon.jobs.messages import Diverged, Happened, Progressed
from synthd.daemon.workers.said import Said
from synthd.daemon.workers.secrets import Secrets
from synthd.synth.budget import Budget
from synthd.synth.events import Event, Heard, Tried

BETWEEN = 0.13  # seconds: at most 8 messages a second
# So begins the last line of a trace (synth/trace/encode.py).
END = '{"kind":"end"'


class Lines:
    """Where a trace is written to: a line, a message.

    The last one is held back until it is known that the search has ended, rather than only this
    attempt at it.
    """

    def __init__(self, say: Callable[[Happened | Diverged], None], said: Said) -> None:
        self._say = say
        self._said = said
        self._secrets = Secrets()
        self._next = 0
        self._end = ""
        self._why = ""

    def write(self, text: str) -> int:
        if text.startswith(END):
            self._end = text
        else:
            self._tell(text)
        return len(text)

    def flush(self) -> None:
        """Nothing is held back that a crash may take."""

    def close(self) -> None:
        """Not ours to close."""

    def differs(self, how: str) -> None:
        """Why a line will be another than an earlier attempt's."""
        self._why = how

    def finish(self) -> None:
        """The search has ended, however."""
        if self._end:
            self._tell(self._end)
        if self._said.more():
            self._say(Diverged(seq=self._next, why=self._why or "it ends earlier this time"))

    def _tell(self, text: str) -> None:
        number, self._next = self._next, self._next + 1
        if self._said.differs(text):
            self._say(Diverged(seq=number, why=self._why or "it goes another way this time"))
        self._say(Happened(seq=number, line=self._secrets.hidden(text.rstrip("\n"))))


@dataclass(slots=True)
class Teller:
    """A Trace for whoever watches: "seidr · 7 of 40 programs · best 2/3 · 1.2k tokens · 14 s"."""

    say: Callable[[Progressed], None]
    strategy: str
    budget: Budget
    spent: float = 0.0
    _programs: int = 0
    _tokens: int = 0
    _best: float = 0.0
    _counts: tuple[int, int] | None = None  # checks that the best program passes, of so many
    _began: float = field(default_factory=time.monotonic)
    _told: float = float("-inf")
    _later: asyncio.TimerHandle | None = None

    def __call__(self, event: Event) -> None:
        match event:
            case Heard():
                self._tokens += 1
            case Tried(attempt, programs):
                self._programs = programs
                if self._counts is None or attempt.score > self._best:
                    self._best = attempt.score
                    cases = attempt.evaluation.cases
                    self._counts = sum(case.passed for case in cases), len(cases)
            case _:
                return
        self._soon()

    def begin(self) -> None:
        self._tell()

    def close(self) -> None:
        if self._later is not None:
            self._later.cancel()

    def _soon(self) -> None:
        if self._later is None:
            wait = self._told + BETWEEN - time.monotonic()
            self._later = asyncio.get_running_loop().call_later(max(0.0, wait), self._tell)

    def _tell(self) -> None:
        self._later, self._told = None, time.monotonic()
        seconds = self.spent + self._told - self._began
        used = max(self._programs / self.budget.programs, self._tokens / self.budget.tokens)
        passed, total = self._counts or (0, 0)
        parts = [
            self.strategy,
            f"{self._programs} of {self.budget.programs} programs",
            self._words(),
            f"{_short(self._tokens)} tokens",
            f"{seconds:.0f} s",
        ]
        self.say(
            Progressed(
                message=" · ".join(part for part in parts if part),
                fraction=min(1.0, used),
                programs=self._programs,
                tokens=self._tokens,
                best=self._best,
                seconds=round(seconds, 3),
                passed=passed,
                total=total,
            )
        )

    def _words(self) -> str:
        if self._counts is None:
            return ""
        passed, total = self._counts
        return f"best {passed}/{total}" if total else "best 0"


def _short(number: int) -> str:
    return str(number) if number < 1000 else f"{number / 1000:.1f}k"
