"""A finished edit is shown first, and applied when its user says so."""

from __future__ import annotations

import asyncio
import hashlib
from pathlib import Path
from typing import Any

import pytest

from synthd.lsp.edits.anchors import Region
from synthd.lsp.edits.previews import preview
from synthd.lsp.engine import Replacement

LENSES = {
    "window": {"workDoneProgress": True},
    "workspace": {"applyEdit": True, "workspaceEdit": {"documentChanges": True}},
    "textDocument": {"codeLens": {}},
}
CONFIRMING = {
    "workspace": {
        "applyEdit": True,
        "workspaceEdit": {
            "documentChanges": True,
            "changeAnnotationSupport": {"groupsOnLabel": True},
        },
    },
}
COMMAND = {"preview": "command"}


@pytest.fixture
async def waiting(connect: Any, script: Any) -> Any:
    """A client whose first job is ready: client, uri, text, job."""
    async with connect() as client:
        await client.initialize(capabilities=LENSES, initializationOptions={})
        uri, text = script(body="import os\n\n\ndef f():\n    pass\n\n\nx = 1\n")
        client.open(uri, text, version=4)
        job = await client.synthesize(uri, line=4)
        await client.ready(job)
        await client.until(lambda: [one["kind"] for one in client.progress(job)][-1:] == ["end"])
        yield client, uri, text, job


async def test_a_ready_job_shows_what_it_would_do(waiting: Any) -> None:
    client, uri, text, job = waiting
    shown = (await client.ready(job))["preview"]
    assert shown["before"] == "def f():\n    pass"
    assert shown["after"] == "def f():\n    return 1"
    assert shown["hash"] == hashlib.sha256(shown["before"].encode()).hexdigest()
    assert (shown["grade"], shown["version"]) == ("tested", 4)
    start, end = {"line": 5, "character": 4}, {"line": 5, "character": 8}
    assert (shown["range"], shown["newText"]) == ({"start": start, "end": end}, "return 1")
    assert "@@ -3,7 +3,7 @@" in shown["diff"]
    assert "-    pass\n+    return 1\n" in shown["diff"]
    assert client.texts[uri] == text and client.heard("workspace/applyEdit") == []
    assert client.heard("window/showMessageRequest") == [], "its lens asks"
    assert client.progress(job)[-1] == {"kind": "end", "message": "f: all checks pass"}


async def test_accepting_applies_it_in_one_step(waiting: Any) -> None:
    client, uri, text, job = waiting
    answer = await client.command("synthd.accept", {"job": job})
    assert answer == {"schema": 1, "job": job, "accepted": True, "message": "applying"}
    again = await client.command("synthd.accept", {"job": job})
    assert again["accepted"] is False
    end = await client.end_of(job)
    assert end["state"] == "verified" and "preview" not in end
    assert client.texts[uri] == text.replace("    pass\n", "    return 1\n")
    (edit,) = client.heard("workspace/applyEdit")
    assert len(edit["edit"]["documentChanges"][0]["edits"]) == 1
    recorded = await client.until_noted("recorded")
    assert (recorded["text"], recorded["report"]) == (client.texts[uri], {"schema": 1, "n": 5})
    assert (await client.command("synthd.accept", {"job": job}))["accepted"] is False


async def test_rejecting_leaves_the_buffer(waiting: Any) -> None:
    client, uri, text, job = waiting
    answer = await client.command("synthd.reject", {"job": job})
    assert answer == {"schema": 1, "job": job, "rejected": True}
    assert (await client.end_of(job))["state"] == "rejected"
    assert client.texts[uri] == text and client.messages() == []
    assert (await client.command("synthd.reject", {"job": job}))["rejected"] is False


async def test_a_waiting_edit_can_be_cancelled(waiting: Any) -> None:
    client, uri, text, job = waiting
    assert (await client.command("synthd.cancel", {"job": job}))["cancelled"] is True
    assert (await client.end_of(job))["state"] == "cancelled"
    assert client.texts[uri] == text


