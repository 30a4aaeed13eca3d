"""A result that waits to be accepted, as text to insert at the cursor. Nothing is searched for."""

from __future__ import annotations

from collections.abc import Iterable

from lsprotocol import types

from synthd.lsp.buffers import Buffer, Buffers
from synthd.lsp.jobs import Job, State
from synthd.lsp.positions import Point, offset_at, same_text

INSERTED = "synthd.inserted"


class Inline:
    """Of jobs whose edit is shown, where the edit is an insertion at the cursor. Once inserted, it
    counts as accepted only if the buffer holds what was verified."""

    def __init__(self, buffers: Buffers, jobs: Iterable[Job]) -> None:
        self._buffers = buffers
        self._jobs = jobs

    def at(self, params: types.InlineCompletionParams) -> list[types.InlineCompletionItem]:
        buffer = self._buffers.get(params.text_document.uri)
        if buffer is None:
            return []
        position = params.position
        encoding = self._buffers.encoding
        cursor = offset_at(buffer.text, Point(position.line, position.character), encoding)
        return [
            types.InlineCompletionItem(
                text,
                range=types.Range(position, position),
                command=types.Command("Accepted", INSERTED, arguments=[{"job": job.id}]),
            )
            for job in self._jobs
            if job.state is State.READY
            and job.uri == buffer.uri
            and (text := self._insertion(job, buffer, cursor, encoding))
        ]

    def _insertion(self, job: Job, buffer: Buffer, cursor: int, encoding: str) -> str:
        preview = job.preview
        if preview is None or preview.version != buffer.version:
            return ""
        start = offset_at(buffer.text, preview.start, encoding)
        end = offset_at(buffer.text, preview.end, encoding)
        return insertion(buffer.text, start, end, preview.new_text, cursor)


def insertion(text: str, start: int, end: int, new: str, cursor: int) -> str:
    """What to insert at the cursor for text[start:end] to become `new`; empty if that cannot be."""
    if not start <= cursor <= end:
        return ""
    before, after = text[start:cursor], text[cursor:end]
    if len(before) + len(after) > len(new) or same_text(text[start:end], new):
        return ""
    if not (new.startswith(before) and new.endswith(after)):
        return ""
    return new[len(before) : len(new) - len(after)]
