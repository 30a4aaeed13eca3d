"""A job from submission to its end."""

from __future__ import annotations

import asyncio
import contextlib
from contextlib import aclosing
from typing import Any

import pytest

from synthd.daemon.jobs.errors import NotNow, UnknownJob
from synthd.daemon.jobs.states import Priority, State
from synthd.daemon.jobs.view import Changed, Told, Voided


async def test_a_job_ends_with_its_result_and_all_its_events(world: Any, scripted: Any) -> None:
    async with world.open() as jobs:
        id = await world.submit(jobs)
        updates = [update async for update in jobs.watch(id)]
        lines = [update.line for update in updates if isinstance(update, Told)]
        assert lines == [scripted.event(id, seq) for seq in range(5)]
        assert isinstance(updates[0], Changed)
        last = updates[-1]
        assert isinstance(last, Changed) and last.job.state is State.DONE
        assert last.job.result is not None and last.job.result.status == "verified"
        assert last.job.events == 5 and last.job.attempt == 1
        assert jobs.running == ()
        assert not world.workers.alive


async def test_watching_from_the_middle_and_after_the_end(world: Any) -> None:
    async with world.open() as jobs:
        id = await world.submit(jobs)
        await world.until(jobs, id)
        *again, last = [update async for update in jobs.watch(id, 3)]
        assert [update.seq for update in again if isinstance(update, Told)] == [3, 4]
        assert len(again) == 2 and isinstance(last, Changed) and last.job.over


async def test_many_watchers_see_the_same(world: Any) -> None:
    async with world.open() as jobs:
        id = await world.submit(jobs)

        async def seen() -> list[int]:
            return [u.seq async for u in jobs.watch(id) if isinstance(u, Told)]

        assert await asyncio.gather(*(seen() for _ in range(20))) == [list(range(5))] * 20


async def test_unknown_jobs_are_named(world: Any) -> None:
    async with world.open() as jobs:
        with pytest.raises(UnknownJob, match="nowhere"):
            await jobs.get("nowhere")
        with pytest.raises(UnknownJob):
            await jobs.cancel("nowhere")
        with pytest.raises(UnknownJob):
            async with aclosing(jobs.watch("nowhere")) as updates:
                await anext(updates)
        id = await world.submit(jobs)
        assert await jobs.find(id[:6]) == id
        with pytest.raises(UnknownJob):
            await jobs.find("")


async def test_a_job_that_is_over_cannot_be_resumed(world: Any) -> None:
    async with world.open() as jobs:
        id = await world.submit(jobs)
        await world.until(jobs, id)
        with pytest.raises(NotNow, match="submit it again"):
            await jobs.resume(id, {})


async def test_a_job_that_is_over_can_be_forgotten(world: Any) -> None:
    async with world.open() as jobs:
        world.workers.scripts["waits"] = waiting
        id, other = await world.submit(jobs), await world.submit(jobs, "waits")
        await world.until(jobs, id)
        assert (world.folder / id).is_dir()
        assert await jobs.forget(id) and not await jobs.forget(other)
        assert not (world.folder / id).exists()
        assert [job.id for job in await jobs.list()] == [other]
        await jobs.cancel(other)
        assert await jobs.forget(other)
    assert b"Double" not in (world.folder / "jobs.sqlite").read_bytes(), "the source text is gone"


async def waiting(stage: Any) -> None:
    stage.settle()
    stage.tell(0)
    await asyncio.Event().wait()


async def polite(stage: Any) -> None:
    stage.settle()
    with contextlib.suppress(asyncio.CancelledError):
        await stage.lease(0)
        await stage.lease(1)
        await stage.lease(2)  # there are two slots, and it gives none back


@pytest.mark.parametrize("script", [waiting, polite])
async def test_cancel_is_complete_when_it_returns(world: Any, script: Any) -> None:
    world.workers.scripts["waits"] = script
    async with world.open() as jobs:
        id = await world.submit(jobs, "waits")
        await world.settled(jobs, id)
        async with asyncio.timeout(2):
            job = await jobs.cancel(id)
        assert job.state is State.CANCELLED and not world.workers.alive
        assert (await jobs.cancel(id)).state is State.CANCELLED
    async with world.open() as jobs:
        assert (await jobs.get(id)).state is State.CANCELLED
        assert world.workers.attempts[id] == 1


async def test_a_queued_job_is_cancelled_before_it_begins(world: Any) -> None:
    world.workers.scripts["waits"] = waiting
    async with world.open(at_once=1) as jobs:
        for _ in range(2):  # the second has the extra place
            await world.submit(jobs, "waits")
        id = await world.submit(jobs)
        assert (await jobs.get(id)).ahead == 0
        assert (await jobs.cancel(id)).state is State.CANCELLED
        assert world.workers.attempts[id] == 0


async def test_a_result_that_comes_with_the_cancellation_counts(world: Any) -> None:
    async def late(stage: Any) -> None:
        stage.settle()
        await stage.inbox.get()  # Cancel
        stage.end()

    world.workers.scripts["late"] = late
    async with world.open() as jobs:
        id = await world.submit(jobs, "late")
        await world.settled(jobs, id)
        assert (await jobs.cancel(id)).state is State.DONE


