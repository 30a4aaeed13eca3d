"""What users read about a function: hovers, certificates, failures, searches."""

import os
import stat
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlparse

KNOWN = {
    "function": "twice",
    "grade": "tested",
    "passed": 2,
    "total": 2,
    "inputs": 140,
    "model": "local/coder",
    "strategy": "seidr",
    "tokens": 1234,
    "seconds": 12.34,
    "sandbox": "bubblewrap",
    "has_certificate": True,
}
FAILED = {
    "function": "twice",
    "standing": "failed",
    "passed": 1,
    "total": 2,
    "failing": [{"check": "twice(2)", "outcome": "fail", "detail": "```5```", "line": 6}],
}


async def hover(client: Any, uri: str, line: int) -> Any:
    return await client.request("textDocument/hover", client.place(uri, line, 5))


def path_of(uri: str) -> Path:
    assert uri.startswith("file:")
    return Path(unquote(urlparse(uri).path))


async def test_a_hover_says_what_was_established_and_how(
    rich: Any, scripted: Any, stands: Any
) -> None:
    uri, text = scripted(known=[KNOWN])
    rich.open(uri, text)
    await stands(uri, "twice", "verified")
    told = await hover(rich, uri, 1)
    assert told["contents"]["kind"] == "markdown"
    shown = told["contents"]["value"]
    assert shown.startswith("**synthd** `twice`: verified, grade tested\n")
    for fact in (
        "2 of 2 checks passed, 140 generated inputs",
        "written by local/coder (seidr)",
        "cost: 1,234 tokens, 12.3 s",
        "checked just now",
        "sandbox: bubblewrap",
    ):
        assert f"- {fact}\n" in f"{shown}\n"
    assert await hover(rich, uri, 9) is None, "only the line of its name"


async def test_a_hover_over_what_fails_in_plain_text(
    open_rich: Any, scripted: Any, stands: Any, save: Any
) -> None:
    uri, text = scripted(verify=[FAILED])
    async with open_rich({}) as client:
        client.open(uri, text)
        save(client, uri)
        await stands(uri, "twice", "failed", client)
        told = await hover(client, uri, 1)
        assert told["contents"]["kind"] == "plaintext"
        shown = told["contents"]["value"]
        assert shown.startswith("synthd: twice: fails\n")
        assert "twice(2)\n  ```5```" in shown


async def test_documents_of_the_server(
    rich: Any, scripted: Any, stands: Any, save: Any, refused: Any
) -> None:
    uri, text = scripted(known=[KNOWN], verify=[FAILED], certificates={"twice": "# Right\n"})
    rich.open(uri, text)
    save(rich, uri)
    await stands(uri, "twice", "failed")
    shown = await rich.command("synthd.showCertificate", rich.place(uri, 2))
    assert shown["uri"].startswith("synthd:/certificate/") and shown["uri"].endswith(".md")
    assert rich.heard("window/showDocument")[0]["uri"] == shown["uri"]
    assert await content(rich, shown["uri"]) == "# Right\n"
    failure = await rich.command("synthd.explain", rich.place(uri, 2))
    told = await content(rich, failure["uri"])
    assert told.startswith("# `twice` does not pass its checks\n\n1 of 2 checks passed.\n")
    assert "## 1. fails (line 7)\n\n```text\ntwice(2)\n```\n" in told
    assert "````text\n```5```\n````\n" in told, "what programs print cannot end the block"
    try:
        await content(rich, "synthd:/etc/passwd")
    except refused as why:
        assert "no document of this session" in str(why)
    else:
        raise AssertionError("it was made up")


async def content(client: Any, uri: str) -> str:
    answer = await client.request("workspace/textDocumentContent", {"uri": uri})
    return str(answer["text"])


async def test_what_there_is_not_is_said(rich: Any, scripted: Any) -> None:
    uri, text = scripted()
    rich.open(uri, text)
    shown = await rich.command("synthd.showCertificate", rich.place(uri, 2))
    assert shown["uri"] is None
    assert shown["message"].startswith("There is no certificate for twice")
    failure = await rich.command("synthd.explain", rich.place(uri, 2))
    assert failure["message"] == "Nothing is known against twice. Verify it first."


async def test_only_who_can_ask_for_documents_is_told_that_there_are_some(
    connect: Any, open_rich: Any
) -> None:
    async with connect() as client:
        answer = await client.initialize(capabilities={})
        assert "textDocumentContent" not in answer["capabilities"]["workspace"]
    async with connect() as client:
        asks = {"workspace": {"textDocumentContent": {}}}
        answer = await client.initialize(capabilities=asks)
        assert answer["capabilities"]["workspace"]["textDocumentContent"] == {"schemes": ["synthd"]}
        assert answer["capabilities"]["inlineCompletionProvider"] is not None


async def test_elsewhere_they_are_private_files_that_go_with_the_session(
    open_rich: Any, scripted: Any
) -> None:
    uri, text = scripted(report="# The search\n", name="later", put="return x")
    async with open_rich({}) as client:
        client.open(uri, text)
        job = await client.synthesize(uri, 12)
        await client.ready(job)
        shown = await client.command("synthd.showSearch", {"job": job})
        path = path_of(shown["uri"])
        assert path.read_text() == "# The search\n"
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
        assert path.is_relative_to(os.environ["XDG_CACHE_HOME"])
        assert [text for text in client.messages() if str(path) in text], "it cannot open them"
        await client.request("shutdown")
        assert not path.parent.exists()
