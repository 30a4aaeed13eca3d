"""Starts the scripted server many times for the price of one: each in a fork of this process.

What a server takes most time for is to be imported. A fork has its own environment, folder, input
and output, as a process that was started anew; a keeper between it and this process says its
number and, once it has ended, its exit status.

Gets on its standard input, a socket, a JSON object with arguments, folder and environment, and with
it three files: the server's connection, its standard error, and where the keeper writes.
"""

import importlib.util
import json
import os
import signal
import socket
import sys
from pathlib import Path
from types import ModuleType

LONGEST = 1 << 20


def main() -> None:
    if os.fork():
        os._exit(0)  # as nobody's child: tests look at the children of theirs
    server = _server()
    orders = socket.socket(fileno=os.dup(0))
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # keepers are waited for by nobody
    while True:
        order, files, _, _ = socket.recv_fds(orders, LONGEST, 3)
        if not order:
            return
        if os.fork() == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            orders.close()
            _keep(server, json.loads(order), files)
        for file in files:
            os.close(file)


def _server() -> ModuleType:
    found = importlib.util.spec_from_file_location(
        "scripted_server", Path(__file__).with_name("scripted_server.py")
    )
    assert found is not None and found.loader is not None
    module = importlib.util.module_from_spec(found)
    sys.modules["scripted_server"] = module
    found.loader.exec_module(module)
    return module


def _keep(server: ModuleType, order: dict[str, object], files: list[int]) -> None:
    connection, errors, kept = files
    pid = os.fork()
    if pid == 0:
        os.close(kept)
        _serve(server, order, connection, errors)
    os.close(connection)
    os.write(kept, f"{pid}\n".encode())
    _, status = os.waitpid(pid, 0)
    os.write(kept, f"{os.waitstatus_to_exitcode(status)}\n".encode())
    os._exit(0)


def _serve(server: ModuleType, order: dict[str, object], connection: int, errors: int) -> None:
    code = 70
    try:
        os.dup2(connection, 0)
        os.dup2(connection, 1)
        os.dup2(errors, 2)
        os.close(connection)
        os.close(errors)
        os.chdir(str(order["folder"]))
        os.environ.clear()
        os.environ.update(order["environment"])  # type: ignore[arg-type]
        sys.argv = ["scripted_server.py", *order["arguments"]]  # type: ignore[misc]
        try:
            code = server.main()
        except SystemExit as ended:
            code = ended.code if isinstance(ended.code, int) else 1
    except BaseException:
        sys.excepthook(*sys.exc_info())
    finally:
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    main()
