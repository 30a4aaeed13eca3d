"""What clients ask of jobs (service/calls.py says how). What they send is believed of nobody:
it is read into types, and limited in size.

jobs.submit  {"spec": {…}}                     → {"job": {…}}
jobs.list    {"limit": 100, "over": true}      → {"jobs": [{…}], "notes": ["…"]}
jobs.show    {"id": "…"}                       → {"job": {…}}, with its whole result
jobs.cancel  {"id": "…"}                       → {"job": {…}}
jobs.resume  {"id": "…"}                       → {"job": {…}}; takes the caller's environment
jobs.watch   {"id": "…", "seq": 0, "voids": n} → items, until the job is over:
    {"kind": "job", "job": {…}} first, with each change, and last of all when it is over;
    {"kind": "event", "seq": n, "line": "…"},
    {"kind": "void", "seq": n, "count": n, "why": "…"}, {"kind": "progress", "progress": {…}}
jobs.export  {"id": "…"}                       → items: {"head": {…}}, then {"lines": ["…"]}

Ids may be cut short where one job alone begins so.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing
from typing import Annotated, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from synthd.daemon.jobs.errors import JobsError
from synthd.daemon.jobs.manager import Jobs
from synthd.daemon.jobs.spec import Spec
from synthd.daemon.jobs.view import Changed, JobView, Moved, Posed, Told, Update, Voided
from synthd.daemon.service.calls import Body, Caller, Methods, Refusal

SCHEMA = 1
TEXT = 4 << 20  # a source file; the biggest in CPython's own library has a tenth of it
SHORT = 4096
MANY = 1000
CHUNK = 64

B = TypeVar("B", bound=BaseModel)
Id = Annotated[str, Field(min_length=1, max_length=64)]


class Asked(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Submit(Asked):
    spec: Spec


class List(Asked):
    limit: int = Field(100, ge=1, le=10_000)
    over: bool = True


class One(Asked):
    id: Id


class Watch(Asked):
    id: Id
    seq: int = Field(0, ge=0)
    voids: int | None = Field(None, ge=0)


def methods(jobs: Jobs) -> Methods:
    control = Control(jobs)
    return Methods(
        answers={
            "jobs.submit": control.submit,
            "jobs.list": control.list,
            "jobs.show": control.show,
            "jobs.cancel": control.cancel,
            "jobs.resume": control.resume,
        },
        streams={"jobs.watch": control.watch, "jobs.export": control.export},
    )


class Control:
    def __init__(self, jobs: Jobs) -> None:
        self._jobs = jobs

    async def submit(self, caller: Caller, body: Body) -> Body:
        spec = _read(Submit, body).spec
        _limit(spec)
        with _refusing():
            job = await self._jobs.submit(spec, caller.environment, _client(caller))
        return {"job": as_json(job)}

    async def list(self, caller: Caller, body: Body) -> Body:
        asked = _read(List, body)
        with _refusing():
            found = await self._jobs.list(asked.limit, over=asked.over)
        return {"jobs": [as_json(job) for job in found], "notes": self._jobs.notes()}

    async def show(self, caller: Caller, body: Body) -> Body:
        with _refusing():
            job = await self._jobs.get(await self._id(body))
        return {"job": as_json(job, whole=True)}

    async def cancel(self, caller: Caller, body: Body) -> Body:
        with _refusing():
            job = await self._jobs.cancel(await self._id(body))
        return {"job": as_json(job)}

    async def resume(self, caller: Caller, body: Body) -> Body:
        with _refusing():
            job = await self._jobs.resume(await self._id(body), caller.environment)
        return {"job": as_json(job)}

    async def watch(self, caller: Caller, body: Body) -> AsyncIterator[Body]:
        asked = _read(Watch, body)
        with _refusing():
            id = await self._jobs.find(asked.id)
            async with aclosing(self._jobs.watch(id, asked.seq, asked.voids)) as updates:
                async for update in updates:
                    yield _item(update)

    async def export(self, caller: Caller, body: Body) -> AsyncIterator[Body]:
        with _refusing():
            export = await self._jobs.export(await self._id(body))
        yield {"head": export.head}
        for at in range(0, len(export.lines), CHUNK):
            yield {"lines": export.lines[at : at + CHUNK]}

    async def _id(self, body: Body) -> str:
        return await self._jobs.find(_read(One, body).id)


def as_json(job: JobView, *, whole: bool = False) -> dict[str, object]:
    """whole: with the code and the report of its result, and what it was settled on."""
    settled, result = job.settled, job.result
    told: dict[str, object] = {
        "schema": SCHEMA,
        "id": job.id,
        "client": job.client,
        "state": job.state.value,
        "why": job.why,
        "priority": job.priority.value,
        "path": job.path,
        "workspace": job.workspace,
        "function": job.function,
        "created": job.created,
        "changed": job.changed,
        "spent_seconds": job.spent,
        "attempt": job.attempt,
        "events": job.events,
        "voids": job.voids,
        "ahead": job.ahead,
        "here": job.here,
        "model": settled.model if settled else "",
        "endpoint": settled.endpoint if settled else "",
        "strategy": settled.strategy if settled else "",
        "status": result.status if result else "",
        "grade": result.grade if result else "",
        "message": result.message if result else "",
        "progress": job.progress.model_dump(exclude={"say"}) if job.progress else None,
    }
    if whole:
        told["settled"] = settled.model_dump(exclude={"say"}) if settled else None
        told["result"] = result.model_dump(exclude={"say"}) if result else None
    return told


def _item(update: Update) -> Body:
    match update:
        case Changed(job):
            return {"kind": "job", "job": as_json(job, whole=job.over)}
        case Told(seq, line):
            return {"kind": "event", "seq": seq, "line": line}
        case Voided(seq, why, count):
            return {"kind": "void", "seq": seq, "count": count, "why": why}
        case Moved(progress):
            return {"kind": "progress", "progress": progress.model_dump(exclude={"say"})}
        case Posed(question):
            return {"kind": "question", "question": question.model_dump(exclude={"say"})}


def _read(kind: type[B], body: Body) -> B:
    try:
        return kind.model_validate(dict(body))
    except ValidationError as error:
        # Not the value: it may be anything, a secret too.
        first = error.errors(include_input=False, include_url=False, include_context=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "it"
        raise Refusal("bad_request", f"{where}: {first['msg']}") from None
    except RecursionError:
        raise Refusal("bad_request", "it is nested too deeply") from None


def _client(caller: Caller) -> str:
    """Whom the queue is fair to: programs in folders, so that a hundred calls of one are one."""
    name = re.sub(r"[\s\d]+$", "", caller.name)  # some end with their process' number
    return f"{name or 'a program'} in {caller.cwd or '?'}"[:SHORT]


def _limit(spec: Spec) -> None:
    options = spec.options
    lists = (options.examples, options.tests, options.parameters)
    for name, size, most in (
        ("text", len(spec.text), TEXT),
        ("path", len(spec.path), SHORT),
        ("workspace", len(spec.workspace or ""), SHORT),
        ("function", len(spec.function or ""), SHORT),
        ("options", max(len(each) for each in lists), MANY),
        ("options", sum(len(text) for each in lists for text in each), TEXT),
        ("settings", len(repr(spec.settings)), TEXT),
    ):
        if size > most:
            raise Refusal("too_big", f"{name} is too big: {size}, and {most} is the most")
    if (spec.function is None) == (spec.offset is None):
        raise Refusal("bad_request", "give either function or offset")


@contextlib.contextmanager
def _refusing() -> Iterator[None]:
    try:
        yield
    except JobsError as error:
        raise Refusal(error.kind, str(error)) from None
