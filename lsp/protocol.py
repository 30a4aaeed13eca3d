"""pygls's protocol with the repairs that a server with long jobs needs."""

from __future__ import annotations

import json
import logging
from collections.abc import Generator
from typing import Any

from lsprotocol import types
from pygls.exceptions import (
    JsonRpcException,
    JsonRpcInvalidParams,
    JsonRpcInvalidRequest,
    JsonRpcServerNotInitialized,
)
from pygls.protocol import LanguageServerProtocol
from pygls.protocol.language_server import lsp_method

from synthd.lsp.arguments import BadRequest

log = logging.getLogger(__name__)


class Protocol(LanguageServerProtocol):
    """Differs from pygls 2.1 in what its methods say, and in nothing else."""

    def receive(self, body: bytes) -> None:
        """Handle one message. A request always gets an answer, also one that cannot be understood.

        pygls leaves a request with malformed params unanswered, so that its sender waits for ever,
        and takes any nested object with a "jsonrpc" key for a message of its own.
        """
        try:
            raw = json.loads(body)
        except ValueError:
            log.warning("a message that is not JSON was ignored")
            return
        if not isinstance(raw, dict) or "jsonrpc" not in raw:
            log.warning("a message that is not JSON-RPC was ignored")
            return
        try:
            self._admit(raw)
            self.handle_message(self.structure_message(raw))
        except JsonRpcException as refusal:
            if "id" in raw and "method" in raw:
                self._send_response(raw["id"], error=refusal.to_response_error())

    def _admit(self, raw: dict[str, Any]) -> None:
        method = raw.get("method")
        if method in (None, types.EXIT):
            return
        if self._workspace is None and method != types.INITIALIZE:
            raise JsonRpcServerNotInitialized("The first request must be initialize.")
        if self._shutdown:
            raise JsonRpcInvalidRequest("The server is shutting down.")

    @lsp_method(types.WORKSPACE_EXECUTE_COMMAND)
    def lsp_workspace__execute_command(self, params: types.ExecuteCommandParams) -> Any:
        """At once, in the same turn of the loop: what takes time is a job.

        pygls runs a second task for the handler, which a cancellation does not reach, which is
        never answered when it ends cancelled, and which breaks a shutdown meanwhile.
        """
        command = self.fm.commands.get(params.command)
        if command is None:
            raise JsonRpcInvalidParams(f"synthd has no command {params.command!r}.")
        try:
            return command(list(params.arguments or ()))
        except BadRequest as problem:
            raise JsonRpcInvalidParams(str(problem)) from None

    @lsp_method(types.WINDOW_WORK_DONE_PROGRESS_CANCEL)
    def lsp_work_done_progress_cancel(
        self, params: types.WorkDoneProgressCancelParams
    ) -> Generator[Any, Any, None]:
        """Not through pygls's token table, which only ever grows."""
        handler = self.fm.features.get(types.WINDOW_WORK_DONE_PROGRESS_CANCEL)
        if handler is not None:
            yield handler, (params,), None

    @lsp_method(types.EXIT)
    def lsp_exit(self, *_: object) -> Generator[Any, Any, None]:
        """Leaves the process to whoever serves: pygls would end it with tasks still running."""
        handler = self.fm.features.get(types.EXIT)
        if handler is not None:
            yield handler, (None,), None

    @property
    def shut_down(self) -> bool:
        """Whether the client asked for an orderly end."""
        return self._shutdown
