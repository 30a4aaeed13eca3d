"""Rust in an editor, from the save that fails to the proof that is accepted: the real daemon, a
language client of our own, and the stand-in for Verus."""

from __future__ import annotations

import asyncio
import importlib.util
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

RIGHT = {"contains": ["i += 1", "decreases"], "answer": {"outcome": "proved", "verified": 5}}
FAILS = {
    "outcome": "refuted",
    "at": "i\n}",
    "message": "postcondition not satisfied",
    "label": "at the end of the function body",
    "verified": 3,
}
RICH: dict[str, Any] = {
    "window": {"workDoneProgress": True},
    "workspace": {"applyEdit": True, "workspaceEdit": {"documentChanges": True}},
    "textDocument": {
        "codeLens": {},
        "publishDiagnostics": {"relatedInformation": True, "versionSupport": True},
        "codeAction": {
            "codeActionLiteralSupport": {"codeActionKind": {"valueSet": ["", "quickfix"]}}
        },
    },
}


def _loaded(name: str, path: Path) -> Any:
    """Tests have no package."""
    found = importlib.util.spec_from_file_location(name, path)
    assert found is not None and found.loader is not None
    module = importlib.util.module_from_spec(found)
    sys.modules[name] = module
    found.loader.exec_module(module)
    return module


_editor = _loaded("editor_of_rust", Path(__file__).parents[2] / "lsp" / "editor.py")


class Editor:
    """One document of an editor whose server is the real one."""

    def __init__(self, client: Any, shell: Any) -> None:
        self.client, self.shell = client, shell
        self.uri = ""

    def open(self, text: str) -> None:
        path = self.shell.file(text, "work.rs")
        self.uri = path.as_uri()
        self.client.texts[self.uri], self.client.versions[self.uri] = text, 1
        item = {"uri": self.uri, "languageId": "rust", "version": 1, "text": text}
        self.client.notify("textDocument/didOpen", {"textDocument": item})

    def save(self) -> None:
        Path(self.uri.removeprefix("file://")).write_text(self.text)
        self.client.notify("textDocument/didSave", {"textDocument": {"uri": self.uri}})

    @property
    def text(self) -> str:
        return str(self.client.texts[self.uri])

    async def wrong(self) -> list[dict[str, Any]]:
        """What is wrong with the newest version, once something is."""

        def told() -> list[dict[str, Any]]:
            heard = self.client.heard("textDocument/publishDiagnostics")
            newest = [one for one in heard if one.get("version") == self.client.versions[self.uri]]
            return list(newest[-1]["diagnostics"]) if newest else []

        return list(await self.client.until(told))

    async def stands(self, function: str, state: str, said: str = "") -> dict[str, Any]:
        def told() -> list[dict[str, Any]]:
            heard = self.client.heard("synthd/verification")
            last = heard[-1]["functions"] if heard else []
            found = [one for one in last if (one["function"], one["state"]) == (function, state)]
            return [one for one in found if said in one["message"]]

        return dict((await self.client.until(told))[0])

    async def action(self, title: str, line: int) -> dict[str, Any]:
        place = {"line": line, "character": 0}
        params = {
            "textDocument": {"uri": self.uri},
            "range": {"start": place, "end": place},
            "context": {"diagnostics": []},
        }
        found = await self.client.request("textDocument/codeAction", params)
        (action,) = [one for one in found if title in one["title"].lower()]
        return dict(action["command"])


@pytest.fixture
async def editor(rust: Any, tmp_path: Path) -> AsyncIterator[Any]:
    runtime = tmp_path / "runtime"
    runtime.mkdir(mode=0o700)
    opened: list[tuple[Any, Any]] = []

    async def opening(*rules: Any, default: Any) -> Editor:
        shell = rust(*rules, default=default)
        shell.environment["SYNTHD_RUNTIME_DIR"] = str(runtime)
        for name in ("STATE", "CACHE", "CONFIG"):
            shell.environment[f"XDG_{name}_HOME"] = str(tmp_path / name.lower())
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-P", "-m", "synthd.daemon", "lsp"),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            cwd=shell.folder,
            env=shell.variables(),
            limit=1 << 24,
        )
        client = _editor.Client(process.stdout, process.stdin, process=process)
        opened.append((client, shell))
        options = {"trusted": True, "preview": "command", "events": ["verification"]}
        root = Path(shell.folder).as_uri()
        await client.initialize(capabilities=RICH, initializationOptions=options, rootUri=root)
        return Editor(client, shell)

    yield opening
    for client, shell in opened:
        await client.close()
        await asyncio.to_thread(shell.run, "daemon", "stop", "--now")


async def test_from_a_failing_proof_to_a_verified_one(editor, done, body) -> None:
    one = await editor(RIGHT, default=FAILS)
    one.shell.model.say = lambda _: f"```rust\n{body}\n```"
    bare = done.replace("        invariant i <= n,\n        decreases n - i,\n", "")
    one.open(bare)
    one.save()

    (error,) = await one.wrong()
    assert (error["code"], error["severity"]) == ("verus-postcondition", 1)
    assert error["range"]["start"] == {"line": 19, "character": 4}
    (about,) = error["relatedInformation"]
    assert about["message"] == "at the end of the function body"
    assert about["location"]["uri"] == one.uri
    await one.stands("count", "failed")
    assert (await one.stands("lemma", "verified"))["grade"] == "proved"

    command = await one.action("add the missing invariant", 10)
    job = (await one.client.command(command["command"], *command["arguments"]))["job"]
    shown = await one.client.ready(job)
    assert shown["grade"] == "proved" and "invariant" in shown["preview"]["after"], shown
    assert one.text == bare, "until it is accepted"
    assert (await one.client.command("synthd.accept", {"job": job}))["accepted"]
    end = await one.client.end_of(job)
    assert end["state"] == "verified", end
    assert one.text == bare.replace(
        "while i < n\n    {",
        "while i < n\n        invariant\n            i <= n,\n        decreases n - i,\n    {",
    )
    known = await one.stands("count", "verified")
    assert known["grade"] == "proved"

    one.client.change(one.uri, one.text.replace("i += 1", "i += 1 + 0"))
    await one.stands("count", "stale")
    one.client.change(one.uri, one.text.replace("i += 1 + 0", "i += 1"))
    await one.stands("count", "verified")


async def test_time_that_is_up_is_no_proof(editor, done) -> None:
    one = await editor(default={"outcome": "rlimit", "at": "while", "verified": 3})
    one.open(done)
    one.save()
    told = await one.wrong()
    await one.stands("count", "unknown", said="nothing is known of count")
    assert "Not verified" in " ".join(each["message"] for each in told), told
    assert {each["severity"] for each in told if "Not verified" in each["message"]} == {3}
