"""Cancelled, killed, or orphaned: nothing of a worker stays, and what it has paid for does."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from synthd.daemon.jobs.messages import Cancel, Diverged, Gone, Happened, Progressed

SPIN = "```python\ndef double(x):\n    while True:\n        pass\n```"
TIMES = ("at", "seconds", "judge_seconds", "started")


def timeless(line: str) -> object:
    def without(value):
        if isinstance(value, dict):
            return {n: without(v) for n, v in value.items() if n not in TIMES}
        return [without(v) for v in value] if isinstance(value, list) else value

    return without(json.loads(line))


def answered(attempt) -> int:
    return sum('"kind":"answered"' in line for line in attempt.lines)


def spinning(pid: int) -> bool:
    """Whether a program runs in a sandbox of this worker's."""
    try:
        return any(each.cpu_times().user > 0.3 for each in _below(pid))
    except psutil.Error:
        return False


@pytest.fixture
def searching(model, right, wrong):
    def say(prompt: str) -> str:
        if "Do not write code" in prompt:
            return "Multiply by two."
        return right if "How to fix it" in prompt else wrong

    model.say = say
    return model


def kill(worker, attempt) -> None:
    os.kill(worker.pid, signal.SIGKILL)


@pytest.mark.parametrize("answers", [0, 3, 9])
async def test_a_killed_job_goes_on_and_pays_for_nothing_twice(
    desk, searching, again, all_gone, answers
) -> None:
    start = desk.order()
    first = await desk.run(start, lambda a: answered(a) == answers and len(a.lines) > 1, kill)
    assert first.end is None and first.last_words == "the worker was killed by SIGKILL"
    assert all_gone(first.tree)
    kept = sum(1 for _ in (desk.folder / "job" / "completions").rglob("*.json"))
    assert kept >= answered(first)
    asked = len(searching.prompts)
    second = await desk.run(again(start, first))
    assert len(searching.prompts) - asked == 10 - kept
    assert not second.of(Diverged)
    assert second.end.status == "verified" and "return x * 2" in second.end.code
    seen = [timeless(line) for line in first.lines]
    assert [timeless(line) for line in second.lines][: len(seen)] == seen
    assert second.end.report["cost"]["model_calls"] == 10
    assert second.end.report["cost"]["seconds"] >= 1.0  # what was spent before counts


async def test_a_job_that_had_ended_says_the_same_again_and_asks_nobody(
    desk, searching, again
) -> None:
    first = await desk.run(start := desk.order())
    searching.prompts.clear()
    second = await desk.run(again(start, first))
    assert searching.prompts == [] and not second.of(Diverged)
    assert [timeless(line) for line in second.lines] == [timeless(line) for line in first.lines]
    assert second.end.replacement == first.end.replacement


async def test_cancelled_while_the_model_talks(desk, model, all_gone) -> None:
    model.say, model.seconds_per_word = (lambda prompt: "word\n" * 1000), 0.02
    at = []

    def cancel(worker, attempt) -> None:
        at.append(time.monotonic())
        worker.send(Cancel())

    attempt = await desk.run(
        desk.order(), lambda a: any(m.tokens > 3 for m in a.of(Progressed)), cancel
    )
    assert isinstance(attempt.end, Gone) and attempt.said[-1] is attempt.end
    assert await asyncio.to_thread(model.broken_off.wait, 1.0)
    assert all_gone(attempt.tree)
    assert time.monotonic() - at[0] < 2.0
    assert not any('"kind":"end"' in line for line in attempt.lines)


async def test_cancelled_while_a_program_spins(desk, model, all_gone) -> None:
    model.say = lambda prompt: SPIN
    tree = set()

    async def cancel_once_it_spins(worker, attempt) -> None:
        await _until(lambda: spinning(attempt.pid))
        tree.update(psutil.Process(attempt.pid).children(recursive=True))
        worker.send(Cancel())

    tasks = []
    attempt = await desk.run(
        desk.order(),
        lambda a: answered(a) == 1,
        lambda *known: tasks.append(asyncio.create_task(cancel_once_it_spins(*known))),
    )
    await tasks[0]
    assert isinstance(attempt.end, Gone) and len(tree) >= 2
    assert all_gone(tree, 2.0)


