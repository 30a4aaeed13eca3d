"""The language server: which methods and commands there are, and who answers them."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from importlib.metadata import version

from lsprotocol import types
from pygls.lsp.server import LanguageServer
from pygls.protocol import default_converter

from synthd.lsp import arguments, wire
from synthd.lsp.buffers import Buffers
from synthd.lsp.editor import Editor
from synthd.lsp.edits import Edits
from synthd.lsp.engine import Engine
from synthd.lsp.lazy import LazyEngine
from synthd.lsp.progress import job_of
from synthd.lsp.protocol import Protocol
from synthd.lsp.session import Session

log = logging.getLogger(__name__)


class Server(LanguageServer):
    """One connection. `left` is set when the client wants it to end."""

    protocol: Protocol

    def __init__(self, make_engine: Callable[[], Engine]) -> None:
        super().__init__(
            name="synthd",
            version=version("synthd"),
            # Whole texts: pygls's own incremental editing counts lines as Python does, not as
            # the protocol does, so that one form feed would put its copy out of step for good.
            text_document_sync_kind=types.TextDocumentSyncKind.Full,
            protocol_cls=Protocol,
            converter_factory=default_converter,
        )
        self.left = asyncio.Event()
        editor = Editor(self.protocol)
        buffers = Buffers(lambda: self.workspace)
        edits = Edits(editor, buffers)
        self.session = Session(editor, buffers, edits, LazyEngine(make_engine))

    def report_server_error(self, error: Exception, source: object) -> None:
        """A line in the log. pygls shows the user a window, which they could do nothing about."""
        log.error("%s while handling a message", type(error).__name__)


def create(make_engine: Callable[[], Engine]) -> Server:
    """A server for one connection; synthd.lsp.serving runs it.

    make_engine is called at most once, in a worker thread, when the first job starts.
    """
    server = Server(make_engine)
    _register_lifecycle(server)
    _register_documents(server)
    _register_commands(server)
    return server


def serve_stdio(make_engine: Callable[[], Engine]) -> int:
    """Serve one client over stdin and stdout until it leaves. The exit status for the process."""
    from synthd.lsp.serving import run_stdio

    return run_stdio(lambda: create(make_engine))


def _register_lifecycle(server: Server) -> None:
    session = server.session

    @server.feature(types.INITIALIZE)
    def initialize(params: types.InitializeParams) -> None:
        session.editor.name = params.client_info.name if params.client_info else ""
        options = params.initialization_options
        if isinstance(options, Mapping) and "trusted" in options:
            session.trusted = options["trusted"] is True

    @server.feature(types.SHUTDOWN)
    async def shutdown(_: None) -> None:
        await session.close()

    @server.feature(types.EXIT)
    def exit(_: None) -> None:
        server.left.set()


def _register_documents(server: Server) -> None:
    session = server.session

    @server.feature(types.TEXT_DOCUMENT_DID_OPEN)
    def opened(_: types.DidOpenTextDocumentParams) -> None:
        session.buffers.notice()

    @server.feature(types.TEXT_DOCUMENT_DID_CHANGE)
    def changed(_: types.DidChangeTextDocumentParams) -> None:
        session.buffers.notice()

    @server.feature(types.TEXT_DOCUMENT_DID_CLOSE)
    def closed(_: types.DidCloseTextDocumentParams) -> None:
        session.buffers.notice()


def _register_commands(server: Server) -> None:
    session = server.session

    @server.command("synthd.synthesize")
    def synthesize(given: list[object]) -> dict[str, object]:
        return wire.started(session.synthesize(arguments.target(given)))

    @server.command("synthd.cancel")
    def cancel(given: list[object]) -> dict[str, object]:
        return wire.cancelled(*session.cancel(arguments.job_id(given)))

    @server.command("synthd.jobs")
    def jobs(_: list[object]) -> dict[str, object]:
        return wire.listing(session.jobs)

    @server.feature(types.WINDOW_WORK_DONE_PROGRESS_CANCEL)
    def cancel_progress(params: types.WorkDoneProgressCancelParams) -> None:
        job = session.jobs.get(job_of(params.token))
        if job is not None:
            session.jobs.cancel(job)
