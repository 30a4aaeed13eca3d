"""One editor's connection, from its first message to its last.

Whatever it sends, does or fails to do is a matter of this connection alone.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from synthd.daemon.service.calls import Caller
from synthd.daemon.service.faults import name as fault
from synthd.daemon.sessions.certified import Certificates
from synthd.daemon.sessions.engine import JobEngine, Jobs
from synthd.daemon.sessions.warned import Configs, Warned
from synthd.lsp.server import create
from synthd.lsp.text.functions import Reading
from synthd.lsp.transport.serving import serve_streams

log = logging.getLogger(__name__)


async def serve_editor(
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    caller: Caller,
    jobs: Jobs,
    certificates: Certificates | None = None,
    *,
    reading: Reading | None = None,
    configs: Callable[[], Awaitable[Configs]] | None = None,
) -> None:
    """Until that editor is gone; its jobs go on. Raises nothing but CancelledError.

    configs: finds what watches files of settings; where None, nobody does.
    reading: one for all editors of this process; if None, this editor has its own.
    """
    engine = JobEngine(jobs, caller, certificates)
    own = Reading()  # whose threads start when they are needed
    server = create(lambda: engine, reading or own)
    warned = Warned(server, configs) if configs else None
    try:
        await serve_streams(server, reader, writer)
    except Exception as error:
        log.exception("the session of %s ended with %s", caller.id, fault(error))
    finally:
        if warned:
            await warned.close()
        own.close()
