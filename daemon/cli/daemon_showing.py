"""The daemon's status, for people."""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import Any

from synthd.daemon.cli.screen import out
from synthd.daemon.service.crash import Crash

MIB = 1 << 20


def show(said: Any) -> None:
    """said: the answer to daemon.status."""
    screen = out()
    for line in _lines(said):
        screen.print(line, markup=False)
    if said["last_crash"]:
        show_crash(Crash(**said["last_crash"]))


def show_crash(crash: Crash) -> None:
    when = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(crash.when))
    screen = out()
    screen.print(f"last crash  {when}, pid {crash.pid}: {crash.what}", markup=False)
    for line in crash.detail.splitlines():
        screen.print(f"              {line}", markup=False)


def _lines(said: Any) -> Iterable[str]:
    up, build = _span(said["uptime_seconds"]), said["build"][:12]
    yield f"daemon      pid {said['pid']}, up {up}, build {build}"
    yield f"address     {said['address']}"
    yield f"log         {said['log']}"
    if said["problem"]:
        yield f"problem     {said['problem']}"
    for note in said["notes"]:
        yield f"note        {note}"
    if said["ending"]:
        yield f"ending      {said['ending']}"
    if said["superseded"]:
        yield "superseded  synthd's files have changed; it goes when its work is done"
    yield f"sandbox     {_sandbox(said)}"
    state, cache = _size(said["state_bytes"]), _size(said["cache_bytes"])
    yield f"on disk     {state} of jobs and logs, {cache} of cache"
    yield f"clients     {len(said['clients']) or 'none'}"
    for client in said["clients"]:
        name, here = client["name"] or "unnamed", _span(client["seconds"])
        yield f"              {name} (pid {client['pid']}), {client['wants']}, {here}"
    yield f"jobs        {said['jobs_in_all'] or 'none'}"
    for job in said["jobs"]:
        yield f"              {_job(job)}"
    yield f"models      {len(said['models']) or 'none loaded'}"
    for model in said["models"]:
        memory = _size(model.get("memory"))
        yield f"              {model.get('name')}, {memory}, {model.get('calls', 0)} calls"
    for other in said["other_daemons"]:
        yield f"another     of build {other['build'][:12]} runs, too (pid {other['pid']})"


def _sandbox(said: Any) -> str:
    if said["sandbox"] is None:
        return "not looked at yet"
    why = "".join(f"; {reason}" for reason in said["sandbox_why"])
    fix = f"; to improve: {said['sandbox_fix']}" if said["sandbox_fix"] else ""
    return f"{said['sandbox']}{why}{fix}"


def _job(job: Any) -> str:
    what = f"{job['path']}::{job['function']}" if job["function"] else job["path"]
    if job["state"] == "queued":
        return f"{job['id']} queued, {job['ahead']} before it, {what}"
    done = f" {job['fraction']:.0%}" if job["fraction"] is not None else ""
    said = f", {job['message']}" if job["message"] else ""
    return f"{job['id']} {job['state']}{done} for {_span(job['seconds'])}, {what}{said}"


def _span(seconds: float) -> str:
    whole = int(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def _size(size: int | None) -> str:
    return "?" if size is None else f"{size / MIB:.1f} MiB"
