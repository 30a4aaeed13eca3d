"""Daemons come and go: their jobs go on with the next one, or say what they lack."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from synthd.daemon.jobs.errors import Needs
from synthd.daemon.jobs.states import Priority, State

PLANTED = "planted-key-123456"


async def waiting(stage: Any) -> None:
    stage.settle()
    stage.tell(0)
    await asyncio.Event().wait()


async def remote(stage: Any) -> None:
    """Its provider says the key that it was given, as some do."""
    stage.settle(model="openai/gpt", endpoint="openai (over the network)")
    key = stage.start.environment.get("OPENAI_API_KEY")
    stage.tell(0, f'{{"kind":"x","said":"key {key} is fine"}}\n')
    if stage.start.attempt == 1:
        await asyncio.Event().wait()
    stage.end(message=f"done with {key}")


async def begun(world: Any, function: str, **given: Any) -> str:
    async with world.open() as jobs:
        id = await world.submit(jobs, function, **given)
        await world.settled(jobs, id)
        while not (await jobs.get(id)).events:
            await jobs.store.settle()
    assert not world.workers.alive
    return str(id)


async def test_a_running_job_goes_on_with_the_next_daemon(world: Any, scripted: Any) -> None:
    world.workers.scripts["waits"] = waiting
    id = await begun(world, "waits")
    world.workers.scripts["waits"] = scripted.searching
    async with world.open() as jobs:
        job = await world.until(jobs, id)
        assert (job.state, job.attempt, job.events) == (State.DONE, 2, 5)
        second = world.workers.started[-1]
        assert second.environment == {"PATH": "/usr/bin"}, "what was not kept is gone"
        assert second.settings == {"seed": 0}
        assert Path(second.folder) == world.folder / id


async def test_queued_jobs_keep_their_order(world: Any, scripted: Any) -> None:
    world.workers.scripts["waits"] = waiting
    async with world.open(at_once=1) as jobs:
        await world.submit(jobs, "waits", priority=Priority.BATCH)
        queued = [await world.submit(jobs, priority=Priority.BATCH) for _ in range(5)]
    world.workers.scripts["waits"] = scripted.searching
    async with world.open(at_once=1) as jobs:
        for id in queued:
            await world.until(jobs, id)
    assert [start.job for start in world.workers.started if start.job in queued] == queued


async def test_of_two_that_start_at_once_one_has_the_job(world: Any, scripted: Any) -> None:
    world.workers.scripts["waits"] = waiting
    ids = [await begun(world, "waits") for _ in range(3)]
    world.workers.scripts["waits"] = scripted.searching
    world.workers.attempts.clear()
    async with asyncio.TaskGroup() as group:

        async def daemon(name: str) -> None:
            async with world.open(owner=name) as jobs:
                for id in ids:
                    await world.until(jobs, id)

        for name in ("one", "two", "three"):
            group.create_task(daemon(name))
    assert set(world.workers.attempts.values()) == {1}


async def test_a_daemon_that_runs_adopts_what_another_left(world: Any, scripted: Any) -> None:
    world.workers.scripts["waits"] = waiting
    async with world.open(owner="new") as jobs:
        id = await begun(world, "waits")
        world.workers.scripts["waits"] = scripted.searching
        assert (await world.until(jobs, id)).state is State.DONE


async def test_a_job_of_another_daemon_is_seen_watched_and_cancelled(world: Any) -> None:
    world.workers.scripts["waits"] = waiting
    async with world.open(owner="old") as old, world.open(owner="new") as new:
        id = await world.submit(old, "waits")
        await world.settled(new, id)
        job = await new.get(id)
        assert not job.here and (await old.get(id)).here
        assert (await new.resume(id, {})).state is State.RUNNING
        async with asyncio.timeout(2):
            assert (await new.cancel(id)).state is State.CANCELLED
        assert not world.workers.alive and old.running == ()


async def test_a_job_that_was_cancelled_before_the_end_is_not_run_again(world: Any) -> None:
    from synthd.daemon.jobs.store import rows

    world.workers.scripts["waits"] = waiting
    id = await begun(world, "waits")
    async with world.open() as jobs:  # as if the daemon had died while it cancelled the job
        await jobs.store.write(lambda c: rows.wish(c, id, "cancel"))
    async with world.open() as jobs:
        await jobs.store.settle()
        assert (await jobs.get(id)).state is State.CANCELLED


async def test_a_remote_job_without_its_key_is_paused_and_names_it(world: Any) -> None:
    world.workers.scripts["remote"] = remote
    id = await begun(world, "remote", environment={"OPENAI_API_KEY": PLANTED, "GH_TOKEN": PLANTED})
    async with world.open() as jobs:
        job = await jobs.get(id)
        assert job.state is State.PAUSED
        assert job.why == (
            "needs OPENAI_API_KEY from your environment: run "
            f"`synthd jobs resume {id}` where it is set"
        )
        assert world.workers.attempts[id] == 1
        with pytest.raises(Needs, match="OPENAI_API_KEY"):
            await jobs.resume(id, {"GH_TOKEN": PLANTED})
        await jobs.resume(id, {"OPENAI_API_KEY": PLANTED, "PATH": "/elsewhere"})
        assert (await world.until(jobs, id)).state is State.DONE
        assert world.workers.started[-1].environment["OPENAI_API_KEY"] == PLANTED


async def test_a_job_that_learns_late_that_its_model_is_remote_is_paused(world: Any) -> None:
    world.workers.scripts["waits"] = waiting
    async with world.open(at_once=1) as jobs:
        for _ in range(2):
            await world.submit(jobs, "waits", environment={})
        id = await world.submit(jobs, "remote", environment={"OPENAI_API_KEY": PLANTED})
    world.workers.scripts |= {"remote": remote}
    async with world.open(at_once=9) as jobs:
        job = await world.until(jobs, id, State.PAUSED)
        assert "needs OPENAI_API_KEY" in job.why and world.workers.attempts[id] == 1


async def test_an_error_before_anything_is_settled_may_be_a_missing_key(world: Any) -> None:
    async def failing(stage: Any) -> None:
        stage.end("error", "no model was found")

    world.workers.scripts |= {"waits": waiting, "fails": failing}
    async with world.open(at_once=1) as jobs:
        for _ in range(2):
            await world.submit(jobs, "waits", environment={})
        id = await world.submit(jobs, "fails", environment={"OPENAI_API_KEY": PLANTED})
        other = await world.submit(jobs, "fails", environment={})
    async with world.open(at_once=9) as jobs:
        job = await world.until(jobs, id, State.PAUSED)
        assert "no model was found" in job.why and "OPENAI_API_KEY" in job.why
        assert (await world.until(jobs, other)).state is State.DONE


async def test_no_secret_is_on_disk(world: Any) -> None:
    """Also where the worker says it: in events, results, settings and last words."""
    world.workers.scripts["remote"] = remote
    environment = {
        "OPENAI_API_KEY": PLANTED,
        "OLLAMA_HOST": f"http://u:{PLANTED}@host",
        "SYNTHD_X_TOKEN": PLANTED,
        "DATABASE": f"postgres://u:{PLANTED}@host/db",
    }
    id = await begun(world, "remote", environment=environment)
    async with world.open() as jobs:
        await jobs.resume(id, environment)
        job = await world.until(jobs, id)
        export = await jobs.export(id)
        assert job.result is not None and job.result.message == "done with [hidden]"
        assert PLANTED not in repr(export) + repr(job)
    for path in world.folder.rglob("*"):
        if path.is_file():
            assert PLANTED.encode() not in path.read_bytes(), path
