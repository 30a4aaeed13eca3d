"""Asks the user at a terminal which of two answers is right: `synthd synth --ask`."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from synthd.synth.problem import Check
from synthd.synth.testing import replies
from synthd.synth.testing.findings import Answer, Question, short

if TYPE_CHECKING:
    from rich.console import Console

PATIENCE = 900.0  # seconds; whoever has left gets what there is
NO_TERMINAL = "--ask: standard input is no terminal, so no question will be asked"
DEFAULT = "ValueError"


def terminal() -> bool:
    return sys.stdin is not None and sys.stdin.isatty()


@dataclass(frozen=True, slots=True)
class Prompter:
    """An Asker. aside: keeps the moving line away while there is a question."""

    console: Console
    aside: Callable[[], AbstractContextManager[None]]

    async def __call__(self, question: Question, number: int) -> Check | None:
        with self.aside():
            try:
                async with asyncio.timeout(PATIENCE):
                    return await self._ask(question, number)
            except TimeoutError:
                self._say("\nno answer: the question stays open")
                return None

    async def _ask(self, question: Question, number: int) -> Check | None:
        self._say(f"  question {number}: {question.sentence}")
        known = question.answers
        for place, answer in enumerate(known, 1):
            self._say(f"    {place}  it {_short(answer)}")
        raising = not any(answer.raises for answer in known)
        if raising:
            self._say(f"    {len(known) + 1}  it raises an exception")
        self._say("    s  skip")
        while True:
            said = await self._line("  which? ")
            if said is None or said.lower() in ("s", "skip", ""):
                return None
            if said.isdigit() and 1 <= int(said) <= len(known):
                return _check(question.call, known[int(said) - 1], number)
            if raising and said.lower() in (str(len(known) + 1), "raises"):
                return await self._exception(question.call, number)
            self._say(f"  {said!r} is none of these")

    async def _exception(self, call: str, number: int) -> Check | None:
        while True:
            said = await self._line(f"  which exception? [{DEFAULT}] ")
            if said is None:
                return None
            kind = said or DEFAULT
            if all(part.isidentifier() for part in kind.split(".")):
                return replies.raises(call, kind, number)
            self._say(f"  {kind!r} is no name of a class")

    async def _line(self, prompt: str) -> str | None:
        """None at the end of input. Waits on the loop, so that Ctrl-C ends it at once."""
        self.console.print(prompt, end="", markup=False)
        loop, fd = asyncio.get_running_loop(), sys.stdin.fileno()
        ready: asyncio.Future[None] = loop.create_future()
        loop.add_reader(fd, lambda: None if ready.done() else ready.set_result(None))
        try:
            await ready
        finally:
            loop.remove_reader(fd)
        # A terminal gives a whole line at once.
        heard = os.read(fd, 4096)
        return heard.decode(errors="replace").strip() if heard else None

    def _say(self, text: str) -> None:
        self.console.print(text, markup=False)


def _short(answer: Answer) -> str:
    return answer.shown if answer.raises else f"gives {short(answer.value)}"


def _check(call: str, answer: Answer, number: int) -> Check:
    if answer.raises:
        return replies.raises(call, answer.raises, number)
    return replies.returns(call, answer.value, number)
