"""Only what has ended goes, the oldest first, and no more of it than has to."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synthd.daemon.jobs.states import State
from synthd.daemon.jobs.store.store import open_store
from synthd.daemon.retention import DAY, MIB, Aged, Retention, outdated
from synthd.daemon.settings import DaemonSettings

NOW = 1e9
things = st.lists(
    st.builds(
        Aged,
        name=st.uuids().map(str),
        when=st.floats(NOW - 400 * DAY, NOW),
        bytes=st.integers(0, 3 * MIB),
    ),
    unique_by=lambda one: one.name,
    max_size=30,
)


@given(things, st.sampled_from([0, 1, 30, 90]), st.sampled_from([0, 1, 5, 20]))
def test_what_stays_keeps_both_limits_and_is_newer_than_what_goes(aged, days, mb):
    gone = set(outdated(aged, NOW, days, mb))
    stays = [one for one in aged if one.name not in gone]
    assert gone <= {one.name for one in aged}
    if days:
        assert all(NOW - one.when <= days * DAY for one in stays)
    if mb:
        assert sum(one.bytes for one in stays) <= mb * MIB
    if not days and not mb:
        assert not gone
    if gone and stays:
        oldest = min(one.when for one in stays)
        assert all(one.when <= oldest for one in aged if one.name in gone)


@given(things, st.sampled_from([0, 1, 30, 90]), st.sampled_from([0, 1, 5, 20]))
def test_nothing_goes_without_need(aged, days, mb):
    gone = outdated(aged, NOW, days, mb)
    if not gone:
        return
    newest = max((one for one in aged if one.name in gone), key=lambda one: (one.when, one.name))
    with_it = [one for one in aged if one.name not in gone or one is newest]
    too_old = days and NOW - newest.when > days * DAY
    too_big = mb and sum(one.bytes for one in with_it) > mb * MIB
    assert too_old or too_big


class Keeping:
    """The table of jobs, without a manager."""

    def __init__(self, store):
        self.store = store
        self.forgotten = []

    async def forget(self, id):
        self.forgotten.append(id)
        return True


def put(id: str, state: State, days: float, size: int = 0):
    def do(connection):
        connection.execute(
            "INSERT INTO jobs (id, client, created, changed, state, priority, path, owner) "
            "VALUES (?, '', 0, ?, ?, 'batch', '', '')",
            (id, NOW - days * DAY, state.value),
        )
        connection.execute("INSERT INTO events VALUES (?, 0, ?)", (id, "x" * size))

    return do


def aged(path: Path, days: float, size: int = 1) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"x" * size)
    os.utime(path, (NOW - days * DAY,) * 2)
    os.utime(path.parent, (NOW - days * DAY,) * 2)
    return path


@pytest.fixture
def settings():
    return DaemonSettings(keep_days=10, keep_mb=3)


async def test_jobs_that_are_not_over_stay_whatever_they_are(tmp_path, settings):
    async with open_store(tmp_path / "jobs") as store:
        for number, state in enumerate(State):
            await store.write(put(f"bbbbbbb{number + 2}", state, 300, 5 * MIB))
        keeping = Keeping(store)
        swept = await Retention(keeping, tmp_path, lambda: settings).sweep(NOW)
        over = [f"bbbbbbb{n + 2}" for n, state in enumerate(State) if state.over]
        assert sorted(keeping.forgotten) == over
        assert swept.jobs == len(over) == 2


async def test_sizes_are_those_of_rows_and_folders(tmp_path, settings):
    async with open_store(tmp_path / "jobs") as store:
        for days, id in enumerate(("bbbbbbb2", "bbbbbbb3", "bbbbbbb4"), 1):
            await store.write(put(id, State.DONE, days, MIB))
        aged(tmp_path / "jobs" / "bbbbbbb2" / "completions" / "one", 1, MIB + 1)
        keeping = Keeping(store)
        await Retention(keeping, tmp_path, lambda: settings).sweep(NOW)
        assert keeping.forgotten == ["bbbbbbb3", "bbbbbbb4"]


async def test_old_files_go_and_certificates_and_strangers_stay(tmp_path, settings):
    async with open_store(tmp_path / "jobs") as store:
        await store.write(put("bbbbbbb2", State.PAUSED, 50))
        await store.write(
            lambda c: c.execute("INSERT INTO certificates VALUES ('p', 'f', '', 'fresh', '', 0)")
        )
        old = [
            aged(tmp_path / "runs" / "a.jsonl", 11),
            aged(tmp_path / "logs" / "daemon-1.log.2", 11),
            aged(tmp_path / "crashes" / "1-2.json", 11),
            aged(tmp_path / "jobs" / "cccccccc" / "steps", 11),  # of no job
        ]
        stay = [
            aged(tmp_path / "runs" / "b.jsonl", 9),
            aged(tmp_path / "logs" / "daemon-1.log", 0.001),
            aged(tmp_path / "crashes" / "9.running", 11),
            aged(tmp_path / "critiques" / "c.jsonl", 50),
            aged(tmp_path / "jobs" / "bbbbbbb2" / "steps", 50),
            aged(tmp_path / "jobs" / "My notes" / "note", 50),
        ]
        swept = await Retention(Keeping(store), tmp_path, lambda: settings).sweep(NOW)
        assert swept.files == len(old)
        assert not any(path.exists() for path in old)
        assert all(path.exists() for path in stay)
        kept = await store.read(lambda c: c.execute("SELECT path FROM certificates").fetchall())
        assert kept == [("p",)]


async def test_it_runs_by_itself_and_survives_a_bad_day(tmp_path):
    days = iter([ZeroDivisionError, DaemonSettings(keep_days=1)])

    def settings() -> DaemonSettings:
        day = next(days, DaemonSettings(keep_days=1))
        if day is ZeroDivisionError:
            raise ZeroDivisionError
        return day

    async with open_store(tmp_path / "jobs") as store:
        await store.write(put("bbbbbbb2", State.DONE, 0))  # long ago by now
        keeping = Keeping(store)
        async with Retention(keeping, tmp_path, settings).running(first=0, every=0.01):
            async with asyncio.timeout(10):
                while not keeping.forgotten:  # noqa: ASYNC110
                    await asyncio.sleep(0.01)
