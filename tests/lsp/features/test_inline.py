"""Inline completion: a result that waits, where it is an insertion at the cursor."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synthd.lsp.showing.inline import insertion

TEXT = '''\
def later(x: int) -> int:
    """
    >>> later(1)
    1
    """
    #
'''


async def completed(client: Any, uri: str, line: int, character: int) -> list[str]:
    params = {**client.place(uri, line, character), "context": {"triggerKind": 2}}
    found = await client.request("textDocument/inlineCompletion", params)
    return [one["insertText"] for one in found or []]


@pytest.fixture
async def waiting(rich: Any, scripted: Any) -> tuple[str, str]:
    uri, text = scripted(TEXT, name="later", find="#", put="#\n    return x")
    rich.open(uri, text)
    job = await rich.synthesize(uri, 2)
    await rich.ready(job)
    return uri, job


async def test_it_is_there_only_where_it_fits(rich: Any, waiting: Any) -> None:
    uri, _ = waiting
    assert await completed(rich, uri, 6, 5) == ["\n    return x"]
    assert await completed(rich, uri, 2, 0) == []
    rich.change(uri, rich.texts[uri] + "\n")
    assert await completed(rich, uri, 6, 5) == [], "of another text"


async def test_inserted_it_is_accepted_once_the_buffer_is_seen_to_hold_it(
    rich: Any, waiting: Any
) -> None:
    uri, job = waiting
    (text,) = await completed(rich, uri, 6, 5)
    rich.change(uri, rich.texts[uri].replace("    #", f"    #{text}"))
    assert (await rich.end_of(job))["state"] == "verified"
    assert (await rich.until_noted("recorded"))["text"] == rich.texts[uri]
    assert rich.heard("workspace/applyEdit") == []


async def test_inserted_in_part_it_is_not(rich: Any, waiting: Any) -> None:
    uri, job = waiting
    (text,) = await completed(rich, uri, 6, 5)
    rich.change(uri, rich.texts[uri].replace("    #", f"    #{text[:-1]}"))
    await rich.command("synthd.accept", {"job": job})
    assert (await rich.end_of(job))["state"] == "stale"
    assert not [note for note in rich.noted() if "recorded" in note]


async def test_without_a_result_there_is_none(rich: Any, scripted: Any) -> None:
    uri, text = scripted(TEXT)
    rich.open(uri, text)
    assert await completed(rich, uri, 6, 5) == []
    assert not rich.noted() or "here" not in rich.noted()[-1]


WORDS = st.text("ab\n ", max_size=6)


@given(WORDS, WORDS, WORDS, WORDS, st.integers(0, 20))
def test_inserting_gives_what_was_verified(
    head: str, old: str, tail: str, new: str, cursor: int
) -> None:
    text = head + old + tail
    at = min(cursor, len(text))
    found = insertion(text, len(head), len(head) + len(old), new, at)
    if found:
        assert text[:at] + found + text[at:] == head + new + tail
