"""The other end of the connection: what the server may ask of the editor, and tell it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from concurrent.futures import CancelledError as Abandoned
from concurrent.futures import Future
from typing import Any

from lsprotocol import types
from pygls.protocol import LanguageServerProtocol

from synthd.lsp.edits.previews import Mode

EVENTS = frozenset({"jobProgress", "verification", "status", "search", "question"})


class EditorFailed(Exception):
    """The editor refused a request, or did not answer in time."""


class Editor:
    def __init__(self, protocol: LanguageServerProtocol) -> None:
        self._protocol = protocol
        self.name = ""  # as the editor calls itself when it connects
        self.events: frozenset[str] = frozenset()  # those of EVENTS that it wants
        self._preview: Mode | None = None  # as it asked for

    def configure(self, preview: object, events: object) -> None:
        """From its initializationOptions, where they say something that is known."""
        if isinstance(preview, str) and preview in set(Mode):
            self._preview = Mode(preview)
        if isinstance(events, Iterable) and not isinstance(events, str):
            self.events = EVENTS.intersection(one for one in events if isinstance(one, str))

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

    async def choose(self, message: str, titles: Sequence[str], seconds: float) -> str | None:
        """One of the titles, which differ; None where the user wants none, or the editor cannot."""
        actions = [types.MessageActionItem(title) for title in titles]
        kind = types.MessageType.Info
        params = types.ShowMessageRequestParams(kind, f"synthd: {message}", actions)
        try:
            answer = await self.ask(types.WINDOW_SHOW_MESSAGE_REQUEST, params, seconds)
        except EditorFailed:
            return None
        title = getattr(answer, "title", None)
        return title if title in titles else None

    def inform(self, message: str) -> None:
        self._show(types.MessageType.Info, message)

    def warn(self, message: str) -> None:
        self._show(types.MessageType.Warning, message)

    def _show(self, kind: types.MessageType, message: str) -> None:
        self.notify(types.WINDOW_SHOW_MESSAGE, types.ShowMessageParams(kind, f"synthd: {message}"))

    @property
    def preview(self) -> Mode:
        if self._preview is Mode.ANNOTATIONS and not self._confirms_edits:
            return Mode.COMMAND
        return self._preview or (Mode.ANNOTATIONS if self._confirms_edits else Mode.COMMAND)

    @property
    def has_accept(self) -> bool:
        """Whether its user can say synthd.accept: it asked for that, or shows lenses."""
        text = self._protocol.client_capabilities.text_document
        return self._preview is Mode.COMMAND or bool(text and text.code_lens)

    @property
    def shows_verdicts(self) -> bool:
        """Where they are, without being told in words."""
        text = self._protocol.client_capabilities.text_document
        return "verification" in self.events or bool(text and text.code_lens)

    @property
    def _confirms_edits(self) -> bool:
        workspace = self._protocol.client_capabilities.workspace
        edit = workspace.workspace_edit if workspace else None
        return bool(edit and edit.document_changes and edit.change_annotation_support)

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
