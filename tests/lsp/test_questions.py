"""Programs that disagree about a call: the user is asked, once at a time, and may leave it open."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

ASKED = {
    "text": "What should f([]) return?",
    "call": "f([])",
    "choices": [["0", "0"], ["raises ValueError", "raise ValueError"]],
}
OTHER = {**ASKED, "text": "And f([1])?", "call": "f([1])"}
RICH = {"preview": "none", "events": ["question"]}


def answers(client: Any) -> list[Any]:
    return [note["answered"] for note in client.noted() if "answered" in note]


@pytest.mark.parametrize(
    ("picked", "answer"),
    [("raises ValueError", "raise ValueError"), ("Leave it open", None), (None, None)],
)
async def test_an_editor_shows_a_window(
    client: Any, script: Any, picked: str | None, answer: str | None
) -> None:
    async def pick(_: dict[str, Any]) -> str | None:
        return picked

    client.picks = pick
    uri, text = script(ask=[ASKED])
    client.open(uri, text)
    assert (await client.end_of(await client.synthesize(uri)))["state"] == "verified"
    assert answers(client) == [answer]
    (asked,) = client.heard("window/showMessageRequest")
    titles = [action["title"] for action in asked["actions"]]
    assert titles == ["0", "raises ValueError", "Leave it open"]
    assert ASKED["text"] in asked["message"]
    assert client.heard("synthd/question") == []


async def test_a_rich_client_answers_by_command(connect: Any, script: Any) -> None:
    async with connect() as client:
        await client.initialize(initializationOptions=RICH)
        uri, text = script(ask=[ASKED, OTHER])
        client.open(uri, text)
        await client.request("textDocument/codeLens", {"textDocument": {"uri": uri}})
        job = await client.synthesize(uri)
        (asked,) = await client.until(lambda: client.heard("synthd/question"))
        assert (asked["job"], asked["call"], asked["uri"]) == (job, "f([])", uri)
        assert asked["function"] == "f", "though no progress has told its name"
        assert client.heard("synthd/job")[0]["function"] == "f"
        assert asked["choices"][1] == {"label": "raises ValueError", "value": "raise ValueError"}
        wrong = await client.command(
            "synthd.answer", {"job": job, "question": "another", "value": "1"}
        )
        assert wrong["answered"] is False
        given = {"job": job, "question": asked["question"], "value": "2 + 2"}
        assert (await client.command("synthd.answer", given))["answered"] is True
        assert (await client.command("synthd.answer", given))["answered"] is False
        _, then = await client.until(lambda: client.heard("synthd/question")[1:] and (1, 2))
        then = client.heard("synthd/question")[1]
        given = {"job": job, "question": then["question"], "value": None}
        assert (await client.command("synthd.answer", given))["answered"] is True
        assert (await client.end_of(job))["state"] == "verified"
        assert answers(client) == ["2 + 2", None]
        assert client.heard("window/showMessageRequest") == []


async def test_a_second_question_waits_for_the_first(connect: Any, script: Any) -> None:
    async with connect() as client:
        await client.initialize(initializationOptions=RICH)
        jobs = []
        for name, asked in (("one.py", ASKED), ("two.py", OTHER)):
            uri, text = script(name=name, ask=[asked])
            client.open(uri, text)
            jobs.append(await client.synthesize(uri))
        (first,) = await client.until(lambda: client.heard("synthd/question"))
        await asyncio.sleep(0.2)
        assert len(client.heard("synthd/question")) == 1
        await client.command("synthd.cancel", {"job": first["job"]})
        assert (await client.end_of(first["job"]))["state"] == "cancelled"
        second = await client.until(lambda: client.heard("synthd/question")[1:])
        late = {"job": first["job"], "question": first["question"], "value": "0"}
        assert (await client.command("synthd.answer", late))["answered"] is False
        now = {"job": second[0]["job"], "question": second[0]["question"], "value": "0"}
        assert (await client.command("synthd.answer", now))["answered"] is True
        assert (await client.end_of(second[0]["job"]))["state"] == "verified"
        assert {first["job"], second[0]["job"]} == set(jobs)


async def test_what_is_no_answer_is_refused_and_the_question_stays(
    connect: Any, script: Any, refused: Any
) -> None:
    async with connect() as client:
        await client.initialize(initializationOptions=RICH)
        uri, text = script(ask=[ASKED])
        client.open(uri, text)
        job = await client.synthesize(uri)
        (asked,) = await client.until(lambda: client.heard("synthd/question"))
        for value in ("none of your business", "", "x = 1", "raises 5", "(" * 5000):
            given = {"job": job, "question": asked["question"], "value": value}
            with pytest.raises(refused, match="is no Python expression"):
                await client.command("synthd.answer", given)
        assert client.heard("synthd/question") == [asked] * 6, "asked again"
        given = {"job": job, "question": asked["question"], "value": " raises my.Error "}
        assert (await client.command("synthd.answer", given))["answered"] is True
        assert (await client.end_of(job))["state"] == "verified"
