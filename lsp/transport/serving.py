"""Serving one client: messages in, messages out, and an end that leaves nothing behind."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sys
import threading
from collections.abc import Callable

from synthd.lsp.server import Server
from synthd.lsp.transport.framing import NotTheProtocol, bodies
from synthd.lsp.transport.logs import hush, quiet_logs
from synthd.lsp.transport.outgoing import StreamOutlet
from synthd.lsp.transport.pipes import PipeReader, PipeWriter, claim_stdio

log = logging.getLogger(__name__)

WATCH = 1.0  # seconds between looks at the client's process
LAST_WORDS = 1.0  # seconds for an editor to read what was said before the end
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


async def serve_streams(
    server: Server, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> int:
    """One client of many, until it is gone; the streams are closed afterwards."""

    def overflow() -> None:
        log.warning("an editor that no longer reads was dropped")
        server.left.set()

    outlet = StreamOutlet(writer, overflow)
    server.protocol.set_writer(outlet)
    try:
        return await serve(server, reader)
    finally:
        outlet.close()
        await _close(writer)


async def _close(writer: asyncio.StreamWriter) -> None:
    """What is on its way may still arrive, if that is soon."""
    writer.close()
    try:
        async with asyncio.timeout(LAST_WORDS):
            await writer.wait_closed()
    except (TimeoutError, OSError):
        writer.transport.abort()


async def serve(server: Server, stream: asyncio.StreamReader) -> int:
    """Until the client says exit, hangs up, dies, or `server.left` is set."""
    hush()
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
        await server.session.close()  # also where this was cancelled, then or just before
        await asyncio.gather(*ends, return_exceptions=True)
    return 0 if server.protocol.shut_down else 1


async def _listen(server: Server, stream: asyncio.StreamReader) -> None:
    try:
        async for body in bodies(stream):
            server.protocol.receive(body)
    except NotTheProtocol as why:
        log.error("%s", why)
        server.protocol.refuse_all(str(why))
    except ConnectionError:
        pass


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
