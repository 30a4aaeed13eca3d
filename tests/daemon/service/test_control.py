"""A control connection, spoken to over a real socket."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from synthd.daemon.service.calls import Body, Caller, Methods, Refusal
from synthd.daemon.service.control import AT_ONCE, LONGEST, Control
from synthd.daemon.service.guests import Guest

PATIENCE = 20.0


class Parts:
    """What a daemon's parts could answer."""

    def __init__(self) -> None:
        self.gate = asyncio.Event()
        self.waiting = 0
        self.streaming = 0

    def methods(self) -> Methods:
        answers = {
            "part.echo": self.echo,
            "part.wait": self.wait,
            "part.refuse": self.refuse,
            "part.fail": self.fail,
            "part.odd": self.odd,
        }
        return Methods(answers, {"part.count": self.count})

    async def echo(self, caller: Caller, body: Body) -> Body:
        return {"said": body.get("said"), "by": caller.name}

    async def wait(self, caller: Caller, body: Body) -> Body:
        self.waiting += 1
        try:
            await self.gate.wait()
        finally:
            self.waiting -= 1
        return {}

    async def refuse(self, caller: Caller, body: Body) -> Body:
        raise Refusal("unknown_job", "there is no such job")

    async def fail(self, caller: Caller, body: Body) -> Body:
        raise ValueError("planted-secret")

    async def odd(self, caller: Caller, body: Body) -> Body:
        return {"no": {1, 2}}  # what no JSON can say

    async def count(self, caller: Caller, body: Body) -> AsyncIterator[Body]:
        self.streaming += 1
        try:
            number = 0
            while number != body.get("to"):
                yield {"number": number}
                number += 1
                await asyncio.sleep(0)
        finally:
            self.streaming -= 1


class Client:
    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    def say(self, number: object, do: object, **body: object) -> None:
        self.write({"id": number, "do": do, "with": body})

    def write(self, message: object) -> None:
        self.writer.write(json.dumps(message).encode() + b"\n")

    async def hear(self) -> dict[str, Any]:
        line = await asyncio.wait_for(self.reader.readline(), PATIENCE)
        assert line, "it hung up"
        return dict(json.loads(line))

    async def ask(self, number: int, do: str, **body: object) -> dict[str, Any]:
        self.say(number, do, **body)
        return await self.hear()


@pytest.fixture
def parts() -> Parts:
    return Parts()


@pytest.fixture
async def connected(parts: Parts) -> AsyncIterator[Callable[[], Any]]:
    @asynccontextmanager
    async def connect() -> AsyncIterator[tuple[Client, Guest]]:
        ours, theirs = socket.socketpair()
        reader, writer = await asyncio.open_connection(sock=theirs, limit=1 << 16)
        guest = Guest(Caller("client-1", name="tester"), "control")
        own = Methods({"daemon.echo": parts.echo})

        async def others() -> Methods:
            return parts.methods()

        serving = asyncio.create_task(Control(reader, writer, guest, own, others).serve())
        client = Client(*await asyncio.open_connection(sock=ours, limit=1 << 25))
        try:
            yield client, guest
        finally:
            client.writer.close()
            await asyncio.wait_for(serving, PATIENCE)
            writer.close()

    yield connect


async def test_answers(connected: Callable[[], Any]) -> None:
    async with connected() as (client, _):
        answer = await client.ask(7, "part.echo", said="ε\n")
        assert answer == {"id": 7, "answer": {"said": "ε\n", "by": "tester"}}


async def test_one_that_waits_is_in_nobodys_way(connected: Callable[[], Any], parts: Parts) -> None:
    async with connected() as (client, _):
        client.say(1, "part.wait")
        assert (await client.ask(2, "part.echo"))["id"] == 2
        parts.gate.set()
        assert await client.hear() == {"id": 1, "answer": {}}


async def test_errors_are_values(connected: Callable[[], Any]) -> None:
    async with connected() as (client, _):
        refused = await client.ask(1, "part.refuse")
        assert refused["error"] == {"kind": "unknown_job", "message": "there is no such job"}
        assert (await client.ask(2, "part.nothing"))["error"]["kind"] == "unknown_method"
        failed = await client.ask(3, "part.fail")
        assert failed["error"]["kind"] == "internal"
        assert "ValueError" in failed["error"]["message"]
        assert "planted-secret" not in str(failed)
        assert (await client.ask(4, "part.odd"))["error"]["kind"] == "internal"
        assert (await client.ask(5, "part.echo"))["id"] == 5


