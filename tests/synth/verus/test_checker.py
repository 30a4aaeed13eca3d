"""The checker on a stand-in: what it remembers, what it runs at once, what it leaves behind."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import pytest

from synthd.sandbox.errors import SandboxUnavailable
from synthd.sandbox.level import Detection, Level
from synthd.sandbox.verus.found import find
from synthd.sandbox.verus.run import VerusLimits
from synthd.synth.verifiers.verus.checker import Checker
from synthd.synth.verifiers.verus.report import ProofVerdict, Status, VerusReport

OpenChecker = Callable[..., AbstractAsyncContextManager[Checker]]
PROGRAM = """use vstd::prelude::*;
verus! {
fn f(x: u8) { assert(x < 5); }
fn main() {}
} // verus!
"""
OTHER_LAYOUT = """use vstd::prelude::*;

verus! {
    /* shown */
    fn f(x: u8) {
        // why
        assert(
            x < 5);
    }
    fn main() {}
}
"""
REFUTED = {"outcome": "refuted", "at": "x < 5", "verified": 1}
PROVED = {"outcome": "proved", "verified": 2}


async def test_proved_and_refuted(open_checker: OpenChecker, level: Level) -> None:
    rules = [{"contains": "x < 6", "answer": PROVED}]
    async with open_checker(default=REFUTED, rules=rules) as checker:
        bad = await checker.check(PROGRAM, document=7)
        good = await checker.check(PROGRAM.replace("5", "6"))
    assert (bad.verdict, good.verdict) == (ProofVerdict.REFUTED, ProofVerdict.PROVED)
    assert [(one.path, one.status) for one in bad.functions] == [
        ("f", Status.FAILED),
        ("main", Status.VERIFIED),
    ]
    assert (bad.document, good.document, bad.isolation) == (7, None, level.value)
    assert bad.version == "0.2026.07.24.a9099bc"
    assert "an assertion does not hold in f (line 3)" in bad.reason


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ("human", "no result in JSON"),
        ("silent", "no result in JSON"),
        ("nothing", "nothing to verify"),
        ("rlimit", "resource limit"),
        ("crash", "crashed"),
        ("memory", "memory"),
        ({"outcome": "flood", "bytes": 1 << 20}, "no result in JSON"),
    ],
)
async def test_what_stays_open(open_checker: OpenChecker, answer: Any, reason: str) -> None:
    limits = VerusLimits(wall_seconds=20, memory_bytes=512 << 20)
    async with open_checker(limits, default=answer) as checker:
        report = await checker.check(PROGRAM)
        again = await checker.check(PROGRAM)
    assert report.verdict is ProofVerdict.UNKNOWN
    assert reason in report.reason
    assert not again.cached
    assert bool(report.crash) is (answer in ("crash", "memory"))


async def test_the_same_tokens_are_asked_about_once(open_checker: OpenChecker) -> None:
    async with open_checker(default=REFUTED) as checker:
        first = await checker.check(PROGRAM)
        second = await checker.check(PROGRAM, document=3)
        moved = await checker.check(OTHER_LAYOUT)
        fresh = [
            await checker.check(PROGRAM, seed=7),
            await checker.check(PROGRAM, rlimit=5),
            await checker.check(PROGRAM, only="f"),
            await checker.check(PROGRAM.replace("x < 5", "x  <5 && true")),
        ]
    assert not first.cached and second.cached and moved.cached and second.document == 3
    assert not any(one.cached for one in fresh)
    (place,) = moved.diagnostics[0].places
    assert (place.line, place.column, place.end_column) == (8, 13, 18)
    assert place.text == "            x < 5);"
    assert moved.functions[0].line == 5
    assert moved.functions[0].diagnostics == moved.diagnostics


async def test_places_move_there_and_back(open_checker: OpenChecker) -> None:
    async with open_checker(default=REFUTED) as checker:
        first = await checker.check(OTHER_LAYOUT)
        await checker.check(PROGRAM)
        back = await checker.check(OTHER_LAYOUT)
    assert back.cached and back.diagnostics == first.diagnostics
    assert back.functions == first.functions


async def test_a_folder_outlives_the_checker(open_checker: OpenChecker, tmp_path: Path) -> None:
    folder = tmp_path / "cache"
    async with open_checker(cache=folder, default=PROVED) as checker:
        first = await checker.check(PROGRAM)
    async with open_checker(cache=folder, default="crash", folder="two") as checker:
        second = await checker.check(PROGRAM)
    async with open_checker(cache=folder, default="crash", folder="three", version="9") as checker:
        third = await checker.check(PROGRAM)
    assert second.cached and second.functions == first.functions
    assert second.verdict is ProofVerdict.PROVED
    assert third.verdict is ProofVerdict.UNKNOWN  # another version of Verus


@pytest.mark.parametrize(
    "damage",
    [
        lambda text: "",
        lambda text: text[: len(text) // 2],
        lambda text: text.replace('"format":1', '"format":0'),
        lambda text: text.replace('"key":"', '"key":"0'),
        lambda text: text.replace("proved", "unknown"),
        lambda text: text.replace("proved", "perhaps"),
        lambda text: "\x00\xff",
    ],
)
async def test_a_damaged_entry_is_none(
    open_checker: OpenChecker, tmp_path: Path, damage: Callable[[str], str]
) -> None:
    folder = tmp_path / "cache"
    async with open_checker(cache=folder, default=PROVED) as checker:
        await checker.check(PROGRAM)
    (entry,) = folder.iterdir()
    entry.write_text(damage(entry.read_text()))
    async with open_checker(cache=folder, default="crash", folder="two") as checker:
        assert (await checker.check(PROGRAM)).verdict is ProofVerdict.UNKNOWN


async def test_a_folder_that_cannot_be_written_does_no_harm(open_checker: OpenChecker) -> None:
    async with open_checker(cache=Path("/proc/none"), default=PROVED) as checker:
        assert (await checker.check(PROGRAM)).verdict is ProofVerdict.PROVED


async def test_so_many_jobs_at_once(open_checker: OpenChecker) -> None:
    """Each takes half a second: two at a time, four need at least one."""
    programs = [PROGRAM.replace("5", str(number)) for number in range(4)]
    async with open_checker(jobs=2, default={**PROVED, "seconds": 0.5}) as checker:
        began = time.monotonic()
        reports = await asyncio.gather(*(checker.check(one) for one in programs))
        took = time.monotonic() - began
    assert [one.verdict for one in reports] == [ProofVerdict.PROVED] * 4
    assert took >= 1.0
    spans = sum(one.seconds for one in reports)
    assert spans >= 2.0 and took < spans


async def test_cancelled_and_closed(open_checker: OpenChecker, tmp_path: Path) -> None:
    def left() -> int:
        found = 0
        for entry in Path("/proc").glob("[0-9]*/cmdline"):
            try:
                found += str(tmp_path).encode() in entry.read_bytes()
            except OSError:
                continue
        return found

    async with open_checker(default="hang") as checker:
        tasks = [asyncio.ensure_future(checker.check(PROGRAM, seed=n)) for n in range(4)]
        async with asyncio.timeout(10):
            while left() < 4:  # noqa: ASYNC110 - two of them, each with its z3
                await asyncio.sleep(0.01)
        tasks[0].cancel()
        await asyncio.gather(tasks[0], return_exceptions=True)
    ended = await asyncio.gather(*tasks, return_exceptions=True)
    assert all(isinstance(one, asyncio.CancelledError) for one in ended)
    assert left() == 0


async def test_a_timeout_is_not_remembered(open_checker: OpenChecker) -> None:
    limits = VerusLimits(wall_seconds=0.5)
    rules = [{"flags": "random_seed=1", "answer": PROVED}]
    async with open_checker(limits, default="hang", rules=rules) as checker:
        report = await checker.check(PROGRAM)
        other = await checker.check(PROGRAM, seed=1)
    assert report.verdict is ProofVerdict.UNKNOWN and "no answer" in report.reason
    assert other.verdict is ProofVerdict.PROVED


async def test_flags_follow_the_program(open_checker: OpenChecker) -> None:
    rules = [
        {"flags": "--verify-module a::b --verify-function f", "answer": PROVED},
        {"flags": "--verify-root --verify-function S::g", "answer": PROVED},
        {"flags": "--crate-type=lib", "answer": "rlimit"},
    ]
    inner = "mod a { mod b { fn f() {} } } struct S; impl S { fn g() {} }"
    async with open_checker(rules=rules, default="crash") as checker:
        nested = await checker.check(inner + PROGRAM, only="a::b::f")
        method = await checker.check(inner + PROGRAM, only="S::g")
        library = await checker.check(PROGRAM.replace("main", "other"))
        program = await checker.check(PROGRAM)
    assert nested.verdict is method.verdict is ProofVerdict.PROVED
    assert "resource limit" in library.reason and "crashed" in program.reason


async def test_no_isolation_no_verification(verus_stand_in: Callable[..., Path]) -> None:
    installation = await find(str(verus_stand_in(default=PROVED)), {})
    none = Detection(Level.NONE, ("nothing here",))
    with pytest.raises(SandboxUnavailable, match="nothing here"):
        async with Checker.open(installation, VerusLimits(), none):
            pass
    async with Checker.open(installation, VerusLimits(), none, unsafe=True) as checker:
        report = await checker.check(PROGRAM)
    assert (report.verdict, report.isolation) == (ProofVerdict.PROVED, "none")


async def test_recorded_programs_again(
    open_checker: OpenChecker,
    both_json: tuple[Mapping[str, Any], ...],
    labels: Mapping[str, frozenset[str]],
    failed: Callable[[VerusReport], frozenset[str]],
) -> None:
    """Through the sandbox and back: the same names as from the recordings."""
    rows = [row for row in both_json if row["name"] in labels][:12]
    async with open_checker(recordings=rows) as checker:
        reports = await asyncio.gather(*(checker.check(row["program"]) for row in rows))
    found = {row["name"]: failed(report) for row, report in zip(rows, reports, strict=True)}
    assert found == {row["name"]: labels[row["name"]] for row in rows}
