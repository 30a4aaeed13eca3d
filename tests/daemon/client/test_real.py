"""The Python API with a real daemon, a real worker, a real sandbox, and a model with a script."""

from __future__ import annotations

import asyncio
import json
import os
import signal

import pytest

from synthd.daemon import AsyncClient, Client
from synthd.daemon.client.errors import Failed
from synthd.daemon.client.jobs import Event
from synthd.daemon.jobs.states import State

FILE = 'RATE = 2\n\n\ndef double(x):\n    """Twice.\n\n    >>> double(2)\n    4\n    """\n'
RIGHT = "```python\ndef double(x):\n    return RATE * x\n```\n"
WRONG = "```python\ndef double(x):\n    return x\n```\n"


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "project" / "work.py"
    path.parent.mkdir()
    path.write_text(FILE)
    return path


def test_from_a_file_to_verified_code_and_its_certificate(real, path, model):
    model.say = lambda prompt: RIGHT
    with Client(environment=real.environment) as client:
        result = client.synthesize(f"{path}::double", write=True)
        assert (result.status, result.written, result.warnings) == ("verified", True, [])
        assert path.read_text().endswith("    return RATE * x\n")
        assert result.load()(4) == 8
        assert result.job.id in repr(result) and "double(2)" in result._repr_html_()
        (kept,) = client.certificates(path)
        assert (kept["function"], kept["standing"]) == ("double", "fresh")

        path.write_text(path.read_text().replace("RATE = 2", "RATE = 3"))
        for _ in range(400):
            (kept,) = client.certificates(path)
            if kept["standing"] == "stale":
                break
            signal.sigtimedwait([], 0.05)
        assert kept["why"] == "`RATE`, which it uses changed"

        (job,) = client.list()
        assert job.status == "verified" and not client.list(over=False)
        assert client.export(job.id[:3])["head"]
        events = [update for update in client.watch(job.id) if isinstance(update, Event)]
        assert [event.seq for event in events] == list(range(len(events)))
        assert client.status()["watching"]["certificates"]["stale"] == 1


async def test_several_at_once_each_with_its_own_end(real, path, model):
    model.say = lambda prompt: WRONG if "Twice" in prompt else RIGHT
    other = 'RATE = 2\n\n\ndef double(x):\n    """double(3) -> 6"""\n'
    async with AsyncClient(environment=real.environment) as client:

        def ask(given, **options):
            return client.synthesize(given, progress=False, batch=True, **options)

        unsolved, solved, failed = await asyncio.gather(
            ask(f"{path}::double", max_programs=2, write=True),
            ask(other),
            ask("def double(x):\n    ...\n"),
            return_exceptions=True,
        )
        assert (unsolved.status, unsolved.written, path.read_text()) == ("unsolved", False, FILE)
        assert unsolved.report["checks"][0]["got"].strip() == "2"
        assert solved.verified and solved.load()(5) == 10
        assert isinstance(failed, Failed) and "no examples" in str(failed)
        assert [job.priority for job in await client.list()] == ["batch"] * 3


async def test_a_killed_daemon_loses_nothing_and_the_waiting_goes_on(real, path, model):
    model.seconds_per_word = 0.3
    model.say = lambda prompt: RIGHT
    async with AsyncClient(environment=real.environment) as client:
        waiting = asyncio.create_task(client.synthesize(f"{path}::double", progress=False))
        async with asyncio.timeout(30):
            while not model.prompts:  # noqa: ASYNC110
                await asyncio.sleep(0.02)
        pid = (await client.status())["pid"]
        os.kill(pid, signal.SIGKILL)
        async with asyncio.timeout(60):
            result = await waiting
        assert result.verified
        assert (await client.status())["pid"] != pid
        assert len(await client.list()) == 1


async def test_who_leaves_cancels_and_nothing_runs_on(real, path, model):
    model.seconds_per_word = 0.3
    model.say = lambda prompt: RIGHT * 50
    async with AsyncClient(environment=real.environment) as client:
        waiting = asyncio.create_task(client.synthesize(f"{path}::double", progress=False))
        async with asyncio.timeout(30):
            while not model.prompts:  # noqa: ASYNC110
                await asyncio.sleep(0.02)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        (job,) = await client.list()
        assert job.state is State.CANCELLED
        assert await asyncio.to_thread(model.broken_off.wait, 10)


def test_what_the_command_line_writes_is_watched_by_a_daemon_that_runs(real, path, model):
    model.say = lambda prompt: RIGHT
    target = f"{path}::double"
    with Client(environment=real.environment) as client:
        client.status()
        done = real.run("synth", target, "--write", "--json", "--example", "double(4) == 8")
        assert done.returncode == 0
        (kept,) = client.certificates()
        assert (kept["path"], kept["standing"]) == (str(path), "fresh")


def test_privacy_ends_the_daemon_and_deletes_what_it_kept(real, path, model):
    model.say = lambda prompt: RIGHT
    with Client(environment=real.environment) as client:
        client.synthesize(f"{path}::double")
    kept = {one["what"]: one for one in json.loads(real.run("privacy", "--json").stdout)["kept"]}
    assert kept["jobs"]["things"] > 0 and kept["logs"]["things"] > 0 and "other" not in kept
    done = real.run("privacy", "--delete", "all", "--yes")
    assert (done.returncode, done.stderr) == (0, "")
    assert "no daemon" in real.run("daemon", "status").stdout
    left = {each for each in real.root.rglob("*") if each.is_file()} - {path}
    assert left == set()


def test_a_config_that_becomes_wrong_leaves_the_settings_of_before(real, path, model):
    """As they were when they were right last; status and result say what is wrong."""
    model.say = lambda prompt: WRONG
    config = real.root / "config" / "synthd" / "config.toml"
    config.parent.mkdir(parents=True)
    config.write_text("max_programs = 3\n")
    with Client(environment=real.environment) as client:
        before = client.synthesize(f"{path}::double", progress=False)
        assert before.report["cost"]["programs"] == 3
        config.write_text("max_programs = 'many'\n")
        for _ in range(400):
            if problems := client.status()["watching"]["config_problems"]:
                break
            signal.sigtimedwait([], 0.05)
        assert "max_programs" in problems[0] and str(config) in problems[0]
        after = client.synthesize(f"{path}::double", progress=False)
        assert after.report["cost"]["programs"] == 3
        (warning,) = after.warnings
        assert "max_programs" in warning and "the settings of before count" in warning
        config.write_text("max_programs = 2\n")
        for _ in range(400):
            if not client.status()["watching"]["config_problems"]:
                break
            signal.sigtimedwait([], 0.05)
        assert client.synthesize(f"{path}::double").report["cost"]["programs"] == 2
