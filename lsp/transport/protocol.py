"""pygls's protocol with the repairs that a server with long jobs and many clients needs."""

from __future__ import annotations

import asyncio
import logging
from collections import ChainMap
from collections.abc import Callable, Coroutine, Generator
from functools import partial
from typing import Any
from uuid import uuid4

from lsprotocol import types
from pygls.exceptions import (
    JsonRpcException,
    JsonRpcInternalError,
    JsonRpcInvalidParams,
    JsonRpcParseError,
)
from pygls.protocol import LanguageServerProtocol
from pygls.protocol.json_rpc import JsonRPCResponseMessage
from pygls.protocol.language_server import lsp_method

from synthd.lsp.arguments import BadRequest
from synthd.lsp.transport.admission import (
    Id,
    Ignored,
    Kind,
    Message,
    Refused,
    Standing,
    admit,
    read,
)

log = logging.getLogger(__name__)

SOON = 60.0  # seconds for a command that waits for the engine
SAID = 5  # messages of one client that are ignored with a word in the log
NOTEBOOKS = (
    types.NOTEBOOK_DOCUMENT_DID_OPEN,
    types.NOTEBOOK_DOCUMENT_DID_CHANGE,
    types.NOTEBOOK_DOCUMENT_DID_CLOSE,
)