async def test_accepting_after_typing_elsewhere(waiting: Any) -> None:
    client, uri, text, job = waiting
    client.change(uri, text.replace("import os", "import os, re"))
    answer = await client.command("synthd.accept", {"job": job})
    assert (answer["accepted"], "anew" in answer["message"]) == (True, True)
    assert (await client.end_of(job))["state"] == "verified"
    assert "import os, re\n\n\ndef f():\n    return 1\n" in client.texts[uri]
    assert await client.until_noted("verify"), "the imports changed"


async def test_accepting_after_the_function_changed(waiting: Any) -> None:
    client, uri, text, job = waiting
    typed = text.replace("def f():", "def f(x):")
    client.change(uri, typed)
    answer = await client.command("synthd.accept", {"job": job})
    assert (answer["accepted"], answer["message"]) == (False, "f itself changed meanwhile")
    assert (await client.end_of(job))["state"] == "stale"
    assert client.texts[uri] == typed
    await client.until(lambda: client.heard("window/showMessageRequest"))


async def test_an_edit_waits_for_its_file_to_be_opened_again(waiting: Any) -> None:
    client, uri, text, job = waiting
    client.notify("textDocument/didClose", {"textDocument": {"uri": uri}})
    answer = await client.command("synthd.accept", {"job": job})
    assert (answer["accepted"], "open its file" in answer["message"]) == (False, True)
    client.open(uri, text, version=9)
    assert (await client.command("synthd.accept", {"job": job}))["accepted"] is True
    assert (await client.end_of(job))["state"] == "verified"


@pytest.mark.parametrize("picked", ["Apply", "Discard", None])
async def test_an_editor_without_lenses_is_asked(
    connect: Any, script: Any, picked: str | None
) -> None:
    async with connect() as client:

        async def pick(_: dict[str, Any]) -> str | None:
            return picked

        client.picks = pick
        await client.initialize(initializationOptions={})
        uri, text = script()
        client.open(uri, text)
        job = await client.synthesize(uri)
        asked = await client.until(lambda: client.heard("window/showMessageRequest"))
        assert asked[0]["message"] == "synthd: f: all checks pass. Apply it?"
        if picked is None:
            assert (await client.command("synthd.accept", {"job": job}))["accepted"] is True
        state = "rejected" if picked == "Discard" else "verified"
        assert (await client.end_of(job))["state"] == state


# ------------------------------------------------------------ confirmed by the editor


@pytest.fixture
async def confirming(connect: Any) -> Any:
    async with connect() as client:
        await client.initialize(capabilities=CONFIRMING, initializationOptions={})
        yield client


async def test_the_editor_is_asked_to_confirm(confirming: Any, script: Any) -> None:
    client = confirming
    uri, text = script()
    client.open(uri, text, version=3)
    job = await client.synthesize(uri)
    assert (await client.end_of(job))["state"] == "verified"
    assert (await client.ready(job))["preview"]["after"] == "def f():\n    return 1"
    (asked,) = client.heard("workspace/applyEdit")
    (change,) = asked["edit"]["documentChanges"]
    assert change["textDocument"] == {"uri": uri, "version": 3}
    (edit,) = change["edits"]
    annotation = asked["edit"]["changeAnnotations"][edit["annotationId"]]
    assert annotation == {
        "label": "synthd: f",
        "needsConfirmation": True,
        "description": "f: all checks pass [tested]",
    }


async def test_who_thinks_for_long_holds_up_no_other_document(confirming: Any, script: Any) -> None:
    client = confirming
    one, text = script(name="one.py")
    two, _ = script(name="two.py")
    decided = asyncio.Event()
    confirm = client.applies

    async def think(params: dict[str, Any]) -> Any:
        if params["edit"]["documentChanges"][0]["textDocument"]["uri"] == one:
            await decided.wait()
        return await confirm(params)

    client.applies = think
    client.open(one, text)
    client.open(two, text)
    first = await client.synthesize(one)
    await client.ready(first)
    assert (await client.command("synthd.accept", {"job": first}))["accepted"] is False
    assert (await client.end_of(await client.synthesize(two)))["state"] == "verified"
    decided.set()
    assert (await client.end_of(first))["state"] == "verified"


