"""Both clients against what a daemon may say, and what it may do instead of saying something."""

from __future__ import annotations

import asyncio
import os

import pytest

from synthd.daemon import AsyncClient, Client
from synthd.daemon.client.errors import Lost, NoDaemon, Refused
from synthd.daemon.client.jobs import Event, Job, Progress, Voided
from synthd.daemon.jobs.states import State

PROGRESS = {"message": "drafting", "fraction": 0.5, "programs": 3, "new": "of a newer daemon"}


class Awaited:
    """A blocking client with the face of the other one, so that both pass the same tests."""

    def __init__(self, **options):
        self._options = options

    async def __aenter__(self):
        self._client = await asyncio.to_thread(lambda: Client(**self._options).__enter__())
        return self

    async def __aexit__(self, *_):
        self._client.close()

    def __getattr__(self, name):
        return lambda *a, **k: asyncio.to_thread(getattr(self._client, name), *a, **k)

    async def watch(self, id, **options):
        for update in await asyncio.to_thread(lambda: list(self._client.watch(id, **options))):
            yield update


both = pytest.mark.parametrize("kind", [AsyncClient, Awaited], ids=["async", "blocking"])


@both
async def test_jobs_are_values(kind, stand_in, job):
    told = job("done", status="verified", grade="tested", function="f", progress=PROGRESS)
    stand_in.answers = {
        "jobs.list": {"jobs": [told], "notes": []},
        "jobs.show": {"job": told},
        "jobs.cancel": {"job": job("cancelled")},
        "jobs.resume": {"job": job("queued", ahead=2)},
        "jobs.export": [{"head": {"schema": 1}}, {"lines": ["a"]}, {"lines": ["b"]}],
        "daemon.status": {"uptime": 1},
        "certificates.list": {"certificates": [{"function": "f"}]},
    }
    async with kind() as client:
        (one,) = await client.list(limit=3, over=False)
        assert (one.state, one.over, one.status) == (State.DONE, True, "verified")
        assert one.progress == Progress("drafting", 0.5, 3)
        assert await client.show("abcd") == one
        assert (await client.cancel("abcd")).state is State.CANCELLED
        assert (await client.resume("abcd")).ahead == 2
        assert await client.export("abcd") == {"head": {"schema": 1}, "lines": ["a", "b"]}
        assert await client.status() == {"uptime": 1}
        assert await client.certificates("work.py") == [{"function": "f"}]
    assert stand_in.calls("jobs.list") == [{"limit": 3, "over": False}]
    assert stand_in.hellos[0]["wants"] == "control"


@both
async def test_what_the_daemon_refuses_is_said_in_its_words(kind, stand_in, job):
    stand_in.answers["jobs.show"] = ("unknown_job", "there is no job x")
    async with kind() as client:
        with pytest.raises(Refused, match="there is no job x") as refused:
            await client.show("x")
        assert refused.value.kind == "unknown_job"
        stand_in.answers["jobs.show"] = {"job": job()}
        assert (await client.show("abcd")).id == "abcd2345"
    assert len(stand_in.hellos) == 1  # a refusal is no reason for another connection


@both
async def test_a_connection_that_ended_while_idle_is_made_anew(kind, stand_in, job):
    stand_in.answers["jobs.show"] = {"job": job()}
    async with kind() as client:
        await client.show("abcd")
        for connection in stand_in.connections:
            connection.shutdown(2)
        await asyncio.sleep(0.05)
        await client.show("abcd")
    assert len(stand_in.hellos) == 2


@both
async def test_no_request_is_sent_twice(kind, stand_in, hang_up):
    stand_in.answers["jobs.submit"] = [hang_up]
    async with kind() as client:
        with pytest.raises(Lost):
            await client.submit('def f(x):\n    """f(1) -> 2"""\n')
    assert len(stand_in.calls("jobs.submit")) == 1


