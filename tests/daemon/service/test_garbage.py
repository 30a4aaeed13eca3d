"""The collector leaves alone what survived a full round, and looks at it when nothing happens."""

import asyncio
import gc
from collections.abc import Iterator
from typing import Any

import pytest

from synthd.daemon.service import garbage
from synthd.daemon.service.garbage import Garbage


class Ring:
    alive = 0

    def __init__(self) -> None:
        self.itself = self
        Ring.alive += 1

    def __del__(self) -> None:
        Ring.alive -= 1


@pytest.fixture(autouse=True)
def thawed() -> Iterator[None]:
    yield
    gc.unfreeze()
    gc.collect()


async def test_a_long_round_sets_aside_what_survived(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(garbage, "LONG", 0.0)
    watching = asyncio.create_task(Garbage(lambda: True).watch())
    await asyncio.sleep(0)
    before = gc.get_freeze_count()
    kept: list[Any] = [Ring() for _ in range(1000)]
    gc.collect()
    assert gc.get_freeze_count() >= before + len(kept)
    watching.cancel()
    await asyncio.gather(watching, return_exceptions=True)
    assert gc.get_freeze_count() == 0
    assert not any(isinstance(getattr(c, "__self__", None), Garbage) for c in gc.callbacks)


async def test_garbage_among_it_goes_when_nothing_happens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(garbage, "LONG", 0.0)
    monkeypatch.setattr(garbage, "LOOK", 0.01)
    monkeypatch.setattr(garbage, "QUIET", 0.02)
    busy = True
    watching = asyncio.create_task(Garbage(lambda: busy).watch())
    await asyncio.sleep(0)
    kept = [Ring() for _ in range(1000)]
    gc.collect()  # they are set aside
    kept.clear()
    gc.collect()
    assert Ring.alive >= 1000
    await asyncio.sleep(0.1)
    assert Ring.alive >= 1000, "somebody would have noticed"
    busy = False
    async with asyncio.timeout(5):
        while Ring.alive:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    watching.cancel()
    await asyncio.gather(watching, return_exceptions=True)
