"""Many editors at once, some of which misbehave: that is nobody else's matter."""

import asyncio
import json
import logging
from typing import Any

import pytest

from synthd.daemon.jobs.states import State
from synthd.lsp.transport.outgoing import MOST

JOBS = {"command": "synthd.jobs", "arguments": []}
BIG = 200_000  # characters of an answer


async def works(editor: Any, jobs: Any, stub: Any, name: str) -> None:
    """The whole way of one job."""
    uri, text = stub(name)
    editor.open(uri, text)
    before = len(jobs.told)
    job = await editor.synthesize(uri)
    await jobs.some(before + 1)
    (told,) = [t for t in jobs.told.values() if t.spec.path.endswith("/" + name)]
    told.end()
    assert (await editor.end_of(job))["state"] == "verified"
    assert "return 2 * x" in editor.texts[uri]


async def test_each_has_its_own_buffers_and_jobs(service: Any, jobs: Any, stub: Any) -> None:
    async with service.editor() as one, service.editor() as other:
        uri, text = stub()
        one.open(uri, text)
        other.open(uri, "# something else\n" + text, version=9)
        first, second = await one.synthesize(uri), await other.synthesize(uri, line=2)
        await jobs.some(2)
        assert [t.spec.text[:5] for t in jobs.told.values()] == ["def f", "# som"]
        assert [dict(t.environment) for t in jobs.told.values()] == [{"MARK": "0"}, {"MARK": "1"}]
        listed = (await one.command("synthd.jobs"))["jobs"]
        assert [job["id"] for job in listed] == [first]
        for told in jobs.told.values():
            told.end()
        assert (await one.end_of(first))["state"] == "verified"
        assert (await other.end_of(second))["state"] == "verified"
        assert one.texts[uri] != other.texts[uri]


@pytest.mark.parametrize("way", ["exit", "shutdown and exit", "cut off", "garbage", "half", "huge"])
async def test_the_end_of_one_is_not_the_end_of_others(
    service: Any, jobs: Any, stub: Any, way: str
) -> None:
    async with service.editor() as good, service.editor() as bad, service.editor() as late:
        uri, text = stub("of the bad one.py")
        bad.open(uri, text)
        await bad.synthesize(uri)
        told = await jobs.some(1)
        match way:
            case "exit":
                bad.notify("exit")
            case "shutdown and exit":
                await bad.request("shutdown")
                bad.notify("exit")
            case "cut off":
                bad.writer.transport.abort()
            case "garbage":
                bad.writer.write(bytes(range(256)) * 64 + b"\r\n\r\n")
            case "half":
                bad.writer.write(b"Content-Length: 5000\r\n\r\n{")
                bad.writer.write_eof()
            case "huge":
                bad.writer.write(b"Content-Length: 99999999999999999999\r\n\r\n{}")
        await service.left(1)
        await asyncio.wait_for(bad.gone.wait(), 10)
        await works(good, jobs, stub, "good.py")
        await works(late, jobs, stub, "late.py")
        assert not told.view.over
        assert service.ended == 1


async def test_what_cannot_be_framed_is_told_before_the_end(service: Any) -> None:
    async with service.editor() as editor:
        editor.writer.write(b"Content-Length: %d\r\n\r\n" % (1 << 40))
        await asyncio.wait_for(editor.gone.wait(), 10)
        (last,) = [m for m in editor.received if m.get("id", 0) is None]
        assert last["error"]["code"] == -32700
        assert "more than 32 MiB" in last["error"]["message"]


async def test_who_stops_reading_is_dropped_alone(
    service: Any, jobs: Any, stub: Any, caplog: Any
) -> None:
    """It asks on and on, and never takes an answer."""
    async with service.editor() as good:
        reader, writer = await service.socket()
        reader._transport.pause_reading()
        start = {"processId": None, "rootUri": None, "capabilities": {}}
        for message in (
            {"id": 1, "method": "initialize", "params": start},
            *(
                {"id": n, "method": "workspace/executeCommand",
                 "params": {"command": "synthd." + "x" * BIG, "arguments": []}}
                for n in range(2, MOST // BIG + 20)
            ),
        ):  # fmt: skip
            body = json.dumps({"jsonrpc": "2.0", **message}).encode()
            writer.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        await service.left(1)
        assert "no longer reads" in caplog.text
        await works(good, jobs, stub, "good.py")
        writer.transport.abort()


async def test_who_floods_does_not_hold_up_others(service: Any, jobs: Any, stub: Any) -> None:
    """Turns are taken message by message."""
    async with service.editor() as good:
        _, writer = await service.socket()
        body = b'{"jsonrpc":"2.0","method":"$/nothing"}'
        writer.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body) * 20_000)
        turns = 0

        async def count() -> None:
            nonlocal turns
            while True:
                await asyncio.sleep(0)
                turns += 1

        counting = asyncio.create_task(count())
        await good.command("synthd.jobs")
        writer.write_eof()
        await service.left(1)
        counting.cancel()
        assert turns > 10_000
        await works(good, jobs, stub, "good.py")
        writer.transport.abort()


async def test_an_editor_whose_process_dies_is_gone(service: Any, jobs: Any, stub: Any) -> None:
    """A child of it may keep its end of the connection."""
    process = await asyncio.create_subprocess_exec("sleep", "60")
    async with service.editor(initialize=False) as editor:
        await editor.initialize(processId=process.pid)
        uri, text = stub()
        editor.open(uri, text)
        await editor.synthesize(uri)
        told = await jobs.some()
        await asyncio.sleep(1.2)  # it is looked for once a second, and must have been seen
        process.kill()
        await process.wait()
        await service.left(1)
        assert told.view.state is State.QUEUED


async def test_thirty_two_editors(service: Any, jobs: Any, stub: Any) -> None:
    async def one(number: int) -> None:
        async with service.editor() as editor:
            uri, text = stub(f"{number}.py")
            editor.open(uri, text)
            asked = {"textDocument": {"uri": uri}}
            assert len(await editor.request("textDocument/codeLens", asked)) == 1
            job = await editor.synthesize(uri)
            await jobs.some(32)
            (mine,) = [t for t in jobs.told.values() if t.spec.path.endswith(f"/{number}.py")]
            mine.end()
            assert (await editor.end_of(job))["state"] == "verified"

    await asyncio.gather(*(one(number) for number in range(32)))
    await service.left(32)


async def test_nothing_of_a_session_is_logged(
    service: Any, jobs: Any, stub: Any, caplog: Any
) -> None:
    """Not by the libraries either, whatever level somebody sets for everything."""
    caplog.set_level(logging.DEBUG)
    async with service.editor() as editor:
        uri, text = stub()
        editor.open(uri, text + "PLANTED = 1\n")
        await editor.request("textDocument/codeLens", {"textDocument": {"uri": uri}})
        job = await editor.synthesize(uri)
        (await jobs.some()).end(put="return PLANTED")
        await editor.end_of(job)
        editor.send({"id": 99, "method": "textDocument/codeLens", "params": "PLANTED"})
        editor.send({"id": 98, "method": "PLANTED", "params": "PLANTED"})
        editor.notify("textDocument/didChange", {"PLANTED": 1})
        editor.say(b'{"PLANTED"')
        await editor.command("synthd.jobs")
    assert "PLANTED" not in caplog.text
