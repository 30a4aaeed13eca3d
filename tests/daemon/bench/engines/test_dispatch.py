"""Keys handed out to workers that come, go, and answer late."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Collection

import pytest

from synthd.daemon.bench.engine import Finished, Progress
from synthd.daemon.bench.engines.dispatch import MOST_LOSSES, Lost, Round, Worker
from synthd.daemon.bench.record import Key, Kind, Record
from synthd.daemon.exits import Missing

KEYS = [Key("s", f"t{number}", "x", "m", 0, 0) for number in range(20)]


class Hand:
    """Answers once its gate is open; breaks at some keys at once, and all of it with them.

    late: answers also where the search was cancelled."""

    def __init__(
        self, name: str, capacity: int = 2, breaks: Collection[Key] = (), *, late: bool = False
    ) -> None:
        self.name, self.capacity, self.breaks, self.late = name, capacity, breaks, late
        self.gate = asyncio.Event()
        self.gate.set()
        self.full = asyncio.Event()
        self.had: list[Key] = []
        self.running = self.most = 0

    async def search(self, key: Key) -> Finished:
        self.had.append(key)
        self.running += 1
        self.most = max(self.most, self.running)
        if self.running == self.capacity:
            self.full.set()
        try:
            await asyncio.sleep(0)
            if key in self.breaks:
                raise Lost("no heartbeat")
            await self.gate.wait()
        except asyncio.CancelledError:
            if not self.late:
                raise
        finally:
            self.running -= 1
        return Finished(Record(**{name: getattr(key, name) for name in Key.__slots__}, passed=True))


class Team:
    def __init__(self, *members: Hand) -> None:
        self.members: list[Worker] = list(members)
        self.change = asyncio.Event()
        self.lost: list[tuple[str, int]] = []
        self.hopeless = False

    async def changed(self) -> None:
        if self.hopeless and not self.members:
            raise Missing("nobody is left")
        await self.change.wait()
        self.change.clear()
        if self.hopeless and not self.members:
            raise Missing("nobody is left")

    def lose(self, worker: Worker, why: str, searches: int) -> None:
        self.members.remove(worker)
        self.lost.append((worker.name, searches))
        self.change.set()

    def join(self, worker: Hand) -> None:
        self.members.append(worker)
        self.change.set()


class Caller:
    def __init__(self) -> None:
        self.results: list[Finished] = []
        self.busy: list[int] = []

    def finished(self, finished: Finished) -> None:
        self.results.append(finished)

    def progress(self, progress: Progress) -> None:
        self.busy.append(progress.busy)

    @property
    def samples(self) -> Counter[Key]:
        return Counter(one.record.key for one in self.results if one.record.kind is Kind.SAMPLE)


async def go(team: Team, caller: Caller, most: int | None = None) -> None:
    async with asyncio.timeout(60):
        await Round(KEYS, team, caller.finished, caller.progress, most).run()


async def test_each_key_once_and_no_more_at_once_than_there_is_room() -> None:
    one, two, caller = Hand("one", 3), Hand("two", 1), Caller()
    await go(Team(one, two), caller)
    assert caller.samples == Counter(KEYS) and len(caller.results) == len(KEYS)
    assert (one.most, two.most, max(caller.busy)) == (3, 1, 4)
    assert one.had and two.had


async def test_most_holds_for_all_together() -> None:
    one, two, caller = Hand("one", 3), Hand("two", 3), Caller()
    await go(Team(one, two), caller, 2)
    assert max(caller.busy) == 2 and caller.samples == Counter(KEYS)


@pytest.mark.parametrize("late", [False, True])
async def test_a_lost_worker_s_searches_go_to_others(late: bool) -> None:
    bad, good, caller = Hand("bad", 4, KEYS[:1], late=late), Hand("good", 1), Caller()
    bad.gate.clear()
    team = Team(bad, good)
    await go(team, caller)
    assert team.lost == [("bad", 4)] and len(bad.had) == 4
    assert caller.samples == Counter(KEYS) == Counter(good.had)
    broken = [one for one in caller.results if one.record.kind is Kind.INFRA]
    assert Counter(one.record.key for one in broken) == Counter(bad.had)
    assert all(one.again for one in broken)
    assert {one.record.error for one in broken} == {"bad was lost: no heartbeat"}


async def test_what_takes_every_worker_with_it_is_given_back() -> None:
    caller, team = Caller(), Team(*(Hand(f"w{n}", 1, KEYS[:1]) for n in range(MOST_LOSSES + 1)))
    await go(team, caller)
    assert len(team.lost) == MOST_LOSSES
    mine = [one for one in caller.results if one.record.key == KEYS[0]]
    assert [one.again for one in mine] == [True] * (MOST_LOSSES - 1) + [False]
    assert caller.samples == Counter(KEYS[1:])


async def test_who_comes_later_takes_part() -> None:
    team, caller, late = Team(), Caller(), Hand("late")
    going = asyncio.create_task(go(team, caller))
    await asyncio.sleep(0)
    team.join(late)
    await going
    assert caller.samples == Counter(KEYS) == Counter(late.had)


async def test_nobody_left() -> None:
    team, caller = Team(Hand("w", 1, KEYS)), Caller()
    team.hopeless = True
    with pytest.raises(Missing, match="nobody is left"):
        await go(team, caller)


async def test_cancelling_ends_what_runs() -> None:
    hand, caller = Hand("w", 5), Caller()
    hand.gate.clear()
    going = asyncio.create_task(go(Team(hand), caller))
    await hand.full.wait()
    going.cancel()
    with pytest.raises(asyncio.CancelledError):
        await going
    assert hand.running == 0 and caller.results == []


async def test_what_the_caller_raises_ends_it_and_is_raised() -> None:
    hand = Hand("w", 3)

    def full(_: Finished) -> None:
        raise Missing("the disk is full")

    with pytest.raises(Missing, match="disk"):
        await Round(KEYS, Team(hand), full, lambda _: None).run()
    assert hand.running == 0
