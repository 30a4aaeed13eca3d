"""Verified code arrives in the buffer, and never over something newer."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

NO_VERSIONS = {"workspace": {"applyEdit": True}}


async def test_answers_at_once_and_applies_a_versioned_edit(
    client: Any, script: Any, tmp_path: Path
) -> None:
    uri, text = script(gate=str(tmp_path / "gate"))
    client.open(uri, text, version=7)
    job = await client.synthesize(uri, line=1, character=4)
    assert client.texts[uri] == text, "answered before the search ended"
    (tmp_path / "gate").touch()
    end = await client.end_of(job)
    assert (end["state"], end["status"], end["grade"]) == ("verified", "verified", "tested")
    assert end["report"] == {"schema": 1, "n": 5}
    assert client.texts[uri] == text.replace("    pass\n", "    return 1\n")
    (asked,) = [p for p in client.heard("workspace/applyEdit")]
    assert asked["edit"]["documentChanges"][0]["textDocument"] == {"uri": uri, "version": 7}
    assert [p["state"] for p in client.heard("synthd/job")] == ["running", "verified"]
    assert client.messages() == []
    assert (await client.until_noted("here"))["here"] == "f():\n   "


@pytest.mark.parametrize("tell", [True, False], ids=["seen by the server", "still on its way"])
async def test_a_changed_buffer_is_left_alone(
    client: Any, script: Any, tmp_path: Path, tell: bool
) -> None:
    uri, text = script(gate=str(tmp_path / "gate"))
    client.open(uri, text)
    job = await client.synthesize(uri)
    await client.until_noted("here")
    typed = text.replace("    pass\n", "    pass\n    x = 1\n")
    client.change(uri, typed, tell=tell)
    if not tell:
        refuse = client.applies

        async def late(params: dict[str, Any]) -> Any:
            client.tell_change(uri)
            return await refuse(params)

        client.applies = late
    (tmp_path / "gate").touch()
    end = await client.end_of(job)
    assert end["state"] == "stale"
    assert end["code"] == "return 1", "the code is not lost"
    assert client.texts[uri] == typed
    (asked,) = await client.until(lambda: client.heard("window/showMessageRequest"))
    assert "changed meanwhile" in asked["message"]


async def test_changed_and_changed_back_is_the_same_text(
    client: Any, script: Any, tmp_path: Path
) -> None:
    uri, text = script(gate=str(tmp_path / "gate"))
    client.open(uri, text)
    job = await client.synthesize(uri)
    client.change(uri, text + "x")
    client.change(uri, text)
    (tmp_path / "gate").touch()
    assert (await client.end_of(job))["state"] == "verified"
    assert "return 1" in client.texts[uri]


async def test_a_closed_buffer_gets_no_edit(client: Any, script: Any, tmp_path: Path) -> None:
    uri, text = script(gate=str(tmp_path / "gate"))
    client.open(uri, text)
    job = await client.synthesize(uri)
    client.notify("textDocument/didClose", {"textDocument": {"uri": uri}})
    (tmp_path / "gate").touch()
    assert (await client.end_of(job))["state"] == "stale"
    assert client.heard("workspace/applyEdit") == []


async def test_a_refusal_is_not_success(client: Any, script: Any) -> None:
    uri, text = script()
    client.open(uri, text)

    async def refuse(_: Any) -> Any:
        return {"applied": False, "failureReason": "the user said no"}

    client.applies = refuse
    end = await client.end_of(await client.synthesize(uri))
    assert end["state"] == "not_applied"
    assert "the user said no" in end["message"]


async def test_saying_applied_is_not_enough(client: Any, script: Any) -> None:
    uri, text = script()
    client.open(uri, text)

    async def pretend(_: Any) -> Any:
        return {"applied": True}

    client.applies = pretend
    end = await client.end_of(await client.synthesize(uri))
    assert (end["state"], end["status"]) == ("not_applied", "verified")
    assert client.texts[uri] == text


async def test_a_late_change_notification_still_counts(client: Any, script: Any) -> None:
    uri, text = script()
    client.open(uri, text)

    async def debounced(params: Any) -> Any:
        (change,) = params["edit"]["documentChanges"]
        tell, client.tell_change = client.tell_change, lambda uri: None
        client.edit(uri, change["edits"])
        client.tell_change = tell
        asyncio.get_running_loop().call_later(0.2, tell, uri)
        return {"applied": True}

    client.applies = debounced
    assert (await client.end_of(await client.synthesize(uri)))["state"] == "verified"


async def test_an_editor_without_versions_gets_a_plain_edit(connect: Any, script: Any) -> None:
    uri, text = script()
    async with connect() as client:

        async def plain(params: Any) -> Any:
            client.edit(uri, params["edit"]["changes"][uri])
            return {"applied": True}

        client.applies = plain
        await client.initialize(capabilities=NO_VERSIONS)
        client.open(uri, text)
        assert (await client.end_of(await client.synthesize(uri)))["state"] == "verified"
        assert "return 1" in client.texts[uri]
        assert client.messages() == ["synthd: f: all checks pass"], "it has no progress bar"


async def test_an_editor_that_takes_no_edits_gets_the_code(connect: Any, script: Any) -> None:
    uri, text = script()
    async with connect() as client:
        await client.initialize(capabilities={})
        client.open(uri, text)
        end = await client.end_of(await client.synthesize(uri))
        assert (end["state"], end["code"]) == ("not_applied", "return 1")


@pytest.mark.parametrize(
    "body",
    [
        "def f():\r\n    pass\r\n",
        "x = '🦀🦀é'\ndef f(): '😀'; pass\n",
        "a = 1\n\x0c\ndef f():\n    pass\n\u2028x\n",
        "def f():\n    pass",
    ],
    ids=["crlf", "beyond the BMP", "form feed", "no last line end"],
)
async def test_offsets_survive_awkward_text(client: Any, script: Any, body: str) -> None:
    uri, text = script(body=body, put="return [\n1]")
    if "\r\n" in body:
        text = text.replace("\n", "\r\n").replace("\r\r", "\r")
    client.open(uri, text)
    client.change(uri, text + "# typed\n")
    client.change(uri, text)
    end = await client.end_of(await client.synthesize(uri))
    assert end["state"] == "verified", end
    put = "return [\r\n1]" if "\r\n" in body else "return [\n1]"
    head, _, tail = text.rpartition("pass")
    assert client.texts[uri] == head + put + tail


async def test_utf16_columns_reach_the_engine_as_offsets(client: Any, script: Any) -> None:
    uri, text = script(body="x = '🦀'; def f(): pass\n")
    client.open(uri, text)
    await client.end_of(await client.synthesize(uri, line=1, character=10))
    assert (await client.until_noted("here"))["here"] == "def f():"


async def test_two_jobs_on_two_documents(client: Any, script: Any, tmp_path: Path) -> None:
    one, text = script(name="one.py", gate=str(tmp_path / "gate"))
    two, _ = script(name="two.py")
    client.open(one, text)
    client.open(two, text)
    jobs = [await client.synthesize(one), await client.synthesize(two)]
    listed = await client.command("synthd.jobs")
    assert [(j["id"], j["state"]) for j in listed["jobs"]] == [(j, "running") for j in jobs]
    (tmp_path / "gate").touch()
    assert [(await client.end_of(job))["state"] for job in jobs] == ["verified", "verified"]
    assert client.texts[one] == client.texts[two] == text.replace("    pass\n", "    return 1\n")
    assert len([n for n in client.noted() if "made" in n]) == 1, "one engine for both"


async def test_of_two_jobs_on_one_document_the_second_is_stale(
    client: Any, script: Any, tmp_path: Path
) -> None:
    uri, text = script(gate=str(tmp_path / "gate"))
    client.open(uri, text)
    jobs = [await client.synthesize(uri), await client.synthesize(uri)]
    (tmp_path / "gate").touch()
    ends = [(await client.end_of(job))["state"] for job in jobs]
    assert sorted(ends) == ["stale", "verified"]
    assert client.texts[uri] == text.replace("    pass\n", "    return 1\n")


@pytest.mark.parametrize("ending", ["unsolved", "undecided", "error"])
async def test_without_a_verified_program_nothing_is_written(
    client: Any, script: Any, ending: str
) -> None:
    uri, text = script(ending)
    client.open(uri, text)
    end = await client.end_of(await client.synthesize(uri))
    assert (end["state"], end["status"], end["code"]) == (ending, ending, "best")
    assert client.messages() == [f"synthd: {ending}: no luck"]
    assert client.heard("workspace/applyEdit") == []


async def test_a_broken_engine_is_an_error_and_the_next_job_works(
    client: Any, script: Any, tmp_path: Path
) -> None:
    uri, text = script("raise")
    client.open(uri, text)
    end = await client.end_of(await client.synthesize(uri))
    assert (end["state"], end["message"]) == ("error", "ValueError: the engine broke")
    log = (tmp_path / "stderr").read_text()
    assert "ValueError in the engine" in log
    assert "return 1" not in log, "the log quotes the buffer"
    other, text = script(name="b.py")
    client.open(other, text)
    assert (await client.end_of(await client.synthesize(other)))["state"] == "verified"


async def test_neovims_version_zero_is_left_before_an_edit_counts(
    connect: Any, script: Any
) -> None:
    uri, text = script()
    async with connect() as client:
        await client.initialize(clientInfo={"name": "Neovim"})
        client.open(uri, text, version=0)
        assert (await client.end_of(await client.synthesize(uri)))["state"] == "verified"
        versions = [
            p["edit"]["documentChanges"][0]["textDocument"]["version"]
            for p in client.heard("workspace/applyEdit")
        ]
        assert versions == [0, 1]
