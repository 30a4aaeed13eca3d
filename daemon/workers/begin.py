"""The first steps of a worker: before anything heavy is imported.

The environment is the session's whose job it is, so it is exchanged before a library can look at
it; and a daemon that dies meanwhile must not leave this process behind.
"""

from __future__ import annotations

import json
import os
import signal
import sys

from synthd.daemon.workers.leaving import die_with, leave
from synthd.daemon.workers.wire import Wire

VERIFIER = "attend"  # so begins what a verifying worker is told (inquiries.py)
# The daemon answers editors: searches and their sandboxes come after it.
NICE = 5


def main() -> None:
    wire = Wire.take_over()
    die_with(int(sys.argv[1]))
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.umask(0o077)
    os.nice(NICE)
    first = wire.first()
    if not first:
        leave()
    wire.listen()
    if _exchange_environment(first) == VERIFIER:
        from synthd.daemon.workers.verifying import attend

        attend(wire)
    from synthd.daemon.workers.work import work

    work(first, wire)


def _exchange_environment(first: bytes) -> str:
    """Which message that is. Only keys and texts that an environment can have are taken; whatever
    else is wrong is said later."""
    try:
        told = json.loads(first)
        environment = told["environment"]
        wanted = {name: text for name, text in environment.items() if isinstance(text, str)}
    except (ValueError, LookupError, TypeError, AttributeError):
        return ""
    os.environ.clear()
    for name, text in wanted.items():
        try:
            os.environ[name] = text
        except (ValueError, UnicodeEncodeError):
            continue
    return str(told.get("say", ""))
