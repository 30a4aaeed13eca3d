"""Code actions for the function at the cursor."""

from pathlib import Path
from typing import Any

FAILED = {
    "function": "twice",
    "standing": "failed",
    "passed": 1,
    "total": 2,
    "failing": [{"check": "twice(2)", "outcome": "fail", "detail": "5", "line": 6}],
}


async def actions(client: Any, uri: str, line: int, **context: Any) -> list[dict[str, Any]]:
    place = {"line": line, "character": 0}
    params = {
        "textDocument": {"uri": uri},
        "range": {"start": place, "end": place},
        "context": {"diagnostics": [], **context},
    }
    return list(await client.request("textDocument/codeAction", params))


def named(found: list[dict[str, Any]], start: str) -> dict[str, Any]:
    (one,) = [one for one in found if one["title"].startswith(f"synthd: {start}")]
    return one


async def test_a_stub_is_synthesized_first_of_all(rich: Any, scripted: Any) -> None:
    uri, text = scripted()
    rich.open(uri, text)
    found = await actions(rich, uri, 14)
    first = found[0]
    assert first["title"] == "synthd: synthesize later from 1 example"
    assert (first["kind"], first["isPreferred"], first["tags"]) == ("quickfix", True, [1])
    (argument,) = first["command"]["arguments"]
    assert first["command"]["command"] == "synthd.synthesize"
    assert argument == {**rich.place(uri, 12), "wish": "body"}
    assert named(found, "synthesize later with")["command"]["command"] == "synthd.synthesizeWith"
    assert await actions(rich, uri, 0) == [], "no function is there"


async def test_a_body_is_repaired(rich: Any, scripted: Any) -> None:
    uri, text = scripted()
    rich.open(uri, text)
    found = await actions(rich, uri, 9)
    repair = named(found, "repair the body of twice")
    assert (repair["kind"], repair["command"]["command"]) == ("refactor.rewrite", "synthd.repair")
    assert "isPreferred" not in repair
    assert named(found, "verify twice")["kind"] == "source.synthd"


async def test_what_fails_is_repaired_first_and_explained(
    rich: Any, scripted: Any, stands: Any, save: Any, wrong: Any
) -> None:
    uri, text = scripted(verify=[FAILED])
    rich.open(uri, text)
    save(rich, uri)
    (mark,) = await wrong(rich, uri, 1)
    found = await actions(rich, uri, 6, diagnostics=[mark])
    repair = named(found, "repair the body of twice")
    assert (repair["kind"], repair["isPreferred"]) == ("quickfix", True)
    assert [one["message"] for one in repair["diagnostics"]] == [mark["message"]]
    assert named(found, "explain")["command"]["command"] == "synthd.explain"


async def test_why_something_cannot_be_done(rich: Any, open_rich: Any, scripted: Any) -> None:
    uri, text = scripted("def f(x):\n    '''Nothing to go by.'''\n    pass\n")
    rich.open(uri, text)
    stub = named(await actions(rich, uri, 1), "synthesize f from")
    assert stub["disabled"] == {"reason": "no examples: add one first"}
    assert "command" not in stub and "isPreferred" not in stub
    uri, text = scripted()
    async with open_rich({}, trusted=False) as client:
        client.open(uri, text)
        told = [one["command"] for one in await actions(client, uri, 14)]
        assert told == ["synthd.addExamples"] * 2, "commands only, and none that runs code"
    async with open_rich(trusted=False) as client:
        client.open(uri, text)
        for one in await actions(client, uri, 14):
            assert "disabled" in one or "examples" in one["title"], one


async def test_only_the_wanted_kinds(rich: Any, scripted: Any) -> None:
    uri, text = scripted()
    rich.open(uri, text)
    for only in (["refactor"], ["refactor.rewrite"]):
        found = await actions(rich, uri, 14, only=only)
        assert found and {one["kind"] for one in found} == {"refactor.rewrite"}
    assert await actions(rich, uri, 14, only=["source.organizeImports"]) == []


async def test_an_edit_that_waits_is_accepted_or_rejected(rich: Any, scripted: Any) -> None:
    uri, text = scripted(name="later", put="return x")
    rich.open(uri, text)
    job = await rich.synthesize(uri, 12)
    await rich.ready(job)
    accept, reject = (await actions(rich, uri, 12))[:2]
    assert (accept["command"]["command"], accept["isPreferred"]) == ("synthd.accept", True)
    assert accept["command"]["arguments"] == reject["command"]["arguments"] == [{"job": job}]
    assert accept["tags"] == [1] and "tags" not in reject


