"""Messages that no editor should send, in any order: each gets the answer that the protocol says.

A message is made together with what has to be answered; after thousands of them the two lists are
compared, and the server still does its work.
"""

import asyncio
import gc
import json
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import pytest

from synthd.lsp.transport.protocol import Protocol

PARSE, REQUEST, METHOD, PARAMS = -32700, -32600, -32601, -32602
EARLY, CANCELLED, MODIFIED = -32002, -32800, -32801
JUNK: list[Any] = [
    None, 0, -1, 1.5, True, "", "x", "\x00", "\ud800", "ü🦀", [], [[]], {}, {"a": {}}, 10**30, 1e9,
    {"textDocument": 5}, {"jsonrpc": "2.0", "method": "exit"}, {"uri": None},
]  # fmt: skip
NO_IDS: list[Any] = [None, 1.5, True, [], {}, [1], {"a": 1}]
TELLS = ["textDocument/didOpen", "initialized", "$/cancelRequest", "exit", "$/setTrace"]
UNKNOWN = ["x", "", "textDocument/rename", "workspace/applyEdit", "$/secret", "ü", "a" * 5000]
PLACES = [0, 1, 2, 7, 10**9, 2**31 - 1]


@dataclass
class Fuzz:
    """What was sent, and what has to come. Either of several answers may be right."""

    random: random.Random
    phase: str
    uri: str
    text: str
    due: list[tuple[object, frozenset[object]]] = field(default_factory=list)
    ids: Any = field(default_factory=lambda: count(100))

    def message(self) -> bytes:
        made: list[Callable[[], bytes]] = [
            self.not_json, self.no_object, self.no_version, self.no_method, self.no_id,
            self.unknown, self.wrong_params, self.tells_only, self.no_request, self.answer,
            self.changes, self.cancels, self.twice, self.initialize, self.lens, self.big,
        ]  # fmt: skip
        return self.random.choice(made)()

    def expect(self, id: object, *codes: object) -> None:
        """Of a request that is understood so far; it may not be time for it."""
        if self.phase == "before":
            codes = (EARLY,)
        elif self.phase == "after":
            codes = (REQUEST,)
        self.due.append((id, frozenset(codes)))

    def always(self, id: object, code: int) -> None:
        self.due.append((id, frozenset({code})))

    def framed(self, body: bytes) -> bytes:
        more = self.random.choice([b"", b"Content-Type: application/vscode-jsonrpc\r\n"])
        name = self.random.choice([b"Content-Length", b"content-length"])
        return b"%s%s: %d\r\n\r\n%s" % (more, name, len(body), body)

    def json(self, message: Any) -> bytes:
        return self.framed(json.dumps(message).encode())

    def request(self, method: Any, params: Any, **more: Any) -> tuple[int, bytes]:
        id = next(self.ids)
        told = {"jsonrpc": "2.0", "id": id, "method": method, "params": params, **more}
        return id, self.json(told)

    def not_json(self) -> bytes:
        self.always(None, PARSE)
        bodies = [b"", b"{", b"\xff\xfe\xfd", b"nul", b"[" * 100_000, b'{"id": 1', b"\x00" * 10]
        return self.framed(self.random.choice(bodies))

    def no_object(self) -> bytes:
        self.always(None, REQUEST)
        return self.json(self.random.choice([j for j in JUNK if not isinstance(j, dict)]))

    def no_version(self) -> bytes:
        id, body = self.request("synthd", {}, jsonrpc=self.random.choice(["1.0", 2, None, {}]))
        self.always(id, REQUEST)
        return body

    def no_method(self) -> bytes:
        id, body = self.request(self.random.choice([5, None, [], {}, True]), {})
        self.always(id, REQUEST)
        return body

    def no_id(self) -> bytes:
        self.always(None, REQUEST)
        return self.request("workspace/executeCommand", {}, id=self.random.choice(NO_IDS))[1]

    def unknown(self) -> bytes:
        id, body = self.request(self.random.choice(UNKNOWN), self.random.choice(JUNK))
        self.expect(id, METHOD)
        return body

    def wrong_params(self) -> bytes:
        method = self.random.choice(["workspace/executeCommand", "textDocument/codeLens"])
        id, body = self.request(method, self.random.choice(JUNK))
        self.expect(id, PARAMS)
        return body

    def tells_only(self) -> bytes:
        id, body = self.request(self.random.choice(TELLS), self.random.choice(JUNK))
        self.expect(id, REQUEST)
        return body

    def no_request(self) -> bytes:
        method = self.random.choice(["shutdown", "textDocument/codeLens", "initialize"])
        return self.json({"jsonrpc": "2.0", "method": method, "params": self.random.choice(JUNK)})

    def answer(self) -> bytes:
        id = self.random.choice([next(self.ids), 1, "x", None, [], 1.5, "synthd"])
        what = self.random.choice([{"result": 5}, {"error": 5}, {"error": {"code": 1}}])
        return self.json({"jsonrpc": "2.0", "id": id, **what})

    def cancels(self) -> bytes:
        params = self.random.choice([{"id": n} for n in (1, "x", 10**9)] + JUNK)
        return self.json({"jsonrpc": "2.0", "method": "$/cancelRequest", "params": params})

    def initialize(self) -> bytes:
        """Once is enough."""
        if self.phase == "before":
            return self.unknown()
        params = {"processId": None, "rootUri": None, "capabilities": {}}
        id, body = self.request("initialize", params)
        self.expect(id, REQUEST)
        return body

    def twice(self) -> bytes:
        """The same id while the first is not answered; which may be known at once, or not."""
        asked = {"textDocument": {"uri": self.uri}}
        id, body = self.request("textDocument/codeLens", asked)
        self.expect(id, "result", MODIFIED)
        self.expect(id, REQUEST)
        return body + body

    def lens(self) -> bytes:
        uri = self.random.choice([self.uri, "file:///not/open", "", "::", "\ud800"])
        id, body = self.request("textDocument/codeLens", {"textDocument": {"uri": uri}})
        self.expect(id, "result", MODIFIED)
        return body

    def changes(self) -> bytes:
        """In any order, with any range."""
        at = [self.random.choice(PLACES) for _ in range(4)]
        range_ = {"start": {"line": at[0], "character": at[1]},
                  "end": {"line": at[2], "character": at[3]}}  # fmt: skip
        text = self.random.choice(["", "x", '"""', "\r", "\n", "🦀", "\ud800", self.text])
        change = self.random.choice([{"range": range_, "text": text}, {"text": self.text}, {}, 5])
        document = {"uri": self.random.choice([self.uri, "file:///no"]), "version": at[0]}
        opened = {**document, "languageId": "python", "text": text}
        method, params = self.random.choice([
            ("didChange", {"textDocument": document, "contentChanges": [change]}),
            ("didChange", {"textDocument": document, "contentChanges": [change, change]}),
            ("didOpen", {"textDocument": opened}),
            ("didClose", {"textDocument": document}),
            ("didClose", self.random.choice(JUNK)),
        ])  # fmt: skip
        method = f"textDocument/{method}"
        return self.json({"jsonrpc": "2.0", "method": method, "params": params})

    def big(self) -> bytes:
        id, body = self.request("workspace/executeCommand", {"command": "x" * 300_000})
        self.expect(id, PARAMS)
        return body