@pytest.mark.parametrize(
    "line",
    [
        b"GET / HTTP/1.1",
        b"",
        b"\xff\xfe",
        b"[]",
        b"[" * 100_000,
        b'{"id": "1", "do": "part.echo"}',
        b'{"id": true, "do": "part.echo"}',
        b'{"id": 1, "do": 4}',
        b'{"id": 1, "do": "part.echo", "with": []}',
        b'{"do": "part.echo"}',
        b"1e999999",
    ],
)
async def test_garbage_is_told_and_forgiven(connected: Callable[[], Any], line: bytes) -> None:
    async with connected() as (client, _):
        client.writer.write(line + b"\n")
        assert (await client.hear())["error"]["kind"] == "bad_request"
        assert (await client.ask(2, "part.echo"))["id"] == 2


async def test_no_request_without_end(connected: Callable[[], Any]) -> None:
    async with connected() as (client, _):
        for _ in range(LONGEST // (1 << 20) + 1):
            client.writer.write(b"x" * (1 << 20))
        assert (await client.hear())["error"]["kind"] == "too_long"


async def test_a_long_request(connected: Callable[[], Any]) -> None:
    async with connected() as (client, _):
        text = "ε" * (1 << 20)
        assert (await client.ask(1, "part.echo", said=text))["answer"]["said"] == text


async def test_an_id_is_used_once_at_a_time(connected: Callable[[], Any], parts: Parts) -> None:
    async with connected() as (client, _):
        client.say(1, "part.wait")
        assert (await client.ask(1, "part.echo"))["error"]["kind"] == "bad_request"
        parts.gate.set()
        assert await client.hear() == {"id": 1, "answer": {}}
        assert "answer" in await client.ask(1, "part.echo")


async def test_so_many_at_once(connected: Callable[[], Any], parts: Parts) -> None:
    async with connected() as (client, _):
        for number in range(AT_ONCE):
            client.say(number, "part.wait")
        assert (await client.ask(1000, "part.echo"))["error"]["kind"] == "busy"
        parts.gate.set()
        assert {(await client.hear())["id"] for _ in range(AT_ONCE)} == set(range(AT_ONCE))


async def test_stream(connected: Callable[[], Any]) -> None:
    async with connected() as (client, _):
        client.say(1, "part.count", to=3)
        heard = [await client.hear() for _ in range(4)]
        assert [one["item"]["number"] for one in heard[:3]] == [0, 1, 2]
        assert heard[3] == {"id": 1, "answer": {}}


async def test_stream_that_is_dropped(connected: Callable[[], Any], parts: Parts) -> None:
    async with connected() as (client, _):
        client.say(1, "part.count", to=-1)
        await client.hear()
        client.write({"id": 1, "drop": True})
        while "item" in (heard := await client.hear()):
            pass
        assert heard == {"id": 1, "answer": {"dropped": True}}
        assert parts.streaming == 0
        client.write({"id": 1, "drop": True})  # once more: of what is over
        assert (await client.ask(1, "part.echo"))["id"] == 1


async def test_nothing_goes_on_for_a_client_that_left(
    connected: Callable[[], Any], parts: Parts
) -> None:
    async with connected() as (client, _):
        client.say(1, "part.count", to=-1)
        client.say(2, "part.count", to=-1)
        await client.hear()
    assert parts.streaming == 0


async def test_last_words_are_answered(connected: Callable[[], Any], parts: Parts) -> None:
    """As `printf … | nc` speaks: it ends its half, and then listens."""
    async with connected() as (client, _):
        client.say(1, "part.wait")
        client.say(2, "part.echo")
        client.writer.write_eof()
        assert (await client.hear())["id"] == 2
        parts.gate.set()
        assert (await client.hear())["id"] == 1


async def test_whoever_only_asks_about_the_daemon_does_not_keep_it(
    connected: Callable[[], Any],
) -> None:
    async with connected() as (client, guest):
        await client.ask(1, "daemon.echo")
        assert not guest.working
        await client.ask(2, "part.echo")
        assert guest.working
