"""Jobs with the real 0.5B model: one engine for all of them, which may be killed under them."""

from __future__ import annotations

import asyncio
import os
import signal

import psutil
import pytest

from synthd.daemon.engines.keeper import Keeper
from synthd.daemon.jobs.messages import Acquire, Diverged, Ended

pytestmark = pytest.mark.real_model


def engines() -> list[psutil.Process]:
    """Those of this process."""
    return [
        child
        for child in psutil.Process().children(recursive=True)
        if child.status() != psutil.STATUS_ZOMBIE and "engine_child" in " ".join(child.cmdline())
    ]


def at_work(attempt) -> bool:
    return any(isinstance(message, Acquire) for message in attempt.said)


@pytest.fixture
async def keeper(desk, weights):
    desk.environment |= weights
    keeper = Keeper()
    desk.engines, desk.slots = keeper, 4
    yield keeper
    await keeper.aclose()
    assert engines() == []


async def test_two_jobs_share_an_engine_go_on_when_it_is_killed_and_ask_nothing_twice(
    desk, keeper, again
) -> None:
    budget = {"max_programs": 2, "max_tokens": 512, "strategy": "best-of-n"}
    killed = asyncio.Event()

    def kill_engine(worker, attempt) -> None:
        async def soon() -> None:
            while not keeper.loaded():  # noqa: ASYNC110
                await asyncio.sleep(0.05)
            await asyncio.sleep(0.3)
            (loaded,) = keeper.loaded()
            assert loaded.memory > 100 << 20 and loaded.name == "local/qwen2.5-coder:0.5b"
            assert [engine.pid for engine in engines()] == [loaded.pid]
            os.kill(loaded.pid, signal.SIGKILL)
            killed.set()

        tasks.append(asyncio.create_task(soon()))

    tasks: list[asyncio.Task[None]] = []
    one = desk.order(name="one", settings=budget)
    two = desk.order(name="two", settings=budget)
    first, second = await asyncio.gather(
        desk.run(one, at_work, kill_engine, limit=150), desk.run(two, limit=150)
    )
    await asyncio.gather(*tasks)
    assert killed.is_set() and isinstance(first.end, Ended) and isinstance(second.end, Ended)
    assert {first.end.status, second.end.status} <= {"verified", "unsolved"}
    assert first.settled.identity == second.settled.identity != ""
    assert first.settled.weights.endswith(".gguf") and len(engines()) == 1
    calls = first.end.report["cost"]["model_calls"]
    assert calls == len([line for line in first.lines if '"kind":"asked"' in line])
    used = keeper.loaded()[0].calls
    repeated = await desk.run(again(one, first))
    assert repeated.end.code == first.end.code and not repeated.of(Diverged)
    assert keeper.loaded()[0].calls == used  # nobody was asked
