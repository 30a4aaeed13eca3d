"""Serving one client: messages in, messages out, and an end that leaves nothing behind."""

from __future__ import annotations

import asyncio
import logging
import os
import re
import signal
import sys
import threading
from collections.abc import Callable

from synthd.lsp.pipes import PipeReader, PipeWriter, claim_stdio
from synthd.lsp.server import Server

log = logging.getLogger(__name__)

LENGTH = re.compile(rb"^content-length: *(\d+) *\r$", re.IGNORECASE | re.MULTILINE)
WATCH = 1.0  # seconds between looks at the client's process
LAST_RESORT = 3.0  # seconds for what ignores its cancellation


def run_stdio(create: Callable[[], Server]) -> int:
    quiet_logs()
    source, sink = claim_stdio()
    writer = PipeWriter(sink)
    status = asyncio.run(_serve_pipes(create, source, writer))
    writer.finish(1.0)
    return status


async def _serve_pipes(create: Callable[[], Server], source: int, writer: PipeWriter) -> int:
    loop = asyncio.get_running_loop()
    server = create()
    reader = PipeReader(source, loop)
    writer.on_failure(lambda: loop.call_soon_threadsafe(server.left.set))
    server.protocol.set_writer(writer)
    for name in ("SIGTERM", "SIGINT", "SIGHUP"):
        if hasattr(signal, name) and sys.platform != "win32":
            loop.add_signal_handler(getattr(signal, name), server.left.set)
    status = await serve(server, reader.stream)
    # asyncio.run and the interpreter wait without a limit for what is still running by now.
    last = threading.Timer(LAST_RESORT, os._exit, [status])
    last.daemon = True
    last.start()
    return status


async def serve(server: Server, stream: asyncio.StreamReader) -> int:
    """Until the client says exit, hangs up, dies, or `server.left` is set."""
    ends = [
        asyncio.create_task(_listen(server, stream), name="listen"),
        asyncio.create_task(server.left.wait(), name="left"),
        asyncio.create_task(_client_died(server), name="watch client"),
    ]
    try:
        await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        await server.session.close()
    finally:
        for task in ends:
            task.cancel()
        await asyncio.gather(*ends, return_exceptions=True)
    return 0 if server.protocol.shut_down else 1


async def _listen(server: Server, stream: asyncio.StreamReader) -> None:
    while True:
        try:
            header = await stream.readuntil(b"\r\n\r\n")
            length = LENGTH.search(header)
            if length is None:
                log.error("a header without Content-Length: this is not a language client")
                return
            body = await stream.readexactly(int(length[1]))
        except (asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            return
        server.protocol.receive(body)


async def _client_died(server: Server) -> None:
    """Returns once the process that the client named is gone, if it was ever seen.

    A client in a container names a process that does not exist here: it is then not watched.
    """
    seen = False
    while True:
        await asyncio.sleep(WATCH)
        alive = server.process_id is not None and _alive(server.process_id)
        if seen and not alive:
            return
        seen = seen or alive


def _alive(process: int) -> bool:
    if sys.platform == "win32":  # there, os.kill(pid, 0) would end it
        return False
    try:
        os.kill(process, 0)
    except PermissionError:
        return True
    except (ProcessLookupError, OverflowError, ValueError):
        return False
    return process > 0


def quiet_logs() -> None:
    """Warnings to stderr; of the libraries' only the constant part, for theirs quote messages."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Discreet("%(levelname)s %(name)s: %(message)s"))
    for name in ("pygls", "asyncio", "synthd"):
        logger = logging.getLogger(name)
        logger.handlers, logger.propagate = [handler], False
        logger.setLevel(logging.WARNING)


class Discreet(logging.Formatter):
    """Never a message body: bodies hold source code."""

    def format(self, record: logging.LogRecord) -> str:
        if record.name.startswith("synthd"):
            return super().format(record)
        template = str(record.msg).splitlines()[:1]
        return f"{record.levelname} {record.name}: {''.join(template)}"
