"""What the daemon makes of a process that it started as a worker, whatever that process does."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from synthd.daemon.jobs.messages import Gone
from synthd.daemon.jobs.ports import NoWorker
from synthd.daemon.workers.process import Processes


@pytest.fixture
def pretender(tmp_path: Path):
    """Workers that are a script."""

    def make(script: str) -> Processes:
        path = tmp_path / "pretender.py"
        path.write_text(script)
        return Processes((sys.executable, str(path)))

    return make


async def said_by(workers: Processes, desk) -> tuple[list[object], str]:
    async with workers.start(desk.order()) as worker:
        said = [message async for message in worker.messages()]
        return said, worker.last_words()


async def test_what_is_no_message_is_left_out_and_logged_without_its_text(
    pretender, desk, caplog
) -> None:
    workers = pretender(
        "import sys\n"
        "print('a secret of the user')\n"
        'print(\'{"say": "gone"}\')\n'
        'print(\'{"say": "gone", "more": 1}\')\n'
        "print('x' * 300_000)\n"
        "sys.stdout.buffer.write(b'\\xff\\xfe\\n')\n"
        'print(\'{"say": "gone"}\', end="")\n'
    )
    said, _ = await said_by(workers, desk)
    assert said == [Gone()]
    assert len(caplog.records) == 4 and "secret" not in caplog.text


async def test_a_line_without_an_end_does_not_fill_the_memory(pretender, desk) -> None:
    workers = pretender("import os\nwhile True:\n    os.write(1, b'x' * 65536)\n")
    said, words = await said_by(workers, desk)
    assert said == [] and words == "the worker was killed by SIGKILL"


@pytest.mark.parametrize(
    ("script", "words"),
    [
        ("import sys; sys.exit(3)", "the worker ended with status 3"),
        ("raise RuntimeError('a secret')", "status 1: RuntimeError at pretender.py:1"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)", "killed by SIGSEGV"),
    ],
)
async def test_last_words_tell_how_it_ended_and_nothing_that_it_had(
    pretender, desk, script, words
) -> None:
    said, told = await said_by(pretender(script), desk)
    assert said == [] and words in told and "secret" not in told


async def test_one_that_cannot_be_started_is_said_to_be(desk, tmp_path: Path) -> None:
    with pytest.raises(NoWorker, match="no process can be started"):
        async with Processes((str(tmp_path / "nothing"),)).start(desk.order()):
            pass


async def test_what_ignores_every_signal_is_ended_with_what_it_started(
    pretender, desk, all_gone
) -> None:
    workers = pretender(
        "import signal, subprocess, sys, time\n"
        "for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):\n"
        "    signal.signal(number, signal.SIG_IGN)\n"
        "for _ in range(3):\n"
        "    subprocess.Popen(['sleep', '600'], start_new_session=True)\n"
        'print(\'{"say": "gone"}\', flush=True)\n'
        "while True:\n"
        "    pass\n"
    )
    async with workers.start(desk.order()) as worker:
        assert await anext(worker.messages()) == Gone()
        tree = psutil.Process(worker.pid).children(recursive=True)
        assert len(tree) == 3
        began = time.monotonic()
    assert time.monotonic() - began < 1.0
    assert all_gone([*tree], 0.2)
    assert not psutil.pid_exists(worker.pid)


async def test_one_that_does_not_read_does_not_hold_the_daemon_up(pretender, desk) -> None:
    workers = pretender("import time\ntime.sleep(600)\n")
    start = desk.order(text="x" * 2_000_000)
    began = time.monotonic()
    async with workers.start(start) as worker:
        for _ in range(3):
            worker.send(start)
    assert time.monotonic() - began < 5
    worker.send(start)  # to nobody


async def test_its_environment_is_the_jobs_and_not_to_be_seen_from_outside(desk, model) -> None:
    os.environ["SYNTHD_TEST_PLANTED_KEY"] = "sk-of-the-daemon-1234567"
    start = desk.order(environment={"SOME_API_KEY": "sk-of-the-job-1234567"})
    try:
        async with desk.workers.start(start) as worker:
            shown = psutil.Process(worker.pid).environ()
            async for _ in worker.messages():
                shown |= psutil.Process(worker.pid).environ()
                break
    finally:
        del os.environ["SYNTHD_TEST_PLANTED_KEY"]
    assert "PATH" in shown and "sk-of-the" not in str(shown)


def test_what_libraries_print_does_not_get_into_the_line() -> None:
    script = (
        "import os, subprocess, sys\n"
        "from synthd.daemon.workers.wire import Wire\n"
        "wire = Wire.take_over()\n"
        "print('noise'); os.write(1, b'noise'); sys.stdout.flush()\n"
        "subprocess.run(['echo', 'noise'])\n"
        "assert sys.stdin.read() == ''\n"
        "wire.write(wire.first() + b' back\\n')\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], input=b"there\n", capture_output=True, timeout=20
    )
    assert done.stdout == b"there back\n" and done.stderr.count(b"noise") == 3
