"""Questions of a job: to whoever watches to answer, and to nobody where there is none."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from typing import Any

import pytest

from synthd.daemon.jobs.messages import Answered, Asking, Choice, Prune
from synthd.daemon.jobs.states import State
from synthd.daemon.jobs.view import Changed, Posed

QUESTION = Asking(
    number=1,
    text="for f(0) one program gives 0, another 1: which is right?",
    call="f(0)",
    choices=(Choice(label="0", value="0"), Choice(label="1", value="1")),
)


@pytest.fixture
def asking(world: Any) -> list[Answered]:
    """What jobs hear that ask."""
    heard: list[Answered] = []

    async def ask(stage: Any) -> None:
        stage.settle()
        stage.tell(0)
        stage.say(QUESTION)
        while not isinstance(answer := await stage.inbox.get(), Answered):
            pass
        heard.append(answer)
        stage.tell(1)
        stage.end()

    world.workers.scripts["f"] = ask
    return heard


async def test_whoever_watches_to_answer_is_asked(world: Any, asking: list[Answered]) -> None:
    async with world.open() as jobs:
        id = await world.submit(jobs)
        async with aclosing(jobs.watch(id, answers=True)) as updates:
            async for update in updates:
                if isinstance(update, Posed):
                    assert update.question == QUESTION
                    assert jobs.answer(id, 7, "0") is False, "that is another question"
                    assert jobs.answer(id, 1, "0") is True
                    assert jobs.answer(id, 1, "1") is False, "it was answered"
                last = update
        assert isinstance(last, Changed) and last.job.state is State.DONE
    assert asking == [Answered(number=1, value="0")]


async def test_who_only_looks_is_not_asked_and_the_job_goes_on(
    world: Any, asking: list[Answered]
) -> None:
    async with world.open() as jobs:
        id = await world.submit(jobs)
        seen = [update async for update in jobs.watch(id)]
        assert not [update for update in seen if isinstance(update, Posed)]
    assert asking == [Answered(number=1, value=None)]


async def test_one_that_goes_leaves_it_open(world: Any, asking: list[Answered]) -> None:
    async with world.open() as jobs:
        id = await world.submit(jobs)
        async with aclosing(jobs.watch(id, answers=True)) as updates:
            async for update in updates:
                if isinstance(update, Posed):
                    break
        assert (await world.until(jobs, id)).state is State.DONE
    assert asking == [Answered(number=1, value=None)]


async def test_what_is_cut_off_is_told_to_the_worker_that_runs(world: Any) -> None:
    heard: list[Prune] = []

    async def cut(stage: Any) -> None:
        stage.settle()
        stage.tell(0)
        while not isinstance(message := await stage.inbox.get(), Prune):
            pass
        heard.append(message)
        stage.end()

    world.workers.scripts["f"] = cut
    async with world.open() as jobs:
        id = await world.submit(jobs)
        await world.settled(jobs, id)
        assert jobs.prune(id, "draft.0") is True
        await world.until(jobs, id)
        assert jobs.prune(id, "draft.0") is False, "it is over"
        assert await jobs.lines(id)
    assert heard == [Prune(node="draft.0")]


async def test_how_long_jobs_took_with_the_same_model_and_strategy(world: Any) -> None:
    async def slow(stage: Any) -> None:
        stage.settle()
        stage.tell(0)
        await asyncio.sleep(0)
        stage.end()

    world.workers.scripts["f"] = slow
    async with world.open() as jobs:
        id = await world.submit(jobs)
        await world.until(jobs, id)
        await jobs.store.settle()
        await jobs.store.write(
            lambda c: c.execute("UPDATE jobs SET spent = 12.5 WHERE id = ?", (id,))
        )
        assert list(await jobs.past("local/m", "auto")) == [12.5]
        assert list(await jobs.past("local/m", "rex")) == []
        assert list(await jobs.past("local/other", "auto")) == []
