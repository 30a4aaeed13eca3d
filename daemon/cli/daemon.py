"""`synthd daemon …`."""

from __future__ import annotations

import json as jsonlib
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import typer

from synthd.daemon.cli.screen import complain
from synthd.daemon.exits import Exit
from synthd.daemon.service import crash
from synthd.daemon.service.calls import Body
from synthd.daemon.service.instance import Other, living, look
from synthd.daemon.service.stopping import Asked, Stays, end
from synthd.daemon.thin.address import files
from synthd.daemon.thin.asking import ask
from synthd.daemon.thin.build import identity
from synthd.daemon.thin.dial import dial
from synthd.daemon.thin.errors import NotRunning, Unreachable
from synthd.daemon.thin.places import runtime_folder, state_folder

ANSWER = 10.0  # seconds
NONE_RUNS = 1
PAUSE = 0.3


def start() -> NoReturn:
    _finish(_start)


def stop(*, now: bool, everyone: bool) -> NoReturn:
    _finish(lambda: _stop(now=now, everyone=everyone))


def restart(*, now: bool) -> NoReturn:
    def work() -> int:
        _stop(now=now, everyone=False)
        return _start()

    _finish(work)


def status(*, json: bool) -> NoReturn:
    _finish(lambda: _status(json))


def logs(*, follow: bool, lines: int) -> NoReturn:
    _finish(lambda: _logs(follow, lines))


def run() -> NoReturn:
    from synthd.daemon.service.process import Start
    from synthd.daemon.service.process import run as serve

    raise typer.Exit(serve(Start()))


def _finish(work: Callable[[], int]) -> NoReturn:
    try:
        code = work()
    except (Unreachable, Stays) as why:
        complain(str(why))
        code = Exit.ENVIRONMENT
    except KeyboardInterrupt:
        complain("interrupted; the daemon goes on with what it was told")
        code = Exit.INTERRUPTED
    except BrokenPipeError:
        code = Exit.INTERRUPTED
    raise typer.Exit(int(code))


def _start() -> int:
    connected = dial("control", name="start")
    connected.socket.close()
    print(f"the daemon runs (pid {connected.pid})")
    return 0


def _stop(*, now: bool, everyone: bool) -> int:
    folder = runtime_folder(os.environ)
    mine = look(files(folder, identity()))
    found = living(folder) if everyone else [mine] if mine else []
    for other in found:
        end(other, now=now, told=lambda asked: _tell_waiting(asked, now))
        print(f"the daemon has ended (pid {other.pid})")
    if not found:
        rest = [] if everyone else living(folder)
        print("no daemon runs" + (" of this build; --all also ends others" if rest else ""))
    return 0


def _tell_waiting(asked: Asked, now: bool) -> None:
    if asked.jobs and not now:
        jobs = f"{len(asked.jobs)} job{'s' if len(asked.jobs) > 1 else ''}"
        print(f"it finishes {jobs} first ({', '.join(asked.jobs)}); --now pauses them", flush=True)


def _status(json: bool) -> int:
    try:
        connected = dial("control", name="status", start=False, patience=ANSWER)
    except NotRunning:
        return _none_runs(json)
    with connected.socket as connection:
        said = ask(connection, "daemon.status", {}, ANSWER)
    if json:
        print(jsonlib.dumps({**said, "running": True}))
    else:
        from synthd.daemon.cli.daemon_showing import show

        show(said)
    return 0


def _none_runs(json: bool) -> int:
    others = living(runtime_folder(os.environ))
    last = crash.last(Path(state_folder(os.environ)) / "crashes")
    if json:
        print(jsonlib.dumps(_nothing(others, last)))
        return NONE_RUNS
    from synthd.daemon.cli.daemon_showing import show_crash

    print("no daemon of this build runs; the first client starts one")
    for other in others:
        print(f"one of another build runs (pid {other.pid}); `synthd daemon stop --all` ends it")
    if last:
        show_crash(last)
    return NONE_RUNS


def _nothing(others: list[Other], last: crash.Crash | None) -> Body:
    from dataclasses import asdict

    return {
        "schema": 1,
        "running": False,
        "other_daemons": [{"pid": other.pid, "build": other.build} for other in others],
        "last_crash": asdict(last) if last else None,
    }


def _logs(follow: bool, lines: int) -> int:
    from synthd.daemon.service.logs import newest

    path = newest(Path(state_folder(os.environ)) / "logs")
    if path is None:
        print("there is no log yet")
        return 0
    with path.open(encoding="utf-8", errors="replace") as file:
        for line in file.readlines()[-lines:] if lines else ():
            print(line, end="")
        while follow:
            if line := file.readline():
                print(line, end="", flush=True)
            elif _rotated(path, file.fileno()):
                return _logs(follow, 1 << 20)
            else:
                time.sleep(PAUSE)
    return 0


def _rotated(path: Path, fd: int) -> bool:
    try:
        return path.stat().st_ino != os.fstat(fd).st_ino
    except FileNotFoundError:
        return False
