"""What an editor asks for is a job of the daemon: seen, cancelled, and not lost with the editor."""

import asyncio
from typing import Any

import pytest

from synthd.daemon.jobs.states import State


async def test_a_job_ends_in_the_buffer(service: Any, jobs: Any, stub: Any) -> None:
    async with service.editor() as editor:
        uri, text = stub()
        editor.open(uri, text)
        job = await editor.synthesize(uri)
        told = await jobs.some()
        told.change(state=State.RUNNING)
        told.move("f: drafting", 0.5)
        await editor.until(lambda: [p for p in editor.progress(job) if p.get("percentage") == 50])
        told.end()
        assert (await editor.end_of(job))["state"] == "verified"
        assert editor.texts[uri] == text.replace("pass", "return 2 * x")
        assert told.spec.options.hasty and told.spec.priority == "interactive"
        assert told.spec.offset == text.index("\n") + 1
        assert dict(told.environment) == {"MARK": "0"}, "its own environment"
        assert told.view.client == "editor client-0"


async def test_waiting_is_told(service: Any, jobs: Any, stub: Any) -> None:
    async with service.editor() as editor:
        uri, text = stub()
        editor.open(uri, text)
        job = await editor.synthesize(uri)
        (await jobs.some()).change(ahead=3)
        message = "f: waiting for its turn, 3 before it"
        await editor.until(lambda: [p for p in editor.progress(job) if p["message"] == message])


@pytest.mark.parametrize("way", ["its editor", "somebody else"])
async def test_cancelling(service: Any, jobs: Any, stub: Any, way: str) -> None:
    async with service.editor() as editor:
        uri, text = stub()
        editor.open(uri, text)
        job = await editor.synthesize(uri)
        told = await jobs.some()
        if way == "its editor":
            await editor.command("synthd.cancel", {"job": job})
        else:
            await jobs.cancel(told.view.id)
        assert (await editor.end_of(job))["state"] == "cancelled"
        assert told.view.state is State.CANCELLED
        assert jobs.cancelled == [told.view.id]


async def test_cancelled_before_it_is_known(service: Any, jobs: Any, stub: Any) -> None:
    """The command answers before the job has an id of the daemon's."""
    async with service.editor() as editor:
        uri, text = stub()
        editor.open(uri, text)
        for _ in range(20):
            job = await editor.synthesize(uri)
            await editor.command("synthd.cancel", {"job": job})
            assert (await editor.end_of(job))["state"] == "cancelled"
        assert [t.view.id for t in jobs.told.values() if t.view.state is not State.CANCELLED] == []


@pytest.mark.parametrize("way", ["shutdown", "exit", "hangs up", "garbage", "is cut off"])
async def test_an_editor_that_goes_leaves_its_job(
    service: Any, jobs: Any, stub: Any, way: str
) -> None:
    async with service.editor() as editor:
        uri, text = stub()
        editor.open(uri, text)
        job = await editor.synthesize(uri)
        told = await jobs.some()
        told.change(state=State.RUNNING)
        if way == "shutdown":
            assert await editor.request("shutdown") is None
            assert (await editor.end_of(job))["state"] == "left"
        match way:
            case "shutdown" | "exit":
                editor.notify("exit")
            case "hangs up":
                editor.writer.close()
            case "garbage":
                editor.writer.write(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            case "is cut off":
                editor.writer.write(b"Content-Length: 100\r\n\r\n{")
                editor.writer.transport.abort()
        await service.left(1)
    assert told.view.state is State.RUNNING
    assert jobs.cancelled == []


async def test_what_a_job_waits_for_is_told(service: Any, jobs: Any, stub: Any) -> None:
    async with service.editor() as editor:
        uri, text = stub()
        editor.open(uri, text)
        job = await editor.synthesize(uri)
        (await jobs.some()).change(state=State.PAUSED, why="OPENAI_API_KEY is needed")
        end = await editor.end_of(job)
        assert end["state"] == "undecided"
        assert "OPENAI_API_KEY is needed" in end["message"] and "resume job0" in end["message"]
        jobs.refuse = "the disk is full"
        end = await editor.end_of(await editor.synthesize(uri))
        assert (end["state"], end["message"]) == ("error", "the disk is full")


async def test_the_editors_own_settings(service: Any, jobs: Any, stub: Any) -> None:
    async with service.editor(initialize=False) as editor:
        await editor.initialize(initializationOptions={"settings": {"max_programs": 3}})
        uri, text = stub()
        editor.open(uri, text)
        await editor.synthesize(uri)
        assert (await jobs.some(1)).spec.settings == {"max_programs": 3}
        editor.notify("workspace/didChangeConfiguration", {"settings": {"synthd": {"seed": 7}}})
        await editor.synthesize(uri)
        assert (await jobs.some(2)).spec.settings == {"seed": 7}
        for bad, word in [
            ({"sed": 7}, "unknown key 'sed'"),
            ({"ollama_host": "http://elsewhere"}, "may not be set by a workspace"),
            ({"model": "openai/gpt-4o"}, "may not decide that code leaves the machine"),
        ]:
            settings = {"settings": {"synthd": bad}}
            editor.notify("workspace/didChangeConfiguration", settings)
            end = await editor.end_of(await editor.synthesize(uri))
            assert end["state"] == "error" and word in end["message"], end
            assert end["message"].startswith("the editor's settings: ")
        assert len(jobs.told) == 2


async def test_an_untrusted_workspace_makes_no_job(service: Any, jobs: Any, stub: Any) -> None:
    async with service.editor(initialize=False) as editor:
        await editor.initialize(initializationOptions={"trusted": False})
        uri, text = stub()
        editor.open(uri, text)
        end = await editor.end_of(await editor.synthesize(uri))
        assert end["state"] == "error" and "not trusted" in end["message"]
        await asyncio.sleep(0)
        assert jobs.told == {}
