"""Clarifying questions of searches: asked one after another, for a while, and then left open."""

from __future__ import annotations

import ast
import asyncio
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import count

from synthd.lsp.arguments import BadRequest
from synthd.lsp.editor import Editor
from synthd.lsp.engine import Ask, Question
from synthd.lsp.jobs.table import Job
from synthd.lsp.wire import SCHEMA

OPEN = 600.0  # seconds that a question waits for its answer
LEAVE_OPEN = "Leave it open"
QUESTION = "synthd/question"
EVENT = "question"
SHOWN = 80  # characters of an answer that are told back
UNREADABLE = "{} is no Python expression, nor `raises SomeError`; the question stays open."
RAISES = re.compile(r"raises [^\W\d]\w*(\.[^\W\d]\w*)*")


@dataclass(slots=True)
class _Asked:
    job: str
    payload: Mapping[str, object]
    values: frozenset[str]
    answer: asyncio.Future[str | None]


@dataclass(slots=True)
class Questions:
    editor: Editor
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)  # a user has one question at a time
    _open: dict[str, _Asked] = field(default_factory=dict)
    _numbers: count[int] = field(default_factory=lambda: count(1))

    def of(self, job: Job) -> Ask:
        async def ask(question: Question) -> str | None:
            async with self._turn:
                before, job.message = job.message, question.text
                try:
                    return await self._ask(job, question)
                finally:
                    job.message = before

        return ask

    def answer(self, job: str, question: str, value: str | None) -> bool:
        """False where it is not waited for, or not any more. Raises BadRequest where the search
        could make nothing of it; then it is asked again."""
        asked = self._open.get(question)
        if asked is None or asked.job != job or asked.answer.done():
            return False
        if value is not None and value not in asked.values and not _readable(value):
            self.editor.notify(QUESTION, asked.payload)
            raise BadRequest(UNREADABLE.format(value if len(value) < SHOWN else "That"))
        asked.answer.set_result(value)
        return True

    async def _ask(self, job: Job, question: Question) -> str | None:
        if EVENT not in self.editor.events:
            return await self._ask_in_window(question)
        id = f"q{next(self._numbers)}"
        answer = asyncio.get_running_loop().create_future()
        values = frozenset(one.value for one in question.choices)
        asked = self._open[id] = _Asked(job.id, _payload(job, id, question), values, answer)
        self.editor.notify(QUESTION, asked.payload)
        try:
            async with asyncio.timeout(OPEN):
                return await asked.answer
        except TimeoutError:
            return None
        finally:
            del self._open[id]

    async def _ask_in_window(self, question: Question) -> str | None:
        titles: dict[str, str] = {}
        for choice in question.choices:
            titles.setdefault(choice.label, choice.value)
        picked = await self.editor.choose(question.text, [*titles, LEAVE_OPEN], OPEN)
        return titles.get(picked) if picked else None


def _readable(value: str) -> bool:
    """As a value of Python, or what is raised instead of one."""
    if RAISES.fullmatch(value.strip()):
        return True
    try:
        ast.parse(value.strip(), mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def _payload(job: Job, id: str, question: Question) -> Mapping[str, object]:
    return {
        "schema": SCHEMA,
        "job": job.id,
        "uri": job.uri,
        "function": job.function,
        "question": id,
        "text": question.text,
        "call": question.call,
        "choices": [{"label": one.label, "value": one.value} for one in question.choices],
    }