@pytest.mark.parametrize(("typed", "state"), [("", "rejected"), ("# typed\n", "stale")])
async def test_who_declines_is_not_asked_again(
    confirming: Any, script: Any, typed: str, state: str
) -> None:
    client = confirming
    uri, text = script()

    async def decline(_: Any) -> Any:
        if typed:
            client.change(uri, text + typed)
        return {"applied": False}

    client.applies = decline
    client.open(uri, text)
    assert (await client.end_of(await client.synthesize(uri)))["state"] == state
    assert client.texts[uri] == text + typed
    assert len(client.heard("workspace/applyEdit")) == 1


async def test_asking_for_annotations_needs_an_editor_that_has_them(
    connect: Any, script: Any
) -> None:
    async with connect() as client:
        await client.initialize(
            capabilities=LENSES, initializationOptions={"preview": "annotations"}
        )
        uri, text = script()
        client.open(uri, text)
        job = await client.synthesize(uri)
        await client.ready(job)
        assert (await client.command("synthd.accept", job))["accepted"] is True
        assert (await client.end_of(job))["state"] == "verified"


# ------------------------------------------------------------ the best of an unsolved job


async def test_the_best_program_can_be_taken_as_it_is(
    client: Any, script: Any, tmp_path: Path
) -> None:
    uri, text = script("unsolved", partial="return 0")
    client.open(uri, text)
    job = await client.synthesize(uri)
    end = await client.end_of(job)
    assert (end["state"], end["partial"]) == ("unsolved", True)
    assert (await client.command("synthd.accept", {"job": job}))["accepted"] is False
    typed = "\n".join([text, "import os", ""])
    client.change(uri, typed)
    answer = await client.command("synthd.accept", {"job": job, "partial": True})
    assert answer["accepted"] is True
    await client.until(lambda: client.heard("synthd/job")[-1]["state"] == "partial")
    last = client.heard("synthd/job")[-1]
    assert (last["status"], last["grade"]) == ("unsolved", "partial")
    assert client.texts[uri] == typed.replace("    pass\n", "    return 0\n")
    assert not [n for n in client.noted() if "recorded" in n], "nothing was verified"
    again = await client.command("synthd.accept", {"job": job, "partial": True})
    assert again["accepted"] is False


async def test_there_may_be_no_best_program(client: Any, script: Any) -> None:
    uri, text = script("unsolved")
    client.open(uri, text)
    job = await client.synthesize(uri)
    assert (await client.end_of(job))["partial"] is False
    answer = await client.command("synthd.accept", {"job": job, "partial": True})
    assert (answer["accepted"], "unsolved" in answer["message"]) == (False, True)


# ------------------------------------------------------------ the diff


@pytest.mark.parametrize(
    ("text", "put", "diff"),
    [
        ("def f():\n  x", "y\n  z", "@@ -1,2 +1,3 @@\n def f():\n-  x\n\\ No newline at end of file"
         "\n+  y\n+  z\n\\ No newline at end of file\n"),
        ("1\n2\n3\n4\n5\ndef f():\n  x\n6\n7\n8\n9\n", "y",
         "@@ -4,7 +4,7 @@\n 4\n 5\n def f():\n-  x\n+  y\n 6\n 7\n 8\n"),
        ("a\r\ndef f():\r\n  x\r\nb", "y", "@@ -1,4 +1,4 @@\n a\n def f():\n-  x\n+  y\n b\n"
         "\\ No newline at end of file\n"),
    ],
    ids=["no last line end", "in the middle", "crlf"],
)  # fmt: skip
def test_the_diff_is_one_of_the_whole_file(text: str, put: str, diff: str) -> None:
    start = text.index("x")
    change = Replacement(start, start + 1, put)
    region = Region("f", text.index("def"), start + 1)
    shown = preview("/w/a.py", text, 1, change, region, "utf-16", "", "")
    assert shown.diff == f"--- a/a.py\n+++ b/a.py\n{diff}"
