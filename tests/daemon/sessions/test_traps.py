"""Where pygls leads astray, each with a test that fails without its repair.

Of the traps that were found before (docs/lsp.md lists them), those about commands, progress and
edits are in tests/lsp; here are those of many connections in one process.
"""

import asyncio
import gc
import logging
import threading
import weakref
from concurrent.futures import Future
from typing import Any

import pytest

from synthd.lsp.server import Server, create
from synthd.lsp.text.functions import Reading
from synthd.lsp.transport.outgoing import StreamOutlet
from synthd.lsp.transport.protocol import Protocol


def futures() -> int:
    gc.collect()
    return sum(type(one) is Future for one in gc.get_objects())


def protocols() -> list[Protocol]:
    gc.collect()
    return [one for one in gc.get_objects() if type(one) is Protocol]


async def test_a_connection_that_ended_leaves_no_memory(service: Any, jobs: Any, stub: Any) -> None:
    """pygls caches message types by the protocol object, and so keeps the last hundred of them."""
    before = len(protocols())
    for number in range(3):
        async with service.editor() as editor:
            uri, text = stub()
            editor.open(uri, text)
            await editor.request("textDocument/codeLens", {"textDocument": {"uri": uri}})
            job = await editor.synthesize(uri)
            (await jobs.some(number + 1)).end()
            await editor.end_of(job)
        await service.left(number + 1)
    service.sessions.clear()
    await asyncio.sleep(0)
    assert len(protocols()) == before


async def test_a_keystroke_leaves_no_memory(service: Any, stub: Any) -> None:
    """pygls keeps the future of every notification."""
    async with service.editor() as editor:
        uri, text = stub()
        editor.open(uri, text)
        await editor.command("synthd.jobs")
        before = futures()
        for number in range(300):
            editor.change(uri, text + "x" * number)
            editor.notify("window/workDoneProgress/cancel", {"token": f"no {number}"})
            editor.notify("$/setTrace", {"value": "off"})
        await editor.command("synthd.jobs")
        assert futures() - before < 30


async def test_texts_are_kept_once(service: Any, stub: Any) -> None:
    """pygls keeps its own copies, with its own idea of lines, and notebooks that nobody wants."""
    async with service.editor() as editor:
        uri, text = stub()
        editor.open(uri, text)
        notebook = {"uri": "file:///n", "notebookType": "n", "version": 1, "cells": []}
        params = {"notebookDocument": notebook, "cellTextDocuments": []}
        editor.notify("notebookDocument/didOpen", params)
        await editor.command("synthd.jobs")
        (server,) = protocols()
        assert server.workspace.text_documents == {}
        assert server.workspace.notebook_documents == {}


async def test_an_answer_to_a_request_of_the_clients_own(service: Any, stub: Any) -> None:
    """pygls numbers requests of both sides in one table."""
    async with service.editor() as editor:
        uri, text = stub()
        editor.open(uri, text * 2000)
        asked = {"textDocument": {"uri": uri}}
        editor.send({"id": "mine", "method": "textDocument/codeLens", "params": asked})
        editor.send({"id": "mine", "result": None})
        editor.send({"id": "mine", "error": {"code": 1, "message": "x"}})
        editor.send({"id": "never asked", "result": 5})
        await editor.until(lambda: [m for m in editor.received if m.get("id") == "mine"])
        (answer,) = [m for m in editor.received if m.get("id") == "mine"]
        assert len(answer["result"]) == 2000
        editor.change(uri, text * 2001)
        editor.send({"id": "again", "method": "textDocument/codeLens", "params": asked})
        editor.send({"id": "again", "result": None})
        editor.notify("$/cancelRequest", {"id": "again"})
        await editor.until(lambda: [m for m in editor.received if m.get("id") == "again"])
        (answer,) = [m for m in editor.received if m.get("id") == "again"]
        assert answer["error"]["code"] == -32800, "it was still there to be cancelled"
        assert (await editor.command("synthd.jobs"))["jobs"] == []


async def test_cancelling_reaches_only_requests_of_the_client(
    service: Any, jobs: Any, stub: Any
) -> None:
    """pygls would cancel the server's own request of that number."""
    async with service.editor() as editor:
        uri, text = stub()

        async def meddle(params: dict[str, Any]) -> dict[str, Any]:
            (asked,) = [m for m in editor.received if m.get("method") == "workspace/applyEdit"]
            editor.notify("$/cancelRequest", {"id": asked["id"]})
            await editor.command("synthd.jobs")
            return dict(await editor.apply(params))

        editor.applies = meddle
        editor.open(uri, text)
        job = await editor.synthesize(uri)
        (await jobs.some()).end()
        assert (await editor.end_of(job))["state"] == "verified"


