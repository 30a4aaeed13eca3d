"""From a job's updates to what its editor is told: progress, questions, and the result."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import dataclass, field

from synthd.daemon.jobs.messages import Asking, Ended, Progressed, Settled
from synthd.daemon.jobs.states import State
from synthd.daemon.jobs.view import Changed, JobView, Moved, Posed, Update
from synthd.lsp.engine import Ask, Choice, Progress, Question, Replacement, Result, Tell
from synthd.synth.attempt import Grade

# A question's number and the answer; None where it stays open.
Answer = Callable[[int, str | None], object]


@dataclass(slots=True)
class Following:
    """One job for its editor. Close it: nobody is asked any more then."""

    id: str
    tell: Tell
    ask: Ask | None
    answer: Answer
    strategy: str = ""
    _function: str = ""
    _settled: Settled | None = None
    _asking: set[asyncio.Task[None]] = field(default_factory=set)

    def read(self, update: Update) -> Result | None:
        """The result, if this is the end of the editor's waiting."""
        match update:
            case Moved(progress):
                self.tell(self._progress(progress))
            case Posed(question):
                self._pose(question)
            case Changed(job):
                self._function = job.function or self._function
                self._settled = job.settled or self._settled
                return self._changed(job)
        return None

    async def close(self) -> None:
        for task in self._asking:
            task.cancel()
        if self._asking:
            await asyncio.wait(self._asking)

    def _changed(self, job: JobView) -> Result | None:
        if job.state is State.PAUSED:
            message = f"{_name(job)}paused: {job.why}. `synthd jobs resume {job.id}` goes on"
            return Result("undecided", Grade.UNKNOWN.value, message, job.function, job=job.id)
        if job.over:
            return result(job)
        if job.state is State.QUEUED:
            others = f", {job.ahead} before it" if job.ahead else ""
            waiting = f"{_name(job)}waiting for its turn{others}"
            self.tell(Progress(waiting, 0.0, job=self.id, function=self._function))
        return None

    def _progress(self, told: Progressed) -> Progress:
        settled = self._settled
        return Progress(
            message=told.message,
            fraction=told.fraction,
            job=self.id,
            function=self._function,
            strategy=settled.strategy if settled else "",
            model=settled.model if settled else "",
            endpoint=settled.endpoint if settled else "",
            programs=told.programs,
            max_programs=settled.programs if settled else 0,
            passed=told.passed,
            total=told.total,
            tokens=told.tokens,
            seconds=told.seconds,
        )

    def _pose(self, asking: Asking) -> None:
        if self.ask is None:
            self.answer(asking.number, None)
            return
        task = asyncio.create_task(self._ask(self.ask, asking), name=f"question of {self.id}")
        self._asking.add(task)
        task.add_done_callback(self._asking.discard)

    async def _ask(self, ask: Ask, asking: Asking) -> None:
        choices = tuple(Choice(each.label, each.value) for each in asking.choices)
        value: str | None = None
        try:
            with contextlib.suppress(Exception):  # an editor that cannot ask leaves it open
                value = await ask(Question(asking.text, asking.call, choices))
        finally:
            self.answer(asking.number, value)


def result(job: JobView) -> Result:
    ended: Ended | None = job.result
    if job.state is State.CANCELLED:
        return Result("cancelled", Grade.UNKNOWN.value, "cancelled", job.function, job=job.id)
    if ended is None:
        why = f"job {job.id} ended without a result: {job.why or 'nobody knows why'}"
        return Result("error", Grade.UNKNOWN.value, why, job=job.id)
    return Result(
        status=ended.status,
        grade=ended.grade,
        message=ended.message,
        function=ended.function or job.function,
        replacement=Replacement(*ended.replacement) if ended.replacement else None,
        code=ended.code,
        report=dict(ended.report) if ended.report is not None else None,
        partial=Replacement(*ended.partial) if ended.partial else None,
        job=job.id,
    )


def _name(job: JobView) -> str:
    return f"{job.function}: " if job.function else ""
