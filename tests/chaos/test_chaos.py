"""kill -9 at random, again and again, over a running mix of jobs: of the daemon, of workers, of
clients. Nothing is lost, nothing is run or paid for twice, the store is whole."""

from __future__ import annotations

import os
import signal
import sqlite3
import time
from collections import Counter
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field
from random import Random
from subprocess import Popen
from typing import Any

import psutil
import pytest

from synthd.daemon.client.errors import Lost
from synthd.daemon.thin.errors import Unreachable

FULL = os.environ.get("SYNTHD_SOAK") == "1"
KILLS = 200 if FULL else 12
STRATEGIES = ("seidr", "best-of-n", "auto", "rex")
AT_ONCE = 10  # jobs that are not over, at most
MODULES = {
    "daemon": "synthd.daemon.service",
    "worker": "synthd.daemon.workers",
    "engine": "synthd.synth.models.engine_child",
}
SETTLED = 1.0  # seconds after which an answer that the server has given must be on disk
END = 240.0  # seconds for what is left once nothing is killed any more


@dataclass
class Chaos:
    world: Any
    random: Random
    clients: dict[int, Popen[str]] = field(default_factory=dict)
    acknowledged: dict[int, str] = field(default_factory=dict)  # number of the job → id
    kills: list[tuple[float, str]] = field(default_factory=list)
    number: int = 0

    def submit(self) -> None:
        self.number += 1
        strategy = STRATEGIES[self.number % len(STRATEGIES)]
        priority = self.random.choice(["interactive", "batch"])
        self.clients[self.number] = self.world.client(self.number, strategy, priority)

    def gather(self) -> None:
        """What the clients that have ended, killed or not, had been told."""
        for number, client in list(self.clients.items()):
            if client.poll() is not None:
                assert client.stdout is not None
                if id := client.stdout.read().strip():
                    self.acknowledged[number] = id
                client.stdout.close()
                del self.clients[number]

    def kill(self, target: str = "") -> None:
        target = target or self.random.choices(["daemon", "worker", "client"], [1, 2, 1])[0]
        victim = self._victim(target)
        if victim is None:
            return
        try:
            os.kill(victim, signal.SIGKILL)
        except ProcessLookupError:
            return
        self.kills.append((time.monotonic(), target))

    def _victim(self, target: str) -> int | None:
        if target == "client":
            alive = [client.pid for client in self.clients.values()]
        else:
            alive = [p.pid for p in self.world.processes() if MODULES[target] in _command(p)]
        return self.random.choice(alive) if alive else None


