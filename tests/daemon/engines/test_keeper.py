"""Engines that are started, shared, looked after, started again and unloaded: real processes."""

from __future__ import annotations

import asyncio
import os
import signal
import time

import psutil
import pytest

from synthd.daemon.jobs.ports import NoEngine
from synthd.synth.models.errors import ModelFailed


def runs(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


async def until(holds, limit: float = 5.0) -> None:
    async with asyncio.timeout(limit):
        while not holds():  # noqa: ASYNC110  # about another process
            await asyncio.sleep(0.01)


async def test_nothing_is_started_before_it_is_wanted_and_then_once_for_all(
    keeper_of, weights_file, caller
) -> None:
    keeper, weights = keeper_of(), weights_file()
    assert keeper.loaded() == () and weights.starts == []
    callers = [caller(keeper, weights) for _ in range(4)]
    answers = await asyncio.gather(*(each.ask("hello") for each in callers))
    assert {answer.text for answer in answers} == {"one two three"}
    (loaded,) = keeper.loaded()
    assert len(weights.starts) == 1 and loaded.pid == weights.starts[0]
    assert loaded.name == "local/tiny" and loaded.weights == str(weights)
    assert loaded.memory > 1 << 20 and abs(loaded.since - time.time()) < 60
    await until(lambda: keeper.loaded()[0].calls == 4)
    await keeper.aclose()
    assert not runs(weights.starts[0]) and keeper.loaded() == ()
    with pytest.raises(NoEngine, match="the daemon ends"):
        await keeper.ready(str(weights), "tiny")


async def test_an_engine_that_dies_in_a_call_is_started_again_and_the_call_counts_once(
    keeper_of, weights_file, caller
) -> None:
    keeper, weights = keeper_of(), weights_file()
    asking = caller(keeper, weights)
    answer = await asking.ask("once")
    assert (answer.text, answer.completion_tokens) == ("one two three", 3)
    assert asking.heard == ["one ", "two ", "three"]  # two of them came from each
    assert len(weights.starts) == 2 and weights.count("once") == 2
    assert not runs(weights.starts[0])


async def test_one_that_is_killed_while_idle_is_started_again_by_the_next_call(
    keeper_of, weights_file, caller
) -> None:
    keeper, weights = keeper_of(), weights_file()
    asking = caller(keeper, weights)
    await asking.ask("hello")
    os.kill(weights.starts[0], signal.SIGKILL)
    assert (await asking.ask("hello")).text == "one two three"
    assert len(weights.starts) == 2


async def test_a_call_that_kills_every_engine_is_given_up_with_its_last_words(
    keeper_of, weights_file, caller
) -> None:
    keeper, weights = keeper_of(crashes=3, rest=0.3), weights_file()
    with pytest.raises(ModelFailed):
        await caller(keeper, weights).ask("die")
    assert len(weights.starts) == 3
    with pytest.raises(NoEngine, match=r"crashed 3 times with tiny .*told to die"):
        await keeper.ready(str(weights), "tiny")
    await asyncio.sleep(0.35)
    assert (await caller(keeper, weights).ask("hello")).text == "one two three"


async def test_one_that_cannot_load_says_why(keeper_of, weights_file) -> None:
    keeper, weights = keeper_of(), weights_file("bad")
    with pytest.raises(NoEngine, match="no such tensor"):
        await keeper.ready(str(weights), "tiny")
    weights.path.unlink()
    with pytest.raises(NoEngine, match="models pull tiny"):
        await keeper.ready(str(weights), "tiny")


async def test_one_that_answers_nobody_any_more_is_ended_and_replaced(
    keeper_of, weights_file, caller
) -> None:
    keeper, weights = keeper_of(health_deadline=0.2, crashes=9), weights_file()
    asking = caller(keeper, weights, next_token=0.3)
    with pytest.raises(ModelFailed, match=r"stopped in the middle of its answer"):
        await asking.ask("sick")
    await until(lambda: not runs(weights.starts[0]))
    assert (await asking.ask("hello")).text == "one two three"


async def test_one_that_is_only_slow_with_a_call_stays(keeper_of, weights_file, caller) -> None:
    keeper, weights = keeper_of(health_deadline=2.0), weights_file()
    with pytest.raises(ModelFailed, match=r"stopped in the middle"):
        await caller(keeper, weights, next_token=0.1).ask("hang")
    assert len(weights.starts) == 1 and runs(weights.starts[0])
    assert weights.count("hang") == 3


async def test_one_that_is_sick_while_idle_is_noticed(keeper_of, weights_file, caller) -> None:
    keeper = keeper_of(health_every=0.1, health_deadline=0.2)
    weights = weights_file()
    asking = caller(keeper, weights)
    call = asyncio.create_task(asking.ask("sick"))
    await until(lambda: asking.heard)
    call.cancel()
    await until(lambda: keeper.loaded() == () and not runs(weights.starts[0]))


async def test_one_that_nobody_uses_is_unloaded_and_loaded_again(
    keeper_of, weights_file, caller
) -> None:
    keeper, weights = keeper_of(idle=0.3), weights_file()
    asking = caller(keeper, weights)
    await asking.ask("hello")
    await until(lambda: keeper.loaded() == ())
    await until(lambda: not runs(weights.starts[0]))
    assert (await asking.ask("hello")).text == "one two three"
    assert len(weights.starts) == 2


async def test_what_is_loaded_heeds_a_new_setting(keeper_of, weights_file, caller) -> None:
    keeper, weights = keeper_of(idle=0, health_every=0.1), weights_file()
    await caller(keeper, weights).ask("hello")
    await asyncio.sleep(0.5)
    assert keeper.loaded()
    keeper.unload_after(0.2)
    await until(lambda: keeper.loaded() == ())


async def test_a_cancelled_call_is_dropped_at_the_engine(keeper_of, weights_file, caller) -> None:
    keeper, weights = keeper_of(), weights_file()
    asking = caller(keeper, weights)
    call = asyncio.create_task(asking.ask("slow"))
    await until(lambda: len(asking.heard) > 2)
    call.cancel()
    await until(lambda: weights.count("dropped") == 1, 2.0)


async def test_loading_does_not_hold_the_loop_up_and_outlives_who_wanted_it(
    keeper_of, weights_file, caller, monkeypatch
) -> None:
    monkeypatch.setenv("SCRIPTED_ENGINE_LOADS", "0.5")
    keeper, weights = keeper_of(), weights_file()
    wanting = asyncio.create_task(keeper.ready(str(weights), "tiny"))
    ticks = 0
    while not weights.starts and ticks < 500:
        await asyncio.sleep(0.01)
        ticks += 1
        if ticks == 10:
            wanting.cancel()
    assert ticks > 20  # others had their turn all the while
    assert (await keeper.ready(str(weights), "tiny")).address.startswith("http://127.0.0.1:")
    assert len(weights.starts) == 1


async def test_killed_while_it_loads_it_is_started_again_until_that_is_too_much(
    keeper_of, weights_file, monkeypatch
) -> None:
    monkeypatch.setenv("SCRIPTED_ENGINE_LOADS", "0.5")
    keeper, weights = keeper_of(), weights_file()

    async def kill(times: int) -> None:
        killed: set[int] = set()
        while len(killed) < times:
            for child in psutil.Process().children():
                if child.pid not in killed and "scripted_engine.py" in " ".join(child.cmdline()):
                    child.kill()
                    killed.add(child.pid)
            await asyncio.sleep(0.01)

    killing = asyncio.create_task(kill(2))
    assert (await keeper.ready(str(weights), "tiny")).address.startswith("http://127.0.0.1:")
    await killing
    await keeper.aclose()
    other = keeper_of()
    killing = asyncio.create_task(kill(3))
    with pytest.raises(NoEngine, match="crashed 3 times"):
        await other.ready(str(weights_file(name="other.gguf")), "tiny")
    await killing


async def test_closed_while_it_loads_it_leaves_nothing(
    keeper_of, weights_file, monkeypatch
) -> None:
    monkeypatch.setenv("SCRIPTED_ENGINE_LOADS", "30")
    keeper, weights = keeper_of(), weights_file()
    before = set(psutil.Process().children())
    wanting = asyncio.create_task(keeper.ready(str(weights), "tiny"))
    await until(lambda: set(psutil.Process().children()) - before)
    await keeper.aclose()
    with pytest.raises(NoEngine, match="the daemon ends"):
        await wanting
    assert not {each for each in psutil.Process().children() if each.is_running()} - before


async def test_its_key_is_in_no_text_of_ours(keeper_of, weights_file) -> None:
    keeper, weights = keeper_of(), weights_file()
    where = await keeper.ready(str(weights), "tiny")
    assert len(where.key) > 20
    assert where.key not in repr(where) and where.key not in repr(keeper.loaded())
