"""A small language client, independent of the library that the server uses."""

import asyncio
import json
import os
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

PATIENCE = 20.0  # seconds; only ever reached when something is broken

CAPABILITIES: dict[str, Any] = {
    "window": {"workDoneProgress": True},
    "workspace": {"applyEdit": True, "workspaceEdit": {"documentChanges": True}},
}


class Refused(Exception):
    def __init__(self, error: dict[str, Any]) -> None:
        super().__init__(error["message"])
        self.error = error


def utf16(text: str, position: dict[str, int]) -> int:
    """An offset as a UTF-16 editor finds it: by encoding, not by counting as the server does."""
    lines = text.replace("\r\n", "\n").split("\n")
    end = "\r\n" if "\r\n" in text else "\n"
    head = end.join(lines[: position["line"]]) + (end if position["line"] else "")
    line = lines[position["line"]] if position["line"] < len(lines) else ""
    units = line.encode("utf-16-le")[: 2 * position["character"]]
    return min(len(text), len(head) + len(units.decode("utf-16-le")))


class Client:
    """An editor: it holds buffers, applies edits to them and keeps what the server says."""

    def __init__(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        *,
        process: asyncio.subprocess.Process | None = None,
        diary: Path | None = None,
    ) -> None:
        self.reader, self.writer = reader, writer
        self.process: Any = process
        self.diary = diary or Path("/nonexistent")
        self.texts: dict[str, str] = {}
        self.versions: dict[str, int] = {}
        self.received: list[dict[str, Any]] = []
        self.applies: Callable[[dict[str, Any]], Awaitable[dict[str, Any]]] = self.apply
        self.agrees_to_progress = True
        self.picks: Callable[[dict[str, Any]], Awaitable[str | None]] = self.pick
        self.answers: dict[str, Any] = {}  # to other requests of the server, by method
        self._answers: dict[int, asyncio.Future[Any]] = {}
        self.gone = asyncio.Event()  # the server has hung up
        self._news = asyncio.Event()
        self._tasks = {asyncio.create_task(self._listen())}

    # What the editor says

    def send(self, message: dict[str, Any]) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self.say(body)

    def say(self, body: bytes) -> None:
        """Whatever it is, as one message."""
        self.writer.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))

    def notify(self, method: str, params: Any = None) -> None:
        self.send({"method": method, "params": params})

    async def request(self, method: str, params: Any = None) -> Any:
        number = len(self._answers) + 1
        answer = self._answers[number] = asyncio.get_running_loop().create_future()
        self.send({"id": number, "method": method, "params": params})
        return await asyncio.wait_for(answer, PATIENCE)

    async def command(self, name: str, *arguments: Any) -> Any:
        params = {"command": name, "arguments": list(arguments)}
        return await self.request("workspace/executeCommand", params)

    async def initialize(self, **params: Any) -> Any:
        given = {
            "processId": os.getpid(),
            "rootUri": None,
            "capabilities": CAPABILITIES,
            "initializationOptions": {"preview": "none"},  # most tests are about what follows
        }
        answer = await self.request("initialize", {**given, **params})
        self.notify("initialized", {})
        return answer

    def open(self, uri: str, text: str, version: int = 1) -> None:
        self.texts[uri], self.versions[uri] = text, version
        item = {"uri": uri, "languageId": "python", "version": version, "text": text}
        self.notify("textDocument/didOpen", {"textDocument": item})

    def change(self, uri: str, text: str, *, tell: bool = True) -> None:
        self.texts[uri] = text
        self.versions[uri] += 1
        if tell:
            self.tell_change(uri)

    def tell_change(self, uri: str) -> None:
        document = {"uri": uri, "version": self.versions[uri]}
        changes = [{"text": self.texts[uri]}]
        self.notify("textDocument/didChange", {"textDocument": document, "contentChanges": changes})

    async def synthesize(self, uri: str, line: int = 1, character: int = 0, **more: Any) -> str:
        answer = await self.command(
            "synthd.synthesize", {**self.place(uri, line, character), **more}
        )
        assert answer["schema"] == 1
        return str(answer["job"])

    def place(self, uri: str, line: int = 1, character: int = 0) -> dict[str, Any]:
        """What most commands take."""
        return {
            "textDocument": {"uri": uri},
            "position": {"line": line, "character": character},
        }

    # What the editor does when the server asks

    async def apply(self, params: dict[str, Any]) -> dict[str, Any]:
        (change,) = params["edit"]["documentChanges"]
        uri = change["textDocument"]["uri"]
        if change["textDocument"]["version"] != self.versions[uri]:
            return {"applied": False, "failureReason": "version mismatch"}
        self.edit(uri, change["edits"])
        return {"applied": True}

    async def pick(self, params: dict[str, Any]) -> str | None:
        """The title of what the user picks in a window; None: the window is closed."""
        return None

    def edit(self, uri: str, edits: list[dict[str, Any]]) -> None:
        (edit,) = edits
        text = self.texts[uri]
        start, end = (utf16(text, edit["range"][side]) for side in ("start", "end"))
        self.change(uri, text[:start] + edit["newText"] + text[end:])

    # What the editor has heard

    async def until(self, holds: Callable[[], Any]) -> Any:
        async with asyncio.timeout(PATIENCE):
            while not (found := holds()):
                if self.gone.is_set():
                    raise ConnectionError("the server is gone")
                await self._news.wait()
        return found

    def heard(self, method: str) -> list[Any]:
        return [m["params"] for m in self.received if m.get("method") == method]

    async def end_of(self, job: str) -> dict[str, Any]:
        def ends() -> list[dict[str, Any]]:
            told = [p for p in self.heard("synthd/job") if p["job"] == job]
            return [p for p in told if p["state"] not in ("running", "ready", "applying")]

        return dict((await self.until(ends))[0])

    async def ready(self, job: str) -> dict[str, Any]:
        """What is shown of a job whose edit waits."""

        def waits() -> list[dict[str, Any]]:
            told = [p for p in self.heard("synthd/job") if p["job"] == job]
            return [p for p in told if p["state"] == "ready"]

        return dict((await self.until(waits))[-1])

    def progress(self, job: str) -> list[dict[str, Any]]:
        told = self.heard("$/progress")
        return [p["value"] for p in told if p["token"] == f"synthd/{job}"]

    def complaints(self) -> list[int]:
        """Codes of the errors that answer nothing in particular."""
        return [m["error"]["code"] for m in self.received if m.get("id", 0) is None]

    def messages(self) -> list[str]:
        return [p["message"] for p in self.heard("window/showMessage")]

    def noted(self) -> list[dict[str, Any]]:
        """What the engine wrote into its diary."""
        text = self.diary.read_text() if self.diary.exists() else ""
        return [json.loads(line) for line in text.splitlines()]

    def last_notes(self) -> list[str]:
        return [key for note in self.noted()[-2:] for key in note]

    async def until_noted(self, key: str) -> dict[str, Any]:
        async with asyncio.timeout(PATIENCE):
            # Another process writes the diary: there is no event to wait for.
            while not (found := [n for n in self.noted() if key in n]):  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        return found[0]

    # The wire

    async def _listen(self) -> None:
        try:
            await self._read()
        finally:
            self.gone.set()
            self._news.set()
            for answer in self._answers.values():
                if not answer.done():
                    answer.set_exception(ConnectionError("the server is gone"))
                    answer.exception()  # who waits for it hears it; nobody has to

    async def _read(self) -> None:
        while header := await self._line():
            name, _, value = header.partition(b":")
            assert name == b"Content-Length", f"not the protocol: {header!r}"
            while (await self.reader.readline()).strip():
                pass
            message = json.loads(await self.reader.readexactly(int(value)))
            self.received.append(message)
            self._dispatch(message)
            self._news.set()
            self._news = asyncio.Event()

    async def _line(self) -> bytes:
        try:
            return await self.reader.readline()
        except ConnectionError:
            return b""

    def _dispatch(self, message: dict[str, Any]) -> None:
        if message.get("id", 0) is None:
            return  # about something that had no id: `received` has it
        if "method" not in message:
            answer = self._answers.get(message["id"])
            if answer is None:
                return  # to what was sent by hand: `received` has it
            if "error" in message:
                answer.set_exception(Refused(message["error"]))
            else:
                answer.set_result(message["result"])
        elif "id" in message:
            self._tasks.add(asyncio.create_task(self._serve(message)))

    async def _serve(self, message: dict[str, Any]) -> None:
        if message["method"] == "workspace/applyEdit":
            self.send({"id": message["id"], "result": await self.applies(message["params"])})
        elif message["method"] == "window/showMessageRequest":
            title = await self.picks(message["params"])
            self.send({"id": message["id"], "result": title and {"title": title}})
        elif self.agrees_to_progress:
            self.send({"id": message["id"], "result": self.answers.get(message["method"])})
        else:
            error = {"code": -32601, "message": "no progress here"}
            self.send({"id": message["id"], "error": error})

    async def close(self) -> None:
        if self.process and self.process.returncode is None:
            self.process.kill()
        if self.process:
            await self.process.wait()
        self.writer.close()
        for task in self._tasks:
            task.cancel()
        failures = await asyncio.gather(*self._tasks, return_exceptions=True)
        assert not [f for f in failures if f and not isinstance(f, asyncio.CancelledError)]
