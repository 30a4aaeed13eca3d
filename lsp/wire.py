"""The JSON that leaves the server beyond the protocol's own. SCHEMA counts its versions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict

from synthd.lsp.edits.previews import Preview
from synthd.lsp.engine import Forecast, Node, Option, Options, Progress
from synthd.lsp.jobs.table import Job
from synthd.lsp.presented import Shown
from synthd.lsp.text.positions import Point

SCHEMA = 1
JOB = "synthd/job"  # sent when a job starts, when its edit is ready, and when it ends
PROGRESS = "synthd/jobProgress"
SEARCH = "synthd/search"
STATUS = "synthd/status"

Payload = dict[str, object]


def started(job: Job) -> Payload:
    return {"schema": SCHEMA, "job": job.id}


def said(**facts: object) -> Payload:
    return {"schema": SCHEMA, **facts}


def listing(jobs: Iterable[Job]) -> Payload:
    return {"schema": SCHEMA, "jobs": [_line(job) for job in jobs]}


def shown(where: Shown, **more: object) -> Payload:
    found: Payload = {"schema": SCHEMA, **more, "uri": where.uri}
    return found if where.uri is not None else {**found, "message": where.message}


def notification(job: Job) -> Payload:
    """`status` and `grade` are the search's; `state` is the job's, down to the buffer."""
    result = job.result
    payload: Payload = {
        "schema": SCHEMA,
        "job": job.id,
        "uri": job.uri,
        "state": str(job.state),
        "status": result.status if result else "",
        "grade": result.grade if result else "",
        "function": job.function,
        "message": job.message,
        "code": result.code if result else "",
        "remote": job.remote,
        "partial": bool(result and result.partial),
    }
    if result and result.report is not None:
        payload["report"] = result.report
    if job.preview is not None:
        payload["preview"] = _preview(job.preview)
    return payload


def progress(job: Job, now: Progress) -> Payload:
    return {
        "schema": SCHEMA,
        "job": job.id,
        "uri": job.uri,
        "function": job.function,
        "strategy": now.strategy,
        "model": now.model,
        "endpoint": now.endpoint,
        "programs": now.programs,
        "maxPrograms": now.max_programs,
        "best": {"passed": now.passed, "total": now.total},
        "tokens": now.tokens,
        "seconds": now.seconds,
        "fraction": now.fraction,
        "message": now.message,
    }


def forecast(found: Forecast) -> Payload:
    return {"schema": SCHEMA, **asdict(found)}


def options(found: Options) -> Payload:
    return {
        "schema": SCHEMA,
        "models": _options(found.models),
        "strategies": _options(found.strategies),
        "model": found.model,
        "strategy": found.strategy,
    }


def search(job: Job, nodes: Sequence[Node], *, done: bool) -> Payload:
    return {
        "schema": SCHEMA,
        "job": job.id,
        "done": done,
        "nodes": [asdict(node) for node in nodes],
    }


def _options(options: Iterable[Option]) -> list[Payload]:
    return [asdict(option) for option in options]


def _preview(preview: Preview) -> Payload:
    return {
        "version": preview.version,
        "range": {"start": _point(preview.start), "end": _point(preview.end)},
        "newText": preview.new_text,
        "before": preview.before,
        "after": preview.after,
        "diff": preview.diff,
        "hash": preview.hash,
        "message": preview.message,
        "grade": preview.grade,
    }


def _point(point: Point) -> dict[str, int]:
    return {"line": point.line, "character": point.character}


def _line(job: Job) -> Payload:
    return {
        "id": job.id,
        "uri": job.uri,
        "state": str(job.state),
        "function": job.function,
        "message": job.message,
    }
