"""`synthd jobs submit`: functions of files, as jobs."""

from __future__ import annotations

import json as jsonlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from synthd.daemon.cli import targets
from synthd.daemon.cli.jobs_asking import finish
from synthd.daemon.cli.screen import out
from synthd.daemon.client.client import Client
from synthd.daemon.client.jobs import Job, Priority
from synthd.daemon.exits import BadInput, Exit
from synthd.daemon.jobs.spec import Proving
from synthd.daemon.verus import sources


@dataclass(frozen=True, slots=True)
class Wanted:
    targets: tuple[str, ...]
    batch: bool
    examples: tuple[str, ...]
    tests: tuple[Path, ...]
    parameters: tuple[str, ...]
    replace: bool
    accept_untested: bool
    unsafe: bool
    proof: Proving
    settings: Mapping[str, Any]


def submit(wanted: Wanted, *, json: bool) -> NoReturn:
    finish(lambda client: _submit(client, wanted, json))


def _submit(client: Client, wanted: Wanted, json: bool) -> Exit:
    specs = _specs(wanted)  # all of them can be read before the first is given away
    for spec in specs:
        job = Job.of(client.ask("jobs.submit", {"spec": spec})["job"])
        if json:
            print(jsonlib.dumps(dict(job.told)), flush=True)
        else:
            out().print(f"{job.id}  {spec['path']}::{job.function}", markup=False)
    return Exit.VERIFIED


def _specs(wanted: Wanted) -> list[dict[str, Any]]:
    """Raises BadInput."""
    for test in wanted.tests:
        if not test.is_file():
            raise BadInput(f"--tests {test}: there is no such file")
    found: list[dict[str, Any]] = []
    for target in wanted.targets:
        read = _rust if sources.is_rust(target) else _python
        path, text, functions = read(target)
        found += [_spec(wanted, path, text, function) for function in functions]
    return found


def _python(target: str) -> tuple[Path, str, tuple[str, ...]]:
    (named,) = targets.resolve((target,))
    return named.path, targets.read(named.path).text, named.functions


def _rust(target: str) -> tuple[Path, str, tuple[str, ...]]:
    named = sources.resolve(target)
    functions = (named.function,) if named.function else sources.stubs(named.source)
    return named.path, named.source.text, functions


def _spec(wanted: Wanted, path: Path, text: str, function: str) -> dict[str, Any]:
    return {
        "path": str(path.absolute()),
        "text": text,
        "function": function,
        "priority": Priority.BATCH if wanted.batch else Priority.INTERACTIVE,
        "options": {
            "examples": wanted.examples,
            "tests": [str(test.absolute()) for test in wanted.tests],
            "parameters": wanted.parameters,
            "replace": wanted.replace,
            "accept_untested": wanted.accept_untested,
            "unsafe": wanted.unsafe,
            "proof": wanted.proof.value,
        },
        "settings": {key: value for key, value in wanted.settings.items() if value is not None},
    }
