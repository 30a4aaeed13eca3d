"""The log rotates, is this user's, and quotes nobody."""

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from synthd.daemon.service import logs
from synthd.daemon.service.logs import OLDER, SIZE, Logs
from synthd.daemon.thin.dial import dial

SECRET = "planted-secret"


@pytest.fixture
def log_file(tmp_path: Path) -> Iterator[Path]:
    root, ours = logging.getLogger(), logging.getLogger("synthd")
    before = (root.handlers, root.level, ours.level)
    path = tmp_path / "logs" / "daemon-b.log"
    opened = Logs(path)
    try:
        yield path
    finally:
        opened.close()
        root.handlers, root.level, ours.level = before


def written(path: Path, wait_until: Any, text: str) -> str:
    wait_until(lambda: text in path.read_text())
    return path.read_text()


def test_of_others_only_the_constant_part(log_file: Path, wait_until: Any) -> None:
    logging.getLogger("elsewhere").error("received %s", SECRET)
    logging.getLogger("asyncio").error(f"a line\n{SECRET}")
    logging.getLogger("synthd.test").info("ours: %d", 42)
    assert SECRET not in written(log_file, wait_until, "ours: 42")
    assert "received %s" in log_file.read_text()


def test_exceptions_without_their_messages(log_file: Path, wait_until: Any) -> None:
    for name in ("synthd.test", "elsewhere"):
        try:
            raise ValueError(SECRET)
        except ValueError:
            logging.getLogger(name).exception("it failed")
    logging.getLogger("synthd.test").info("the end")
    said = written(log_file, wait_until, "the end")
    assert SECRET not in said
    assert said.count("ValueError") == 2 and "test_exceptions_without" in said


def test_it_rotates(log_file: Path, wait_until: Any) -> None:
    log = logging.getLogger("synthd.test")
    for _ in range((OLDER + 3) * SIZE // 10_000):
        log.info("%s", "x" * 10_000)
    log.info("the end")
    written(log_file, wait_until, "the end")
    kept = sorted(log_file.parent.iterdir())
    assert len(kept) == OLDER + 1
    assert all(path.stat().st_size <= SIZE for path in kept)


def test_it_is_this_users(house: Any) -> None:
    house.start()
    folders = [house.state / "logs", house.state / "crashes"]
    modes = {path.stat().st_mode & 0o777 for folder in folders for path in folder.iterdir()}
    assert modes == {0o600}


def test_no_secret_of_a_client_gets_to_the_disk(
    at_home: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_home.start()
    monkeypatch.setenv("OPENAI_API_KEY", SECRET)
    with dial("control", name="c").socket as connection, connection.makefile("rwb") as stream:
        for line in (b'{"id": 1, "do": "%s"}' % SECRET.encode(), b"{}", b"\xff"):
            stream.write(line + b"\n")
        stream.flush()
        assert all(stream.readline() for _ in range(3))
    at_home.run("daemon", "stop")
    assert SECRET.encode() not in at_home.everything_on_disk()


def test_shown_and_followed(house: Any, tmp_path: Path) -> None:
    assert "no log yet" in house.run("daemon", "logs").stdout
    house.start()
    shown = house.run("daemon", "logs", "-n", "1").stdout
    assert len(shown.splitlines()) == 1
    folder = house.state / "logs"
    newest = logs.newest(folder)
    assert newest is not None and newest.parent == folder
