"""The file: made, checked, upgraded, salvaged."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from synthd.daemon.jobs.errors import NewerStore, NoRoom, NoStore
from synthd.daemon.jobs.states import State
from synthd.daemon.jobs.store import opening, turn
from synthd.daemon.jobs.store.opening import NAME, Opening
from synthd.daemon.jobs.store.schema import MIGRATIONS
from synthd.daemon.jobs.store.store import open_store

NEXT = (*MIGRATIONS, ("ALTER TABLE jobs ADD COLUMN colour TEXT NOT NULL DEFAULT 'red'",))


def sql(path: Path, statement: str) -> list[Any]:
    with contextlib.closing(sqlite3.connect(path)) as connection, connection:
        return connection.execute(statement).fetchall()


async def filled(world: Any, count: int = 3) -> list[str]:
    async with world.open() as jobs:
        ids = [await world.submit(jobs) for _ in range(count)]
        for id in ids:
            await world.until(jobs, id)
    return ids


async def test_the_file_is_private_durable_and_of_this_version(world: Any) -> None:
    await filled(world)
    path = world.folder / NAME
    async with world.open():
        assert {each.stat().st_mode & 0o077 for each in world.folder.rglob("*")} == {0}
        assert world.folder.stat().st_mode & 0o777 == 0o700
    assert sql(path, "PRAGMA journal_mode") == [("wal",)]
    assert sql(path, "PRAGMA user_version") == [(len(MIGRATIONS),)]
    assert sql(path, "PRAGMA integrity_check") == [("ok",)]


async def test_an_upgrade_is_backed_up_and_an_older_build_goes_on(world: Any) -> None:
    ids = await filled(world)
    path = world.folder / NAME
    async with world.open() as jobs:  # the daemon of the older build
        opening.prepare(Opening(path, steps=NEXT))
        assert sql(path, "PRAGMA user_version") == [(len(NEXT),)]
        ids.append(await world.submit(jobs))
        await world.until(jobs, ids[-1])
    (backup,) = world.folder.glob(f"{NAME}.backup-*")
    assert backup.stat().st_mode & 0o777 == 0o600
    assert sql(backup, "PRAGMA user_version") == [(len(MIGRATIONS),)]
    assert {id for (id,) in sql(backup, "SELECT id FROM jobs")} == set(ids[:3])
    assert sql(path, "SELECT DISTINCT colour, count(*) FROM jobs") == [("red", 4)]


async def test_a_newer_file_is_refused_and_left_alone(world: Any) -> None:
    await filled(world)
    path = world.folder / NAME
    opening.prepare(Opening(path, steps=NEXT))
    with pytest.raises(NewerStore, match="newer synthd"):
        async with world.open():
            pass
    assert sql(path, "SELECT count(*) FROM jobs") == [(3,)]
    assert not list((world.folder / "owners").glob("*"))


async def test_an_upgrade_that_fails_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / NAME
    opening.prepare(Opening(path))
    broken = (*MIGRATIONS, ("ALTER TABLE jobs ADD COLUMN a TEXT", "NOT SQL"))
    with pytest.raises(NoStore):
        opening.prepare(Opening(path, steps=broken))
    assert sql(path, "PRAGMA user_version") == [(len(MIGRATIONS),)]
    assert "a" not in [row[1] for row in sql(path, "PRAGMA table_info(jobs)")]


def test_many_that_open_it_at_once_make_it_once(tmp_path: Path) -> None:
    path = tmp_path / NAME
    failed: list[BaseException] = []

    def attempt() -> None:
        try:
            opening.prepare(Opening(path))
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=attempt) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failed
    assert sql(path, "PRAGMA user_version") == [(len(MIGRATIONS),)]


def _header(path: Path) -> None:
    with path.open("r+b") as file:
        file.write(b"\xff" * 100)


def _middle(path: Path) -> None:
    """Pages of the events' table, whose leaves hold their text."""
    with path.open("r+b") as file:
        held = file.read()
        at = held.rindex(b'"kind":"asked"') // 4096 * 4096
        file.seek(at)
        file.write(os.urandom(4096))


def _text(path: Path) -> None:
    path.write_text("this is no database, " * 1000)


@pytest.mark.parametrize(("damage", "left"), [(_header, 0), (_middle, 3), (_text, 0)])
async def test_a_damaged_file_is_set_aside_and_what_can_be_read_is_kept(
    world: Any, damage: Callable[[Path], None], left: int
) -> None:
    async with world.open() as jobs:
        ids = [await world.submit(jobs) for _ in range(3)]
        for id in ids:
            await world.until(jobs, id)
        await jobs.store.write(
            lambda c: c.execute("INSERT INTO certificates VALUES ('p', 'f', '{}', 'ok', '', 1)")
        )
    path = world.folder / NAME
    damage(path)
    before = path.read_bytes()
    async with world.open() as jobs:
        (note,) = jobs.notes()
        (aside,) = opening.set_aside(path)
        assert str(aside) in note and aside.read_bytes()[:4096] == before[:4096]
        assert len(await jobs.list()) == left
        for job in await jobs.list():
            assert [seq for seq, _ in await _lines(jobs, job.id)] == list(range(job.events))
        new = await world.submit(jobs)
        assert (await world.until(jobs, new)).state is State.DONE
    assert sql(path, "PRAGMA integrity_check") == [("ok",)]
    assert len(sql(path, "SELECT 1 FROM certificates")) == (1 if left else 0)
    async with world.open() as jobs:
        assert jobs.notes(), "as long as it lies there"


