"""`synthd lsp`: an editor behind a forwarder cannot tell, except by how fast it starts."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any

from hypothesis import given
from hypothesis import strategies as st

from synthd.daemon.thin.goodbye import Goodbye

PATIENCE = 30.0
THIN = "synthd.daemon.thin"


def frame(message: dict[str, object]) -> bytes:
    body = json.dumps({"jsonrpc": "2.0", **message}).encode()
    return b"Content-Length: %d\r\n\r\n%s" % (len(body), body)


INITIALIZE = frame({"id": 1, "method": "initialize", "params": {"capabilities": {}}})
SHUTDOWN = frame({"id": 2, "method": "shutdown", "params": None})
EXIT = frame({"method": "exit", "params": None})


@contextmanager
def editor(house: Any, *options: str) -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen(
        [house.python, *options, "-m", "synthd.daemon", "lsp"],
        env=house.environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def write(stream: IO[bytes] | None, data: bytes) -> None:
    assert stream
    stream.write(data)
    stream.flush()


def read(stream: IO[bytes] | None) -> Any:
    assert stream
    length = 0
    while line := stream.readline().strip():
        name, _, value = line.partition(b":")
        length = int(value) if name.lower() == b"content-length" else length
    assert length, "it hung up"
    return json.loads(stream.read(length))


def test_an_orderly_session(house: Any) -> None:
    with editor(house) as process:
        write(process.stdin, INITIALIZE)
        assert read(process.stdout)["result"]["serverInfo"]["name"] == "synthd"
        assert [client["wants"] for client in house.status()["clients"]] == ["lsp"]
        write(process.stdin, SHUTDOWN)
        assert read(process.stdout)["id"] == 2
        write(process.stdin, EXIT)
        assert process.wait(PATIENCE) == 0
        assert process.stderr and process.stderr.read() == b""
    assert house.status()["running"]


def test_one_editors_end_is_its_own(inhabited: Any) -> None:
    with editor(inhabited) as stays:
        write(stays.stdin, INITIALIZE)
        read(stays.stdout)
        for last in (EXIT, SHUTDOWN + EXIT, b"", b"GET / HTTP/1.1\r\n\r\n", INITIALIZE[:-5]):
            with editor(inhabited) as leaves:
                write(leaves.stdin, last)
                assert leaves.stdin
                leaves.stdin.close()
                status = leaves.wait(PATIENCE)
                assert status == (0 if last.startswith(SHUTDOWN) else 1)
        with editor(inhabited) as crashes:
            write(crashes.stdin, INITIALIZE)
            read(crashes.stdout)
            crashes.kill()
        write(stays.stdin, SHUTDOWN)
        assert read(stays.stdout)["id"] == 2


def test_the_daemon_dies_under_an_editor(house: Any) -> None:
    with editor(house) as process:
        write(process.stdin, INITIALIZE)
        read(process.stdout)
        os.kill(house.status()["pid"], signal.SIGKILL)
        assert process.wait(PATIENCE) == 1
        assert process.stderr and b"the daemon has ended" in process.stderr.read()
    with editor(house) as again:  # as editors do
        write(again.stdin, INITIALIZE)
        assert read(again.stdout)["id"] == 1


def test_no_daemon_is_told(house: Any) -> None:
    (house.folder / "state").touch()
    with editor(house) as process:
        assert process.wait(PATIENCE) == 3
        assert process.stderr
        said = process.stderr.read().decode()
    assert said.startswith("synthd: ") and "--no-daemon" in said and "Traceback" not in said


def test_it_is_thin(inhabited: Any) -> None:
    """Before the first byte is forwarded nothing is imported but a light part of the library."""
    with editor(inhabited, "-X", "importtime") as process:
        write(process.stdin, INITIALIZE + SHUTDOWN)
        read(process.stdout), read(process.stdout)
        write(process.stdin, EXIT)
        process.wait(PATIENCE)
        assert process.stderr
        told = process.stderr.read().decode()
    lines = [line for line in told.splitlines() if line.startswith("import time:")]
    names = {line.rpartition("|")[2].strip() for line in lines}
    assert "socket" in names and f"{THIN}.forward" in names
    own = {name for name in names if name.startswith("synthd")}
    assert own - {"synthd", "synthd.daemon", "synthd.daemon.__main__", THIN} == {
        name for name in own if name.startswith(f"{THIN}.")
    }
    heavy = {"asyncio", "subprocess", "dataclasses", "inspect", "pathlib", "logging", "ssl"}
    assert not names & heavy
    # An installation's own hooks (of an editable one, of setuptools) come before any of ours.
    ours = lines[next(n for n, line in enumerate(lines) if "synthd.daemon" in line) - 1 :]
    packages = {line.rpartition("|")[2].strip().partition(".")[0] for line in ours}
    assert packages <= {*sys.stdlib_module_names, "synthd"}


@given(
    st.lists(st.sampled_from([INITIALIZE, SHUTDOWN, EXIT, frame({"a": "x" * 300})]), max_size=6),
    st.lists(st.integers(1, 40), min_size=1),
)
def test_goodbye_is_seen_however_it_is_cut(messages: list[bytes], sizes: list[int]) -> None:
    goodbye, data, turn = Goodbye(), b"".join(messages), 0
    while data:
        size = sizes[turn % len(sizes)]
        goodbye.feed(data[:size])
        data, turn = data[size:], turn + 1
    assert goodbye.polite == (SHUTDOWN in messages)
    assert goodbye.left == (EXIT in messages)


@given(st.binary())
def test_goodbye_takes_anything(data: bytes) -> None:
    goodbye = Goodbye()
    goodbye.feed(data)
    assert not goodbye.left