def _command(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.Error:
        return []


def ask(world: Any, do: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
    """Of whichever daemon there is, however often it is killed meanwhile."""
    for _ in range(50):
        try:
            line, _pid = world.line()
            with closing(line):
                return line.ask(do, body)
        except (Lost, Unreachable, OSError):
            time.sleep(0.05)
    raise AssertionError(f"{do} was never answered")


def unfinished(world: Any) -> list[dict[str, Any]]:
    jobs = ask(world, "jobs.list", {"limit": 1000})["jobs"]
    return [job for job in jobs if job["state"] not in ("done", "cancelled")]


@pytest.mark.soak
def test_nothing_is_lost_or_paid_for_twice(world: Any) -> None:
    chaos = Chaos(world, Random(7))
    while len(chaos.kills) < KILLS:
        chaos.gather()
        while len(chaos.clients) < AT_ONCE and len(unfinished(world)) < AT_ONCE:
            chaos.submit()
        # Short pauses meet starts and recoveries, long ones searches.
        time.sleep(
            chaos.random.choice([chaos.random.uniform(0.05, 0.7), chaos.random.uniform(1, 3)])
        )
        chaos.kill()
    _let_end(world)
    for client in chaos.clients.values():
        client.wait(30)
    chaos.gather()
    jobs = {job["id"]: job for job in ask(world, "jobs.list", {"limit": 10_000})["jobs"]}
    killed = Counter(target for _, target in chaos.kills)
    print(f"\n{len(jobs)} jobs, {dict(killed)} killed; {_again(world, chaos)[1]} calls in all")
    assert min(killed.values()) > 0
    # Each job that a client was told of is there, and came to its end; each once.
    assert set(chaos.acknowledged.values()) <= set(jobs)
    functions = Counter(job["function"] for job in jobs.values())
    assert max(functions.values()) == 1, functions.most_common(3)
    assert {job["state"] for job in jobs.values()} == {"done"}
    for id, job in jobs.items():
        shown = ask(world, "jobs.show", {"id": id})["job"]
        number = int(job["function"].removeprefix("plus_"))
        assert shown["result"]["status"] == "verified", (id, shown["result"]["message"])
        assert f"return n + {number}\n" in shown["result"]["code"] + "\n"
    assert _again(world, chaos)[0] == []
    _whole(world, list(jobs))


def _let_end(world: Any) -> None:
    until = time.monotonic() + END
    while left := unfinished(world):
        assert time.monotonic() < until, [(job["id"], job["state"], job["why"]) for job in left]
        for job in left:
            if job["state"] == "paused":  # its worker was killed three times in a row
                ask(world, "jobs.resume", {"id": job["id"]})
        time.sleep(0.3)


def _again(world: Any, chaos: Chaos) -> tuple[list[str], int]:
    """Contents that were asked for again though they had been answered long before any kill could
    have kept the answer from the disk."""
    found, every = [], 0
    for content, calls in world.model.calls.items():
        every += len(calls)
        for call in calls[:-1]:
            safe = call.ended is not None and not any(
                call.began <= at <= call.ended + SETTLED for at, _ in chaos.kills
            )
            if safe:
                found.append(content)
    return found, every


def _whole(world: Any, ids: list[str]) -> None:
    """The store holds together, and each trace counts without gaps."""
    with closing(sqlite3.connect(world.state / "jobs" / "jobs.sqlite")) as store:
        assert store.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        for id in ids:
            rows = store.execute("SELECT seq FROM events WHERE job = ? ORDER BY seq", (id,))
            numbers = [seq for (seq,) in rows]
            assert numbers == list(range(len(numbers))) and numbers
            ends = store.execute(
                'SELECT count(*) FROM events WHERE job = ? AND line LIKE \'{"kind":"end"%\'', (id,)
            ).fetchone()
            assert ends == (1,)


@pytest.mark.soak
@pytest.mark.real_model
def test_a_real_engine_is_killed_too(world: Any, weights: Mapping[str, str]) -> None:
    world.environment |= weights
    chaos = Chaos(world, Random(3))
    line, _ = world.line()
    with closing(line):
        for number in range(1, 5 if FULL else 2):
            line.ask("jobs.submit", {"spec": world.spec(number, "best-of-n", "batch")})
    targets = ["engine", "worker", "engine", "daemon"] * 6 if FULL else ["engine", "daemon"]
    for target in targets:
        _until(lambda: _running(world) or not _going(world), 60.0)
        time.sleep(chaos.random.uniform(0.5, 2.5))
        chaos.kill(target)
    _let_end(world)
    jobs = ask(world, "jobs.list")["jobs"]
    print(f"\n{len(jobs)} jobs, {dict(Counter(target for _, target in chaos.kills))} killed")
    assert {target for _, target in chaos.kills} >= {"engine"}
    for job in jobs:
        result = ask(world, "jobs.show", {"id": job["id"]})["job"]["result"]
        assert result["status"] == "verified", result["message"]
    _whole(world, [job["id"] for job in jobs])


def _going(world: Any) -> list[dict[str, Any]]:
    return [job for job in unfinished(world) if job["state"] != "paused"]


def _running(world: Any) -> bool:
    return any(MODULES["engine"] in _command(process) for process in world.processes())


def test_nothing_runs_on_after_the_daemon_is_gone(world: Any) -> None:
    line, pid = world.line()
    world.model.seconds_per_line = 0.5
    for number in range(1, 4):
        line.ask("jobs.submit", {"spec": world.spec(number, "best-of-n", "interactive")})
    _until(lambda: world.model.running >= 2)
    os.kill(pid, signal.SIGKILL)
    line.close()
    _until(lambda: not world.processes())
    _until(lambda: world.model.running == 0)


def _until(true: Any, seconds: float = 30.0) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end
        time.sleep(0.02)
