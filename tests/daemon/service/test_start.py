"""One daemon for each user and build, whatever the last one left behind."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from synthd.daemon.service.instance import living, look, sweep
from synthd.daemon.thin import locks
from synthd.daemon.thin.address import files
from synthd.daemon.thin.dial import dial
from synthd.daemon.thin.errors import NotRunning, Unreachable
from synthd.daemon.thin.starting import daemon_environment

PATIENCE = 60.0


def starts(house: Any) -> int:
    """How many daemons have come as far as their log."""
    logs = (house.state / "logs").glob("daemon-*.log")
    return sum(path.read_text().count(" build ") for path in logs)


def test_many_clients_at_once_start_one(house: Any, soak: bool) -> None:
    clients = [
        subprocess.Popen(
            house.command("daemon", "start"),
            env=house.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        for _ in range(50 if soak else 20)
    ]
    said = {client.communicate(timeout=PATIENCE)[0] for client in clients}
    assert [client.returncode for client in clients] == [0] * len(clients), said
    assert len(said) == 1  # all of them name the same pid
    assert len(living(str(house.runtime))) == 1
    assert starts(house) == 1


def test_starting_twice_is_starting_once(house: Any) -> None:
    said = [house.run("daemon", "start").stdout for _ in range(2)]
    assert said == [f"the daemon runs (pid {house.status()['pid']})\n"] * 2


def test_none_is_started_where_none_is_wanted(at_home: Any) -> None:
    with pytest.raises(NotRunning, match="synthd daemon start"):
        dial("control", start=False)
    assert living(str(at_home.runtime)) == []


def test_killed_daemon_is_replaced(house: Any, wait_until: Callable[..., None]) -> None:
    pid = house.start()
    os.kill(pid, signal.SIGKILL)
    wait_until(lambda: not living(str(house.runtime)))
    assert Path(house.files.socket).exists()  # the dead one's
    assert house.start() != pid


def test_stale_files_of_all_kinds(house: Any) -> None:
    house.runtime.mkdir(mode=0o700)
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(house.files.socket)
    # A pid that is used again, by a process that has nothing to do with it: this one.
    note = {"schema": 1, "pid": os.getpid(), "build": "0" * 64, "since": 0.0}
    Path(house.files.held).write_text(json.dumps(note))
    Path(house.files.start).write_text("")
    Path(house.files.tcp).write_text(json.dumps({"schema": 1, "port": 1, "token": "t"}))
    Path(house.files.tcp).chmod(0o600)
    pid = house.start()
    assert pid != os.getpid()
    assert house.status()["pid"] == pid
    assert not Path(house.files.tcp).exists()


def test_stop_ends_nobody_whose_pid_is_in_a_stale_file(house: Any) -> None:
    house.runtime.mkdir(mode=0o700)
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as innocent:
        note = {"schema": 1, "pid": innocent.pid, "build": "0" * 64, "since": 0.0}
        Path(house.files.held).write_text(json.dumps(note))
        done = house.run("daemon", "stop", "--now", "--all")
        assert done.returncode == 0 and "no daemon runs" in done.stdout
        assert innocent.poll() is None
        innocent.communicate(b"\n", timeout=PATIENCE)


def test_leftovers_of_other_builds_are_swept(tmp_path: Path) -> None:
    dead, alive = files(str(tmp_path), "a" * 64), files(str(tmp_path), "b" * 64)
    for each in (dead, alive):
        Path(each.socket).touch()
        Path(each.held).touch()
    lock = locks.take(alive.held)
    assert lock is not None
    sweep(str(tmp_path))
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "b" * 12 + ".lock",
        "b" * 12 + ".sock",
    ]
    lock.release()


def test_what_stands_in_the_way_is_told(house: Any) -> None:
    (house.folder / "state").touch()
    done = house.run("daemon", "start")
    assert done.returncode == 3
    assert str(house.folder / "state") in done.stderr
    assert done.stderr.startswith("synthd: ") and "Traceback" not in done.stderr


def test_a_daemon_that_cannot_write_its_reports_says_so(house: Any) -> None:
    house.state.mkdir(parents=True)
    (house.state / "crashes").touch()
    done = house.run("daemon", "start")
    assert done.returncode == 3
    assert "did not start" in done.stderr and str(house.state / "crashes") in done.stderr


def test_a_frozen_daemon_is_told_of_and_can_be_replaced(at_home: Any) -> None:
    pid = at_home.start()
    os.kill(pid, signal.SIGSTOP)
    with pytest.raises(Unreachable, match="restart --now"):
        dial("control", patience=1.0)
    os.kill(pid, signal.SIGCONT)
    assert at_home.status()["pid"] == pid


def test_daemon_gets_no_secrets_of_whoever_starts_it(house: Any) -> None:
    planted = {
        "OPENAI_API_KEY": "sk-planted-1",
        "SYNTHD_PLANTED_TOKEN": "planted-2",
        "OLLAMA_HOST": "http://user:planted-3@localhost:1",
        "PLANTED": "planted-4",
    }
    pid = house.also(**planted).start()
    told = Path(f"/proc/{pid}/environ").read_bytes()
    assert b"SYNTHD_RUNTIME_DIR" in told
    assert b"planted" not in told.lower()
    assert b"planted" not in house.everything_on_disk().lower()


def test_what_a_daemon_gets() -> None:
    given = {"PATH": "/bin", "LC_ALL": "C", "XDG_STATE_HOME": "/s", "SYNTHD_TCP": "1"}
    left_out = {"SYNTHD_API_KEY": "k", "PYTHONPATH": "/p", "HTTP_PROXY": "http://p", "EDITOR": "e"}
    assert daemon_environment({**given, **left_out}) == given


def test_it_leaves_the_family_of_whoever_starts_it(house: Any) -> None:
    pid = house.start()
    assert os.getsid(pid) == os.getpgid(pid) != os.getsid(0)
    assert os.readlink(f"/proc/{pid}/cwd") == "/"
    for stream in (0, 1, 2):
        assert os.readlink(f"/proc/{pid}/fd/{stream}") == "/dev/null"


HOLD = """
import sys, time
from synthd.daemon.thin import locks
lock = locks.take(sys.argv[1])
print("held" if lock else "not held", flush=True)
time.sleep(100)
"""


@pytest.fixture
def holder(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-c", HOLD, str(tmp_path / "lock")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout and process.stdout.readline() == "held\n"
        yield process
        process.kill()


def test_lock_is_held_for_life_and_no_longer(tmp_path: Path, holder: subprocess.Popen[str]) -> None:
    path = str(tmp_path / "lock")
    assert locks.is_held(path)
    assert locks.take(path) is None
    holder.kill()
    holder.wait(PATIENCE)
    assert not locks.is_held(path)
    lock = locks.take(path)
    assert lock is not None
    lock.release(remove=True)
    assert not Path(path).exists()
    assert not locks.is_held(path)


def test_who_does_not_say_its_pid_is_still_there(tmp_path: Path) -> None:
    found = files(str(tmp_path), "c" * 64)
    lock = locks.take(found.held)
    assert lock is not None
    other = look(found)
    assert other is not None and other.pid == 0
    lock.release()
    assert look(found) is None
