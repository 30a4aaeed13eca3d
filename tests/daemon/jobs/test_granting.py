"""Slots of models, as workers and engines see them."""

from __future__ import annotations

import asyncio
from typing import Any

from synthd.daemon.jobs.messages import Granted, Refused
from synthd.daemon.jobs.states import Priority, State


def calling(scripted: Any, log: list[str], **settled: Any) -> Any:
    """A script whose three calls at once are noted when they begin and end."""

    async def script(stage: Any) -> None:
        stage.settle(**settled)
        for lease in range(3):
            stage.say(scripted.Acquire(lease=lease))
        for seq in range(3):
            heard = await stage.inbox.get()
            if isinstance(heard, Refused):
                stage.end("error", heard.why)
                return
            assert isinstance(heard, Granted)
            log.append(f"+{stage.start.job}")
            await asyncio.sleep(0.005)
            log.append(f"-{stage.start.job}")
            stage.release(heard.lease)
            stage.tell(seq)
        stage.end()

    return script


def most_at_once(log: list[str]) -> int:
    now = most = 0
    for word in log:
        now += 1 if word[0] == "+" else -1
        most = max(most, now)
    return most


async def test_jobs_share_the_slots_of_a_model(world: Any, scripted: Any) -> None:
    log: list[str] = []
    world.workers.scripts["calls"] = calling(scripted, log, slots=2)
    async with world.open(at_once=4) as jobs:
        ids = [await world.submit(jobs, "calls", client=str(n)) for n in range(4)]
        for id in ids:
            assert (await world.until(jobs, id)).state is State.DONE
    assert most_at_once(log) == 2 and len(log) == 24


async def test_an_interactive_call_comes_before_those_of_batch(world: Any, scripted: Any) -> None:
    log: list[str] = []
    world.workers.scripts["calls"] = calling(scripted, log, slots=1)
    async with world.open(at_once=2) as jobs:
        batch = [await world.submit(jobs, "calls", priority=Priority.BATCH) for _ in range(2)]
        for id in batch:
            await world.settled(jobs, id)
        first = await world.submit(jobs, "calls")
        for id in (*batch, first):
            await world.until(jobs, id)
    begun = [word[1:] for word in log if word[0] == "+"]
    at = begun.index(first)
    assert begun[at : at + 3] == [first] * 3


async def test_an_embedded_model_comes_with_its_engine(world: Any, scripted: Any) -> None:
    heard: list[Any] = []

    async def script(stage: Any) -> None:
        stage.settle(weights="/w.gguf")
        heard.append(await stage.lease(1))
        stage.release(1, "connection refused")
        heard.append(await stage.lease(2))
        stage.release(2)
        stage.end()

    world.workers.scripts["calls"] = script
    async with world.open() as jobs:
        await world.until(jobs, await world.submit(jobs, "calls"))
    assert [(each.lease, each.address, each.key) for each in heard] == [
        (1, "http://127.0.0.1:1", "engine-key-0123"),
        (2, "http://127.0.0.1:1", "engine-key-0123"),
    ]
    assert world.engines.asked == ["/w.gguf"] * 2
    assert world.engines.broken == ["connection refused"]
    assert world.engines.uses == 4, "each call begins and ends"


async def test_why_there_is_no_engine_reaches_the_worker(world: Any, scripted: Any) -> None:
    log: list[str] = []
    world.workers.scripts["calls"] = calling(scripted, log, weights="/w.gguf")
    world.engines.why_not = "the engine needs 9 GB of memory: choose a smaller model"
    async with world.open() as jobs:
        job = await world.until(jobs, await world.submit(jobs, "calls"))
        assert job.result is not None and job.result.message == world.engines.why_not


async def test_slots_of_a_worker_that_dies_are_free_again(world: Any, scripted: Any) -> None:
    async def holding(stage: Any) -> None:
        stage.settle(slots=1)
        await stage.lease(0)
        if stage.start.attempt == 1:
            raise scripted.Crashed("killed")
        stage.end()

    world.workers.scripts["holds"] = holding
    async with world.open() as jobs:
        job = await world.until(jobs, await world.submit(jobs, "holds"))
        assert job.state is State.DONE and job.attempt == 2
        assert (await world.until(jobs, await world.submit(jobs))).state is State.DONE


async def test_calls_before_anything_is_settled_are_refused(world: Any, scripted: Any) -> None:
    async def early(stage: Any) -> None:
        heard = await stage.lease(0)
        stage.end("error", heard.why)

    world.workers.scripts["early"] = early
    async with world.open() as jobs:
        job = await world.until(jobs, await world.submit(jobs, "early", environment={}))
        assert job.result is not None and "settled" in job.result.message
