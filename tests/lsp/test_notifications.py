"""What rich clients are told beside synthd/job, and only if they want it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from synthd.lsp.engine import Forecast
from synthd.lsp.jobs.progress import outlook

LINE = "scripted on this machine · up to 24 programs, 120 s · usually 2 s"
STEP = {
    "message": "seidr · 7 of 40 programs · best 2/3 · 1.2k tokens · 14 s",
    "function": "f",
    "programs": 7,
    "max_programs": 40,
    "passed": 2,
    "total": 3,
    "tokens": 1200,
    "seconds": 14.0,
    "fraction": 0.175,
}


async def test_progress_of_a_job(connect: Any, script: Any, tmp_path: Path) -> None:
    async with connect() as client:
        options = {"preview": "none", "events": ["jobProgress"]}
        await client.initialize(initializationOptions=options)
        uri, text = script(tell=[STEP, "done"], gate=str(tmp_path / "gate"))
        client.open(uri, text)
        job = await client.synthesize(uri)
        await client.until(
            lambda: [p for p in client.heard("synthd/jobProgress") if p["message"] == "done"]
        )
        (tmp_path / "gate").touch()
        await client.end_of(job)
        told = client.heard("synthd/jobProgress")
        assert [t["message"] for t in told[:2]] == ["starting", LINE]
        assert {t["job"] for t in told} == {job}
        last = told[-1]
        assert (last["function"], last["model"], last["endpoint"], last["strategy"]) == (
            "f", "scripted", "this machine", "seidr",
        )  # fmt: skip
        assert (last["maxPrograms"], last["uri"], last["schema"]) == (40, uri, 1)
        assert client.heard("synthd/status") == client.heard("synthd/search") == []


async def test_a_job_is_foretold(client: Any, script: Any, tmp_path: Path) -> None:
    """Before anything happens it is said what it runs with, where, and for how long."""
    uri, text = script(gate=str(tmp_path / "gate"))
    client.open(uri, text)
    job = await client.synthesize(uri)
    await client.until(lambda: [v for v in client.progress(job) if v.get("message") == LINE])
    listed = await client.command("synthd.jobs")
    assert listed["jobs"][0]["message"] == LINE
    (tmp_path / "gate").touch()
    await client.end_of(job)


async def test_an_engine_that_foretells_nothing(client: Any, script: Any) -> None:
    uri, text = script(forecast=None)
    client.open(uri, text)
    assert (await client.end_of(await client.synthesize(uri)))["state"] == "verified"


def test_what_is_not_known_is_left_out() -> None:
    assert outlook(Forecast("m", "this machine", "s", 0, 0, 0)) == "m on this machine"
    long = Forecast("m", "on 127.0.0.1:1", "s", 2, 600.0, 9, expected=200.0)
    assert outlook(long) == "m on 127.0.0.1:1 · up to 2 programs, 10 min · usually 3 min"


async def test_the_status(connect: Any, script: Any, tmp_path: Path) -> None:
    async with connect() as client:

        def states() -> list[str]:
            return [told["state"] for told in client.heard("synthd/status")]

        await client.initialize(initializationOptions={"preview": "command", "events": ["status"]})
        await client.until(lambda: [t for t in client.heard("synthd/status") if t["model"]])
        first = client.heard("synthd/status")[-1]
        assert (first["state"], first["jobs"], first["model"]) == ("idle", 0, "scripted")
        uri, text = script(gate=str(tmp_path / "gate"))
        client.open(uri, text)
        job = await client.synthesize(uri)
        await client.until(lambda: states()[-1] == "busy")
        (tmp_path / "gate").touch()
        await client.ready(job)
        await client.until(lambda: states()[-1] == "ready")
        assert client.heard("synthd/status")[-1]["jobs"] == 1
        await client.command("synthd.reject", {"job": job})
        await client.until(lambda: states()[-1] == "idle")
        await client.command("synthd.pickModel", {"model": "other"})
        await client.until(lambda: states()[-1] == "problem")
        assert client.heard("synthd/status")[-1]["model"] == "other"


async def test_nothing_is_told_that_nobody_wants(client: Any, script: Any) -> None:
    uri, text = script(tell=["drafting"], ask=[{"text": "?", "call": "f()", "choices": []}])
    client.open(uri, text)
    await client.end_of(await client.synthesize(uri))
    methods = {m.get("method", "") for m in client.received}
    assert {m for m in methods if m.startswith("synthd/")} == {"synthd/job"}
