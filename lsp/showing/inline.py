"""A result that waits to be accepted, as text to insert at the cursor. Nothing is searched for."""

from __future__ import annotations

from collections.abc import Iterable

from lsprotocol import types

from synthd.lsp.changes import Changes
from synthd.lsp.jobs.table import Job, Verdict
from synthd.lsp.text.buffers import Buffer, Buffers
from synthd.lsp.text.positions import Point, offset_at, same_text


class Inline:
    """Of jobs whose edit waits to be accepted, where the edit is an insertion at the cursor. It is
    accepted once the buffer is seen to hold all of it."""

    def __init__(self, buffers: Buffers, jobs: Iterable[Job], changes: Changes) -> None:
        self._buffers = buffers
        self._jobs = jobs
        self._offered: dict[str, str] = {}  # by job: the whole text with it
        changes.changed.subscribe(self._changed)
        changes.job.subscribe(self._moved)

    def at(self, params: types.InlineCompletionParams) -> list[types.InlineCompletionItem]:
        buffer = self._buffers.get(params.text_document.uri)
        if buffer is None:
            return []
        position = params.position
        encoding = self._buffers.encoding
        cursor = offset_at(buffer.text, Point(position.line, position.character), encoding)
        found = []
        for job in self._waiting(buffer.uri):
            text = self._insertion(job, buffer, cursor, encoding)
            if text:
                self._offered[job.id] = buffer.text[:cursor] + text + buffer.text[cursor:]
                place = types.Range(position, position)
                found.append(types.InlineCompletionItem(text, range=place))
        return found

    def _waiting(self, uri: str) -> list[Job]:
        return [job for job in self._jobs if job.can_be_accepted and job.uri == uri]

    def _changed(self, uri: str) -> None:
        """Whether what was offered has been inserted, with nothing else."""
        for job in self._waiting(uri) if self._offered else ():
            expected, buffer = self._offered.get(job.id), self._buffers.get(uri)
            if expected is None or buffer is None or job.verdict is None:
                continue
            if same_text(buffer.text, expected):
                job.verdict.set_result(Verdict.INSERTED)

    def _moved(self, job: Job) -> None:
        if not job.can_be_accepted:
            self._offered.pop(job.id, None)

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
