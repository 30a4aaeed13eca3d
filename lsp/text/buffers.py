"""The documents that the editor has open, as it last told us."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from lsprotocol import types
from pygls.uris import to_fs_path
from pygls.workspace import Workspace

from synthd.lsp.text.documents import Documents
from synthd.lsp.text.positions import Point


@dataclass(frozen=True, slots=True)
class Buffer:
    uri: str
    path: str
    version: int | None
    text: str
    language: str = ""


class Buffers:
    def __init__(self, workspace: Callable[[], Workspace]) -> None:
        self._workspace = workspace
        self._documents = Documents()
        self._changed = asyncio.Event()

    def get(self, uri: str) -> Buffer | None:
        """None unless the editor has it open: what is on disk may not be what the user sees."""
        found = self._documents.get(uri)
        if found is None:
            return None
        return Buffer(found.uri, found.path, found.version, found.text, found.language)

    def version(self, uri: str) -> int | None:
        """Without putting its text together."""
        found = self._documents.get(uri)
        return found.version if found else None

    def open(self, item: types.TextDocumentItem) -> None:
        path = to_fs_path(item.uri) or ""
        self._documents.open(item.uri, path, item.version, item.language_id, item.text)
        self._notice()

    def change(self, params: types.DidChangeTextDocumentParams) -> None:
        document = self._documents.get(params.text_document.uri)
        if document is None:
            return  # never opened: there is no text that this could be a change of
        for change in params.content_changes:
            if isinstance(change, types.TextDocumentContentChangePartial):
                start, end = _point(change.range.start), _point(change.range.end)
                document.replace(start, end, change.text, self.encoding)
            else:
                document.replace_all(change.text)
        document.version = params.text_document.version
        self._notice()

    def close(self, uri: str) -> None:
        self._documents.close(uri)
        self._notice()

    @property
    def encoding(self) -> str:
        """How this editor counts columns: utf-8, utf-16 or utf-32."""
        encoding = self._workspace().position_encoding
        return str(getattr(encoding, "value", encoding))

    def folders(self) -> tuple[str, ...]:
        """Of the workspace, as paths."""
        workspace = self._workspace()
        found = [to_fs_path(folder.uri) for folder in workspace.folders.values()]
        found = found or [workspace.root_path]
        return tuple(dict.fromkeys(folder for folder in found if folder))

    def folder(self, path: str) -> str | None:
        """The innermost workspace folder that holds the path."""
        workspace = self._workspace()
        folders = [to_fs_path(folder.uri) for folder in workspace.folders.values()]
        holding = [f for f in [*folders, workspace.root_path] if f and _holds(f, path)]
        return max(holding, key=len, default=None)

    def root(self) -> str | None:
        """The first workspace folder."""
        workspace = self._workspace()
        folders = [to_fs_path(folder.uri) for folder in workspace.folders.values()]
        return next((folder for folder in folders if folder), workspace.root_path)

    def _notice(self) -> None:
        """A document was opened, changed or closed."""
        self._changed.set()
        self._changed = asyncio.Event()

    async def wait(self, holds: Callable[[], bool], seconds: float) -> bool:
        """Whether it holds, now or after some change within that time."""
        try:
            async with asyncio.timeout(seconds):
                while not holds():
                    await self._changed.wait()
        except TimeoutError:
            return False
        return True


def _point(position: types.Position) -> Point:
    return Point(max(0, position.line), max(0, position.character))


def _holds(folder: str, path: str) -> bool:
    return path.startswith(folder.rstrip("/\\") + "/") or path.startswith(folder + "\\")
