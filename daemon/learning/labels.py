"""Verdicts of held-out tests on the programs of searches: every different program once, in a file.

Only for tasks that may be trained on (guard.py): these tests then teach, and measure nothing.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from synthd.daemon.appending import append
from synthd.daemon.bench.case import Case, Tools
from synthd.daemon.bench.suites import catalogue
from synthd.daemon.bench.suites.function import FunctionCase, file_of
from synthd.daemon.bench.suites.program import ProgramCase
from synthd.daemon.bench.tools import opened_tools
from synthd.daemon.exits import BadInput, Failure
from synthd.daemon.learning.pairs import Judged
from synthd.daemon.settings import Settings
from synthd.synth.concurrently import concurrently

# What one verdict may take, on a machine that is busy.
_PATIENCE = 600.0
_AT_ONCE = 16

Told = Callable[[int, int], None]


class Verdicts:
    """A file to which verdicts are appended, and that is read again."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._known: dict[str, bool] = {}
        for line in path.read_text("utf-8").splitlines() if path.exists() else ():
            try:
                row = json.loads(line)
                self._known[str(row["program"])] = bool(row["passed"])
            except (ValueError, LookupError, TypeError):
                continue  # cut off while it was written

    def get(self, key: str) -> bool | None:
        return self._known.get(key)

    def put(self, key: str, passed: bool) -> None:
        """Raises OSError."""
        self._known[key] = passed
        with open(self._path, "ab", buffering=0) as file:
            append(file, json.dumps({"program": key, "passed": passed}).encode() + b"\n")


async def held_out(
    judged: Sequence[Judged],
    data: Mapping[str, str],
    path: Path,
    settings: Settings,
    folder: Path | None,
    environment: Mapping[str, str],
    told: Told,
    *,
    unsafe: bool = False,
) -> list[tuple[Judged, bool]]:
    """The programs that have a verdict, each once. data: the hash of each suite's data, as the runs
    had it. path: of the file. told: how many of how many are judged. Raises BadInput, Missing."""
    verdicts = Verdicts(path)
    cases = _cases(judged, data, folder, environment)
    waiting = {key(one, data): one for one in judged}
    left = [(name, one) for name, one in waiting.items() if verdicts.get(name) is None]
    if left:
        async with opened_tools(settings, workers=None, unsafe=unsafe) as tools:
            await _judge(left, cases, tools, verdicts, told)
    found = ((one, verdicts.get(name)) for name, one in waiting.items())
    return [(one, passed) for one, passed in found if passed is not None]


def key(one: Judged, data: Mapping[str, str]) -> str:
    told = [one.suite, data.get(one.suite, ""), one.task, one.code]
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()


def _cases(
    judged: Sequence[Judged],
    data: Mapping[str, str],
    folder: Path | None,
    environment: Mapping[str, str],
) -> dict[tuple[str, str], Case]:
    cases: dict[tuple[str, str], Case] = {}
    for suite in sorted({one.suite for one in judged}):
        if not suite:
            raise BadInput("--label held-out: a search that was no benchmark's has no such tests")
        loaded = catalogue.load(suite, folder, environment)
        if data.get(suite) not in (None, "", loaded.sha256):
            raise BadInput(f"{suite}: its data is not the one of the runs; name theirs with --data")
        cases |= {(suite, case.id): case for case in loaded.cases}
    return cases


async def _judge(
    left: Sequence[tuple[str, Judged]],
    cases: Mapping[tuple[str, str], Case],
    tools: Tools,
    verdicts: Verdicts,
    told: Told,
) -> None:
    waiting: Iterator[tuple[str, Judged]] = iter(left)
    done = 0

    async def work() -> None:
        nonlocal done
        for name, one in waiting:
            passed = await _passed(cases, one, tools)
            if passed is not None:
                verdicts.put(name, passed)
            done += 1
            told(done, len(left))

    await concurrently(work() for _ in range(_AT_ONCE))


async def _passed(cases: Mapping[tuple[str, str], Case], one: Judged, tools: Tools) -> bool | None:
    case = cases.get((one.suite, one.task))
    if case is None:
        raise BadInput(f"{one.suite} has no task {one.task}; name the data of the runs with --data")
    try:
        async with asyncio.timeout(_PATIENCE):
            return (await case.score(whole(case, one.code, tools), tools)).passed
    except TimeoutError:
        return None


def whole(case: Case, code: str, tools: Tools) -> str:
    """The program that `score` takes, of a candidate's code. Raises BadInput."""
    if isinstance(case, ProgramCase):
        return code
    if isinstance(case, FunctionCase):
        try:
            prepared = case.stub.prepared(tools.folder)
        except Failure:
            prepared = case.stub.prepared(tools.folder, tested=False)
        return file_of(prepared, code).text
    raise BadInput(
        f"--label held-out: the programs of {case.id} cannot be judged by themselves; use visible"
    )
