"""What is wrong, where it is written, for as long as it is so."""

from typing import Any

CLASH = '''\
def f(x):
    """
    >>> f(1)
    2
    >>> f(1)
    3
    >>> f(2
    4
    """
    pass
'''
FAILING = {"check": "twice(2)", "outcome": "fail", "detail": "5", "line": 6}
FAILED = {
    "function": "twice",
    "standing": "failed",
    "passed": 1,
    "total": 2,
    "failing": [FAILING],
}


def published(client: Any, uri: str) -> list[Any]:
    told = client.heard("textDocument/publishDiagnostics")
    return [one for one in told if one["uri"] == uri]


async def test_examples_that_nothing_can_satisfy(rich: Any, scripted: Any, wrong: Any) -> None:
    uri, text = scripted(CLASH)
    rich.open(uri, text)
    clash, unread = await wrong(rich, uri, 2)
    assert (clash["code"], unread["code"]) == ("contradictory-examples", "unreadable-example")
    assert {clash["source"], unread["source"]} == {"synthd"}
    assert clash["message"] == "No function can do both: f(1) is 3 here, 2 above."
    assert clash["range"]["start"] == {"line": 5, "character": 4}
    assert clash["relatedInformation"][0]["location"]["range"]["start"]["line"] == 3
    assert (unread["range"]["start"]["line"], unread["severity"]) == (7, 2)
    rich.change(uri, text.replace("    3\n", "    2\n").replace("f(2\n", "f(2)\n"))
    assert await wrong(rich, uri, 0) == []


async def test_they_move_with_the_text_and_end_with_the_document(
    rich: Any, scripted: Any, wrong: Any
) -> None:
    uri, text = scripted(CLASH)
    rich.open(uri, text)
    await wrong(rich, uri, 2)
    rich.change(uri, text.replace("def f", "import os\n\n\ndef f"))
    clash, _ = await wrong(rich, uri, 2)
    assert clash["range"]["start"]["line"] == 8
    rich.notify("textDocument/didClose", {"textDocument": {"uri": uri}})
    await rich.until(lambda: published(rich, uri)[-1]["diagnostics"] == [])


async def test_an_example_that_fails_is_marked_where_it_is_written(
    rich: Any, scripted: Any, wrong: Any, save: Any
) -> None:
    uri, text = scripted(verify=[FAILED])
    text = text.replace("Twice.", "Zweimal, größer 𝄞.")
    rich.open(uri, text)
    save(rich, uri)
    (found,) = await wrong(rich, uri, 1)
    assert (found["code"], found["severity"]) == ("failing-example", 1)
    assert found["message"] == "This example fails: twice(2) gave 5"
    assert found["range"] == {
        "start": {"line": 6, "character": 4},
        "end": {"line": 6, "character": 16},
    }
    (about,) = found["relatedInformation"]
    assert about["location"]["range"]["start"] == {"line": 1, "character": 0}
    rich.change(uri, text.replace("def twice", "\ndef twice"))
    (moved,) = await wrong(rich, uri, 1)
    assert moved["range"]["start"]["line"] == 7
    rich.change(uri, text.replace("x + x", "x * 2"))
    assert await wrong(rich, uri, 0) == [], "of this body nothing is known"


async def test_no_verdict_is_an_information(
    rich: Any, scripted: Any, wrong: Any, save: Any
) -> None:
    says = {"function": "twice", "standing": "unknown", "why": "no verdict within 10 s"}
    uri, text = scripted(verify=[says])
    rich.open(uri, text)
    save(rich, uri)
    (found,) = await wrong(rich, uri, 1)
    assert (found["code"], found["severity"]) == ("not-verified", 3)
    assert found["message"] == "Not verified: no verdict within 10 s"


async def test_an_editor_without_relations_is_sent_none(
    open_rich: Any, scripted: Any, wrong: Any
) -> None:
    uri, text = scripted(CLASH)
    async with open_rich({}) as client:
        client.open(uri, text)
        await client.until(lambda: published(client, uri))
        (told,) = published(client, uri)
        assert [one.get("relatedInformation") for one in told["diagnostics"]] == [None, None]


async def test_positions_are_counted_as_the_editor_counts(
    rich: Any, scripted: Any, wrong: Any
) -> None:
    uri, text = scripted("def f(x):\n    '''\n    f(1) -> 𝄞𝄞(\n    '''\n    pass\n")
    rich.open(uri, text)
    (found,) = await wrong(rich, uri, 1)
    assert found["range"]["end"] == {"line": 3, "character": 17}


async def test_a_body_whose_only_example_is_unreadable_has_no_lens(
    rich: Any, scripted: Any, wrong: Any, lenses: Any
) -> None:
    uri, text = scripted("def f(x):\n    '''\n    >>> f(1\n    2\n    '''\n    return x\n")
    rich.open(uri, text)
    await wrong(rich, uri, 1)
    assert await lenses(rich, uri) == []
