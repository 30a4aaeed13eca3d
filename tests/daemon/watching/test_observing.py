"""Whatever way a file changes, it is told of; and what cannot be watched is looked at."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from synthd.daemon.watching.observing import Observing


def overwrite(path: Path) -> None:
    path.write_text("other")


def replace(path: Path) -> None:
    fresh = path.with_name("fresh")
    fresh.write_text("other")
    os.replace(fresh, path)


def append(path: Path) -> None:
    with path.open("a") as file:
        file.write("more")


def rename_the_folder(path: Path) -> None:
    os.rename(path.parent, path.parent.with_name("elsewhere"))


def delete_all(path: Path) -> None:
    shutil.rmtree(path.parent.parent)


WAYS = [overwrite, replace, append, Path.unlink, rename_the_folder, delete_all]


@pytest.mark.parametrize("limit", [64, 0], ids=["watched", "looked at"])
@pytest.mark.parametrize("change", WAYS, ids=lambda way: way.__name__)
async def test_every_way_of_changing(change, limit, tmp_path, soon):
    path = tmp_path / "a" / "b" / "file.txt"
    path.parent.mkdir(parents=True)
    path.write_text("first")
    other = tmp_path / "a" / "b" / "other.txt"
    told: list[frozenset[Path]] = []
    # With hints nobody waits for the next look.
    async with Observing(limit=limit, often=0.1, seldom=600) as observing:
        observing.watch([path], told.append)
        await soon(lambda: told)  # at the beginning, for what changed before
        assert bool(observing.note) == (limit == 0)
        if path.parent.exists():
            other.write_text("nobody asked")
        told.clear()
        change(path)
        await soon(lambda: told)
        assert told[0] == {path}
        told.clear()
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("again")
        await soon(lambda: told)


async def test_links_are_followed_to_the_bytes(tmp_path, soon):
    real = tmp_path / "dotfiles" / "config.toml"
    real.parent.mkdir()
    real.write_text("first")
    link = tmp_path / "config" / "config.toml"
    link.parent.mkdir()
    link.symlink_to(real)
    told: list[frozenset[Path]] = []
    async with Observing(seldom=600) as observing:
        observing.watch([link], told.append)
        await soon(lambda: told)
        told.clear()
        replace(real)
        await soon(lambda: told)
        assert told[0] == {link}


async def test_more_folders_than_the_limit_are_said_and_still_seen(tmp_path, soon):
    paths = [tmp_path / str(number) / "file" for number in range(5)]
    for path in paths:
        path.parent.mkdir()
        path.write_text("first")
    told: set[Path] = set()
    async with Observing(limit=2, often=0.1, seldom=600) as observing:
        watch = observing.watch(paths, told.update)
        await soon(lambda: told == set(paths))
        assert "3 folders cannot be watched (more than 2 folders)" in observing.note
        told.clear()
        for path in paths:
            path.write_text("other")
        await soon(lambda: told == set(paths))
        watch.set(paths[:2])
        await soon(lambda: observing.note == "")


async def test_a_listener_that_fails_hurts_nobody(tmp_path, soon, caplog):
    path = tmp_path / "file"
    told: list[frozenset[Path]] = []

    def failing(files: frozenset[Path]) -> None:
        raise RuntimeError("a bug")

    async with Observing(seldom=600) as observing:
        observing.watch([path], failing)
        observing.watch([path], told.append)
        await soon(lambda: told)
        told.clear()
        path.write_text("first")
        await soon(lambda: told)
    assert "was not taken" in caplog.text