def answers(editor: Any) -> list[tuple[object, object]]:
    told = [m for m in editor.received if "method" not in m and m["id"] != "ping"]
    return [(m["id"], m["error"]["code"] if "error" in m else "result") for m in told]


def matched(due: list[tuple[object, frozenset[object]]], came: list[tuple[object, object]]) -> None:
    """Each that was due came once, and nothing else."""
    left = Counter(came)
    for id, codes in sorted(due, key=lambda one: len(one[1])):
        found = next((code for code in codes if left[(id, code)]), None)
        assert found is not None, (id, codes, [one for one in came if one[0] == id])
        left[(id, found)] -= 1
    assert +left == Counter()


PHASES = ["before", "running", "after"]


@pytest.mark.soak
@pytest.mark.parametrize("phase", PHASES)
async def test_messages(service: Any, jobs: Any, stub: Any, soak: bool, phase: str) -> None:
    for seed in range(10 if soak else 1):
        await converse(service, stub, random.Random(seed), phase, 1000 if soak else 350)
    assert jobs.told == {}
    await service.left(10 if soak else 1)
    service.sessions.clear()
    await asyncio.sleep(0)
    gc.collect()
    assert [one for one in gc.get_objects() if type(one) is Protocol] == []


async def converse(service: Any, stub: Any, rng: random.Random, phase: str, many: int) -> None:
    async with service.editor(initialize=phase != "before") as editor:
        if phase == "after":
            await editor.request("shutdown")
        editor.received[:] = []
        fuzz = Fuzz(rng, phase, *stub())
        for _ in range(many):
            editor.writer.write(fuzz.message())
        params = {"command": "synthd.jobs", "arguments": []}
        editor.send({"id": "ping", "method": "workspace/executeCommand", "params": params})
        # Answers that take a thread come later than those that do not.
        await editor.until(lambda: len(answers(editor)) >= len(fuzz.due))
        await editor.until(lambda: [m for m in editor.received if m.get("id") == "ping"])
        matched(fuzz.due, answers(editor))
        if phase == "running":
            (pong,) = [m for m in editor.received if m.get("id") == "ping"]
            assert pong["result"] == {"schema": 1, "jobs": []}


@pytest.mark.soak
async def test_bytes(service: Any, jobs: Any, stub: Any, soak: bool) -> None:
    """Streams that are cut, doubled and bent anywhere: each ends by itself or can be ended."""
    async with service.editor() as good:
        for seed in range(1000 if soak else 100):
            rng = random.Random(seed)
            reader, writer = await service.socket()
            fuzz = Fuzz(rng, "before", *stub())
            stream = bytearray(b"".join(fuzz.message() for _ in range(5)))
            for _ in range(rng.randint(1, 4)):
                at, size = rng.randrange(len(stream)), rng.choice([1, 1, 3, 50, 1000])
                match rng.randrange(4):
                    case 0:
                        del stream[at : at + size]
                    case 1:
                        stream[at:at] = rng.randbytes(size)
                    case 2:
                        stream[at:at] = stream[at : at + size]
                    case 3:
                        stream[at : at + size] = b"9" * size
            writer.write(bytes(stream))
            if rng.random() < 0.5:
                writer.write_eof()
                async with asyncio.timeout(20):
                    await reader.read()
            writer.close()
        await service.left(1000 if soak else 100)
        uri, text = stub()
        good.open(uri, text)
        job = await good.synthesize(uri)
        (await jobs.some()).end()
        assert (await good.end_of(job))["state"] == "verified"
