"""A function of ours that is called with anything, in the sandbox."""

from __future__ import annotations

import asyncio

import pytest

from synthd.sandbox.errors import SandboxUnavailable
from synthd.sandbox.functions import Ended, SandboxedFunction
from synthd.sandbox.level import Detection, Level, detect
from synthd.sandbox.limits import MIB, Limits

SOURCE = """
import os, signal, string

SEEN = []

def work(order):
    SEEN.append(order)
    if order == "loop":
        while True:
            pass
    if order == "eat":
        return len("x" * (1 << 40))
    if order == "die":
        os.kill(os.getpid(), signal.SIGKILL)
    if order == "open":
        return open("/etc/passwd").read()
    if order == "fork":
        return os.fork()
    if order == "odd":
        return {1, 2}
    return [string.ascii_lowercase[:3], len(SEEN), order]
"""
LIMITS = Limits(cpu_seconds=0.5, wall_seconds=30, total_seconds=60, memory_bytes=512 * MIB)


@pytest.fixture(params=[Level.BUBBLEWRAP, Level.LANDLOCK])
async def function(request: pytest.FixtureRequest):
    best = await detect()
    if request.param is Level.BUBBLEWRAP and best.level is not Level.BUBBLEWRAP:
        pytest.skip(f"no bubblewrap here: {best.reasons}")
    if best.level is Level.NONE:
        pytest.skip(f"no isolation here: {best.reasons}")
    opened = SandboxedFunction.open(
        SOURCE, "work", ["string"], LIMITS, Detection(request.param), examples=["warm"]
    )
    async with opened as one:
        yield one


async def test_calls_do_not_see_each_other(function: SandboxedFunction) -> None:
    for order in ("one", "two"):
        called = await function.call(order)
        # The example of the beginning, and this one.
        assert (called.ended, called.value) == (Ended.RETURNED, ["abc", 2, order])


async def test_how_calls_end(function: SandboxedFunction) -> None:
    orders = ("loop", "eat", "die", "open", "fork", "odd")
    found = dict(zip(orders, await asyncio.gather(*map(function.call, orders)), strict=True))
    assert (found["loop"].ended, found["loop"].note) == (Ended.TIMEOUT, "cpu")
    assert (found["eat"].ended, found["eat"].note) == (Ended.RAISED, "MemoryError: ")
    assert found["die"].ended is Ended.DIED
    assert found["open"].ended is Ended.RAISED
    assert found["fork"].ended in (Ended.RAISED, Ended.DIED)
    assert found["odd"].ended is Ended.RAISED and "JSON" in found["odd"].note
    assert (await function.call("after")).ended is Ended.RETURNED


async def test_many_at_once(function: SandboxedFunction) -> None:
    called = await asyncio.gather(*(function.call(number) for number in range(40)))
    assert [one.value for one in called] == [["abc", 2, number] for number in range(40)]


async def test_nothing_runs_without_isolation() -> None:
    nothing = Detection(Level.NONE, ("nothing here",), "apt-get install bubblewrap")
    with pytest.raises(SandboxUnavailable, match="apt-get install bubblewrap"):
        async with SandboxedFunction.open(SOURCE, "work", [], LIMITS, nothing):
            pass


async def test_a_function_that_is_broken_says_so() -> None:
    best = await detect()
    if best.level is Level.NONE:
        pytest.skip(f"no isolation here: {best.reasons}")
    async with SandboxedFunction.open("import nothing_of_this_name", "f", [], LIMITS, best) as one:
        called = await one.call(1)
    assert called.ended is Ended.RAISED and "nothing_of_this_name" in called.note
