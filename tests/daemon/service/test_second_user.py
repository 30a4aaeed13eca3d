"""Other users of the machine: they get in nowhere, and nobody is lured to them."""

import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from synthd.daemon.thin.dial import dial
from synthd.daemon.thin.errors import Unsafe

NOBODY = 65534
CONNECT = """
connection = socket.socket(socket.AF_UNIX)
connection.settimeout(20)
try:
    connection.connect(sys.argv[1])
    connection.sendall(b'{"synthd": 1, "wants": "control", "environment": {}}\\n')
    print("heard", connection.recv(1000))
except OSError as error:
    print(type(error).__name__)
"""
LISTEN = """
import os, socket, sys
os.chown(sys.argv[1], 65534, 65534) if len(sys.argv) > 2 else None
os.setgroups([]); os.setgid(65534); os.setuid(65534)
impostor = socket.socket(socket.AF_UNIX)
impostor.bind(sys.argv[1])
impostor.listen()
print("listening", flush=True)
connection, _ = impostor.accept()
print("heard", connection.recv(1000), flush=True)
"""


@pytest.fixture
def open_to_all(house: Any, public: Path) -> Iterator[Any]:
    """A daemon whose folder and socket somebody has opened to everybody."""
    own = {
        name: value.replace(str(house.folder), str(public))
        for name, value in house.environment.items()
    }
    other = type(house)(public, own)
    try:
        other.start()
        yield other
    finally:
        other.clear()


def test_the_folder_is_the_first_wall(open_to_all: Any, as_nobody: Callable[..., str]) -> None:
    said = as_nobody("import socket", CONNECT, open_to_all.files.socket)
    assert said == "PermissionError"


def test_the_peers_user_is_the_second(open_to_all: Any, as_nobody: Callable[..., str]) -> None:
    os.chmod(open_to_all.runtime, 0o777)
    os.chmod(open_to_all.files.socket, 0o777)
    said = as_nobody("import socket", CONNECT, open_to_all.files.socket)
    assert said in ("heard b''", "ConnectionResetError", "BrokenPipeError")
    os.chmod(open_to_all.runtime, 0o700)
    assert open_to_all.status()["running"]
    assert "another user's process (uid 65534)" in open_to_all.run("daemon", "logs").stdout


def test_one_is_not_another_users_client(open_to_all: Any, as_nobody: Callable[..., str]) -> None:
    """Even where that one's folder is open, and named in the environment."""
    os.chmod(open_to_all.runtime, 0o777)
    imports = (
        "from synthd.daemon.thin.dial import dial\nfrom synthd.daemon.thin.errors import Unsafe"
    )
    code = "try:\n    dial('control')\nexcept Unsafe as why:\n    print(why)"
    environment = {"SYNTHD_RUNTIME_DIR": str(open_to_all.runtime)}
    assert "belongs to another user (uid 0)" in as_nobody(imports, code, environment=environment)


def test_a_socket_that_another_user_prepared_is_told_nothing(
    house: Any, public: Path, as_nobody: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where the folder itself is right, as when it was open for a moment."""
    monkeypatch.setenv("SYNTHD_RUNTIME_DIR", str(public / "run"))
    monkeypatch.setenv("PLANTED_API_KEY", "planted-secret")
    other = type(house)(public, os.environ)
    (public / "run").mkdir(mode=0o777)
    (public / "run").chmod(0o777)
    with subprocess.Popen(
        [sys.executable, "-c", LISTEN, other.files.socket], stdout=subprocess.PIPE, text=True
    ) as impostor:
        assert impostor.stdout and impostor.stdout.readline() == "listening\n"
        (public / "run").chmod(0o700)
        with pytest.raises(Unsafe, match="another user's process \\(uid 65534\\)"):
            dial("control", start=False, patience=5.0)
        assert impostor.stdout.readline() == "heard b''\n"


def test_a_folder_that_another_user_prepared_is_refused(
    public: Path, as_nobody: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    public.chmod(0o777)
    as_nobody("", "os.mkdir(sys.argv[1], 0o700)", str(public / "run"))
    monkeypatch.setenv("SYNTHD_RUNTIME_DIR", str(public / "run"))
    with pytest.raises(Unsafe, match="belongs to another user"):
        dial("control")
    assert list((public / "run").iterdir()) == []


def test_nobody_reads_what_is_kept(open_to_all: Any, as_nobody: Callable[..., str]) -> None:
    open_to_all.run("daemon", "stop")
    code = (
        "for folder, names, files in os.walk(sys.argv[1]):\n"
        "    for name in files:\n"
        "        try: open(os.path.join(folder, name)); print(name)\n"
        "        except PermissionError: pass\n"
    )
    kept = [path for path in open_to_all.state.rglob("*") if path.is_file()]
    assert kept
    assert as_nobody("", code, str(open_to_all.folder)) == ""
    assert [path for path in kept if path.exists() and path.stat().st_mode & 0o077] == []


def test_socket_is_a_socket_of_this_user(open_to_all: Any) -> None:
    found = os.stat(open_to_all.files.socket)
    assert found.st_uid == os.geteuid() and found.st_mode & 0o077 == 0
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(open_to_all.files.socket)
