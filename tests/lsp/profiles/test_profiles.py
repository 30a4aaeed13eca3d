"""The whole story with what each editor announces, and nothing that it did not."""

from __future__ import annotations

from typing import Any

import pytest
from lsprotocol import types

STUB = 'def f():\n    """One.\n\n    >>> f()\n    1\n    """\n    pass\n'
UNCLEAR = 'def f(x):\n    """One.\n\n    >>> f(1)\n    1\n    >>> f(1)\n    2\n    """\n    pass\n'
SILENT = "def f():\n    pass\n"


async def synthesize(profile: Any, uri: str) -> str:
    where = {"textDocument": {"uri": uri}, "position": {"line": 1, "character": 4}}
    return str((await profile.command("synthd.synthesize", where))["job"])


async def accepted(profile: Any, job: str) -> None:
    """As a user of this editor says it."""
    if profile.name == "neovim":
        await profile.state("ready")
        assert profile.told("workspace/applyEdit") == []
        assert (await profile.command("synthd.accept", {"job": job}))["accepted"]
    elif profile.name in ("emacs", "minimal"):
        (asked,) = await profile.until(lambda: profile.told("window/showMessageRequest"))
        assert [action["title"] for action in asked["actions"]] == ["Apply", "Discard"]


async def test_the_story(profile: Any) -> None:
    """In one session, as an editor has it."""
    await from_a_lens_to_a_verified_function(profile)
    await diagnostics_carry_the_version(profile)
    await code_actions(profile)
    nothing_unannounced(profile)


async def from_a_lens_to_a_verified_function(profile: Any) -> None:
    gate = profile.folder / "gate"
    uri = profile.open(STUB, tell=["drafting", "repairing"], gate=str(gate))
    profile.answers = ["Apply"]
    document = types.TextDocumentIdentifier(uri)
    lenses = await profile.raw("textDocument/codeLens", types.CodeLensParams(document))
    assert [lens["command"]["command"] for lens in lenses] == ["synthd.synthesize"]
    job = await synthesize(profile, uri)
    window = profile.announced.window
    if window and window.work_done_progress:
        await profile.until(lambda: profile.told("$/progress"))
    gate.touch()
    await accepted(profile, job)
    await profile.state("verified")
    assert profile.texts[uri].endswith(STUB.replace("pass", "return 1"))
    shown_as_it_can(profile)
    progress_only_after_it_was_agreed_to(profile)


def shown_as_it_can(profile: Any) -> None:
    (applied,) = profile.told("workspace/applyEdit")
    edit = applied["edit"]
    announced = profile.announced.workspace.workspace_edit
    if announced.document_changes or announced.resource_operations:
        assert "changes" not in edit
        (change,) = edit["documentChanges"]
        assert change["textDocument"]["version"] == 1
    else:
        assert "documentChanges" not in edit
    if profile.name == "vscode":
        (annotation,) = edit["changeAnnotations"].values()
        assert annotation["needsConfirmation"] is True
        assert [e["annotationId"] for e in change["edits"]] == list(edit["changeAnnotations"])
    else:
        assert "changeAnnotations" not in edit


def progress_only_after_it_was_agreed_to(profile: Any) -> None:
    order = [
        "agreed" if "agreed" in message else message["params"]["value"]["kind"]
        for message in profile.heard
        if "agreed" in message or message.get("method") == "$/progress"
    ]
    window = profile.announced.window
    if window and window.work_done_progress:
        assert order[:2] == ["agreed", "begin"] and order[-1] == "end"
        tokens = {p["token"] for p in profile.told("$/progress")}
        assert tokens == {p["token"] for p in profile.told("window/workDoneProgress/create")}
        assert all(isinstance(token, str) for token in tokens)
    else:
        assert order == []


def nothing_unannounced(profile: Any) -> None:
    announced = profile.announced
    workspace, window = announced.workspace, announced.window
    lens = workspace.code_lens if workspace else None
    shown = window.show_document if window else None
    allowed = {
        "synthd/job",
        "textDocument/publishDiagnostics",
        "window/showMessage",
        "window/showMessageRequest",
        "window/logMessage",
    }
    if workspace and workspace.apply_edit:
        allowed.add("workspace/applyEdit")
    if lens and lens.refresh_support:
        allowed.add("workspace/codeLens/refresh")
    if window and window.work_done_progress:
        allowed |= {"window/workDoneProgress/create", "$/progress"}
    if shown and shown.support:
        allowed.add("window/showDocument")
    assert profile.methods() <= allowed


async def diagnostics_carry_the_version(profile: Any) -> None:
    uri = profile.open(UNCLEAR, name="unclear.py")

    def of(version: int) -> Any:
        told = profile.told("textDocument/publishDiagnostics")
        return [p for p in told if p["uri"] == uri and p.get("version") == version]

    found = (await profile.until(lambda: [p for p in of(1) if p["diagnostics"]]))[-1]
    (problem,) = found["diagnostics"]
    assert problem["source"] == "synthd" and "f(1)" in problem["message"]
    published = profile.announced.text_document and (
        profile.announced.text_document.publish_diagnostics
    )
    if not (published and published.related_information):
        assert "relatedInformation" not in problem
    profile.change(uri, f"# no script\n{STUB}")
    assert (await profile.until(lambda: of(2)))[-1]["diagnostics"] == []
    told = profile.told("textDocument/publishDiagnostics")
    versions = [p["version"] for p in told if p["uri"] == uri]
    assert versions == sorted(versions)


async def code_actions(profile: Any) -> None:
    uri = profile.open(STUB, name="actions.py")
    actions = await profile.actions(uri)
    assert "synthd: synthesize f from 1 example" in [action["title"] for action in actions]
    told = profile.announced.text_document and profile.announced.text_document.code_action
    for action in actions:
        literal = not isinstance(action.get("command"), str)
        assert literal == bool(told and told.code_action_literal_support)
        assert "tags" not in action or (told and told.tag_support)
        assert "isPreferred" not in action or (told and told.is_preferred_support)
        assert "data" not in action or (told and told.data_support)
    if profile.name == "vscode":
        assert [a["title"] for a in actions if a.get("tags") == [1]]
    silent = profile.open(SILENT, name="silent.py")
    actions = await profile.actions(silent)
    stopped = [action for action in actions if "disabled" in action]
    assert bool(stopped) == bool(told and told.disabled_support)
    assert all("no examples" in action["disabled"]["reason"] for action in stopped)
    assert not [a for a in actions if "from 0 examples" in a["title"] and "disabled" not in a]


@pytest.mark.parametrize("name", ["vscode", "minimal"])
async def test_whoever_asks_for_commands_gets_them(connect: Any, name: str) -> None:
    async with connect(name, preview="command", events=["jobProgress", "status"]) as profile:
        uri = profile.open(STUB, tell=["drafting"])
        job = await synthesize(profile, uri)
        ready = await profile.state("ready")
        assert ready["preview"]["newText"] == "return 1"
        titles = [action["title"] for action in await profile.actions(uri)]
        assert titles[:2] == ["synthd: accept the edit of f", "synthd: reject the edit of f"]
        assert (await profile.command("synthd.reject", {"job": job}))["rejected"]
        await profile.state("rejected")
        assert profile.told("workspace/applyEdit") == []
        assert profile.told("window/showMessageRequest") == []
        wanted = {"synthd/job", "synthd/jobProgress", "synthd/status"}
        assert {m for m in profile.methods() if m.startswith("synthd/")} == wanted
