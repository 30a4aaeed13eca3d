"""What a forked child does before it touches untrusted code: give everything up."""

from __future__ import annotations

import json
import os
import random
import resource
import socket
from typing import Any

from synthd.sandbox.inside import seccomp
from synthd.sandbox.inside.candidate import Candidate
from synthd.sandbox.inside.given import Given
from synthd.sandbox.inside.process import die_with
from synthd.sandbox.inside.tester import Tester
from synthd.sandbox.inside.wire import Channel, Op


def run(end: socket.socket, runner: int, order: dict[str, Any]) -> None:
    """Never returns to the runner's code."""
    die_with(runner)
    _keep_only(end.fileno())
    _settle(order["directory"], order["home"])
    _limit(order)
    seccomp.install()
    channel = Channel(end)
    frame = channel.receive()
    assert frame.op == Op.LOAD
    load = json.loads(frame.payload)
    del frame
    if load["role"] == "given":
        Given(channel, load).run()
        return
    role = Tester if load["role"] == "tester" else Candidate
    role(channel, load).run()


def _keep_only(descriptor: int) -> None:
    top = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    os.closerange(3, descriptor)
    os.closerange(descriptor + 1, min(top, 1 << 16))


def _settle(directory: str, home: str) -> None:
    os.makedirs(home, mode=0o700, exist_ok=True)
    os.environ["HOME"] = os.environ["TMPDIR"] = home
    try:
        os.chdir(directory)
    except OSError:
        os.chdir(home)
    random.seed(0)


def _limit(order: dict[str, Any]) -> None:
    """RLIMIT_NPROC is left alone: it counts the user's other processes, and the filter forbids
    new ones anyway."""
    for what, amount in (
        (resource.RLIMIT_AS, order["memory_bytes"]),
        (resource.RLIMIT_FSIZE, order["file_bytes"]),
        (resource.RLIMIT_NOFILE, order["open_files"]),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_CPU, int(order["total_seconds"]) + 60),
    ):
        hard = resource.getrlimit(what)[1]
        amount = amount if hard == resource.RLIM_INFINITY else min(amount, hard)
        resource.setrlimit(what, (amount, amount))