async def test_leaving_kills_whatever_it_does(desk, model, all_gone) -> None:
    """Also a worker that is stopped, and hears nothing."""
    model.say = lambda prompt: SPIN
    start, tree = desk.order(), set()
    async with desk.workers.start(start) as worker:
        served = asyncio.create_task(_serve(desk, worker))
        pid = worker.pid
        await _until(lambda: spinning(pid))
        tree = {psutil.Process(pid), *_below(pid)}
        os.kill(pid, signal.SIGSTOP)
        served.cancel()
        left = time.monotonic()
    assert time.monotonic() - left < 1.0
    assert all_gone(tree, 0.5)


async def _until(holds) -> None:
    async with asyncio.timeout(20):
        while not holds():  # noqa: ASYNC110  # nobody tells when a program has begun
            await asyncio.sleep(0.02)


async def _serve(desk, worker) -> None:
    from synthd.daemon.jobs.messages import Acquire, Granted

    async for message in worker.messages():
        if isinstance(message, Acquire):
            worker.send(Granted(lease=message.lease))


def _below(pid: int) -> list[psutil.Process]:
    try:
        return psutil.Process(pid).children(recursive=True)
    except psutil.Error:
        return []


DAEMON = """
import asyncio, sys
from synthd.daemon.jobs.messages import TO_WORKER, Acquire, Granted, Happened
from synthd.daemon.workers.process import Processes

async def main():
    start = TO_WORKER.validate_json(sys.stdin.readline())
    async with Processes().start(start) as worker:
        print(worker.pid, flush=True)
        async for message in worker.messages():
            if isinstance(message, Acquire):
                worker.send(Granted(lease=message.lease))
            if isinstance(message, Happened) and '"answered"' in message.line:
                print("answered", flush=True)

asyncio.run(main())
"""


@pytest.mark.parametrize("stopped", [False, True], ids=["busy", "stopped"])
def test_a_worker_whose_daemon_dies_leaves_at_once(
    desk, model, all_gone, tmp_path: Path, stopped: bool
) -> None:
    if stopped and sys.platform != "linux":
        pytest.skip("only the kernel of Linux ends a process that is stopped")
    model.say = lambda prompt: SPIN
    daemon = subprocess.Popen(
        [sys.executable, "-c", DAEMON],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=desk.environment,
    )
    try:
        print(desk.order().model_dump_json(), file=daemon.stdin, flush=True)
        pid = int(daemon.stdout.readline())
        assert daemon.stdout.readline() == "answered\n"
        deadline = time.monotonic() + 20
        while not spinning(pid):
            assert time.monotonic() < deadline
            time.sleep(0.02)
        tree = {psutil.Process(pid), *_below(pid)}
        if stopped:
            os.kill(pid, signal.SIGSTOP)
    finally:
        daemon.kill()
        daemon.communicate()
    assert all_gone(tree, 2.0)


async def test_what_is_another_search_now_is_said_to_be(desk, model, right, wrong, again) -> None:
    """The user's own module has changed meanwhile, and with it what programs do."""
    (desk.folder / "project").mkdir()
    helper = desk.folder / "project" / "helper.py"
    text = (
        "from helper import factor\n\n\ndef double(x):\n"
        '    """Twice x.\n\n    >>> double(2)\n    4\n    """\n    ...\n'
    )
    helper.write_text("factor = 1\n")
    model.say = lambda prompt: "```python\ndef double(x):\n    return x * factor\n```"
    start = desk.order(text, settings={"max_programs": 4, "strategy": "best-of-n"})
    first = await desk.run(start, lambda a: sum('"tried"' in line for line in a.lines) == 2, kill)
    helper.write_text("factor = 2\n")
    second = await desk.run(again(start, first))
    assert second.end.status == "verified"
    (differs,) = second.of(Diverged)
    place = second.said.index(differs)
    assert second.said[place + 1].seq == differs.seq
    before = [m.line for m in second.said[:place] if isinstance(m, Happened)]
    assert [timeless(a) for a in before] == [timeless(b) for b in first.lines[: len(before)]]
    assert timeless(second.lines[differs.seq]) != timeless(first.lines[differs.seq])
