"""`synthd jobs`: list, show, watch, cancel, resume, export."""

from __future__ import annotations

import contextlib
import json as jsonlib
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any, NoReturn

from synthd.daemon.cli import jobs_showing as showing
from synthd.daemon.cli.jobs_asking import finish
from synthd.daemon.cli.screen import complain, err, out
from synthd.daemon.client.client import Client
from synthd.daemon.client.errors import Refused
from synthd.daemon.client.jobs import Event, Job, Progress, State, Update, Voided
from synthd.daemon.exits import BadInput, Exit, worst

CODES = {
    "verified": Exit.VERIFIED,
    "unsolved": Exit.UNSOLVED,
    "undecided": Exit.UNDECIDED,
    "error": Exit.ENVIRONMENT,
}


def list_jobs(*, limit: int, over: bool, json: bool) -> NoReturn:
    def work(client: Client) -> Exit:
        said = client.ask("jobs.list", {"limit": limit, "over": over})
        jobs = [Job.of(job) for job in said["jobs"]]
        if json:
            for job in jobs:
                _print(job.told)
            return Exit.VERIFIED
        for note in said["notes"]:
            complain(note)
        showing.table(out(), jobs)
        return Exit.VERIFIED

    finish(work)


def show(id: str, *, json: bool) -> NoReturn:
    def work(client: Client) -> Exit:
        job = client.show(id)
        if json:
            _print(job.told)
        else:
            showing.whole(out(), job)
        return Exit.VERIFIED

    finish(work)


def watch(id: str, *, json: bool) -> NoReturn:
    def work(client: Client) -> Exit:
        last: Job | None = None
        with contextlib.ExitStack() as stack:
            updates = stack.enter_context(contextlib.closing(client.watch(id)))
            tell: Callable[[Update], None] = _tell
            if not json:
                tell = stack.enter_context(showing.Following(err()))
            for update in updates:
                tell(update)
                if isinstance(update, Job):
                    last = update
                    if update.state is State.PAUSED:
                        break
        assert last is not None  # the first update is the job
        if not json:
            showing.outcome(out(), client.show(last.id))
        return _code(last)

    finish(work)


def cancel(ids: tuple[str, ...], *, json: bool) -> NoReturn:
    def one(client: Client, id: str) -> Job:
        return client.cancel(id)

    _each(ids, one, json)


def resume(ids: tuple[str, ...], *, json: bool) -> NoReturn:
    def one(client: Client, id: str) -> Job:
        return client.resume(id)

    _each(ids, one, json)


def export(id: str, *, out: Path | None, trace: bool) -> NoReturn:
    def work(client: Client) -> Exit:
        from synthd.daemon.jobs.export import assembled
        from synthd.daemon.jobs.export import trace as as_trace

        parts = client.export(id)
        head, lines = parts["head"], tuple(parts["lines"])
        if trace:
            text = as_trace(lines)
        else:
            text = jsonlib.dumps(assembled(head, lines), indent=1) + "\n"
        if out is None:
            sys.stdout.write(text)
            sys.stdout.flush()
            return Exit.VERIFIED
        try:
            out.write_text(text, encoding="utf-8")
        except OSError as error:
            raise BadInput(f"{out}: {error.strerror}") from None
        return Exit.VERIFIED

    finish(work)


def _each(ids: tuple[str, ...], do: Callable[[Client, str], Job], json: bool) -> NoReturn:
    """All that can be done is; what cannot is told, and makes the exit status."""

    def work(client: Client) -> Exit:
        codes = []
        for id in ids:
            try:
                job = do(client, id)
            except Refused as error:
                complain(str(error))
                codes.append(Exit.USAGE)
                continue
            if json:
                _print(job.told)
            else:
                out().print(showing.sentence(job), markup=False)
        return worst(codes)

    finish(work)


def _tell(update: Update) -> None:
    match update:
        case Job():
            _print({"kind": "job", "job": dict(update.told)})
        case Event():
            _print({"kind": "event", **asdict(update)})
        case Voided():
            _print({"kind": "void", **asdict(update)})
        case Progress():
            _print({"kind": "progress", "progress": asdict(update)})


def _print(row: Any) -> None:
    print(jsonlib.dumps(dict(row)), flush=True)


def _code(job: Job) -> Exit:
    if job.state is State.CANCELLED:
        return Exit.INTERRUPTED
    return CODES.get(job.status, Exit.ENVIRONMENT)  # paused: it lacks something
