"""A worker's side of questions: asked of whoever submitted the job, by way of the daemon.

An answer is kept in the job's folder before it counts, so that another attempt at the job does not
ask again.
"""

from __future__ import annotations

import ast
import asyncio
import contextlib
import json
import os
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from synthd.daemon.jobs.messages import Answered, Asking, Choice
from synthd.synth.problem import Check
from synthd.synth.testing import replies
from synthd.synth.testing.findings import Answer, Question, short

PATIENCE = 900.0  # seconds; whoever has left gets what there is
RAISES = re.compile(r"raises ([^\W\d]\w*(?:\.[^\W\d]\w*)*)")


@dataclass(slots=True)
class Questions:
    """An Asker. path: of the answers that are kept, a line each."""

    say: Callable[[Asking], None]
    path: Path
    patience: float = PATIENCE
    _waiting: dict[int, asyncio.Future[str | None]] = field(default_factory=dict)

    async def __call__(self, question: Question, number: int) -> Check | None:
        known = self._kept().get(question.call)
        said = known if known is not None else await self._asked(question, number)
        check = check_of(question.call, said, number) if said is not None else None
        if check is not None and known is None and said is not None:
            self._keep(question.call, said)
        return check

    def heard(self, answer: Answered) -> None:
        waiting = self._waiting.get(answer.number)
        if waiting is not None and not waiting.done():
            waiting.set_result(answer.value)

    async def _asked(self, question: Question, number: int) -> str | None:
        waiting: asyncio.Future[str | None] = asyncio.get_running_loop().create_future()
        self._waiting[number] = waiting
        self.say(asking(question, number))
        try:
            async with asyncio.timeout(self.patience):
                return await waiting
        except TimeoutError:
            return None
        finally:
            del self._waiting[number]

    def _kept(self) -> dict[str, str]:
        found: dict[str, str] = {}
        with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
            for row in self.path.read_text("ascii").splitlines():
                told = json.loads(row)
                found[str(told["call"])] = str(told["value"])
        return found

    def _keep(self, call: str, value: str) -> None:
        """Where it cannot be kept it is asked again, at worst."""
        row = json.dumps({"call": call, "value": value}, ensure_ascii=True) + "\n"
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC
        with contextlib.suppress(OSError):
            descriptor = os.open(self.path, flags, 0o600)
            with os.fdopen(descriptor, "w", encoding="ascii") as file:
                file.write(row)
                file.flush()
                os.fsync(file.fileno())


def asking(question: Question, number: int) -> Asking:
    choices = tuple(Choice(label=_label(one), value=_value(one)) for one in question.answers)
    return Asking(number=number, text=question.sentence, call=question.call, choices=choices)


def check_of(call: str, said: str, number: int) -> Check | None:
    """None where that is no expression."""
    if named := RAISES.fullmatch(said.strip()):
        return replies.raises(call, named[1], number)
    try:
        ast.parse(said.strip(), mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    return replies.returns(call, said.strip(), number)


def _value(answer: Answer) -> str:
    return f"raises {answer.raises}" if answer.raises else answer.value


def _label(answer: Answer) -> str:
    return f"raises {answer.raises}" if answer.raises else short(answer.value)
