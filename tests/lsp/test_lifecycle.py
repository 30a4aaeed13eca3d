"""However a session ends, the engine is closed and no process stays."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

HEAVY = {"litellm", "ollama", "torch", "xllamacpp", "httpx", "rich", "hypothesis", "pydantic"}


@pytest.fixture
def connect(starts: Any) -> Any:
    """Processes of their own, as editors start them."""
    return starts


@pytest.fixture
async def client(connect: Any) -> AsyncIterator[Any]:
    async with connect() as client:
        await client.initialize()
        yield client


async def _running(client: Any, script: Any, then: str = "hang") -> str:
    uri, text = script(then)
    client.open(uri, text)
    job: str = await client.synthesize(uri)
    await client.until_noted("here")
    return job


async def test_shutdown_ends_a_running_job(client: Any, script: Any, refused: Any) -> None:
    job = await _running(client, script)
    assert await client.request("shutdown") is None
    assert (await client.end_of(job))["state"] == "cancelled"
    with pytest.raises(refused, match="shutting down"):
        await client.command("synthd.jobs")
    client.notify("exit")
    assert await client.process.wait() == 0
    assert client.last_notes() == ["cancelled", "closed"]


async def test_exit_without_shutdown(client: Any, script: Any) -> None:
    await _running(client, script)
    client.notify("exit")
    assert await client.process.wait() == 1
    assert client.last_notes() == ["cancelled", "closed"]


async def test_end_of_input(client: Any, script: Any) -> None:
    await _running(client, script)
    client.process.stdin.close()
    assert await client.process.wait() == 1
    assert client.last_notes() == ["cancelled", "closed"]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
async def test_signals(client: Any, script: Any, number: signal.Signals) -> None:
    await _running(client, script)
    client.process.send_signal(number)
    await client.process.wait()
    assert client.last_notes() == ["cancelled", "closed"]


async def test_the_death_of_the_client_process(connect: Any, script: Any) -> None:
    """Its end of the pipe may live on in a child of the editor."""
    editor = await asyncio.create_subprocess_exec(sys.executable, "-c", "input()", stdin=-1)
    async with connect() as client:
        await client.initialize(processId=editor.pid)
        await _running(client, script)
        await asyncio.sleep(1.5)  # the server looks once a second, and must have seen it alive
        editor.kill()
        await editor.wait()
        await client.process.wait()
        assert client.last_notes() == ["cancelled", "closed"]


async def test_an_engine_that_ignores_cancellation_cannot_keep_the_process(
    client: Any, script: Any
) -> None:
    await _running(client, script, "stubborn")
    client.process.stdin.close()
    assert await client.process.wait() == 1
    assert {"ignored": True} in client.noted()
    with pytest.raises(ProcessLookupError):
        os.kill(client.process.pid, 0)


async def test_an_editor_that_stops_reading_is_left(client: Any, script: Any) -> None:
    """Else all that it never reads would be kept for it."""
    await _running(client, script)
    client.reader._transport.pause_reading()
    for number in range(120):
        params = {"command": "x" * 200_000, "arguments": []}
        asked = {"id": 1000 + number, "method": "workspace/executeCommand", "params": params}
        client.send(asked)
    await client.until_noted("closed")
    client.reader._transport.resume_reading()
    await client.process.wait()
    assert client.last_notes() == ["cancelled", "closed"]


async def test_without_a_job_no_engine_is_made(client: Any) -> None:
    await client.request("shutdown")
    client.notify("exit")
    assert await client.process.wait() == 0
    assert client.noted() == []


async def test_requests_before_initialize_are_refused(connect: Any, refused: Any) -> None:
    async with connect() as client:
        with pytest.raises(refused, match="initialize") as refusal:
            await client.command("synthd.jobs")
        assert refusal.value.error["code"] == -32002


async def test_an_untrusted_workspace_reaches_the_engine(connect: Any, script: Any) -> None:
    async with connect() as client:
        await client.initialize(initializationOptions={"trusted": False})
        uri, text = script()
        client.open(uri, text)
        end = await client.end_of(await client.synthesize(uri))
        assert (end["state"], end["message"]) == ("error", "This workspace is not trusted.")
        assert client.texts[uri] == text


async def test_the_workspace_is_the_innermost_folder(
    connect: Any, script: Any, tmp_path: Path
) -> None:
    folders = [tmp_path, tmp_path / "inner", tmp_path / "inn"]
    async with connect() as client:
        given = [{"uri": folder.as_uri(), "name": folder.name} for folder in folders]
        await client.initialize(workspaceFolders=given, rootUri="file:///elsewhere")
        uri, text = script(name="inner/ü b.py")
        client.open(uri, text)
        await client.end_of(await client.synthesize(uri))
        note = await client.until_noted("here")
        assert note["path"] == str(tmp_path / "inner" / "ü b.py")
        assert note["workspace"] == str(tmp_path / "inner")
        assert note["trusted"] is True


def test_importing_the_server_stays_light() -> None:
    program = "import sys, synthd.lsp.server, synthd.lsp.transport.serving; print(*sys.modules)"
    out = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    loaded = set(out.stdout.decode().split())
    assert "pygls" in loaded
    assert not HEAVY & loaded
