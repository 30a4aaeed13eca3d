"""A daemon with work to do: it stays for it, finishes it, or leaves it for the next one."""

import contextlib
import os
import sqlite3
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from ollama_server import OllamaServer

from synthd.daemon.service.instance import living
from synthd.daemon.thin.asking import ask
from synthd.daemon.thin.dial import dial
from synthd.daemon.thin.errors import Unreachable

PATIENCE = 40.0
STUB = '''def twice(n):
    """Double it.

    >>> twice(2)
    4
    >>> twice(5)
    10
    """
'''
RIGHT = "```python\ndef twice(n):\n    return 2 * n\n```"


class Model(OllamaServer):
    """Thinks until it is told to answer. asked: how many calls have come."""

    def __init__(self) -> None:
        self.answers = threading.Event()
        self.asked = 0
        super().__init__()

    def close(self) -> None:
        self.answers.set()
        super().close()

    def reply(self, asked: dict[str, Any]) -> Iterator[str]:
        self.asked += 1
        self.answers.wait(PATIENCE)
        yield RIGHT


@pytest.fixture
def model() -> Iterator[Model]:
    model = Model()
    try:
        yield model
    finally:
        model.close()


@pytest.fixture
def busy(at_home: Any, model: Model, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A house whose daemon runs a job, which waits for its model."""
    monkeypatch.setenv("OLLAMA_HOST", model.url)
    monkeypatch.setenv("SYNTHD_MODEL", "ollama/coder")
    at_home.write_config("[daemon]\nidle_minutes = 0.005\n")
    house = at_home.also(OLLAMA_HOST=model.url, SYNTHD_MODEL="ollama/coder")
    submit(house)
    end = time.monotonic() + PATIENCE
    while not model.asked and time.monotonic() < end:
        time.sleep(0.02)
    assert model.asked
    return house


def submit(house: Any) -> None:
    spec = {
        "path": str(house.folder / "work.py"),
        "text": STUB,
        "function": "twice",
        "settings": {"strategy": "best-of-n", "tested_seconds": 0.0},
    }
    with dial("control").socket as connection:
        ask(connection, "jobs.submit", {"spec": spec}, PATIENCE)


def job() -> dict[str, Any]:
    with dial("control").socket as connection:
        (found,) = ask(connection, "jobs.list", {}, PATIENCE)["jobs"]  # type: ignore[misc]
    return dict(found)


def test_it_stays_while_there_is_work(
    busy: Any, model: Model, wait_until: Callable[..., None]
) -> None:
    time.sleep(1.5)  # far longer than it is idle without work
    status = busy.status()
    assert [job["state"] for job in status["jobs"]] == ["running"]
    assert "work.py::twice" in busy.run("daemon", "status").stdout
    model.answers.set()
    wait_until(lambda: not living(str(busy.runtime)))
    assert "nobody needed it" in busy.run("daemon", "logs").stdout
    assert job()["state"] == "done"


def test_stop_finishes_what_runs(busy: Any, model: Model) -> None:
    with subprocess.Popen(
        busy.command("daemon", "stop"), env=busy.environment, stdout=subprocess.PIPE, text=True
    ) as stopping:
        assert stopping.stdout and "finishes 1 job first" in stopping.stdout.readline()
        assert busy.status()["ending"]  # and it still says how it is
        with pytest.raises(Unreachable, match="finishes its jobs"):
            dial("lsp", patience=0.5)
        model.answers.set()
        assert stopping.wait(PATIENCE) == 0
    assert living(str(busy.runtime)) == []
    assert job()["state"] == "done"


def test_more_places_are_used_at_once(
    busy: Any, model: Model, wait_until: Callable[..., None]
) -> None:
    def running() -> int:
        return [job["state"] for job in busy.status()["jobs"]].count("running")

    for _ in range(4):
        submit(busy)
    wait_until(lambda: running() == 3)
    busy.write_config("[daemon]\nidle_minutes = 0.005\njobs_at_once = 4\n")
    wait_until(lambda: running() == 5)


def test_stop_begins_nothing_more(busy: Any, model: Model, wait_until: Callable[..., None]) -> None:
    for _ in range(3):  # two places, and one more for who waits at an editor
        submit(busy)
    wait_until(lambda: [job["state"] for job in busy.status()["jobs"]].count("running") == 3)
    with subprocess.Popen(busy.command("daemon", "stop"), env=busy.environment) as stopping:
        wait_until(lambda: busy.status()["ending"])
        model.answers.set()
        assert stopping.wait(PATIENCE) == 0
    held = str(busy.state / "jobs" / "jobs.sqlite")
    with contextlib.closing(sqlite3.connect(held)) as store:
        states = sorted(state for (state,) in store.execute("SELECT state FROM jobs"))
    assert states == ["done", "done", "done", "queued"]


def test_stop_now_leaves_it_to_the_next(
    busy: Any, model: Model, wait_until: Callable[..., None]
) -> None:
    done = busy.run("daemon", "stop", "--now")
    assert done.returncode == 0 and "finishes" not in done.stdout
    assert living(str(busy.runtime)) == []
    model.answers.set()
    wait_until(lambda: job()["state"] == "done")
    assert job()["status"] == "verified"


def test_a_killed_daemons_job_goes_on(
    busy: Any, model: Model, wait_until: Callable[..., None]
) -> None:
    os.kill(busy.status()["pid"], 9)
    model.answers.set()
    wait_until(lambda: job()["state"] == "done")
    assert "without a word" in busy.status()["last_crash"]["what"]
