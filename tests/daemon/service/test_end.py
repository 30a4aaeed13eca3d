"""Ending: by word, by signal, by itself."""

import asyncio
import os
import signal
import site
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from synthd.daemon.service.calls import Caller
from synthd.daemon.service.ending import Ending
from synthd.daemon.service.guests import Guests
from synthd.daemon.service.idle import Idle
from synthd.daemon.service.instance import living
from synthd.daemon.thin.dial import dial

PATIENCE = 40.0


def test_stop_waits_until_it_is_gone(house: Any) -> None:
    pid = house.start()
    done = house.run("daemon", "stop")
    assert done.returncode == 0 and f"pid {pid}" in done.stdout
    assert living(str(house.runtime)) == []
    assert not Path(house.files.socket).exists()
    assert list((house.state / "crashes").iterdir()) == []  # it ended as it should
    again = house.run("daemon", "stop")
    assert again.returncode == 0 and "no daemon runs" in again.stdout


def test_restart(house: Any) -> None:
    pid = house.start()
    done = house.run("daemon", "restart")
    assert done.returncode == 0
    assert house.status()["pid"] not in (0, pid)


@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP"])
def test_signals_end_it_in_order(house: Any, name: str, wait_until: Callable[..., None]) -> None:
    pid = house.start()
    os.kill(pid, signal.Signals[name])
    wait_until(lambda: not living(str(house.runtime)))
    status = house.status()
    assert status["running"] is False
    assert status["last_crash"] is None, status["last_crash"]["detail"]


def test_stop_now_ends_one_that_does_not_answer(house: Any) -> None:
    pid = house.start()
    os.kill(pid, signal.SIGSTOP)
    done = house.run("daemon", "stop", "--now")
    assert done.returncode == 0 and f"pid {pid}" in done.stdout
    assert living(str(house.runtime)) == []


def test_in_the_foreground(house: Any, wait_until: Callable[..., None]) -> None:
    """As systemd runs it."""
    with subprocess.Popen(
        house.command("daemon", "run"),
        env=house.environment,
        stdin=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        wait_until(lambda: house.status()["running"])
        assert house.status()["pid"] == process.pid
        second = house.run("daemon", "run")
        assert second.returncode == 0 and f"pid {process.pid}" in second.stderr
        process.terminate()
        _, said = process.communicate(timeout=PATIENCE)
        assert process.returncode == 0
        assert "ending: it got SIGTERM" in said


@pytest.fixture
def another_build(house: Any, tmp_path: Path) -> Any:
    """The same folders, with another installation of synthd."""
    venv = tmp_path / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", venv], check=True)
    own = next((venv / "lib").glob("python*/site-packages"))
    lines = [f"import site; site.addsitedir({place!r})" for place in site.getsitepackages()]
    (own / "also.pth").write_text("\n".join(lines) + "\n")
    return type(house)(house.folder, house.environment, str(venv / "bin" / "python"))


def test_builds_have_daemons_of_their_own(house: Any, another_build: Any) -> None:
    old, new = house.start(), another_build.start()
    assert old != new
    assert house.status()["pid"] == old and another_build.status()["pid"] == new
    assert [each["pid"] for each in another_build.status()["other_daemons"]] == [old]
    assert house.run("daemon", "stop").returncode == 0
    assert house.status()["other_daemons"][0]["pid"] == new
    done = house.run("daemon", "stop", "--all")
    assert done.returncode == 0 and f"pid {new}" in done.stdout
    assert living(str(house.runtime)) == []


def test_nobody_needs_it(house: Any, wait_until: Callable[..., None]) -> None:
    house.write_config("[daemon]\nidle_minutes = 0.005\n")
    house.start()
    wait_until(lambda: not living(str(house.runtime)))
    assert "nobody needed it" in house.run("daemon", "logs").stdout
    assert house.status()["last_crash"] is None


def test_a_client_needs_it(at_home: Any, wait_until: Callable[..., None]) -> None:
    at_home.write_config("[daemon]\nidle_minutes = 0.005\n")
    with dial("lsp").socket:
        time.sleep(1.5)
        assert len(living(str(at_home.runtime))) == 1
    wait_until(lambda: not living(str(at_home.runtime)))


async def idle(minutes: float, guests: Guests, jobs: Callable[[], int], seconds: float) -> bool:
    """Whether it asked for the end within so long."""
    ending = Ending()
    watching = Idle("build", guests, ending, minutes=lambda: minutes, jobs=jobs)
    task = asyncio.create_task(watching.watch())
    try:
        async with asyncio.timeout(seconds):
            await ending.asked.wait()
    except TimeoutError:
        return False
    finally:
        task.cancel()
    return ending.at_once.is_set()


async def test_what_keeps_it() -> None:
    guests = Guests()
    assert await idle(0.001, guests, lambda: 0, PATIENCE)
    assert not await idle(0.001, guests, lambda: 1, 0.6)
    assert not await idle(0, guests, lambda: 0, 0.6)
    with guests.entered(Caller("client-1"), "lsp"):
        assert not await idle(0.001, guests, lambda: 0, 0.6)
    with guests.entered(Caller("client-2"), "control") as watcher:
        assert await idle(0.001, guests, lambda: 0, PATIENCE)
        watcher.working = True
        assert not await idle(0.001, guests, lambda: 0, 0.6)
