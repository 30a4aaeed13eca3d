"""Putting verified code into the editor's buffer: never over something newer, never on trust."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from lsprotocol import types

from synthd.lsp.buffers import Buffer, Buffers
from synthd.lsp.editor import Editor, EditorFailed
from synthd.lsp.engine import Replacement
from synthd.lsp.jobs import State
from synthd.lsp.positions import Point, point_at, same_text, with_line_ends_of

ANSWER = 60.0  # seconds: an editor may ask its user first
ARRIVE = 2.0  # seconds from "applied" to the change notification; editors delay those
SETTLE = 1.0

CHANGED = "the buffer changed meanwhile and was left alone; ask again to work on the new text"
CLOSED = "the buffer was closed meanwhile, so nothing was written"
UNLIKE = (
    "the buffer does not hold the verified text: the editor refused the edit, or more was typed"
)


@dataclass(frozen=True, slots=True)
class Landing:
    """What became of an edit, and why where that is not VERIFIED."""

    state: State
    reason: str = ""


class Edits:
    def __init__(self, editor: Editor, buffers: Buffers) -> None:
        self._editor = editor
        self._buffers = buffers
        self._turn = asyncio.Lock()  # or two jobs would send edits made for the same version

    async def apply(self, uri: str, text: str, change: Replacement, label: str) -> Landing:
        """Apply a change made for `text`, if that is still what the buffer holds."""
        async with self._turn:
            if not self._editor.applies_edits:
                return Landing(State.NOT_APPLIED, "this editor does not let servers edit buffers")
            if self._editor.ignores_version_zero:
                await self._leave_version_zero(uri, text)
            buffer = self._buffers.get(uri)
            if buffer is None:
                return Landing(State.STALE, CLOSED)
            if buffer.text != text:
                return Landing(State.STALE, CHANGED)
            new = with_line_ends_of(text, change.text)
            refusal = await self._send(buffer, Replacement(change.start, change.end, new), label)
            if refusal:
                return self._refused(uri, text, refusal)
            return await self._landed(uri, text[: change.start] + new + text[change.end :])

    def _refused(self, uri: str, text: str, refusal: str) -> Landing:
        now = self._buffers.get(uri)
        if now is None or now.text != text:
            return Landing(State.STALE, CHANGED if now else CLOSED)
        return Landing(State.NOT_APPLIED, refusal)

    async def _landed(self, uri: str, expected: str) -> Landing:
        """Only our own copy of the buffer is evidence: Neovim says "applied" of what it refused."""

        def arrived() -> bool:
            buffer = self._buffers.get(uri)
            return buffer is not None and same_text(buffer.text, expected)

        if await self._buffers.wait(arrived, ARRIVE):
            return Landing(State.VERIFIED)
        return Landing(State.NOT_APPLIED, UNLIKE)

    async def _send(self, buffer: Buffer, change: Replacement, label: str) -> str:
        """Why the editor did not apply it, or ""."""
        edit = types.TextEdit(self._range(buffer.text, change), change.text)
        if self._editor.checks_versions:
            document = types.OptionalVersionedTextDocumentIdentifier(buffer.uri, buffer.version)
            whole = types.WorkspaceEdit(document_changes=[types.TextDocumentEdit(document, [edit])])
        else:
            whole = types.WorkspaceEdit(changes={buffer.uri: [edit]})
        params = types.ApplyWorkspaceEditParams(edit=whole, label=label)
        try:
            answer = await self._editor.ask(types.WORKSPACE_APPLY_EDIT, params, ANSWER)
        except EditorFailed as failure:
            return str(failure)
        if answer.applied:
            return ""
        return answer.failure_reason or "the editor refused the edit"

    async def _leave_version_zero(self, uri: str, text: str) -> None:
        """An empty edit: harmless whatever was typed, and the next version is one that counts."""
        buffer = self._buffers.get(uri)
        if buffer is None or buffer.version != 0 or buffer.text != text:
            return
        await self._send(buffer, Replacement(0, 0, ""), "synthd")

        def counted() -> bool:
            now = self._buffers.get(uri)
            return now is None or now.version != 0

        await self._buffers.wait(counted, SETTLE)

    def _range(self, text: str, change: Replacement) -> types.Range:
        return types.Range(self._position(text, change.start), self._position(text, change.end))

    def _position(self, text: str, offset: int) -> types.Position:
        point: Point = point_at(text, offset, self._buffers.encoding)
        return types.Position(point.line, point.character)