@both
async def test_a_watch_goes_on_over_another_connection_where_it_was(kind, stand_in, job, hang_up):
    first = [
        {"kind": "job", "job": job("running", voids=1)},
        {"kind": "event", "seq": 0, "line": '{"a": 1}'},
        {"kind": "progress", "progress": PROGRESS},
        {"kind": "event", "seq": 1, "line": "{}"},
        hang_up,
    ]
    second = [
        {"kind": "job", "job": job("running", voids=2)},
        {"kind": "void", "seq": 1, "count": 2, "why": "another way"},
        {"kind": "event", "seq": 1, "line": "{}"},
        {"kind": "a newer daemon's"},
        {"kind": "job", "job": job("done")},
    ]
    answers = [first, second]
    stand_in.answers["jobs.watch"] = lambda body: answers.pop(0)
    async with kind() as client:
        seen = [update async for update in client.watch("abcd")]
    assert [type(update) for update in seen] == [
        Job, Event, Progress, Event, Job, Voided, Event, Job,
    ]  # fmt: skip
    assert seen[1].record == {"a": 1}
    assert stand_in.calls("jobs.watch") == [
        {"id": "abcd", "seq": 0},
        {"id": "abcd2345", "seq": 2, "voids": 1},
    ]


@both
async def test_a_watch_that_brings_nothing_ends(kind, stand_in, hang_up):
    stand_in.answers["jobs.watch"] = [hang_up]
    async with kind() as client:
        with pytest.raises(Lost):
            async for _ in client.watch("abcd"):
                pass
    assert 2 <= len(stand_in.calls("jobs.watch")) <= 6


@both
async def test_waiting_ends_where_a_job_stands_still(kind, stand_in, job):
    stand_in.answers["jobs.watch"] = [
        {"kind": "job", "job": job("running")},
        {"kind": "job", "job": job("paused")},
    ]
    stand_in.answers["jobs.show"] = {"job": job("paused", why="it needs OPENAI_API_KEY")}
    async with kind() as client:
        assert (await client.wait("abcd")).why == "it needs OPENAI_API_KEY"


@both
async def test_without_a_daemon_it_is_said_so(kind, tmp_path, monkeypatch):
    monkeypatch.setenv("SYNTHD_RUNTIME_DIR", str(tmp_path / "run"))
    with pytest.raises(NoDaemon, match="synthd daemon start"):
        async with kind(start=False):
            pass


@both
async def test_a_runtime_folder_of_somebody_else_is_not_used(kind, tmp_path, monkeypatch):
    folder = tmp_path / "run"
    folder.mkdir(mode=0o777)
    folder.chmod(0o777)
    monkeypatch.setenv("SYNTHD_RUNTIME_DIR", str(folder))
    with pytest.raises(NoDaemon, match="chmod 700"):
        async with kind():
            pass


async def test_a_cancelled_question_does_not_spoil_the_next_answer(stand_in, job):
    slow = asyncio.Event()

    def wait(body):
        import time

        time.sleep(0.3 if not slow.is_set() else 0)
        return {"job": job("running", function="slow" if not slow.is_set() else "quick")}

    stand_in.answers["jobs.show"] = wait
    async with AsyncClient() as client:
        asking = asyncio.create_task(client.show("abcd"))
        await asyncio.sleep(0.1)
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
        slow.set()
        assert (await client.show("abcd")).function == "quick"


def test_one_client_serves_several_threads(stand_in, job):
    from concurrent.futures import ThreadPoolExecutor

    stand_in.answers["jobs.show"] = lambda body: {"job": job("running", function=body["id"])}
    with Client() as client, ThreadPoolExecutor(8) as pool:
        names = [f"job{number}" for number in range(50)]
        assert [one.function for one in pool.map(client.show, names)] == names


def test_the_hello_carries_the_environment_of_the_jobs(stand_in):
    stand_in.answers["daemon.status"] = {}
    environment = {**os.environ, "ONLY_HERE": "1"}
    with Client(environment=environment) as client:
        client.status()
    assert stand_in.hellos[0]["environment"]["ONLY_HERE"] == "1"
