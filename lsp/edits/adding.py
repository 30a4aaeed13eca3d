"""Examples from tests and usage, put into a docstring: read only when the user asks for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lsprotocol import types

from synthd.lsp.arguments import BadRequest, Target, target
from synthd.lsp.editor import EditorFailed
from synthd.lsp.session import Session
from synthd.lsp.showing.abilities import Abilities
from synthd.lsp.text.buffers import Buffer
from synthd.lsp.text.functions import Reading
from synthd.lsp.text.positions import offset_at, point_at

if TYPE_CHECKING:
    from synthd.synth.source.mining.insertion import Insertion

ANSWER = 60.0  # seconds: an editor may ask its user
NONE = {"usage": "its uses and comments", "test": "tests of it"}
CHANGED = "The document has changed since this was offered. Ask again."


@dataclass(frozen=True, slots=True)
class Wanted:
    """origin: usage or test. version: of the document when it was offered, if that is known."""

    target: Target
    origin: str
    version: int | None


def wanted(given: Sequence[object]) -> Wanted:
    """Raises BadRequest."""
    match given:
        case [{"textDocument": Mapping() as document, "origin": "usage" | "test" as origin}]:
            version = document.get("version")
            return Wanted(target(given), str(origin), version if isinstance(version, int) else None)
    raise BadRequest("Adding examples takes {textDocument, position, origin: usage or test}.")


class Adding:
    def __init__(self, session: Session, reading: Reading, abilities: Abilities) -> None:
        self._session = session
        self._reading = reading
        self._abilities = abilities

    async def edit(self, asked: Wanted) -> types.WorkspaceEdit | None:
        """None where no examples were found. Raises BadRequest."""
        buffers = self._session.buffers
        buffer = buffers.get(asked.target.uri)
        if buffer is None or (asked.version is not None and buffer.version != asked.version):
            raise BadRequest(CHANGED)
        offset = offset_at(buffer.text, asked.target.point, buffers.encoding)
        folder = buffers.folder(buffer.path)
        change = await self._reading.run(lambda: _change(buffer, offset, folder, asked.origin))
        if buffers.version(buffer.uri) != buffer.version:
            raise BadRequest(CHANGED)
        return None if change is None else self._edit(buffer, change)

    async def apply(self, asked: Wanted) -> None:
        """For editors that cannot ask for an edit later."""
        editor = self._session.editor
        try:
            edit = await self.edit(asked)
            if edit is None:
                editor.inform(f"No examples were found in {NONE[asked.origin]}.")
                return
            params = types.ApplyWorkspaceEditParams(edit, "synthd: add examples")
            answer = await editor.ask(types.WORKSPACE_APPLY_EDIT, params, ANSWER)
            if not answer.applied:
                editor.warn(f"The examples were not added: {answer.failure_reason or CHANGED}")
        except (BadRequest, EditorFailed) as problem:
            editor.warn(str(problem))

    def _edit(self, buffer: Buffer, change: Insertion) -> types.WorkspaceEdit:
        span = types.Range(self._at(buffer, change.start), self._at(buffer, change.end))
        edit = types.TextEdit(span, change.new_text)
        if not self._abilities.versioned_edits:
            return types.WorkspaceEdit(changes={buffer.uri: [edit]})
        document = types.OptionalVersionedTextDocumentIdentifier(buffer.uri, buffer.version)
        return types.WorkspaceEdit(document_changes=[types.TextDocumentEdit(document, [edit])])

    def _at(self, buffer: Buffer, offset: int) -> types.Position:
        point = point_at(buffer.text, offset, self._session.buffers.encoding)
        return types.Position(point.line, point.character)


def _change(buffer: Buffer, offset: int, folder: str | None, origin: str) -> Insertion | None:
    """Raises BadRequest. Reads files."""
    from synthd.synth.source.errors import SourceError
    from synthd.synth.source.mined import mined, with_examples

    found = [one for one in mined(buffer.text, offset, buffer.path, folder) if one.kind == origin]
    if not found:
        return None
    try:
        return with_examples(buffer.text, offset, found)
    except SourceError as problem:
        raise BadRequest(str(problem)) from None
