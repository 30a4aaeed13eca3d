"""The recorded programs once more, by the Verus of this machine. Skipped where there is none."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any

import pytest

from synthd.sandbox.level import Detection, Level
from synthd.sandbox.verus.found import Installation
from synthd.sandbox.verus.run import VerusLimits
from synthd.synth.verifiers.verus.checker import Checker
from synthd.synth.verifiers.verus.report import ProofVerdict, Status, VerusReport

Row = Mapping[str, Any]
RECORDED_WITH = "0.2026.07.24.a9099bc"
SLOW = 10.0  # seconds that it took then


@pytest.fixture
async def checker(real_verus: Installation, level: Level) -> AsyncIterator[Checker]:
    limits = VerusLimits(wall_seconds=120.0)
    async with Checker.open(real_verus, limits, Detection(level)) as opened:
        yield opened


async def test_labelled_programs(
    checker: Checker,
    both_json: tuple[Row, ...],
    reports: Mapping[str, VerusReport],
    labels: Mapping[str, frozenset[str]],
    failed: Callable[[VerusReport], frozenset[str]],
) -> None:
    rows = [row for row in both_json if row["name"] in labels and row["seconds"] < SLOW]
    rows = [row for row in rows if "rlimit" not in row["name"]]
    found = await asyncio.gather(*(checker.check(row["program"]) for row in rows))
    wrong = {
        row["name"]: (report.verdict, sorted(failed(report)), report.reason)
        for row, report in zip(rows, found, strict=True)
        if report.verdict is not reports[row["name"]].verdict
        or failed(report) != labels[row["name"]]
    }
    assert wrong == {}


async def test_proved_programs(
    checker: Checker, both_json: tuple[Row, ...], reports: Mapping[str, VerusReport]
) -> None:
    rows = [row for row in both_json if reports[row["name"]].verdict is ProofVerdict.PROVED]
    rows = [row for row in rows if row["seconds"] < SLOW][::20]
    found = await asyncio.gather(*(checker.check(row["program"]) for row in rows))
    for row, report in zip(rows, found, strict=True):
        assert report.verdict is ProofVerdict.PROVED, (row["name"], report.reason)
        assert report.complete, row["name"]
        if report.version == RECORDED_WITH:
            assert report.verified == reports[row["name"]].verified, row["name"]


async def test_one_function_of_several(checker: Checker, both_json: tuple[Row, ...]) -> None:
    (row,) = (one for one in both_json if one["name"] == "two_funcs_json__both_json")
    good = await checker.check(row["program"], only="find")
    bad = await checker.check(row["program"], only="bad_find")
    assert good.verdict is ProofVerdict.PROVED, good.reason
    assert bad.verdict is ProofVerdict.REFUTED, bad.reason
    assert [(one.path, one.status) for one in good.functions] == [("find", Status.VERIFIED)]


async def test_another_seed_and_little_time(checker: Checker, both_json: tuple[Row, ...]) -> None:
    rows = {row["name"]: row for row in both_json}
    good = await checker.check(rows["ok_trivial__both_json"]["program"], seed=7)
    slow = await checker.check(rows["timeout_loop__rlimit1_json"]["program"], rlimit=1)
    assert good.verdict is ProofVerdict.PROVED, good.reason
    assert slow.verdict is ProofVerdict.UNKNOWN and "slow" in slow.reason


async def test_a_library_and_what_is_not_ascii(checker: Checker) -> None:
    program = (
        "use vstd::prelude::*;\r\nverus! {\r\n/// größe\r\nfn f(x: u8) { assert(x < 5); }\r\n}\r\n"
    )
    report = await checker.check(program)
    assert report.verdict is ProofVerdict.REFUTED, report.reason
    (error,) = (one for one in report.diagnostics if one.level == "error")
    assert (error.function, error.places[0].line) == ("f", 4)
