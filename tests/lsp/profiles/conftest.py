"""Clients that announce what real editors announce, checked by pytest-lsp, over real stdio."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from lsprotocol import types

SERVER = Path(__file__).parents[1] / "scripted_server.py"
PATIENCE = 20.0  # seconds; only ever reached when something is broken
NAMES = ["vscode", "neovim", "emacs", "minimal"]


def capabilities(name: str) -> types.ClientCapabilities:
    pytest_lsp = pytest.importorskip("pytest_lsp", reason="pip install 'pytest-lsp>=1'")
    if name == "minimal":
        edit = types.WorkspaceEditClientCapabilities()
        workspace = types.WorkspaceClientCapabilities(apply_edit=True, workspace_edit=edit)
        return types.ClientCapabilities(workspace=workspace)
    versions = {"vscode": "visual-studio-code", "neovim": "neovim@v0.11.0", "emacs": "emacs@v29.1"}
    found: types.ClientCapabilities = pytest_lsp.client_capabilities(versions[name])
    if name == "vscode":  # what it has learned since that snapshot
        assert found.text_document is not None and found.workspace is not None
        assert found.text_document.code_action is not None
        found.text_document.inline_completion = types.InlineCompletionClientCapabilities()
        tags = types.CodeActionTagOptions([types.CodeActionTag.LlmGenerated])
        found.text_document.code_action.tag_support = tags
        found.workspace.text_document_content = types.TextDocumentContentClientCapabilities()
    return found


@dataclass
class Profile:
    """One editor. heard: all that the server sent, as it came, and `{"agreed": token}` where the
    client answered that a progress bar may begin."""

    name: str
    client: Any
    folder: Path
    heard: list[dict[str, Any]] = field(default_factory=list)
    texts: dict[str, str] = field(default_factory=dict)
    versions: dict[str, int] = field(default_factory=dict)
    answers: list[str] = field(default_factory=list)  # to window/showMessageRequest

    @property
    def announced(self) -> types.ClientCapabilities:
        found: types.ClientCapabilities = self.client.capabilities
        return found

    def told(self, method: str) -> list[Any]:
        return [m["params"] for m in self.heard if m.get("method") == method]

    def methods(self) -> set[str]:
        return {m["method"] for m in self.heard if "method" in m}

    async def until(self, holds: Callable[[], Any]) -> Any:
        async with asyncio.timeout(PATIENCE):
            while not (found := holds()):  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        return found

    async def state(self, state: str) -> dict[str, Any]:
        def reached() -> list[dict[str, Any]]:
            return [p for p in self.told("synthd/job") if p["state"] == state]

        return dict((await self.until(reached))[0])

    async def raw(self, method: str, params: Any) -> Any:
        """The answer as it came."""
        number = f"raw-{len(self.heard)}-{method}"
        await asyncio.wait_for(
            self.client.protocol.send_request_async(method, params, msg_id=number), PATIENCE
        )
        (answer,) = [m for m in self.heard if m.get("id") == number]
        return answer["result"]

    async def command(self, name: str, *arguments: Any) -> Any:
        params = types.ExecuteCommandParams(name, list(arguments))
        return await self.raw("workspace/executeCommand", params)

    def open(self, text: str, name: str = "a.py", **script: Any) -> str:
        uri = (self.folder / name).as_uri()
        self.texts[uri] = f"# script: {json.dumps(script)}\n{text}"
        self.versions[uri] = 1
        item = types.TextDocumentItem(uri, "python", 1, self.texts[uri])
        self.client.text_document_did_open(types.DidOpenTextDocumentParams(item))
        return uri

    def change(self, uri: str, text: str) -> None:
        self.texts[uri], self.versions[uri] = text, self.versions[uri] + 1
        document = types.VersionedTextDocumentIdentifier(self.versions[uri], uri)
        whole = types.TextDocumentContentChangeWholeDocument(text)
        params = types.DidChangeTextDocumentParams(document, [whole])
        self.client.text_document_did_change(params)

    async def actions(self, uri: str, line: int = 1) -> list[dict[str, Any]]:
        spot = types.Position(line, 0)
        params = types.CodeActionParams(
            types.TextDocumentIdentifier(uri),
            types.Range(spot, spot),
            types.CodeActionContext([]),
        )
        return list(await self.raw("textDocument/codeAction", params) or [])

    # What an editor does when it is asked

    def apply(self, params: types.ApplyWorkspaceEditParams) -> types.ApplyWorkspaceEditResult:
        edits: list[tuple[str, list[Any]]] = list((params.edit.changes or {}).items())
        for one in params.edit.document_changes or []:
            assert isinstance(one, types.TextDocumentEdit)
            assert one.text_document.version in (None, self.versions[one.text_document.uri])
            edits.append((one.text_document.uri, list(one.edits)))
        for uri, changes in edits:
            (change,) = changes
            self.change(uri, self._changed(self.texts[uri], change))
        return types.ApplyWorkspaceEditResult(applied=True)

    def _changed(self, text: str, change: Any) -> str:
        lines = text.splitlines(keepends=True)
        start, end = change.range.start, change.range.end
        before = "".join(lines[: start.line]) + lines[start.line][: start.character]
        after = lines[end.line][end.character :] + "".join(lines[end.line + 1 :])
        return before + str(change.new_text) + after

    def choose(self, params: types.ShowMessageRequestParams) -> types.MessageActionItem | None:
        titles = [action.title for action in params.actions or []]
        picked = self.answers.pop(0) if self.answers else ""
        return types.MessageActionItem(picked) if picked in titles else None


def _listening(profile: Profile) -> None:
    protocol, client = profile.client.protocol, profile.client
    structure = protocol.structure_message

    def heard(data: dict[str, Any]) -> Any:
        profile.heard.append(json.loads(json.dumps(data)))
        return structure(data)

    protocol.structure_message = heard
    client.feature("workspace/applyEdit")(lambda params: profile.apply(params))
    client.feature("window/showMessageRequest")(lambda params: profile.choose(params))
    client.feature("workspace/codeLens/refresh")(lambda params: None)
    client.feature("synthd/job")(lambda params: None)

    def agreed(params: types.WorkDoneProgressCreateParams) -> None:
        profile.heard.append({"agreed": params.token})
        client.progress_reports.setdefault(params.token, [])

    client.protocol.fm.features.pop("window/workDoneProgress/create", None)
    client.feature("window/workDoneProgress/create")(agreed)


@pytest.fixture
def connect(tmp_path: Path) -> Callable[..., Any]:
    @asynccontextmanager
    async def connecting(
        name: str | types.ClientCapabilities, **options: Any
    ) -> AsyncIterator[Profile]:
        announced = capabilities(name) if isinstance(name, str) else name
        pytest_lsp = pytest.importorskip("pytest_lsp")
        client = pytest_lsp.make_test_lsp_client()
        profile = Profile(str(name), client, tmp_path)
        _listening(profile)
        await client.start_io(sys.executable, str(SERVER), str(tmp_path / "diary"))
        try:
            params = types.InitializeParams(
                announced, root_uri=tmp_path.as_uri(), initialization_options=options
            )
            await asyncio.wait_for(client.initialize_session(params), PATIENCE)
            yield profile
            await asyncio.wait_for(client.shutdown_session(), PATIENCE)
        finally:
            await client.stop()

    return connecting


@pytest.fixture(params=NAMES)
async def profile(request: pytest.FixtureRequest, connect: Any) -> AsyncIterator[Profile]:
    async with connect(request.param) as profile:
        yield profile
