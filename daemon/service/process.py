"""The daemon's process: becomes the one of its build, listens, and only then grows heavy."""

from __future__ import annotations

import json
import logging
import os
import signal
import sys
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from synthd.daemon.service import crash
from synthd.daemon.service.crash import Crash, Marker
from synthd.daemon.service.instance import Occupied, hold, sweep
from synthd.daemon.service.listening import listen, listens
from synthd.daemon.service.logs import Logs, log_path
from synthd.daemon.service.setting import Folders, Setting
from synthd.daemon.thin.address import files
from synthd.daemon.thin.build import SHORT, identity
from synthd.daemon.thin.errors import Unreachable
from synthd.daemon.thin.places import runtime_folder, state_folder

log = logging.getLogger(__name__)

FAILED = 3  # as everywhere: something is missing
SWITCH = 0.001  # seconds until a thread that reads a file gives way to the loop


@dataclass(frozen=True, slots=True)
class Start:
    """detach: leave the family of whoever started it. notify: a descriptor that is told whether it
    listens. Neither: in the foreground, for a supervisor."""

    detach: bool = False
    notify: int | None = None


def run(start: Start) -> int:
    """The exit status for the process."""
    if start.detach and os.fork():
        os._exit(0)
    os.umask(0o077)
    build = identity()
    with ExitStack() as stack:
        try:
            setting = _set_up(start, build, stack)
        except Occupied as occupied:
            why, status = ("", 0) if occupied.listening else (str(occupied), FAILED)
            print(f"synthd: {occupied}", file=sys.stderr)
        except (Unreachable, OSError) as error:
            why, status = _sentence(error), FAILED
            print(f"synthd: {why}", file=sys.stderr)
        else:
            _tell(start.notify, "")
            return _serve(start, setting)
        _tell(start.notify, why)
        return status


def _set_up(start: Start, build: str, stack: ExitStack) -> Setting:
    """Raises Occupied, Unreachable and OSError."""
    folder = runtime_folder(os.environ)
    found = files(folder, build)
    lock = hold(found, build, listens)
    stack.callback(lock.release)
    sweep(folder)
    folders = _folders(folder, build)
    crashes = crash.collect(folders.crashes)
    marker = Marker(folders.crashes, build)
    stack.callback(marker.close)
    for name in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(name, _leave)  # until the loop takes them
    logs = Logs(folders.log, also_stderr=start.notify is None)
    stack.callback(logs.close)
    _say_start(build, crashes)
    listener = listen(found, os.environ)
    stack.callback(listener.close)
    return Setting(build, folders, listener, marker)


def _serve(start: Start, setting: Setting) -> int:
    import asyncio

    from synthd.daemon.service.daemon import Daemon
    from synthd.daemon.service.parts import open_parts

    if start.notify is not None:
        _be_silent()
    sys.setswitchinterval(SWITCH)
    try:
        asyncio.run(Daemon(setting, open_parts).run())
    except Exception as error:
        setting.marker.report("the daemon ended with an error", error)
        log.exception("ended with an error")
        return 1
    return 0


def _leave(number: int, frame: object) -> None:
    raise SystemExit(0)


def _folders(runtime: str, build: str) -> Folders:
    state = Path(state_folder(os.environ))
    log = log_path(state / "logs", build[:SHORT])
    return Folders(state=state, runtime=Path(runtime), log=log)


def _say_start(build: str, crashes: list[Crash]) -> None:
    log.info("build %s, pid %d, Python %s", build[:SHORT], os.getpid(), sys.version.split()[0])
    for each in crashes:
        log.warning("an earlier daemon (pid %d) did not end well: %s", each.pid, each.what)


def _tell(notify: int | None, why: str) -> None:
    """Whoever waits for the start: it listens, or why it does not."""
    if notify is None:
        return
    try:
        os.write(notify, json.dumps({"ok": not why, "why": why}).encode() + b"\n")
        os.close(notify)
    except OSError:
        pass  # nobody waits any more


def _be_silent() -> None:
    """What anything prints from now on could be source text. Faults have a file of their own."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nowhere, stream)
    os.close(nowhere)


def _sentence(error: Exception) -> str:
    if isinstance(error, OSError) and error.filename:
        return f"{error.filename}: {error.strerror}: the daemon cannot be without it"
    return str(error)
