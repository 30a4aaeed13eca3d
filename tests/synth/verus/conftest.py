"""Verus for tests: recordings, a checker on the stand-in, and a real one where there is one."""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from synthd.sandbox.inside import landlock
from synthd.sandbox.level import Detection, Level, detect
from synthd.sandbox.verus.found import Installation, find
from synthd.sandbox.verus.run import Ending, VerusLimits, VerusRan
from synthd.synth.verifiers.verus.checker import Checker
from synthd.synth.verifiers.verus.report import VerusReport
from synthd.synth.verifiers.verus.understanding import understand

Row = Mapping[str, Any]
OpenChecker = Callable[..., AbstractAsyncContextManager[Checker]]
LIMITS = VerusLimits(wall_seconds=20.0)


def ran(row: Row) -> VerusRan:
    """A recording as the sandbox would have given it."""
    ending = Ending.TIMEOUT if row.get("timed_out") else Ending.EXITED
    code = 9 if row["exit"] is None else row["exit"]
    asked, seconds = tuple(row["args"]), row["seconds"] or 0.0
    return VerusRan(ending, code, row["stdout"], row["stderr"], seconds, "", asked)


@pytest.fixture(scope="session")
def as_ran() -> Callable[[Row], VerusRan]:
    return ran


@pytest.fixture(scope="session")
def recorded(verus_recordings: Callable[[str], tuple[Row, ...]]) -> tuple[Row, ...]:
    """Every recording of a program."""
    rows = (row for name in ("flags", "benchmarks", "mutants") for row in verus_recordings(name))
    return tuple(row for row in rows if row["program"])


@pytest.fixture(scope="session")
def both_json(recorded: tuple[Row, ...]) -> tuple[Row, ...]:
    return tuple(
        row
        for row in recorded
        if "--output-json" in row["args"] and "--error-format=json" in row["args"]
    )


@pytest.fixture(scope="session")
def reports(both_json: tuple[Row, ...]) -> Mapping[str, VerusReport]:
    """What is made of each recording with both flags, by its name."""
    return {row["name"]: understand(row["program"], ran(row)) for row in both_json}


@pytest.fixture(scope="session")
def labels() -> Mapping[str, frozenset[str]]:
    """By hand: the functions that fail, of some recordings."""
    lines = (Path(__file__).parent / "failed_functions.txt").read_text().splitlines()
    pairs = (line.split(":", 1) for line in lines if not line.startswith("#"))
    return {name: frozenset(functions.split()) for name, functions in pairs}


@pytest.fixture(params=[Level.BUBBLEWRAP, Level.LANDLOCK], ids=str, scope="session")
def level(request: pytest.FixtureRequest) -> Level:
    found: Level = request.param
    works = sys.platform == "linux" and landlock.abi() >= 1
    if found is Level.BUBBLEWRAP:
        works = asyncio.run(detect()).level is found
    if not works:
        pytest.skip(f"{found} does not work on this machine")
    return found


@pytest.fixture
def open_checker(verus_stand_in: Callable[..., Path], level: Level) -> OpenChecker:
    """A checker on the stand-in: `limits`, `jobs`, `cache`, and what the stand-in takes."""

    @asynccontextmanager
    async def opened(
        limits: VerusLimits = LIMITS, jobs: int = 2, cache: Path | None = None, **told: Any
    ) -> AsyncIterator[Checker]:
        installation = await find(str(verus_stand_in(**told)), {})
        detection = Detection(level)
        async with Checker.open(installation, limits, detection, jobs=jobs, cache=cache) as found:
            yield found

    return opened


@pytest.fixture(scope="session")
def real_verus() -> Installation:
    """Of VERUS_PATH or PATH, or a skip with the reason."""
    if not (os.environ.get("VERUS_PATH") or shutil.which("verus")):
        pytest.skip("no Verus here: set VERUS_PATH to the folder of a release")
    return asyncio.run(find(None, os.environ))


@pytest.fixture(scope="session")
def failed() -> Callable[[VerusReport], frozenset[str]]:
    def names(report: VerusReport) -> frozenset[str]:
        return frozenset(one.path for one in report.functions if one.status == "failed")

    return names