async def test_the_best_partial_program_is_offered_as_what_it_is(rich: Any, scripted: Any) -> None:
    uri, text = scripted(then="unsolved", name="later", partial="return 2")
    rich.open(uri, text)
    job = await rich.synthesize(uri, 12)
    assert (await rich.end_of(job))["state"] == "unsolved"
    partial = named(await actions(rich, uri, 12), "apply the best program")
    assert "though it is not right" in partial["title"]
    assert partial["command"]["arguments"] == [{"job": job, "partial": True}]


async def test_while_a_search_runs_no_second_one_is_begun(rich: Any, scripted: Any) -> None:
    uri, text = scripted(then="hang", name="later")
    rich.open(uri, text)
    job = await rich.synthesize(uri, 12)
    found = await actions(rich, uri, 12)
    assert found[0]["command"]["command"] == "synthd.cancel"
    assert found[0]["command"]["arguments"] == [{"job": job}]
    reasons = {one["disabled"]["reason"] for one in found if "disabled" in one}
    assert reasons == {"a search for this function is running"}


def with_tests(folder: Path) -> None:
    test = "from a import later\n\n\ndef test_later():\n    assert later(7) == 7\n"
    (folder / "test_a.py").write_text(test)


async def test_examples_come_from_tests_when_they_are_asked_for(
    rich: Any, scripted: Any, tmp_path: Path
) -> None:
    with_tests(tmp_path)
    uri, text = scripted()
    rich.open(uri, text)
    offer = named(await actions(rich, uri, 12), "Add examples from its tests")
    assert "edit" not in offer and "command" not in offer
    resolved = await rich.request("codeAction/resolve", offer)
    (change,) = resolved["edit"]["documentChanges"]
    assert change["textDocument"] == {"uri": uri, "version": 1}
    assert ">>> later(7)\n    7" in change["edits"][0]["newText"]
    rich.edit(uri, change["edits"])
    assert (await actions(rich, uri, 12))[0]["title"].endswith("from 2 examples")


async def test_an_offer_of_another_version_is_refused(
    rich: Any, scripted: Any, refused: Any, tmp_path: Path
) -> None:
    with_tests(tmp_path)
    uri, text = scripted()
    rich.open(uri, text)
    offer = named(await actions(rich, uri, 12), "Add examples from its tests")
    rich.change(uri, text + "\n")
    try:
        await rich.request("codeAction/resolve", offer)
    except refused as why:
        assert "changed since" in str(why)
    else:
        raise AssertionError("it was resolved for another text")


async def test_an_editor_that_cannot_resolve_gets_them_by_command(
    open_rich: Any, scripted: Any, tmp_path: Path
) -> None:
    with_tests(tmp_path)
    uri, text = scripted()
    can = {"workspace": {"applyEdit": True, "workspaceEdit": {"documentChanges": True}}}
    async with open_rich(can) as client:
        client.open(uri, text)
        found = await actions(client, uri, 12)
        (offer,) = [one for one in found if one["title"].endswith("from its tests")]
        await client.command(offer["command"], *offer["arguments"])
        await client.until(lambda: ">>> later(7)" in client.texts[uri])
        (other,) = [one for one in found if one["title"].endswith("from usage")]
        other["arguments"][0]["textDocument"].pop("version")
        await client.command(other["command"], *other["arguments"])
        await client.until(lambda: "No examples were found" in "".join(client.messages()))


async def test_picking_for_one_job(rich: Any, scripted: Any) -> None:
    uri, text = scripted(name="later", put="return x")
    rich.open(uri, text)
    asked = []

    async def picks(params: dict[str, Any]) -> str:
        asked.append([one["title"] for one in params["actions"]])
        return "auto"

    rich.picks = picks
    await rich.command("synthd.synthesizeWith", rich.place(uri, 12))
    note = await rich.until_noted("strategy")
    assert (note["model"], note["strategy"]) == ("scripted", "auto")
    assert asked == [["seidr", "auto"]], "of models there is only one that is installed"
