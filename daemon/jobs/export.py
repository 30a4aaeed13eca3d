"""A job as a file that another machine can run again: without secrets, without the environment."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import partial
from pathlib import PurePath

from synthd.daemon.jobs.secrets import USERINFO
from synthd.daemon.jobs.spec import Spec
from synthd.daemon.jobs.store import rows
from synthd.daemon.jobs.store.store import Store
from synthd.daemon.jobs.view import JobView

SCHEMA = 1
CHUNK = 256
# Paths: what is there elsewhere is another thing.
OF_THE_MACHINE = ("python", "verus", "keep_exemplars", "alphaverus", "models_dir", "ollama_host")


@dataclass(frozen=True, slots=True)
class Export:
    """head: all but the events. lines: those of the trace, as `synthd show` reads them."""

    head: dict[str, object]
    lines: tuple[str, ...]

    def document(self) -> dict[str, object]:
        return assembled(self.head, self.lines)

    def trace(self) -> str:
        return trace(self.lines)


def assembled(head: dict[str, object], lines: tuple[str, ...]) -> dict[str, object]:
    return {**head, "events": [_read(line) for line in lines]}


def trace(lines: tuple[str, ...]) -> str:
    return "".join(line if line.endswith("\n") else line + "\n" for line in lines)


async def export(store: Store, job: JobView) -> Export:
    spec = await store.read(lambda c: rows.spec(c, job.id))
    lines = await trace_lines(store, job.id)
    return _elsewhere(Export(_head(job, spec), lines), spec.path)


async def trace_lines(store: Store, id: str) -> tuple[str, ...]:
    lines: list[str] = []
    while True:
        at = len(lines)
        found = await store.read(partial(rows.lines, id=id, seq=at, limit=CHUNK))
        lines += [line for _, line in found]
        if len(found) < CHUNK:
            return tuple(lines)


def _elsewhere(export: Export, path: str) -> Export:
    """Folders tell about the machine and its user: all is as if the file lay in the current one."""
    folder = str(PurePath(path).parent)
    if len(folder) < 2:
        return export
    inside = json.dumps(f"{folder}/")[1:-1]
    head = json.loads(json.dumps(export.head).replace(inside, ""))
    return Export(head, tuple(line.replace(inside, "") for line in export.lines))


def _head(job: JobView, spec: Spec) -> dict[str, object]:
    settled = job.settled
    given = settled.settings if settled else spec.settings
    settings = {name: value for name, value in given.items() if name not in OF_THE_MACHINE}
    return {
        "schema": SCHEMA,
        "job": job.id,
        "kind": spec.kind,
        "path": PurePath(spec.path).name,
        "text": spec.text,
        "function": job.function or spec.function,
        "offset": spec.offset,
        "priority": spec.priority.value,
        "options": _options(spec),
        "strategy": settled.strategy if settled else settings.get("strategy"),
        "model": settled.model if settled else settings.get("model"),
        "endpoint": _without_userinfo(settled.endpoint) if settled else None,
        "identity": settled.identity if settled else None,
        "sandbox": settled.sandbox if settled else None,
        "budget": {
            "programs": settled.programs,
            "seconds": settled.seconds,
            "tokens": settled.tokens,
        }
        if settled
        else None,
        "seed": settings.get("seed", 0),
        "settings": settings,
        "state": job.state.value,
        "why": job.why,
        "attempts": job.attempt,
        "spent_seconds": job.spent,
        "result": job.result.model_dump(mode="json", exclude={"say"}) if job.result else None,
    }


def _options(spec: Spec) -> dict[str, object]:
    options = spec.options.model_dump(mode="json")
    options["tests"] = [PurePath(path).name for path in spec.options.tests]
    return options


def _read(line: str) -> object:
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        return line


def _without_userinfo(endpoint: str) -> str:
    return USERINFO.sub("//", endpoint)
