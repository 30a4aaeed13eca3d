"""The other end of the connection: what the server may ask of the editor, and tell it."""

from __future__ import annotations

import asyncio
from concurrent.futures import CancelledError as Abandoned
from concurrent.futures import Future
from typing import Any

from lsprotocol import types
from pygls.protocol import LanguageServerProtocol


class EditorFailed(Exception):
    """The editor refused a request, or did not answer in time."""


class Editor:
    def __init__(self, protocol: LanguageServerProtocol) -> None:
        self._protocol = protocol
        self.name = ""  # as the editor calls itself when it connects

    async def ask(self, method: str, params: object, seconds: float) -> Any:
        """The editor's answer. Raises EditorFailed.

        Cancelling the caller does not cancel the request: pygls raises InvalidStateError at the
        user when the answer to a cancelled request arrives.
        """
        answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        request = self._protocol.send_request(method, params)
        request.add_done_callback(lambda done: _copy(done, answer))
        await asyncio.wait([answer], timeout=seconds)
        if not answer.done():
            answer.cancel()
            raise EditorFailed(f"the editor did not answer {method} within {seconds:.0f} s")
        return answer.result()

    def notify(self, method: str, params: object) -> None:
        self._protocol.notify(method, params)

    def inform(self, message: str) -> None:
        self._show(types.MessageType.Info, message)

    def warn(self, message: str) -> None:
        self._show(types.MessageType.Warning, message)

    def _show(self, kind: types.MessageType, message: str) -> None:
        self.notify(types.WINDOW_SHOW_MESSAGE, types.ShowMessageParams(kind, f"synthd: {message}"))

    @property
    def shows_progress(self) -> bool:
        window = self._protocol.client_capabilities.window
        return bool(window and window.work_done_progress)

    @property
    def applies_edits(self) -> bool:
        workspace = self._protocol.client_capabilities.workspace
        return bool(workspace and workspace.apply_edit)

    @property
    def checks_versions(self) -> bool:
        """Neovim 0.11 does not announce documentChanges, but the resource operations in them."""
        workspace = self._protocol.client_capabilities.workspace
        edit = workspace.workspace_edit if workspace else None
        return bool(edit and (edit.document_changes or edit.resource_operations))

    @property
    def ignores_version_zero(self) -> bool:
        """Neovim numbers a fresh document 0 and applies edits to version 0 without a check."""
        return self.name.lower() == "neovim"


def _copy(done: Future[Any], answer: asyncio.Future[Any]) -> None:
    if answer.done():
        return
    try:
        answer.set_result(done.result())
    except Abandoned:
        answer.set_exception(EditorFailed("the server is shutting down"))
    except Exception as refusal:
        answer.set_exception(EditorFailed(str(refusal)))
