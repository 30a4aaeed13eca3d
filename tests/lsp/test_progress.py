"""The editor sees what a job does, and can stop it."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from synthd.lsp.pace import INTERVAL, Pace


async def test_progress_begins_reports_and_ends(client: Any, script: Any, tmp_path: Path) -> None:
    uri, text = script(tell=["drafting", "judging"], gate=str(tmp_path / "gate"))
    client.open(uri, text)
    job = await client.synthesize(uri)
    await client.until(lambda: [v for v in client.progress(job) if v.get("message") == "judging"])
    (tmp_path / "gate").touch()
    await client.end_of(job)
    values = client.progress(job)
    kinds = [value["kind"] for value in values]
    assert kinds[0] == "begin" and kinds[-1] == "end" and set(kinds[1:-1]) == {"report"}
    assert values[0]["cancellable"] is True
    percentages = [value["percentage"] for value in values[:-1]]
    assert percentages == sorted(percentages) and percentages[-1] == 100
    assert values[-1]["message"] == "f: all checks pass"
    (created,) = client.heard("window/workDoneProgress/create")
    assert created["token"] == f"synthd/{job}"


async def test_reports_are_limited(client: Any, script: Any, tmp_path: Path) -> None:
    messages = [str(number) for number in range(50)]
    uri, text = script(tell=messages)
    client.open(uri, text)
    job = await client.synthesize(uri)
    await client.end_of(job)
    # 50 messages take the engine about a second or more; at 8 a second most are skipped.
    assert len(client.progress(job)) < len(messages)


async def test_of_many_the_latest_is_told_after_what_must_be() -> None:
    sent: list[int] = []
    pace = Pace(sent.append)
    pace.tell(1)
    pace.tell(2, must=True)
    pace.tell(3)
    pace.tell(4)
    assert sent == [1]
    async with asyncio.timeout(20):
        while len(sent) < 3:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    pace.tell(5)
    pace.end()
    await asyncio.sleep(2 * INTERVAL)
    assert sent == [1, 2, 4]


async def test_no_progress_where_the_editor_refuses_it(client: Any, script: Any) -> None:
    client.agrees_to_progress = False
    uri, text = script(tell=["drafting"])
    client.open(uri, text)
    assert (await client.end_of(await client.synthesize(uri)))["state"] == "verified"
    assert client.heard("$/progress") == []


async def test_no_progress_where_the_editor_cannot(connect: Any, script: Any) -> None:
    async with connect() as client:
        await client.initialize(capabilities={"workspace": {"applyEdit": True}})
        uri, text = script("unsolved")
        client.open(uri, text)
        await client.end_of(await client.synthesize(uri))
        assert client.heard("window/workDoneProgress/create") == []


@pytest.mark.parametrize("way", ["progress token", "command", "command with the bare id"])
async def test_cancelling_reaches_the_engine(client: Any, script: Any, way: str) -> None:
    uri, text = script("hang")
    client.open(uri, text)
    job = await client.synthesize(uri)
    await client.until_noted("here")
    await client.until(lambda: client.progress(job))
    if way == "progress token":
        client.notify("window/workDoneProgress/cancel", {"token": f"synthd/{job}"})
    else:
        argument = {"job": job} if way == "command" else job
        answer = await client.command("synthd.cancel", argument)
        assert answer == {"schema": 1, "job": job, "cancelled": True}
    assert (await client.end_of(job))["state"] == "cancelled"
    await client.until_noted("cancelled")
    assert client.progress(job)[-1] == {"kind": "end", "message": "cancelled"}
    assert client.messages() == []
    again = await client.command("synthd.cancel", {"job": job})
    assert again["cancelled"] is False


async def test_cancelling_one_job_leaves_the_other(
    client: Any, script: Any, tmp_path: Path
) -> None:
    one, hanging = script("hang", name="one.py")
    two, text = script(name="two.py", gate=str(tmp_path / "gate"))
    client.open(one, hanging)
    client.open(two, text)
    first, second = await client.synthesize(one), await client.synthesize(two)
    await client.command("synthd.cancel", {"job": first})
    (tmp_path / "gate").touch()
    assert (await client.end_of(first))["state"] == "cancelled"
    assert (await client.end_of(second))["state"] == "verified"


async def test_unknown_tokens_and_jobs(client: Any, refused: Any) -> None:
    client.notify("window/workDoneProgress/cancel", {"token": "of somebody else"})
    client.notify("window/workDoneProgress/cancel", {"token": 7})
    with pytest.raises(refused, match="no job 'nope'"):
        await client.command("synthd.cancel", {"job": "nope"})
    assert client.messages() == []
