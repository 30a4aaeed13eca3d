"""Daemons that are killed at random instants: run as a program of its own by test_killed.py.

    python killed.py FOLDER ROUNDS SEED

Each round forks one or two daemons that share the folder, lets them work for some milliseconds, and
kills them with SIGKILL. The last round lets one daemon finish everything. A ledger says what was
acknowledged to clients, what was started, and what watchers saw end, each line written at once.
"""

from __future__ import annotations

import asyncio
import os
import random
import signal
import sys
import time
from pathlib import Path

import scripted  # beside this file

from synthd.daemon.jobs.manager import Jobs, open_jobs
from synthd.daemon.jobs.spec import Spec
from synthd.daemon.jobs.states import Priority, State
from synthd.daemon.jobs.timing import Timing
from synthd.daemon.jobs.view import Changed

EVENTS = 6
MOST_SECONDS = 0.25
TIMING = Timing(grace=0.2, backoff=0.01, look=0.05, adopt=0.1)


class Ledger:
    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def note(self, *words: object) -> None:
        os.write(self._file, (" ".join(map(str, words)) + "\n").encode())


def main(folder: Path, rounds: int, seed: int) -> None:
    chance = random.Random(seed)
    for _ in range(rounds):
        children = [_forked(folder, chance.random()) for _ in range(chance.choice((1, 1, 2)))]
        for child in children:
            time.sleep(chance.random() * MOST_SECONDS)
            os.kill(child, signal.SIGKILL)
        for child in children:
            os.waitpid(child, 0)
    child = _forked(folder, chance.random(), last=True)
    _, status = os.waitpid(child, 0)
    sys.exit(os.waitstatus_to_exitcode(status))


def _forked(folder: Path, seed: float, *, last: bool = False) -> int:
    child = os.fork()
    if child:
        return child
    code = 1
    try:
        asyncio.run(_daemon(folder, random.Random(seed), last=last))
        code = 0
    finally:
        os._exit(code)


async def _daemon(folder: Path, chance: random.Random, *, last: bool) -> None:
    ledger = Ledger(folder / "ledger")

    async def search(stage: scripted.Stage) -> None:
        job = stage.start.job
        ledger.note("start", job, stage.start.attempt)
        stage.settle(slots=2)
        for seq in range(EVENTS):
            await stage.lease(seq)
            await asyncio.sleep(chance.random() * 0.01)
            stage.tell(seq)
            stage.release(seq)
            if stage.start.attempt == 1 and chance.random() < 0.05:
                raise scripted.Crashed("killed")
        stage.end()

    workers = scripted.Scripted({"f": search})
    async with open_jobs(
        folder / "jobs", workers, scripted.Engine(), at_once=3, owner="killed", timing=TIMING
    ) as jobs:
        if last:
            await _finished(jobs, ledger)
            return
        await asyncio.gather(*(_client(jobs, ledger, f"c{n}", chance) for n in range(3)))


async def _client(jobs: Jobs, ledger: Ledger, name: str, chance: random.Random) -> None:
    while True:
        priority = chance.choice(list(Priority))
        spec = Spec(path="w.py", text="def f(): ...", function="f", priority=priority)
        job = await jobs.submit(spec, {"PATH": "/bin"}, name)
        ledger.note("ack", job.id)
        if chance.random() < 0.15:
            ledger.note("cancelled", job.id, (await jobs.cancel(job.id)).state)
        else:
            await _watched(jobs, ledger, job.id)


async def _watched(jobs: Jobs, ledger: Ledger, id: str) -> None:
    async for update in jobs.watch(id):
        if isinstance(update, Changed) and update.job.state is State.DONE:
            ledger.note("done", id)


async def _finished(jobs: Jobs, ledger: Ledger) -> None:
    async with asyncio.timeout(60):
        for job in await jobs.list(10_000, over=False):
            await _watched(jobs, ledger, job.id)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
