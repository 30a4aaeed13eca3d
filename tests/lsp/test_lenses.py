"""A lens above each function that waits to be written."""

import json
from pathlib import Path
from typing import Any

import pytest

TEXT = '''\
import os


def done(x):
    return x


def empty(x):
    """Nothing to go by."""


class A:
    @staticmethod
    def one(x: int) -> int:
        """
        >>> A.one(1)
        2
        """
        ...


async def two(x):
    """
    >>> two(1)
    2
    >>> two(2)
    3
    """
    raise NotImplementedError


TEMPLATE = """
def in_a_string():
    pass
"""
'''
TITLES = ["Add an example first", "Synthesize · 1 example", "Synthesize · 2 examples"]


async def lenses(client: Any, uri: str) -> list[dict[str, Any]]:
    found = await client.request("textDocument/codeLens", {"textDocument": {"uri": uri}})
    assert isinstance(found, list)
    return found


async def test_a_lens_for_each_stub(client: Any, tmp_path: Path) -> None:
    uri = (tmp_path / "a.py").as_uri()
    client.open(uri, TEXT)
    found = await lenses(client, uri)
    assert [one["command"]["title"] for one in found] == TITLES
    lines = TEXT.splitlines()
    starts = [one["range"]["start"]["line"] for one in found]
    assert [lines[at].strip()[:9] for at in starts] == ["def empty", "def one(x", "async def"]
    for one, at in zip(found, starts, strict=True):
        assert one["command"]["command"] == "synthd.synthesize"
        (target,) = one["command"]["arguments"]
        assert target == {"textDocument": {"uri": uri}, "position": {"line": at, "character": 0}}


async def test_what_a_lens_says_is_what_its_command_does(client: Any, script: Any) -> None:
    uri, text = script()
    client.open(uri, text)
    (lens,) = await lenses(client, uri)
    answer = await client.command(lens["command"]["command"], *lens["command"]["arguments"])
    assert (await client.end_of(answer["job"]))["state"] == "verified"
    assert await lenses(client, uri) == [], "it has a body now"


async def test_lenses_follow_what_is_typed(client: Any, tmp_path: Path) -> None:
    uri = (tmp_path / "a.py").as_uri()
    client.open(uri, TEXT)
    assert len(await lenses(client, uri)) == 3
    client.change(uri, TEXT.replace("import os\n", "import os\n\n"))
    moved = await lenses(client, uri)
    assert [one["command"]["title"] for one in moved] == TITLES
    client.change(uri, TEXT.replace("def done(x):", "def done(x:"))
    assert [one["command"]["title"] for one in await lenses(client, uri)] == TITLES
    client.change(uri, TEXT.replace('"""Nothing', '"Nothing'))
    assert [one["command"]["title"] for one in await lenses(client, uri)][-2:] == TITLES[1:]


@pytest.mark.parametrize("name", ["a.txt", "a.rs", "a.json"])
async def test_only_python_has_them(client: Any, tmp_path: Path, name: str) -> None:
    uri = (tmp_path / name).as_uri()
    item = {"uri": uri, "languageId": "x", "version": 1, "text": TEXT}
    client.notify("textDocument/didOpen", {"textDocument": item})
    assert await lenses(client, uri) == []
    assert await lenses(client, "file:///not/open.py") == []


async def test_an_answer_that_came_too_late_says_so(
    client: Any, refused: Any, tmp_path: Path
) -> None:
    """The first look at a long text takes a while; what is typed meanwhile is not waited for."""
    uri = (tmp_path / "a.py").as_uri()
    client.open(uri, TEXT * 300)
    asking = {"id": 1000, "method": "textDocument/codeLens"}
    client.send({**asking, "params": {"textDocument": {"uri": uri}}})
    client.change(uri, TEXT * 300 + "\n")
    await client.until(lambda: [m for m in client.received if m.get("id") == 1000])
    (answer,) = [m for m in client.received if m.get("id") == 1000]
    assert answer["error"]["code"] == -32801
    assert len(await lenses(client, uri)) == 900


async def test_a_request_for_lenses_can_be_cancelled(client: Any, tmp_path: Path) -> None:
    uri = (tmp_path / "a.py").as_uri()
    client.open(uri, TEXT * 300)
    asking = {"id": 1000, "method": "textDocument/codeLens"}
    client.send({**asking, "params": {"textDocument": {"uri": uri}}})
    client.notify("$/cancelRequest", {"id": 1000})
    await client.until(lambda: [m for m in client.received if m.get("id") == 1000])
    assert len(await lenses(client, uri)) == 900
    answers = [m for m in client.received if m.get("id") == 1000]
    assert [m["error"]["code"] for m in answers] == [-32800]
    assert "def empty" not in json.dumps(answers)
