"""A server that was forked, as its client sees it: much like an asyncio.subprocess.Process."""

import asyncio
import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path


class Forked:
    def __init__(self, pid: int, told: asyncio.StreamReader, pipe: asyncio.ReadTransport) -> None:
        self.pid = pid
        self.returncode: int | None = None
        self._end = asyncio.create_task(self._ended(told, pipe))

    async def _ended(self, told: asyncio.StreamReader, pipe: asyncio.ReadTransport) -> None:
        self.returncode = int(await told.readline() or -1)
        pipe.close()

    async def wait(self) -> int:
        await asyncio.shield(self._end)
        assert self.returncode is not None
        return self.returncode

    def send_signal(self, number: int) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


class Forking:
    """forking.py, as long as the tests run."""

    def __init__(self, program: Path) -> None:
        mine, its = socket.socketpair()
        self._orders = mine
        with its:
            # What it has forked serves, and ends when nobody can ask it any more.
            subprocess.run([sys.executable, str(program)], stdin=its, check=True, timeout=30)

    async def start(
        self, arguments: list[str], stderr: int
    ) -> tuple[asyncio.StreamReader, asyncio.StreamWriter, Forked]:
        mine, its = socket.socketpair()
        told, telling = os.pipe()
        order = {"arguments": arguments, "folder": os.getcwd(), "environment": dict(os.environ)}
        with its:
            files = [its.fileno(), stderr, telling]
            socket.send_fds(self._orders, [json.dumps(order).encode()], files)
        os.close(telling)
        kept = asyncio.StreamReader()
        protocol = asyncio.StreamReaderProtocol(kept)
        loop = asyncio.get_running_loop()
        pipe, _ = await loop.connect_read_pipe(lambda: protocol, os.fdopen(told, "rb", 0))
        process = Forked(int(await kept.readline()), kept, pipe)
        reader, writer = await asyncio.open_connection(sock=mine, limit=1 << 24)
        return reader, writer, process

    def close(self) -> None:
        self._orders.close()
