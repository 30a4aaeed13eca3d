"""What stands in a buffer, verified in a session's own worker, and in the process without one."""

from __future__ import annotations

import asyncio
import contextlib
import os
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import psutil
import pytest

from synthd.daemon.engine import LocalEngine
from synthd.daemon.sessions.verifier import NEWER, Verifier
from synthd.lsp.verdicts import Inquiry, Judging, Known, Standing, Verified

TEXT = '''def double(x):
    """Twice x.

    >>> double(2)
    4
    >>> double(-3)
    -6
    """
    return x * 2


class Shelf:
    def put(self, n):
        """One more.

        Shelf().put(1) == 2
        Shelf().put(2) == 4
        """
        return n + 1


def undone(x):
    """
    >>> undone(1)
    2
    """
    ...


def unexplained(x):
    return x
'''
ENDLESS = '''def slow(x):
    """
    >>> slow(1)
    2
    """
    while True:
        pass
'''
PATIENT = {"limits": {"cpu_seconds": 30.0, "wall_seconds": 60.0, "total_seconds": 60.0}}
Verify = Callable[..., Awaitable[Verified]]


def below() -> set[int]:
    return {child.pid for child in psutil.Process().children(recursive=True)}


async def gone(before: set[int]) -> bool:
    for _ in range(200):
        if not below() - before:
            return True
        await asyncio.sleep(0.02)
    return False


def environment(home: Path) -> dict[str, str]:
    return {"PATH": os.environ["PATH"], "HOME": str(home)}


@pytest.fixture(params=["worker", "process"])
async def verify(request: Any, tmp_path: Path, jobs: Any) -> AsyncIterator[Verify]:
    """Nothing runs any more afterwards."""
    before = below()
    async with AsyncExitStack() as stack:
        if request.param == "worker":
            verifier = Verifier(environment(tmp_path))
            stack.push_async_callback(verifier.close)
            yield verifier.verify
        else:
            engine = LocalEngine()
            stack.push_async_callback(engine.close)
            yield engine.verify
    assert await gone(before)


def inquiry(tmp_path: Path, text: str = TEXT, version: int = 1, **more: Any) -> Inquiry:
    return Inquiry(str(tmp_path / "work.py"), text, version, workspace=str(tmp_path), **more)


async def test_every_function_that_has_checks(verify: Verify, tmp_path: Path) -> None:
    found = await verify(inquiry(tmp_path))
    assert found.message == ""
    double, put = found.known
    assert (double.function, double.line, double.standing) == ("double", 0, Standing.VERIFIED)
    assert (double.grade, double.passed, double.total) == ("examples", 2, 2)
    assert double.failing == () and abs(double.at - time.time()) < 60
    assert (put.function, put.standing, put.passed, put.total) == (
        "Shelf.put",
        Standing.FAILED,
        1,
        2,
    )
    (failing,) = put.failing
    assert failing.check == "Shelf().put(2)" and failing.outcome == "fail"
    assert failing.detail == "3" and failing.line is not None
    assert TEXT.splitlines()[failing.line].strip() == "Shelf().put(2) == 4"
    assert put.line == TEXT.splitlines().index("    def put(self, n):")


async def test_the_function_at_an_offset(verify: Verify, tmp_path: Path) -> None:
    found = await verify(inquiry(tmp_path, offset=TEXT.index("return n + 1")))
    assert [one.function for one in found.known] == ["Shelf.put"]


async def test_a_verdict_is_told_as_soon_as_it_is_there(verify: Verify, tmp_path: Path) -> None:
    text = ENDLESS + TEXT
    told: list[Judging | Known] = []
    limits = {"limits": {"cpu_seconds": 1.5, "wall_seconds": 6.0, "total_seconds": 6.0}}
    asked = inquiry(tmp_path, text, settings=limits)
    found = await verify(asked, told.append)
    begun = [one.function for one in told if isinstance(one, Judging)]
    assert begun == ["slow", "double", "Shelf.put"]
    verdicts = [one for one in told if isinstance(one, Known)]
    assert [one.function for one in verdicts] == ["double", "Shelf.put", "slow"]
    assert {one.line for one in told} == {0, 7, 19}
    assert sorted(verdicts, key=lambda one: one.line) == list(found.known)