class Protocol(LanguageServerProtocol):
    """Differs from pygls 2.1 in what its methods say, and in nothing else."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self._asked: set[Id] = set()  # requests of ours that the client has not answered
        self._ignored = 0
        for method in NOTEBOOKS:  # never announced, and kept for ever where one comes
            self.fm.builtin_features.pop(method, None)

    def get_message_type(  # type: ignore[override]
        self, method: str
    ) -> type[Any] | None:
        """pygls's own caches these for ever, and with them the whole connection."""
        known = types.METHOD_TO_TYPES.get(method)
        return known[0] if known else None

    def get_result_type(  # type: ignore[override]
        self, method: str
    ) -> type[Any] | None:
        known = types.METHOD_TO_TYPES.get(method)
        return known[1] if known else None

    def receive(self, body: bytes) -> None:
        """Handle one message, whatever it is. Never raises.

        pygls leaves a request with malformed params unanswered, so that its sender waits for ever,
        and takes any nested object with a "jsonrpc" key for a message of its own.
        """
        try:
            self._handle(admit(read(body), self._standing()))
        except Refused as refusal:
            self._refuse(refusal.id, refusal.error)
        except Ignored as why:
            self._say_ignored(str(why))

    def _standing(self) -> Standing:
        methods = ChainMap(self.fm.features, self.fm.builtin_features)
        return Standing(self._workspace is not None, self._shutdown, self._request_futures, methods)

    def _handle(self, message: Message) -> None:
        if message.kind is Kind.ANSWER and message.id not in self._asked:
            raise Ignored("an answer to nothing")
        try:
            self.handle_message(self._structured(message))
        except JsonRpcException as refusal:
            self._failed(message, refusal)
        except Exception as failure:
            log.error("%s while handling a message", type(failure).__name__)
            self._failed(message, JsonRpcInternalError("synthd could not handle this message."))

    def _structured(self, message: Message) -> Any:
        try:
            return self._converter.structure(message.raw, self._type(message))
        except Exception as problem:  # cattrs raises what its hooks raise: anything
            raise JsonRpcInvalidParams(
                f"The params of {message.method or 'the answer'} are not what the protocol says."
            ) from problem

    def _type(self, message: Message) -> Any:
        if message.kind is not Kind.ANSWER:
            return self.get_message_type(message.method)
        if "error" in message.raw:
            return types.ResponseErrorMessage
        return self._result_types.get(message.id) or JsonRPCResponseMessage

    def _failed(self, message: Message, refusal: JsonRpcException) -> None:
        match message.kind:
            case Kind.REQUEST:
                self._request_futures.pop(message.id, None)
                self._refuse(message.id, refusal)
            case Kind.ANSWER:
                self._give_up(message.id, refusal)
            case Kind.NOTIFICATION:
                self._say_ignored("a notification with wrong params")

    def _say_ignored(self, what: str) -> None:
        """Not each: the log is everybody's."""
        self._ignored += 1
        if self._ignored <= SAID:
            log.warning("%s was ignored", what)

    def _refuse(self, id: Id | None, refusal: JsonRpcException) -> None:
        error = {"code": refusal.code, "message": refusal.message}
        self._send_data({"jsonrpc": "2.0", "id": id, "error": error})

    def refuse_all(self, why: str) -> None:
        """The client is not understood any more: the last word before the connection ends."""
        self._refuse(None, JsonRpcParseError(f"synthd ends this connection: {why}."))

    # ------------------------------------------------------------ requests of ours

    def send_request(
        self, method: str, params: Any = None, callback: Any = None, msg_id: Id | None = None
    ) -> Any:
        id = uuid4().hex if msg_id is None else msg_id
        self._asked.add(id)
        return super().send_request(method, params, callback, id)

    def _handle_response(self, msg_id: Id, result: Any = None, error: Any = None) -> None:
        self._asked.discard(msg_id)
        self._result_types.pop(msg_id, None)
        super()._handle_response(msg_id, result, error)

    def _give_up(self, id: Id, problem: JsonRpcException) -> None:
        """An answer that makes no sense is one, too: nobody should wait for another."""
        self._asked.discard(id)
        self._result_types.pop(id, None)
        future = self._request_futures.pop(id, None)
        if future and not future.done():
            future.set_exception(problem)

    # ------------------------------------------------------------ requests of the client

    def _execute_handler(self, msg_id: Any, *rest: Any, **more: Any) -> None:
        """pygls remembers each notification's future for ever: one more with every keystroke."""
        super()._execute_handler(msg_id, *rest, **more)
        future = self._request_futures.get(msg_id)
        if future is not None:
            future.add_done_callback(lambda _: self._request_futures.pop(msg_id, None))

    def _handle_cancel_notification(self, msg_id: Id) -> None:
        """Of the client's requests only: pygls would cancel one of ours by the same number."""
        future = None if msg_id in self._asked else self._request_futures.get(msg_id)
        if future is not None:
            future.cancel()

    def _send_handler_result(self, future: Any, *, msg_id: Id) -> None:
        """Without pygls's log lines and tracebacks, which quote source text."""
        self._request_futures.pop(msg_id, None)
        if future.cancelled():
            error = {"code": types.LSPErrorCodes.RequestCancelled, "message": "cancelled"}
            self._send_data({"jsonrpc": "2.0", "id": msg_id, "error": error})
            return
        problem = future.exception()
        if problem is None and asyncio.iscoroutine(future.result()):
            later = self._request_futures[msg_id] = asyncio.ensure_future(future.result())
            later.add_done_callback(partial(self._send_handler_result, msg_id=msg_id))
        elif problem is None:
            self._send_data({"jsonrpc": "2.0", "id": msg_id, "result": future.result()})
        elif isinstance(problem, JsonRpcException):
            self._refuse(msg_id, problem)
        else:
            log.error("%s while answering a request", type(problem).__name__)
            self._refuse(msg_id, JsonRpcInternalError("synthd failed at this request."))

    # ------------------------------------------------------------ methods

    @lsp_method(types.INITIALIZE)
    def lsp_initialize(
        self, params: types.InitializeParams
    ) -> Generator[Any, Any, types.InitializeResult]:
        """pygls does not announce the documents that a server makes."""
        result = yield from super().lsp_initialize(params)
        made = self.fm.feature_options.get(types.WORKSPACE_TEXT_DOCUMENT_CONTENT)
        asked = self.client_capabilities.workspace
        if made and asked and asked.text_document_content and result.capabilities.workspace:
            result.capabilities.workspace.text_document_content = made
        return result

    @lsp_method(types.WORKSPACE_EXECUTE_COMMAND)
    def lsp_workspace__execute_command(self, params: types.ExecuteCommandParams) -> Any:
        """In the same turn of the loop, so before any later message: what takes time is a job, or
        a coroutine that the command returns.

        pygls runs a second task for the handler, which a cancellation does not reach, which is
        never answered when it ends cancelled, and which breaks a shutdown meanwhile.
        """
        command = self.fm.commands.get(params.command)
        if command is None:
            raise JsonRpcInvalidParams(f"synthd has no command {params.command!r}.")
        try:
            result = command(list(params.arguments or ()))
        except BadRequest as problem:
            raise JsonRpcInvalidParams(str(problem)) from None
        return _soon(result, params.command) if asyncio.iscoroutine(result) else result

    @lsp_method(types.TEXT_DOCUMENT_DID_OPEN)
    def lsp_text_document__did_open(self, params: types.DidOpenTextDocumentParams) -> None:
        """Straight to our own documents (lsp/text/documents.py says why)."""
        self._tell(types.TEXT_DOCUMENT_DID_OPEN, params)

    @lsp_method(types.TEXT_DOCUMENT_DID_CHANGE)
    def lsp_text_document__did_change(self, params: types.DidChangeTextDocumentParams) -> None:
        self._tell(types.TEXT_DOCUMENT_DID_CHANGE, params)

    @lsp_method(types.TEXT_DOCUMENT_DID_CLOSE)
    def lsp_text_document__did_close(self, params: types.DidCloseTextDocumentParams) -> None:
        self._tell(types.TEXT_DOCUMENT_DID_CLOSE, params)

    @lsp_method(types.SHUTDOWN)
    async def lsp_shutdown(self, *_: object) -> None:  # type: ignore[override]
        """pygls goes on taking requests until the handler is done, and changes a table that it
        walks through when it cancels what still runs."""
        self._shutdown = True
        handler = self.fm.features.get(types.SHUTDOWN)
        if handler is not None:
            await handler(None)
        mine: object = asyncio.current_task()
        for future in list(self._request_futures.values()):
            if future is not mine and not future.done():
                future.cancel()

    @lsp_method(types.EXIT)
    def lsp_exit(self, *_: object) -> None:  # type: ignore[override]
        """Leaves the process to whoever serves: pygls would end it with tasks still running."""
        self._tell(types.EXIT, None)

    def _tell(self, method: str, params: Any) -> None:
        handler: Callable[[Any], None] | None = self.fm.features.get(method)
        if handler is not None:
            handler(params)

    @property
    def shut_down(self) -> bool:
        """Whether the client asked for an orderly end."""
        return self._shutdown


async def _soon(answer: Coroutine[object, object, object], command: str) -> object:
    try:
        async with asyncio.timeout(SOON):
            return await answer
    except BadRequest as problem:
        raise JsonRpcInvalidParams(str(problem)) from None
    except TimeoutError:
        why = f"{command} took longer than {SOON:.0f} s; try again."
        raise JsonRpcInternalError(why) from None
