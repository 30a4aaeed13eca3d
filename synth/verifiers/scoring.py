"""A learned verifier as its parent sees it: a child process that is started by the first question.

Questions about one problem that come while the child is busy are asked together: what their
programs have in common, the prompt above all, goes through the model once.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from synthd.synth.unmet import Unmet
from synthd.synth.verifiers.scorer_process import CHILD, Gone, ScorerProcess, ScorerSettings

MOST_AT_ONCE = 64  # programs


class Scorer(Protocol):
    """Says how right programs look. identity: equal for scorers that say the same."""

    @property
    def identity(self) -> str: ...

    async def score(self, x: str, program: str) -> float:
        """x: the first user message of the problem. Raises Unmet where it cannot."""
        ...


@dataclass(frozen=True, slots=True)
class _Question:
    x: str
    program: str
    answer: asyncio.Future[float]


class ChildScorer:
    """Owns its child until `aclose`."""

    def __init__(self, settings: ScorerSettings, command: Sequence[str] = CHILD) -> None:
        """command: a program that speaks as the child does."""
        self._settings, self._command = settings, command
        self._waiting: list[_Question] = []
        self._working: asyncio.Task[None] | None = None
        self._child: ScorerProcess | None = None
        self._numbers = 0
        self._closed = False

    @property
    def identity(self) -> str:
        return self._settings.identity

    async def score(self, x: str, program: str) -> float:
        if self._closed:
            raise Unmet("the learned verifier was stopped")
        question = _Question(x, program, asyncio.get_running_loop().create_future())
        self._waiting.append(question)
        if self._working is None or self._working.done():
            self._working = asyncio.create_task(self._work())
        try:
            return await question.answer
        finally:
            if question in self._waiting:
                self._waiting.remove(question)

    async def aclose(self) -> None:
        """At once; whoever waits is told."""
        self._closed = True
        if self._working is not None:
            self._working.cancel()
            await asyncio.wait([self._working])
        if self._child is not None:
            await self._child.stop()
        for question in self._waiting:
            _fail(question, Unmet("the learned verifier was stopped"))
        self._waiting.clear()

    async def _work(self) -> None:
        """Until nobody waits."""
        await asyncio.sleep(0)  # all that are asked in the same moment go together
        while self._waiting:
            first = self._waiting[0]
            batch = [one for one in self._waiting if one.x == first.x][:MOST_AT_ONCE]
            self._waiting = [one for one in self._waiting if one not in batch]
            try:
                await self._batch(batch)
            except Exception as error:
                for question in batch:
                    _fail(question, error)
            finally:
                for question in batch:
                    if not question.answer.done():
                        question.answer.cancel()

    async def _batch(self, batch: list[_Question]) -> None:
        child = await self._running()
        programs = list(dict.fromkeys(one.program for one in batch))
        self._numbers += 1
        asking = asyncio.create_task(child.ask(self._numbers, batch[0].x, programs))
        # Where everyone who asked has left, nobody wants the answer.
        left = asyncio.create_task(asyncio.wait([one.answer for one in batch]))
        try:
            async with asyncio.timeout(self._settings.patience):
                await asyncio.wait([asking, left], return_when=asyncio.FIRST_COMPLETED)
            if not asking.done():
                await child.cancel(self._numbers)
                return
            rewards = dict(zip(programs, asking.result(), strict=True))
        except TimeoutError:
            await self._bury()
            raise Unmet(
                f"the learned verifier did not answer within {self._settings.patience:g} s"
            ) from None
        except Gone as gone:
            await self._bury()
            raise Unmet(f"the learned verifier stopped working: {gone}") from None
        finally:
            asking.cancel()
            left.cancel()
            await asyncio.wait([asking, left])
        for one in batch:
            if not one.answer.done():
                one.answer.set_result(rewards[one.program])

    async def _running(self) -> ScorerProcess:
        if self._child is None:
            self._child = await ScorerProcess.launch(self._settings, self._command)
        return self._child

    async def _bury(self) -> None:
        child, self._child = self._child, None
        if child is not None:
            await child.stop()


def _fail(question: _Question, error: Exception) -> None:
    if not question.answer.done():
        question.answer.set_exception(error)
