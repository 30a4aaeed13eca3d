"""The JSON that leaves the server beyond the protocol's own. SCHEMA counts its versions."""

from __future__ import annotations

from collections.abc import Iterable

from synthd.lsp.jobs import Job

SCHEMA = 1
JOB = "synthd/job"  # the notification sent when a job starts and when it ends


def started(job: Job) -> dict[str, object]:
    return {"schema": SCHEMA, "job": job.id}


def cancelled(job: Job, reached: bool) -> dict[str, object]:
    return {"schema": SCHEMA, "job": job.id, "cancelled": reached}


def listing(jobs: Iterable[Job]) -> dict[str, object]:
    return {"schema": SCHEMA, "jobs": [_line(job) for job in jobs]}


def notification(job: Job) -> dict[str, object]:
    """`status` and `grade` are the search's; `state` is the job's, down to the buffer."""
    result = job.result
    payload: dict[str, object] = {
        "schema": SCHEMA,
        "job": job.id,
        "uri": job.uri,
        "state": str(job.state),
        "status": result.status if result else "",
        "grade": result.grade if result else "",
        "function": job.function,
        "message": job.message,
        "code": result.code if result else "",
    }
    if result and result.report is not None:
        payload["report"] = result.report
    return payload


def _line(job: Job) -> dict[str, object]:
    return {
        "id": job.id,
        "uri": job.uri,
        "state": str(job.state),
        "function": job.function,
        "message": job.message,
    }
