"""What clients may ask by command, and what they are refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from synthd.lsp import arguments
from synthd.lsp.arguments import BadRequest, Order, Target
from synthd.lsp.engine import Wish
from synthd.lsp.text.positions import Point

DOCUMENT = {"uri": "file:///a.py"}
PLACE = {"textDocument": DOCUMENT, "position": {"line": 1, "character": 2}}
TARGET = Target("file:///a.py", Point(1, 2))


def test_an_order_in_all_its_forms() -> None:
    assert arguments.order([PLACE], "c") == Order(TARGET)
    assert arguments.order([DOCUMENT, PLACE["position"]], "c") == Order(TARGET)
    repair = arguments.order([PLACE], "c", Wish.REPAIR)
    assert repair.wish is Wish.REPAIR
    given = {**PLACE, "strategy": "seidr", "model": "m", "wish": "proof"}
    assert arguments.order([given], "c") == Order(TARGET, "seidr", "m", Wish.PROOF)
    nothing = {**PLACE, "strategy": None, "model": None, "wish": None}
    assert arguments.order([nothing], "c") == Order(TARGET)


@pytest.mark.parametrize(
    ("read", "given"),
    [
        (arguments.order, []),
        (arguments.order, [PLACE, PLACE]),
        (arguments.order, ["file:///a.py"]),
        (arguments.order, [{"textDocument": DOCUMENT}]),
        (arguments.order, [{**PLACE, "position": {"line": -1, "character": 0}}]),
        (arguments.order, [{**PLACE, "position": {"line": True, "character": 0}}]),
        (arguments.order, [{**PLACE, "wish": "wonders"}]),
        (arguments.order, [{**PLACE, "model": 7}]),
        (arguments.target, [{"position": PLACE["position"]}]),
        (arguments.document, [{}]),
        (arguments.document, [{"textDocument": DOCUMENT, "position": 3}]),
        (arguments.job_id, [{"job": 3}]),
        (arguments.job_id, [{"job": ""}]),
        (arguments.job_id, []),
        (arguments.acceptance, [{"partial": True}]),
        (arguments.answer, [{"job": "j", "value": "1"}]),
        (arguments.answer, [{"job": "j", "question": "q", "value": 1}]),
        (arguments.answer, [{"job": "j", "question": "q", "value": "1" * 10_001}]),
        (arguments.watching, [{"job": "j"}]),
        (arguments.watching, [{"job": "j", "on": "yes"}]),
        (arguments.node, [{"job": "j"}]),
        (arguments.choice, [{"model": ["m"]}]),
        (arguments.choice, ["m"]),
    ],
)
def test_what_makes_no_sense_is_refused(read: Callable[..., object], given: list[object]) -> None:
    with pytest.raises(BadRequest, match=r"^synthd.x"):
        read(given, "synthd.x")


def test_the_other_arguments() -> None:
    assert arguments.document([{"textDocument": DOCUMENT}], "c") == ("file:///a.py", None)
    assert arguments.document([PLACE], "c") == ("file:///a.py", Point(1, 2))
    assert arguments.maybe_job_id([], "c") is arguments.maybe_job_id([{}], "c") is None
    assert arguments.maybe_job_id([{"job": "j"}], "c") == arguments.maybe_job_id(["j"], "c") == "j"
    assert arguments.acceptance([{"job": "j", "partial": True}], "c") == ("j", True)
    assert arguments.acceptance(["j"], "c") == ("j", False)
    assert arguments.choice([], "c") is None
    assert arguments.choice([{}], "c") == ("", "")
    assert arguments.choice([{"model": "m"}], "c") == ("m", "")


async def test_every_command_is_announced_and_the_request_is_what_was_asked(
    connect: Any, script: Any
) -> None:
    async with connect() as client:
        answer = await client.initialize()
        page = (Path(__file__).parents[2] / "docs" / "protocol.md").read_text()
        told = answer["capabilities"]["executeCommandProvider"]["commands"]
        written = {word for word in page.split("`") if word.startswith("synthd.")}
        assert written - {"synthd.toml"} <= set(told)
        uri, text = script()
        client.open(uri, text, version=5)
        job = await client.synthesize(uri, strategy="seidr", model="m", wish="invariant")
        await client.end_of(job)
        note = await client.until_noted("here")
        assert [note[k] for k in ("strategy", "model", "wish", "version")] == [
            "seidr", "m", "invariant", 5,
        ]  # fmt: skip
        client.change(uri, text)
        again = await client.command("synthd.repair", client.place(uri))
        await client.end_of(again["job"])
        assert [n["wish"] for n in client.noted() if "wish" in n] == ["invariant", "repair"]


async def test_what_a_job_would_run_with(client: Any, script: Any, refused: Any) -> None:
    uri, text = script()
    client.open(uri, text)
    told = await client.command("synthd.forecast", client.place(uri))
    assert told == {
        "schema": 1, "model": "scripted", "endpoint": "this machine", "strategy": "seidr",
        "programs": 24, "seconds": 120.0, "tokens": 1000, "expected": 2.0, "jobs": 3,
        "sandbox": "bubblewrap", "problem": "",
    }  # fmt: skip
    with pytest.raises(refused, match="not open"):
        await client.command("synthd.forecast", client.place("file:///other.py"))
    with pytest.raises(refused, match=r"synthd.forecast takes one object"):
        await client.command("synthd.forecast", {})


async def test_a_command_that_waits_can_be_cancelled(
    client: Any, script: Any, tmp_path: Path
) -> None:
    uri, text = script(forecast_gate=str(tmp_path / "gate"))
    client.open(uri, text)
    params = {"command": "synthd.forecast", "arguments": [client.place(uri)]}
    client.send({"id": 1000, "method": "workspace/executeCommand", "params": params})
    assert (await client.command("synthd.jobs"))["jobs"] == [], "others are answered meanwhile"
    client.notify("$/cancelRequest", {"id": 1000})
    await client.until(lambda: [m for m in client.received if m.get("id") == 1000])
    (answer,) = [m for m in client.received if m.get("id") == 1000]
    assert answer["error"]["code"] == -32800


async def test_no_job_waits_to_be_foretold(client: Any, script: Any, tmp_path: Path) -> None:
    uri, text = script(forecast_gate=str(tmp_path / "gate"))
    client.open(uri, text)
    assert (await client.end_of(await client.synthesize(uri)))["state"] == "verified"


async def test_picking_a_model(client: Any) -> None:
    listed = await client.command("synthd.pickModel", {})
    assert listed["models"][1] == {"name": "other", "note": "", "ready": False}
    assert (listed["model"], listed["strategy"]) == ("scripted", "seidr")
    picked = await client.command("synthd.pickModel", {"model": "other"})
    assert (picked["model"], picked["strategy"]) == ("other", "seidr")
    assert (await client.until_noted("chosen"))["chosen"] == ["other", ""]
    assert client.heard("window/showMessageRequest") == []


async def test_picking_a_model_by_name_asks(client: Any) -> None:
    async def pick(params: dict[str, Any]) -> str | None:
        return str(params["actions"][1]["title"])

    client.picks = pick
    await client.command("synthd.pickModel")
    note = await client.until_noted("chosen")
    assert note["chosen"] == ["other", ""]
    (asked,) = client.heard("window/showMessageRequest")
    titles = [action["title"] for action in asked["actions"]]
    assert titles == ["scripted (this machine, now)", "other (not installed)"]
    await client.until(client.messages)
    assert client.messages() == ["synthd: the next jobs run with other"]


async def test_a_search_can_be_watched_and_pruned(client: Any, script: Any, tmp_path: Any) -> None:
    nodes = [
        {"id": str(number), "parent": None, "purpose": "draft", "score": 0.5} for number in range(3)
    ]
    gate = str(tmp_path / "gate")
    uri, text = script(nodes=nodes, gate=gate, tell=["drafting"], job="remote")
    client.open(uri, text)
    job = await client.synthesize(uri)
    watched = await client.command("synthd.watchSearch", {"job": job, "on": True})
    assert watched == {"schema": 1, "job": job, "watching": True}
    await client.until(lambda: client.heard("synthd/search")[1:])
    pruned = await client.command("synthd.prune", {"job": job, "node": "1"})
    assert pruned == {"schema": 1, "job": job, "node": "1", "pruned": True}
    assert (await client.until_noted("pruned"))["pruned"] == ["remote", "1"]
    (tmp_path / "gate").touch()
    end = await client.end_of(job)
    assert end["remote"] == "remote"
    await client.until(lambda: client.heard("synthd/search")[-1]["done"])
    told = client.heard("synthd/search")
    assert [len(t["nodes"]) for t in told][:2] == [1, 2] and len(told[-1]["nodes"]) == 3
    assert {t["job"] for t in told} == {job}
    late = await client.command("synthd.prune", {"job": job, "node": "1"})
    assert late["pruned"] is False


async def test_watching_can_end(client: Any, script: Any) -> None:
    uri, text = script("hang", tell=["drafting"], nodes=[])
    client.open(uri, text)
    job = await client.synthesize(uri)
    await client.command("synthd.watchSearch", {"job": job, "on": True})
    off = await client.command("synthd.watchSearch", {"job": job, "on": False})
    assert off["watching"] is False
    await client.command("synthd.cancel", job)
    await client.end_of(job)
    assert client.heard("synthd/search") == []