async def test_what_took_long_is_judged_last_the_next_time(verify: Verify, tmp_path: Path) -> None:
    text = ENDLESS + ENDLESS.replace("slow", "slower") + TEXT
    limits = {"limits": {"cpu_seconds": 1.5, "wall_seconds": 6.0, "total_seconds": 6.0}}
    asked = inquiry(tmp_path, text, settings=limits)
    await verify(asked)
    told: list[Judging | Known] = []
    await verify(asked, told.append)
    begun = [one.function for one in told if isinstance(one, Judging)]
    assert begun[:2] == ["double", "Shelf.put"]


async def test_a_text_that_is_not_the_documents_ends_no_question_about_it(
    verify: Verify, tmp_path: Path
) -> None:
    asked = inquiry(tmp_path, ENDLESS, settings=PATIENT)
    document = asyncio.create_task(_of(verify(asked)))
    await spinning()
    other = await verify(inquiry(tmp_path, apart=True))
    assert len(other.known) == 2
    assert not document.done()
    document.cancel()
    with pytest.raises(asyncio.CancelledError):
        await document


async def test_what_takes_too_long_is_unknown(verify: Verify, tmp_path: Path) -> None:
    limits = {"limits": {"cpu_seconds": 0.5, "wall_seconds": 2.0, "total_seconds": 6.0}}
    found = await verify(inquiry(tmp_path, ENDLESS, settings=limits))
    (slow,) = found.known
    assert slow.standing is Standing.UNKNOWN and slow.grade == "unknown"
    assert slow.why.startswith("slow(1): ") and slow.failing[0].outcome == "timeout"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("import nowhere_to_be_found\n" + TEXT, "nowhere_to_be_found"),
        (TEXT.replace("    -6\n", "    -6\n    >>> double(2)\n    5\n"), "double(2)"),
    ],
)
async def test_what_cannot_be_judged_says_why(
    verify: Verify, tmp_path: Path, text: str, why: str
) -> None:
    found = await verify(inquiry(tmp_path, text))
    assert found.known[0].standing is Standing.UNKNOWN and why in found.known[0].why


async def test_an_untrusted_workspace_runs_nothing(verify: Verify, tmp_path: Path) -> None:
    before = below()
    found = await verify(inquiry(tmp_path, trusted=False))
    assert found.known == () and "not trusted" in found.message
    assert below() == before


async def test_bad_settings_are_told(verify: Verify, tmp_path: Path) -> None:
    found = await verify(inquiry(tmp_path, settings={"limits": {"cpu": 1}}))
    assert found.known == () and "unknown key" in found.message


async def test_the_newest_question_about_a_file_wins(verify: Verify, tmp_path: Path) -> None:
    old = asyncio.create_task(_of(verify(inquiry(tmp_path, ENDLESS, settings=PATIENT))))
    await spinning()
    found = await verify(inquiry(tmp_path, version=2))
    assert len(found.known) == 2
    assert (await old).message == NEWER


async def test_cancelling_stops_what_runs(verify: Verify, tmp_path: Path) -> None:
    asked = asyncio.create_task(_of(verify(inquiry(tmp_path, ENDLESS, settings=PATIENT))))
    running = await spinning()
    asked.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asked
    async with asyncio.timeout(10):
        while running & below():  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    assert len((await verify(inquiry(tmp_path))).known) == 2


async def test_a_worker_without_work_ends_and_another_is_started(tmp_path: Path, jobs: Any) -> None:
    before, verifier = below(), Verifier(environment(tmp_path), idle=0.5)
    try:
        assert (await verifier.verify(inquiry(tmp_path))).known
        assert await gone(before)
        assert (await verifier.verify(inquiry(tmp_path))).known
        (worker,) = psutil.Process().children()
        asked = asyncio.create_task(
            _of(verifier.verify(inquiry(tmp_path, ENDLESS, settings=PATIENT)))
        )
        await spinning()
        worker.kill()
        found = await asked
        assert found.known == () and "save again" in found.message
        assert (await verifier.verify(inquiry(tmp_path))).known
    finally:
        await verifier.close()
    assert await gone(before)


async def _of(work: Awaitable[Verified]) -> Verified:
    return await work


async def spinning() -> set[int]:
    """The process below that computes without an end, once there is one."""
    async with asyncio.timeout(30):
        while True:
            for child in psutil.Process().children(recursive=True):
                with contextlib.suppress(psutil.Error):
                    if child.cpu_times().user > 0.7:
                        return {child.pid}
            await asyncio.sleep(0.05)
