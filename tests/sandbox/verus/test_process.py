"""Running Verus behind each wall: what it can reach, how it ends, and that nothing is left."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import stat
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from synthd.sandbox.errors import SandboxBroken, SandboxUnavailable
from synthd.sandbox.level import Detection, Level
from synthd.sandbox.verus.process import allow, run
from synthd.sandbox.verus.run import Ending, VerusLimits, VerusRan
from synthd.sandbox.verus.view import Order

RunOnce = Callable[..., Awaitable[VerusRan]]
Left = Callable[[], list[str]]


async def test_output_and_status_come_through(run_once: RunOnce, level: Level) -> None:
    answer = {"outcome": "recorded", "stdout": "ä out\n", "stderr": "err\n", "exit": 1}
    ran = await run_once(answer)
    assert (ran.ending, ran.code) == (Ending.EXITED, 1)
    assert (ran.stdout, ran.stderr, ran.isolation) == ("ä out\n", "err\n", level.value)


async def test_what_it_can_reach(run_once: RunOnce, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "secret").write_text("secret")
    server = await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1", 0)
    async with server:
        address = server.sockets[0].getsockname()
        mine = [str(tmp_path / "mine"), str(tmp_path / "mine" / "secret"), "/etc/passwd"]
        places = [*mine, str(tmp_path / "verus-stand-in"), "."]
        ran = await run_once({"outcome": "curious", "places": places, "address": list(address)})
    told = json.loads(json.loads(ran.stderr)["message"])
    assert told["readable"] == [str(tmp_path / "verus-stand-in"), "."]
    assert told["writable"] == ["."]
    assert told["connects"] is False
    assert set(told["environment"]) <= {
        *("HOME", "PATH", "LANG", "TMPDIR", "RUST_BACKTRACE", "RUSTUP_AUTO_INSTALL", "PWD"),
        *("CARGO_HOME", "RUSTUP_HOME"),
    }
    assert len(told["processes"]) < 5


def folders() -> set[Path]:
    return set(Path(tempfile.gettempdir()).glob("synthd-verus-*"))


async def test_the_private_folder_is_private_and_goes(
    run_once: RunOnce, tmp_path: Path, level: Level
) -> None:
    before = folders()
    task = asyncio.ensure_future(run_once({"outcome": "proved", "seconds": 1.0}))
    async with asyncio.timeout(10):
        while not (new := folders() - before):  # noqa: ASYNC110 - nobody sets an event
            await asyncio.sleep(0.01)
    modes = {stat.S_IMODE(os.stat(place).st_mode) for place in new}
    assert (await task).code == 0
    assert modes == {0o700}
    assert not any(place.exists() for place in new)


@pytest.mark.parametrize("detached", [False, True])
async def test_a_hanging_one_is_ended_with_its_solver(
    run_once: RunOnce, left: Left, detached: bool
) -> None:
    ran = await run_once({"outcome": "hang", "detached": detached}, wall_seconds=1.0)
    assert ran.ending is Ending.TIMEOUT
    assert left() == []


@pytest.mark.parametrize("detached", [False, True])
async def test_cancelled_in_the_middle(
    run_once: RunOnce,
    left: Left,
    appeared: Callable[[], Awaitable[None]],
    detached: bool,
) -> None:
    task = asyncio.ensure_future(run_once({"outcome": "hang", "detached": detached}))
    await appeared()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert left() == []


async def test_a_solver_that_was_left_behind(run_once: RunOnce, left: Left) -> None:
    answer = {"outcome": "hang", "leaves": True, "detached": True, "verified": 3}
    ran = await run_once(answer)
    assert (ran.ending, ran.code) == (Ending.EXITED, 0)
    assert '"verified": 3' in ran.stdout
    assert left() == []


@pytest.mark.parametrize("stream", ["stdout", "stderr", "both"])
async def test_much_output_is_taken(run_once: RunOnce, stream: str) -> None:
    ran = await run_once({"outcome": "flood", "bytes": 1 << 20, "stream": stream})
    assert ran.ending is Ending.EXITED
    assert max(len(ran.stdout), len(ran.stderr)) == 1 << 20


async def test_too_much_output_ends_it(run_once: RunOnce, left: Left) -> None:
    ran = await run_once({"outcome": "flood", "bytes": 1 << 30}, output_bytes=1 << 20)
    assert ran.ending is Ending.OUTPUT
    assert max(len(ran.stdout), len(ran.stderr)) == 1 << 20
    assert left() == []


async def test_memory_is_limited(run_once: RunOnce) -> None:
    ran = await run_once("memory")
    assert (ran.ending, ran.code) == (Ending.SIGNALLED, signal.SIGABRT)
    assert "memory allocation" in ran.stderr


async def test_a_crash_keeps_its_backtrace(run_once: RunOnce) -> None:
    ran = await run_once("crash")
    assert (ran.ending, ran.code) == (Ending.EXITED, 101)
    assert "stack backtrace" in ran.stderr


async def test_a_program_that_cannot_be_started(level: Level, tmp_path: Path) -> None:
    order = Order((str(tmp_path / "nothing"),), (), (("PATH", "/usr/bin:/bin"),))
    with pytest.raises(SandboxBroken, match="could not be started"):
        await run(order, {}, level, VerusLimits(wall_seconds=10))


def test_without_isolation_only_at_the_users_word() -> None:
    with pytest.raises(SandboxUnavailable, match=r"no isolation here.*try: install it"):
        allow(Detection(Level.NONE, ("no isolation here",), "install it"), unsafe=False)
    allow(Detection(Level.NONE), unsafe=True)
