"""A full disk: what was durable stays, running jobs stop and say why, and go on with room."""

from __future__ import annotations

import asyncio
import contextlib
import os
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from synthd.daemon.jobs.errors import NoRoom, NoStore
from synthd.daemon.jobs.states import State
from synthd.daemon.jobs.view import Changed, Told

LIMIT = 600_000


async def talking(stage: Any) -> None:
    """Fills the store with its events, until somebody makes it stop."""
    stage.settle()
    for seq in range(10_000):
        stage.tell(seq, f"{seq} " + "x" * 20_000 + "\n")
        await asyncio.sleep(0.001)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    place = tmp_path / "disk"
    place.mkdir()
    if os.geteuid() != 0:
        pytest.skip("mounting a small file system needs root")
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=2m,mode=700", "tmpfs", str(place)],
        capture_output=True,
        text=True,
    )
    if mounted.returncode:
        pytest.skip(f"no file system can be mounted here: {mounted.stderr}")
    try:
        yield place
    finally:
        subprocess.run(["umount", str(place)], check=True)


async def paused(world: Any, jobs: Any, id: str) -> str:
    job = await world.until(jobs, id, State.PAUSED, seconds=20)
    assert not world.workers.alive
    return str(job.why)


async def test_jobs_stop_where_the_store_has_reached_its_limit(world: Any) -> None:
    world.workers.scripts["talks"] = talking
    async with world.open(limit=LIMIT) as jobs:
        id = await world.submit(jobs, "talks")
        why = await paused(world, jobs, id)
        assert "limit of 1 MB" in why and f"`synthd jobs resume {id}`" in why
        assert jobs.running == ()
        assert any("kept in memory" in note for note in jobs.notes())
        with pytest.raises(NoRoom):
            await world.submit(jobs)
        with pytest.raises(NoRoom):
            await jobs.resume(id, {})
        # Whoever watches sees why it stands still, and all that is on disk.
        told = (await jobs.get(id)).events
        assert told > 5
        seen = 0
        async for update in jobs.watch(id):
            if isinstance(update, Changed):
                assert update.job.state is State.PAUSED
            elif isinstance(update, Told):
                assert update.seq == seen
                seen += 1
            if seen == told:
                break
    # The next daemon has more room, and goes on with what is there.
    world.workers.scripts["talks"] = finishing
    async with world.open() as jobs:
        job = await world.until(jobs, id, State.DONE)
        assert job.events >= seen and jobs.notes() == ()


async def waiting_for_ever(stage: Any) -> None:
    stage.settle()
    await asyncio.Event().wait()


async def finishing(stage: Any) -> None:
    stage.settle()
    stage.end()


async def test_a_full_disk(world: Any, small_disk: Path) -> None:
    world = replace(world, folder=small_disk / "jobs")
    world.workers.scripts["talks"] = talking
    async with world.open(at_once=1) as jobs:
        early = await world.submit(jobs)
        await world.until(jobs, early)
        id = await world.submit(jobs, "talks")
        third = await world.submit(jobs, "talks")
        why = await paused(world, jobs, id)
        assert "the disk is full" in why and f"`synthd jobs resume {id}`" in why
        await paused(world, jobs, third)
        with pytest.raises(NoRoom, match="the disk is full"):
            await world.submit(jobs)
        assert (await jobs.get(early)).state is State.DONE
        owed = (await jobs.get(id)).events
        # Room is made; what was in memory is written, and the job goes on.
        await asyncio.to_thread(
            subprocess.run, ["mount", "-o", "remount,size=64m", str(small_disk)], check=True
        )
        await jobs.store.write(lambda c: None)  # it tries again, in order
        assert jobs.notes() == ()
        assert (await jobs.get(id)).state is State.PAUSED
        assert (await jobs.get(id)).events >= owed
        world.workers.scripts["talks"] = finishing
        await jobs.resume(id, {})
        assert (await world.until(jobs, id)).state is State.DONE
        assert (await world.until(jobs, await world.submit(jobs))).state is State.DONE


async def test_a_daemon_that_starts_on_a_full_disk_says_so(world: Any, small_disk: Path) -> None:
    world = replace(world, folder=small_disk / "jobs")
    async with world.open() as jobs:
        id = await world.submit(jobs)
        await world.until(jobs, id)
    with contextlib.suppress(OSError), (small_disk / "filler").open("wb", buffering=0) as filler:
        while True:
            filler.write(b"x" * 4096)
    with pytest.raises(NoStore, match="the disk is full"):
        async with world.open():
            pass
    (small_disk / "filler").unlink()
    async with world.open() as jobs:
        assert (await jobs.get(id)).state is State.DONE and jobs.notes() == ()


async def test_a_queued_job_waits_for_room(world: Any) -> None:
    """It has not begun, so there is nothing to stop; it starts when there is room."""
    world.workers.scripts |= {"talks": talking, "waits": waiting_for_ever}
    async with world.open(limit=LIMIT, at_once=1) as jobs:
        talker = await world.submit(jobs, "talks")
        other = await world.submit(jobs, "waits")  # it has the extra place
        waiting = await world.submit(jobs)
        assert (await jobs.get(waiting)).state is State.QUEUED
        await paused(world, jobs, talker)
        assert (await jobs.get(waiting)).state is State.QUEUED
        assert (await jobs.get(other)).state is State.PAUSED
