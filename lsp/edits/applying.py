"""Putting verified code into the editor's buffer: never over something newer, never on trust."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from weakref import WeakValueDictionary

from lsprotocol import types

from synthd.lsp.editor import Editor, EditorFailed
from synthd.lsp.engine import Replacement
from synthd.lsp.jobs.table import State
from synthd.lsp.text.buffers import Buffer, Buffers
from synthd.lsp.text.positions import Point, point_at, same_text, with_line_ends_of

ANSWER = 60.0  # seconds: an editor may ask its user first
CONFIRM = 3600.0  # the same where we want it to
ARRIVE = 2.0  # seconds from "applied" to the change notification; editors delay those
SETTLE = 1.0
ANNOTATION = "synthd"

CHANGED = "the buffer changed meanwhile and was left alone; ask again to work on the new text"
CLOSED = "the buffer was closed meanwhile, so nothing was written"
UNLIKE = (
    "the buffer does not hold the verified text: the editor refused the edit, or more was typed"
)


@dataclass(frozen=True, slots=True)
class Landing:
    """What became of an edit, and why where that is not VERIFIED. text: then, the buffer's."""

    state: State
    reason: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class Label:
    """title: of the edit in the editor's list of what can be undone. confirm: what the user is
    told who has to confirm it; empty where nobody has to."""

    title: str
    confirm: str = ""


class Edits:
    def __init__(self, editor: Editor, buffers: Buffers) -> None:
        self._editor = editor
        self._buffers = buffers
        # One edit of a document at a time: two would be made for the same version.
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def apply(self, uri: str, text: str, change: Replacement, label: Label) -> Landing:
        """Apply a change made for `text`, if that is still what the buffer holds."""
        async with self._turns.setdefault(uri, asyncio.Lock()):
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
                return self._refused(uri, text, refusal, label)
            return await self._landed(uri, text[: change.start] + new + text[change.end :])

    def _refused(self, uri: str, text: str, refusal: str, label: Label) -> Landing:
        now = self._buffers.get(uri)
        if now is None or now.text != text:
            return Landing(State.STALE, CHANGED if now else CLOSED)
        return Landing(State.REJECTED if label.confirm else State.NOT_APPLIED, refusal)

    async def _landed(self, uri: str, expected: str) -> Landing:
        """Only our own copy of the buffer is evidence: Neovim says "applied" of what it refused."""
        seen = ""

        def arrived() -> bool:
            nonlocal seen
            buffer = self._buffers.get(uri)
            if buffer is None or not same_text(buffer.text, expected):
                return False
            seen = buffer.text
            return True

        if await self._buffers.wait(arrived, ARRIVE):
            return Landing(State.VERIFIED, text=seen)
        return Landing(State.NOT_APPLIED, UNLIKE)

    async def _send(self, buffer: Buffer, change: Replacement, label: Label) -> str:
        """Why the editor did not apply it, or ""."""
        edit = types.TextEdit(self._range(buffer.text, change), change.text)
        params = types.ApplyWorkspaceEditParams(self._edit(buffer, edit, label), label.title)
        seconds = CONFIRM if label.confirm else ANSWER
        try:
            answer = await self._editor.ask(types.WORKSPACE_APPLY_EDIT, params, seconds)
        except EditorFailed as failure:
            return str(failure)
        if answer.applied:
            return ""
        return answer.failure_reason or "the editor refused the edit"

    def _edit(self, buffer: Buffer, edit: types.TextEdit, label: Label) -> types.WorkspaceEdit:
        if not self._editor.checks_versions:
            return types.WorkspaceEdit(changes={buffer.uri: [edit]})
        document = types.OptionalVersionedTextDocumentIdentifier(buffer.uri, buffer.version)
        if not label.confirm:
            whole = types.TextDocumentEdit(document, [edit])
            return types.WorkspaceEdit(document_changes=[whole])
        annotated = types.AnnotatedTextEdit(ANNOTATION, edit.range, edit.new_text)
        asked = types.ChangeAnnotation(label.title, True, label.confirm)
        return types.WorkspaceEdit(
            document_changes=[types.TextDocumentEdit(document, [annotated])],
            change_annotations={ANNOTATION: asked},
        )

    async def _leave_version_zero(self, uri: str, text: str) -> None:
        """An empty edit: harmless whatever was typed, and the next version is one that counts."""
        buffer = self._buffers.get(uri)
        if buffer is None or buffer.version != 0 or buffer.text != text:
            return
        await self._send(buffer, Replacement(0, 0, ""), Label("synthd"))

        def counted() -> bool:
            now = self._buffers.get(uri)
            return now is None or now.version != 0

        await self._buffers.wait(counted, SETTLE)

    def _range(self, text: str, change: Replacement) -> types.Range:
        return types.Range(self._position(text, change.start), self._position(text, change.end))

    def _position(self, text: str, offset: int) -> types.Position:
        point: Point = point_at(text, offset, self._buffers.encoding)
        return types.Position(point.line, point.character)
