"""Runs `synthd` many times for the price of one start: each command in a fork of this process.

What a command takes most time for is to be imported. Here that is done once, and nothing else: a
fork has its own directory, environment, input and output, as a process that was started anew.

Gets one JSON object a line: arguments, folder, environment, out, err (files to write). Says the
number of the process, and once it has ended its exit status.
"""

from __future__ import annotations

import importlib
import json
import os
import signal
import sys

COMMANDS = (
    "synthd.daemon.__main__",
    "synthd.daemon.cli.app",
    "synthd.daemon.cli.rust_synth",
    "synthd.daemon.cli.rust_verify",
    "synthd.daemon.cli.synth",
    "synthd.daemon.cli.verify",
    "synthd.daemon.verus.showing",
    "typer._adapters",
    "rich.console",
    "ollama",
)


def serve() -> None:
    if os.fork():
        os._exit(0)  # as nobody's child: tests look at the children of theirs
    for name in COMMANDS:
        try:
            importlib.import_module(name)
        except ModuleNotFoundError:
            if name.startswith("synthd."):
                raise
    for told in sys.stdin:
        order = json.loads(told)
        pid = os.fork()
        if pid == 0:
            _run(order)
        print(pid, flush=True)
        _, status = os.waitpid(pid, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


def _run(order: dict[str, object]) -> None:
    code = 70
    try:
        os.setsid()
        signal.signal(signal.SIGINT, signal.default_int_handler)
        _redirect(str(order["out"]), str(order["err"]))
        os.chdir(str(order["folder"]))
        os.environ.clear()
        os.environ.update(order["environment"])  # type: ignore[arg-type]
        sys.argv = ["synthd", *order["arguments"]]  # type: ignore[misc]
        from synthd.daemon.__main__ import main

        try:
            main()
            code = 0
        except SystemExit as ended:
            code = ended.code if isinstance(ended.code, int) else int(bool(ended.code))
        sys.stdout.flush()
        sys.stderr.flush()
    except BaseException:
        sys.excepthook(*sys.exc_info())
    finally:
        os._exit(code)


def _redirect(out: str, err: str) -> None:
    for number, path, flags in ((0, os.devnull, os.O_RDONLY), (1, out, None), (2, err, None)):
        written = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
        opened = os.open(path, written if flags is None else flags, 0o600)
        os.dup2(opened, number)
        os.close(opened)


if __name__ == "__main__":
    serve()
