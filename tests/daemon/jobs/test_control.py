"""What clients ask, and what they are told."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from synthd.daemon.jobs.control import methods
from synthd.daemon.jobs.export import assembled, trace
from synthd.daemon.service.calls import Caller, Refusal
from synthd.daemon.traces.finding import load

CALLER = Caller("1", "python 4711", "/home/u", environment={"OPENAI_API_KEY": "planted-key-123456"})


def answered(jobs: Any) -> Any:
    offered = methods(jobs)

    async def ask(name: str, **body: object) -> Any:
        if name in offered.answers:
            answer = await offered.answers[name](CALLER, body)
            return json.loads(json.dumps(answer))
        return [json.loads(json.dumps(item)) async for item in offered.streams[name](CALLER, body)]

    return ask


def asked(spec: Any, **given: Any) -> Mapping[str, object]:
    body: Mapping[str, object] = spec(**given).model_dump(mode="json", by_alias=True)
    return body


async def test_from_submission_to_export(world: Any, spec: Any) -> None:
    async with world.open() as jobs:
        ask = answered(jobs)
        job = (await ask("jobs.submit", spec=asked(spec)))["job"]
        id = job["id"]
        assert (
            job["schema"] == 1 and job["client"] == "python in /home/u" and job["function"] == "f"
        )
        items = await ask("jobs.watch", id=id[:7])
        assert [item["seq"] for item in items if item["kind"] == "event"] == list(range(5))
        assert items[0]["kind"] == items[-1]["kind"] == "job"
        assert items[-1]["job"]["status"] == "verified"
        assert items[-1]["job"]["result"]["status"] == "verified"
        assert [each["id"] for each in (await ask("jobs.list"))["jobs"]] == [id]
        assert (await ask("jobs.list", over=False))["jobs"] == []
        shown = (await ask("jobs.show", id=id))["job"]
        assert shown["settled"]["programs"] == 24 and shown["result"]["grade"] == "examples"
        head, *rest = await ask("jobs.export", id=id)
        lines = tuple(line for item in rest for line in item["lines"])
        document = assembled(head["head"], lines)
        assert document["schema"] == 1 and document["path"] == "work.py"
        assert document["budget"] == {"programs": 24, "seconds": 120.0, "tokens": 8192}
        assert document["seed"] == 0 and document["model"] == "local/m"
        assert len(document["events"]) == 5
        assert "planted" not in json.dumps(document) and "/home/u" not in json.dumps(document)
        assert "environment" not in document


async def test_an_exported_trace_is_one_that_show_reads(
    world: Any, spec: Any, scripted: Any, tmp_path: Path
) -> None:
    from synthd.synth.budget import Budget
    from synthd.synth.trace.encode import line
    from synthd.synth.trace.records import Header

    header = Header(
        "run", "2026", "w.py::f", "p", "", (), "auto", (), "m", "here", "", 0,
        Budget(programs=1, seconds=1.0, tokens=1, tokens_per_call=1), "0",
    )  # fmt: skip

    async def tracing(stage: Any) -> None:
        stage.settle()
        stage.tell(0, line(header))
        stage.tell(1, line(header).rstrip("\n"))
        stage.end()

    world.workers.scripts["f"] = tracing
    async with world.open() as jobs:
        id = await world.submit(jobs)
        await world.until(jobs, id)
        (tmp_path / "t.jsonl").write_text(trace((await jobs.export(id)).lines))
    assert load(tmp_path / "t.jsonl").header == header


async def test_cancel_and_resume(world: Any, spec: Any) -> None:
    async def waiting(stage: Any) -> None:
        stage.settle()
        await asyncio.Event().wait()

    world.workers.scripts["f"] = waiting
    async with world.open() as jobs:
        ask = answered(jobs)
        id = (await ask("jobs.submit", spec=asked(spec)))["job"]["id"]
        assert (await ask("jobs.resume", id=id))["job"]["state"] in ("queued", "running")
        assert (await ask("jobs.cancel", id=id))["job"]["state"] == "cancelled"
        with pytest.raises(Refusal) as refused:
            await ask("jobs.resume", id=id)
        assert refused.value.kind == "not_now"


@pytest.mark.parametrize(
    ("name", "body", "kind", "said"),
    [
        ("jobs.show", {"id": "nowhere"}, "unknown_job", "synthd jobs list"),
        ("jobs.show", {}, "bad_request", "id: Field required"),
        ("jobs.show", {"id": 3}, "bad_request", "id"),
        ("jobs.cancel", {"id": "x" * 100}, "bad_request", "id"),
        ("jobs.list", {"limit": 10**9}, "bad_request", "limit"),
        ("jobs.list", {"extra": 1}, "bad_request", "extra"),
        ("jobs.watch", {"id": "a", "seq": -1}, "bad_request", "seq"),
        ("jobs.watch", {"id": "zzz"}, "unknown_job", "zzz"),
        ("jobs.export", {"id": "zzz"}, "unknown_job", "zzz"),
        ("jobs.submit", {"spec": {}}, "bad_request", "spec.path"),
        ("jobs.submit", {"spec": "x"}, "bad_request", "spec"),
    ],
)
async def test_nonsense_is_refused_with_a_sentence(
    world: Any, name: str, body: dict[str, object], kind: str, said: str
) -> None:
    async with world.open() as jobs:
        with pytest.raises(Refusal, match=said) as refused:
            await answered(jobs)(name, **body)
        assert refused.value.kind == kind


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({"text": "x" * (5 << 20)}, "too_big"),
        ({"path": "x" * 5000}, "too_big"),
        ({"options": {"examples": ["f(1) == 2"] * 2000}}, "too_big"),
        ({"settings": {"a": "x" * (5 << 20)}}, "too_big"),
        ({"offset": 3}, "bad_request"),
        ({"function": None}, "bad_request"),
        ({"text": 3}, "bad_request"),
        ({"settings": {"planted-key-123456": {1: 2}}, "priority": "first"}, "bad_request"),
    ],
)
async def test_specs_are_limited_and_read_into_types(
    world: Any, spec: Any, changes: dict[str, object], kind: str
) -> None:
    async with world.open() as jobs:
        with pytest.raises(Refusal) as refused:
            await answered(jobs)("jobs.submit", spec={**asked(spec), **changes})
        assert refused.value.kind == kind and "planted" not in str(refused.value)
        assert await jobs.list() == ()


async def test_an_environment_in_the_spec_is_not_believed(world: Any, spec: Any) -> None:
    async with world.open() as jobs:
        given = {**asked(spec), "environment": {"OPENAI_API_KEY": "planted-in-the-spec"}}
        id = (await answered(jobs)("jobs.submit", spec=given))["job"]["id"]
        await world.until(jobs, id)
    assert b"planted-in-the-spec" not in (world.folder / "jobs.sqlite").read_bytes()