async def test_interactive_jobs_do_not_wait_for_batch_jobs(world: Any) -> None:
    world.workers.scripts["waits"] = waiting
    async with world.open(at_once=2) as jobs:
        for _ in range(4):
            await world.submit(jobs, "waits", priority=Priority.BATCH)
        id = await world.submit(jobs)
        assert (await world.until(jobs, id)).state is State.DONE
        assert world.workers.most == 3
        assert len(jobs.running) == 4


async def test_a_worker_that_dies_is_started_again_and_repeats_itself(
    world: Any, scripted: Any
) -> None:
    async def dying(stage: Any) -> None:
        stage.settle(from_first=True)
        for seq in range(5):
            stage.tell(seq)
            if seq == stage.start.attempt:
                await asyncio.sleep(0.01)
                raise scripted.Crashed("killed by signal 9")
        stage.end()

    world.workers.scripts["dies"] = dying
    async with world.open() as jobs:
        id = await world.submit(jobs, "dies")
        job = await world.until(jobs, id, State.DONE)
        assert job.attempt == 5 and job.events == 5
        assert world.workers.started[0].settings is None
        assert world.workers.started[1].settings == {"seed": 0, "from_first": True}
        assert world.workers.started[1].environment["OPENAI_API_KEY"] == "planted-key-123456"


async def test_a_job_that_kills_its_worker_without_getting_anywhere_is_paused(
    world: Any, scripted: Any
) -> None:
    async def dying(stage: Any) -> None:
        stage.settle()
        stage.tell(0)
        raise scripted.Crashed("killed by signal 11 after planted-key-123456")

    world.workers.scripts["dies"] = dying
    async with world.open() as jobs:
        id = await world.submit(jobs, "dies")
        job = await world.until(jobs, id, State.PAUSED)
        assert "3 times" in job.why and "signal 11" in job.why
        assert f"synthd jobs resume {id}" in job.why and "planted" not in job.why
        world.workers.scripts["dies"] = scripted.searching
        await jobs.resume(id, {})
        assert (await world.until(jobs, id)).state is State.DONE


async def test_no_worker_can_be_started(world: Any) -> None:
    world.workers.refuse = "no processes left: raise the limit"
    async with world.open() as jobs:
        id = await world.submit(jobs)
        assert "raise the limit" in (await world.until(jobs, id, State.PAUSED)).why


async def test_a_worker_that_leaves_events_out_is_not_believed(world: Any) -> None:
    async def gap(stage: Any) -> None:
        stage.settle()
        stage.tell(0)
        stage.tell(2)
        stage.end()

    world.workers.scripts["gap"] = gap
    async with world.open() as jobs:
        id = await world.submit(jobs, "gap")
        job = await world.until(jobs, id, State.PAUSED)
        assert job.events == 1 and "event 2 before event 1" in job.why


async def test_an_attempt_that_goes_another_way_voids_what_came_later(
    world: Any, scripted: Any
) -> None:
    from synthd.daemon.jobs.messages import Diverged

    go = asyncio.Event()

    async def turning(stage: Any) -> None:
        stage.settle()
        if stage.start.attempt == 1:
            for seq in range(4):
                stage.tell(seq, f"first {seq}")
            await go.wait()
            raise scripted.Crashed("killed")
        stage.tell(0)
        stage.say(Diverged(seq=2, why="the kept completions were gone"))
        stage.tell(1)  # said before, too
        stage.tell(2, "second 2")
        stage.end()

    world.workers.scripts["turns"] = turning
    async with world.open() as jobs:
        id = await world.submit(jobs, "turns")
        told: list[str] = []
        async for update in jobs.watch(id):
            if isinstance(update, Told):
                told.append(update.line)
                if len(told) == 4:
                    go.set()
            elif isinstance(update, Voided):
                assert (update.seq, update.count) == (2, 1) and "gone" in update.why
                del told[update.seq :]
        assert told == ["first 0", "first 1", "second 2"]
        # Whoever had seen all four and comes back later hears of it.
        later = [u async for u in jobs.watch(id, 4, voids=0) if not isinstance(u, Changed)]
        assert later == [Voided(2, "the kept completions were gone", 1), Told(2, "second 2")]
        assert (await jobs.get(id)).voids == 1


async def test_a_job_that_cannot_go_on_now_is_paused_and_resumed(world: Any, scripted: Any) -> None:
    from synthd.daemon.jobs.messages import Stopped

    async def stopping(stage: Any) -> None:
        stage.say(Stopped(why="there are no weights: run `synthd models pull x`"))

    world.workers.scripts["stops"] = stopping
    async with world.open() as jobs:
        id = await world.submit(jobs, "stops")
        job = await world.until(jobs, id, State.PAUSED)
        assert job.why == "there are no weights: run `synthd models pull x`"
        assert jobs.running == ()
        world.workers.scripts["stops"] = scripted.searching
        assert (await jobs.resume(id, {})).state in (State.QUEUED, State.RUNNING)
        assert (await world.until(jobs, id)).state is State.DONE
