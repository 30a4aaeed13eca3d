"""How a daemon ended is known afterwards, and told without anything that it handled."""

import json
import os
import signal
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from synthd.daemon.service import crash, faults
from synthd.daemon.service.crash import KEPT, Marker
from synthd.daemon.service.instance import living


@pytest.fixture
def killed(house: Any, wait_until: Callable[..., None]) -> Callable[[int], int]:
    def run(number: int) -> int:
        pid = house.start()
        os.kill(pid, number)
        wait_until(lambda: not living(str(house.runtime)))
        return int(pid)

    return run


def test_killed_without_a_word(house: Any, killed: Callable[[int], int]) -> None:
    pid = killed(signal.SIGKILL)
    before = house.status()
    assert before["running"] is False
    assert before["last_crash"]["pid"] == pid
    assert "without a word" in before["last_crash"]["what"]
    house.start()
    after = house.status()
    assert after["running"] is True and after["last_crash"]["pid"] == pid
    shown = house.run("daemon", "status").stdout
    assert f"pid {pid}" in shown and "without a word" in shown
    assert f"pid {pid}" in house.run("daemon", "logs").stdout


def test_a_fault_leaves_its_frames(house: Any, killed: Callable[[int], int]) -> None:
    pid = killed(signal.SIGSEGV)
    told = house.status()["last_crash"]
    assert told["pid"] == pid and "Segmentation fault" in told["what"]
    assert "asyncio" in told["detail"]
    shown = house.run("daemon", "status")
    assert shown.returncode == 1 and "Segmentation fault" in shown.stdout


def test_reports_are_this_users_and_not_for_ever(tmp_path: Path) -> None:
    for _ in range(KEPT + 5):
        marker = Marker(tmp_path, "b" * 64)
        marker.report("a test")
        marker.close()
    reports = list(tmp_path.iterdir())
    assert len(reports) == KEPT
    assert {stat.S_IMODE(path.stat().st_mode) for path in reports} == {0o600}


def test_of_whoever_lives_there_is_no_report(tmp_path: Path) -> None:
    marker = Marker(tmp_path, "b" * 64)
    assert crash.collect(tmp_path) == []
    assert crash.last(tmp_path) is None
    marker.close()
    assert list(tmp_path.iterdir()) == []


def test_a_report_that_was_not_finished_is_no_trouble(tmp_path: Path) -> None:
    (tmp_path / "1-1.running").write_bytes(b'{"schema"')
    (tmp_path / "2-2.json").write_bytes(b"")
    assert crash.last(tmp_path) is not None
    assert [each.pid for each in crash.collect(tmp_path)] == [0]


def test_an_error_is_told_without_what_it_quotes(tmp_path: Path) -> None:
    marker = Marker(tmp_path, "b" * 64)
    try:
        try:
            json.loads("planted-secret")
        except ValueError as error:
            secret = {"key": "planted-secret"}
            raise KeyError(secret["key"]) from error
    except KeyError as error:
        marker.report("an error", error)
        described = faults.describe(error)
    marker.close()
    kept = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"planted-secret" not in kept
    assert "JSONDecodeError" in described and "KeyError" in described
    assert "test_an_error_is_told" in described
    last = crash.last(tmp_path)
    assert last is not None and last.detail == described


def test_what_the_system_says_is_told(tmp_path: Path) -> None:
    try:
        (tmp_path / "planted").read_bytes()
    except OSError as error:
        assert faults.name(error) == "FileNotFoundError: No such file or directory"
