"""The documents that the editor has open, as it last told us."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import unquote

from pygls.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Buffer:
    uri: str
    path: str
    version: int | None
    text: str


class Buffers:
    def __init__(self, workspace: Callable[[], Workspace]) -> None:
        self._workspace = workspace
        self._changed = asyncio.Event()

    def get(self, uri: str) -> Buffer | None:
        """None unless the editor has it open: what is on disk may not be what the user sees."""
        document = self._workspace().text_documents.get(unquote(uri))
        if document is None:
            return None
        return Buffer(document.uri, document.path, document.version, document.source)

    @property
    def encoding(self) -> str:
        """How this editor counts columns: utf-8, utf-16 or utf-32."""
        encoding = self._workspace().position_encoding
        return str(getattr(encoding, "value", encoding))

    def folder(self, path: str) -> str | None:
        """The innermost workspace folder that holds the path."""
        from pygls.uris import to_fs_path

        workspace = self._workspace()
        folders = [to_fs_path(folder.uri) for folder in workspace.folders.values()]
        holding = [f for f in [*folders, workspace.root_path] if f and _holds(f, path)]
        return max(holding, key=len, default=None)

    def notice(self) -> None:
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


def _holds(folder: str, path: str) -> bool:
    return path.startswith(folder.rstrip("/\\") + "/") or path.startswith(folder + "\\")