async def _lines(jobs: Any, id: str) -> list[tuple[int, str]]:
    from synthd.daemon.jobs.store import rows

    found: list[tuple[int, str]] = await jobs.store.read(lambda c: rows.lines(c, id, 0, 1000))
    return found


async def test_a_damaged_file_that_another_daemon_uses_is_left_alone(world: Any) -> None:
    await filled(world)
    async with world.open():
        _text(world.folder / NAME)
        for end in ("-wal", "-shm"):
            (world.folder / (NAME + end)).unlink(missing_ok=True)
        with pytest.raises(NoStore, match="another synthd daemon"):
            async with world.open(owner="other"):
                pass
        assert not opening.set_aside(world.folder / NAME)
        (world.folder / NAME).unlink()


async def test_a_salvage_that_was_interrupted_is_finished(world: Any) -> None:
    await filled(world)
    path = world.folder / NAME
    os.rename(path, path.with_name(f"{NAME}.salvaged"))  # it died between the two renames
    async with world.open() as jobs:
        assert len(await jobs.list()) == 3


async def test_a_folder_that_cannot_be_used_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(NoStore, match="file"):
        async with open_store(tmp_path / "file" / "jobs"):
            pass


async def test_writes_fail_alone_and_in_order(tmp_path: Path) -> None:
    async with open_store(tmp_path) as store:
        await store.write(lambda c: c.execute("CREATE TABLE t (n INTEGER PRIMARY KEY)"))

        def put(number: int) -> Callable[[sqlite3.Connection], object]:
            return lambda c: c.execute("INSERT INTO t VALUES (?)", (number,)).rowcount

        answers = await asyncio.gather(
            *(store.write(put(number)) for number in (1, 2, 2, 3)), return_exceptions=True
        )
        assert [a if isinstance(a, int) else type(a) for a in answers] == [
            1,
            1,
            sqlite3.IntegrityError,
            1,
        ]
        assert await store.read(lambda c: c.execute("SELECT n FROM t").fetchall()) == [
            (1,),
            (2,),
            (3,),
        ]


async def test_nothing_is_written_beside_another_daemon_that_writes(tmp_path: Path) -> None:
    async with open_store(tmp_path) as store:
        await store.write(lambda c: c.execute("CREATE TABLE t (n INTEGER)"))
        with (tmp_path / turn.NAME).open() as other:
            fcntl.flock(other, fcntl.LOCK_EX)
            store.keep(lambda c: c.execute("INSERT INTO t VALUES (1)"), job="", now=True)
            await asyncio.sleep(0.3)
            assert sql(tmp_path / NAME, "SELECT * FROM t") == []
            assert await store.read(lambda c: c.execute("SELECT * FROM t").fetchall()) == []
        await store.settle()
        assert sql(tmp_path / NAME, "SELECT * FROM t") == [(1,)]
        assert not store.trouble


async def test_reading_writes_nothing(tmp_path: Path) -> None:
    async with open_store(tmp_path) as store:
        with pytest.raises(sqlite3.OperationalError):
            await store.read(lambda c: c.execute("DELETE FROM jobs"))


async def test_what_does_not_fit_fails_alone_and_what_must_be_kept_waits(tmp_path: Path) -> None:
    troubles: list[str] = []
    async with open_store(tmp_path, limit=400_000, trouble=troubles.append) as store:
        await store.write(lambda c: c.execute("CREATE TABLE t (n INTEGER, body TEXT)"))

        def put(number: int, size: int) -> Callable[[sqlite3.Connection], object]:
            return lambda c: c.execute("INSERT INTO t VALUES (?, ?)", (number, "x" * size)).rowcount

        with pytest.raises(NoRoom, match="limit of 0 MB"):
            await store.write(put(1, 1_000_000))
        store.keep(put(2, 1000), job="", now=True)
        await store.settle()
        assert not store.trouble and not troubles, "one thing was too big, all else has room"
        await store.write(put(3, 200_000))
        store.keep(put(4, 150_000), job="", now=True)
        await store.settle()
        assert store.trouble and store.owed == 1
        assert troubles == [store.trouble] and "limit" in store.notes()[0]
        with pytest.raises(NoRoom):
            await store.write(put(5, 1))  # after what is owed, in order
        store.keep(put(6, 1), job="", now=True)
        await store.settle()
        assert store.owed == 2
    # The store was closed with things owed: they were tried once more, and are lost with it.
    with contextlib.closing(sqlite3.connect(tmp_path / NAME)) as held:
        assert [n for (n,) in held.execute("SELECT n FROM t")] == [2, 3]


async def test_what_is_owed_is_written_as_soon_as_there_is_room(tmp_path: Path) -> None:
    well = asyncio.Event()
    async with open_store(
        tmp_path, limit=400_000, trouble=lambda why: None if why else well.set()
    ) as store:
        await store.write(lambda c: c.execute("CREATE TABLE t (n INTEGER, body TEXT)"))
        await store.write(lambda c: c.execute("INSERT INTO t VALUES (0, ?)", ("x" * 200_000,)))
        for number in (1, 2):
            store.keep(
                lambda c, number=number: c.execute(
                    "INSERT INTO t VALUES (?, ?)", (number, "x" * 90_000)
                ),
                job="",
                now=True,
            )
        await store.settle()
        assert store.trouble
        # Somebody else of this user makes room: here, in another connection.
        await asyncio.to_thread(sql, tmp_path / NAME, "DELETE FROM t WHERE n = 0")
        async with asyncio.timeout(10):
            await well.wait()
        assert not store.trouble and store.owed == 0
        found = await store.read(lambda c: c.execute("SELECT n FROM t ORDER BY rowid").fetchall())
        assert found == [(1,), (2,)]