async def test_an_answer_that_makes_no_sense_is_one(service: Any, jobs: Any, stub: Any) -> None:
    """pygls throws it away, and the job would wait a minute for another one."""
    async with service.editor() as editor:

        async def nonsense(_: Any) -> Any:
            return [{"applied": "perhaps"}]

        editor.applies = nonsense
        uri, text = stub()
        editor.open(uri, text)
        job = await editor.synthesize(uri)
        (await jobs.some()).end()
        assert (await editor.end_of(job))["state"] == "not_applied"


@pytest.mark.parametrize("second", ["another shutdown", "a request that runs"])
async def test_shutdown_is_answered_once_and_in_order(service: Any, stub: Any, second: str) -> None:
    """pygls goes on taking requests while it shuts down, and then stumbles over them."""
    async with service.editor() as editor:
        uri, text = stub()
        editor.open(uri, text * 2000)
        asked = {"textDocument": {"uri": uri}}
        if second == "a request that runs":
            editor.send({"id": "lens", "method": "textDocument/codeLens", "params": asked})
        editor.send({"id": "one", "method": "shutdown"})
        editor.send({"id": "two", "method": "shutdown"})
        await editor.until(lambda: {"one", "two"} <= {m.get("id") for m in editor.received})
        answers = {m["id"]: m for m in editor.received if m.get("id") in ("one", "two")}
        assert answers["one"]["result"] is None
        assert answers["two"]["error"]["code"] == -32600
        if second == "a request that runs":
            await editor.until(lambda: [m for m in editor.received if m.get("id") == "lens"])
            (lens,) = [m for m in editor.received if m.get("id") == "lens"]
            assert lens["error"]["code"] == -32800
        editor.notify("exit")
        await service.left(1)


async def test_exit_ends_no_process_and_no_other_server(service: Any) -> None:
    """pygls calls sys.exit."""
    async with service.editor() as one, service.editor() as other:
        one.notify("exit")
        await service.left(1)
        assert (await other.command("synthd.jobs"))["jobs"] == []


async def test_messages_of_threads_arrive_whole(service: Any) -> None:
    """pygls writes to the loop's stream from whatever thread it is called in."""
    _, writer = await service.socket()
    calls: list[int] = []

    class Watched:
        transport = writer.transport

        def write(self, data: bytes) -> None:
            calls.append(threading.get_ident())

    outlet = StreamOutlet(Watched(), lambda: None)  # type: ignore[arg-type]
    await asyncio.gather(*(asyncio.to_thread(outlet.write, b"x") for _ in range(8)))
    outlet.write(b"y")
    await asyncio.sleep(0)
    assert calls == [threading.get_ident()] * 9
    writer.close()


async def test_servers_share_what_takes_long_to_make() -> None:
    """The converter of messages takes milliseconds to make, and as many with each new type."""
    reading = Reading()
    one, other = (create(lambda: pytest.fail("no job"), reading) for _ in range(2))
    assert isinstance(one, Server)
    assert one.protocol._converter is other.protocol._converter
    gone = weakref.ref(one)
    del one
    gc.collect()
    assert gone() is None
    reading.close()


async def test_a_bug_of_ours_quotes_nothing(service: Any, stub: Any, caplog: Any) -> None:
    """pygls answers with a traceback, and logs another one."""

    class Broken(Reading):
        async def run(self, work: Any) -> Any:
            raise LookupError("PLANTED")

    caplog.set_level(logging.DEBUG)
    service.reading = Broken()
    async with service.editor() as editor:
        uri, text = stub()
        editor.open(uri, text)
        asked = {"textDocument": {"uri": uri}}
        editor.send({"id": "lens", "method": "textDocument/codeLens", "params": asked})
        await editor.until(lambda: [m for m in editor.received if m.get("id") == "lens"])
        (answer,) = [m for m in editor.received if m.get("id") == "lens"]
        assert answer["error"] == {"code": -32603, "message": "synthd failed at this request."}
        assert editor.messages() == []
    assert "LookupError" in caplog.text
    assert "PLANTED" not in caplog.text


async def test_full_threads_do_not_stop_the_protocol(service: Any, stub: Any) -> None:
    """pygls reads its input in the same threads as handlers run in."""
    free = threading.Event()
    loop = asyncio.get_running_loop()
    busy = [loop.run_in_executor(None, free.wait) for _ in range(40)]
    try:
        async with service.editor() as editor:
            uri, text = stub()
            editor.open(uri, text)
            assert (await editor.command("synthd.jobs"))["jobs"] == []
            asked = {"textDocument": {"uri": uri}}
            assert len(await editor.request("textDocument/codeLens", asked)) == 1
    finally:
        free.set()
        await asyncio.gather(*busy)
