"""The language server: which methods and commands there are, and who answers them."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from functools import cache
from importlib.metadata import version

from cattrs import Converter
from lsprotocol import types
from pygls.lsp.server import LanguageServer
from pygls.protocol import default_converter

from synthd.lsp import commands, features
from synthd.lsp.changes import Changes
from synthd.lsp.editor import Editor
from synthd.lsp.engine import Engine
from synthd.lsp.lazy import LazyEngine
from synthd.lsp.presented import Verifications, Virtual
from synthd.lsp.session import Session
from synthd.lsp.text.buffers import Buffers
from synthd.lsp.text.functions import Functions, Reading
from synthd.lsp.transport.protocol import Protocol

log = logging.getLogger(__name__)


@cache
def converter() -> Converter:
    """One for all connections: it takes milliseconds to make, and as many at its first messages."""
    made: Converter = default_converter()  # type: ignore[no-untyped-call]
    return made


class Server(LanguageServer):
    """One connection. `left` is set when the client wants it to end. verifications and virtual are
    set by synthd.lsp.features."""

    protocol: Protocol
    verifications: Verifications
    virtual: Virtual

    def __init__(self, make_engine: Callable[[], Engine], reading: Reading) -> None:
        super().__init__(
            name="synthd",
            version=version("synthd"),
            text_document_sync_kind=types.TextDocumentSyncKind.Incremental,
            protocol_cls=Protocol,
            converter_factory=converter,
        )
        self.left = asyncio.Event()
        self.reading = reading
        self.changes = Changes()
        editor = Editor(self.protocol)
        buffers = Buffers(lambda: self.workspace)
        engine = LazyEngine(make_engine, self.changes.known.tell, reading.ready)
        functions = Functions(buffers, reading)
        self.session = Session(editor, buffers, engine, self.changes, functions)

    def report_server_error(self, error: Exception, source: object) -> None:
        """A line in the log. pygls shows the user a window, which they could do nothing about."""
        log.error("%s while handling a message", type(error).__name__)


def create(make_engine: Callable[[], Engine], reading: Reading) -> Server:
    """A server for one connection; synthd.lsp.transport.serving runs it.

    make_engine is called at most once, in a worker thread, when the first job starts.
    """
    server = Server(make_engine, reading)
    _register_lifecycle(server)
    _register_documents(server)
    commands.register(server)
    features.register(server)
    return server


def serve_stdio(make_engine: Callable[[], Engine]) -> int:
    """Serve one client over stdin and stdout until it leaves. The exit status for the process."""
    from synthd.lsp.transport.serving import run_stdio

    return run_stdio(lambda: create(make_engine, Reading()))


def _register_lifecycle(server: Server) -> None:
    session, changes = server.session, server.changes

    @server.feature(types.INITIALIZE)
    def initialize(params: types.InitializeParams) -> None:
        session.editor.name = params.client_info.name if params.client_info else ""
        options = params.initialization_options
        if isinstance(options, Mapping):
            session.trusted = options.get("trusted", True) is True
            session.editor.configure(options.get("preview"), options.get("events"))
            _configure(session, options.get("settings"))

    @server.feature(types.INITIALIZED)
    def initialized(_: types.InitializedParams) -> None:
        changes.connected.tell(None)

    @server.feature(types.WORKSPACE_DID_CHANGE_CONFIGURATION)
    def configured(params: types.DidChangeConfigurationParams) -> None:
        whole = params.settings
        _configure(session, whole.get("synthd") if isinstance(whole, Mapping) else None)
        changes.configured.tell(None)

    @server.feature(types.SHUTDOWN)
    async def shutdown(_: None) -> None:
        await session.close()

    @server.feature(types.EXIT)
    def exit(_: None) -> None:
        server.left.set()


def _configure(session: Session, given: object) -> None:
    """Checked by the engine, which says with the next job what is wrong; but when to verify by
    itself is this server's to know (save, change or off)."""
    if isinstance(given, Mapping):
        settings = {str(key): value for key, value in given.items()}
        session.verify = str(settings.pop("verify", "save"))
        session.settings = settings


def _register_documents(server: Server) -> None:
    buffers, changes = server.session.buffers, server.changes

    @server.feature(types.TEXT_DOCUMENT_DID_OPEN)
    def opened(params: types.DidOpenTextDocumentParams) -> None:
        buffers.open(params.text_document)
        changes.opened.tell(params.text_document.uri)

    @server.feature(types.TEXT_DOCUMENT_DID_CHANGE)
    def changed(params: types.DidChangeTextDocumentParams) -> None:
        buffers.change(params)
        changes.changed.tell(params.text_document.uri)

    @server.feature(types.TEXT_DOCUMENT_DID_SAVE)
    def saved(params: types.DidSaveTextDocumentParams) -> None:
        changes.saved.tell(params.text_document.uri)

    @server.feature(types.TEXT_DOCUMENT_DID_CLOSE)
    def closed(params: types.DidCloseTextDocumentParams) -> None:
        buffers.close(params.text_document.uri)
        changes.closed.tell(params.text_document.uri)
