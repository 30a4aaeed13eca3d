"""What no editor should send gets a clear refusal: never silence, never a traceback."""

from typing import Any

import pytest

URI = "file:///nowhere/a.py"
PLACE = {"line": 0, "character": 0}
SHAPES: list[Any] = [
    [],
    [None],
    [[]],
    [{}],
    [1],
    [1.5, True],
    ["text"],
    [URI, PLACE],
    [{"textDocument": {"uri": URI}}],
    [{"textDocument": URI, "position": PLACE}],
    [{"textDocument": {"uri": None}, "position": PLACE}],
    [{"textDocument": {"uri": 5}, "position": PLACE}],
    [{"textDocument": [], "position": PLACE}],
    [{"textDocument": {"uri": URI}, "position": None}],
    [{"textDocument": {"uri": URI}, "position": [0, 0]}],
    [{"textDocument": {"uri": URI}, "position": {"line": -1, "character": 0}}],
    [{"textDocument": {"uri": URI}, "position": {"line": "0", "character": 0}}],
    [{"textDocument": {"uri": URI}, "position": {"line": 0.5, "character": 0}}],
    [{"textDocument": {"uri": URI}, "position": {"line": True, "character": 0}}],
    [{"textDocument": {"uri": URI}, "position": {"line": 0}}],
    [{"textDocument": {"uri": URI}, "position": {"line": 10**30, "character": 10**30}}],
    [{"textDocument": {"uri": URI}, "position": PLACE}, {}],
    [{"textDocument": {"uri": URI}, "position": PLACE}, PLACE],
    [{"textDocument": {"uri": ""}, "position": PLACE}],
    [{"textDocument": {"uri": "untitled:Untitled-1"}, "position": PLACE}],
    [{"textDocument": {"uri": "::::%%%"}, "position": PLACE}],
    [{"textDocument": {"uri": "file:///\udc80\U0001f980"}, "position": PLACE}],
    [{"uri": URI}, PLACE, PLACE],
    [{"uri": URI}, None],
    [{"jsonrpc": "2.0", "method": "exit"}],
    [{"jsonrpc": "2.0", "id": 1, "result": {}}],
    [[[[[[[[[[]]]]]]]]]],
    [{"job": 1}],
    [{"job": ["x"]}],
    [{"": {"": {"": None}}}],
    ["x" * 100_000],
]


@pytest.mark.parametrize("command", ["synthd.synthesize", "synthd.cancel"])
async def test_arguments_of_any_shape(client: Any, refused: Any, command: str) -> None:
    for shape in SHAPES:
        with pytest.raises(refused) as refusal:
            await client.command(command, *shape)
        error = refusal.value.error
        assert error["code"] == -32602, shape
        assert error["message"].endswith((".", "again.")) and "Traceback" not in error["message"]
        assert not error.get("data"), shape
    assert client.messages() == []
    assert client.noted() == [], "nothing reached the engine"


@pytest.mark.parametrize(
    "params", [None, 5, "x", [], {}, {"command": 5}, {"command": "x", "arguments": "y"}]
)
async def test_params_of_any_shape_are_answered(client: Any, refused: Any, params: Any) -> None:
    with pytest.raises(refused):
        await client.request("workspace/executeCommand", params)
    assert (await client.command("synthd.jobs")) == {"schema": 1, "jobs": []}
    assert client.messages() == []


async def test_an_unknown_command_and_an_unknown_document(client: Any, refused: Any) -> None:
    with pytest.raises(refused, match=r"no command 'synthd\.nope'"):
        await client.command("synthd.nope")
    with pytest.raises(refused, match="not open"):
        await client.synthesize(URI)


async def test_two_arguments_are_accepted_too(client: Any, script: Any) -> None:
    uri, text = script()
    client.open(uri, text)
    answer = await client.command("synthd.synthesize", {"uri": uri}, {"line": 1, "character": 0})
    assert (await client.end_of(answer["job"]))["state"] == "verified"


async def test_a_position_beyond_the_text_is_its_end(client: Any, script: Any) -> None:
    uri, text = script("unsolved")
    client.open(uri, text)
    await client.end_of(await client.synthesize(uri, line=10**6, character=10**6))
    assert (await client.until_noted("here"))["here"] == ""


async def test_noise_on_the_wire(client: Any) -> None:
    for body in [b"{", b"[]", b"null", b'"x"', b"{}", b"\xff\xfe", b'{"jsonrpc": "1.0"}']:
        client.say(body)
    client.notify("no/such/notification", {"x": 1})
    client.notify("textDocument/didChange", {"textDocument": 5})
    client.notify(
        "textDocument/didChange",
        {"textDocument": {"uri": "file:///x", "version": 1}, "contentChanges": [{"text": ""}]},
    )
    client.notify("$/cancelRequest", {"id": 999})
    assert (await client.command("synthd.jobs"))["jobs"] == []
    assert client.messages() == []
    assert client.complaints() == [-32700, -32600, -32600, -32600, -32700]
