"""The door: what comes in, and that nothing which comes in is another's trouble."""

import json
import os
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from synthd.daemon.service.door import STRANGERS
from synthd.daemon.thin.address import Tcp, write_tcp
from synthd.daemon.thin.dial import dial
from synthd.daemon.thin.errors import Unreachable
from synthd.daemon.thin.hello import HELLO_LIMIT

PATIENCE = 20.0
SECRET = "planted-secret-of-the-environment"


def raw(house: Any) -> socket.socket:
    connection = socket.socket(socket.AF_UNIX)
    connection.settimeout(PATIENCE)
    connection.connect(house.files.socket)
    return connection


def answer(connection: socket.socket, said: bytes) -> bytes:
    """All that comes back before the daemon hangs up."""
    heard = b""
    try:
        connection.sendall(said)
        while piece := connection.recv(1 << 16):
            heard += piece
    except (ConnectionResetError, BrokenPipeError):
        pass  # it hung up while we were speaking
    return heard


def hello(**changes: object) -> bytes:
    said = {"synthd": 1, "wants": "control", "environment": {}, "cwd": "/", "pid": 1, "name": "t"}
    return json.dumps({**said, **changes}).encode() + b"\n"


def test_hello_and_a_request(inhabited: Any, talk: Callable[..., list[dict[str, Any]]]) -> None:
    with raw(inhabited) as connection:
        connection.sendall(hello())
        (welcomed,) = talk(connection, [{"id": 1, "do": "daemon.status"}])
        (answered,) = talk(connection, [{"id": 2, "do": "daemon.status"}])
    assert welcomed["ok"] is True and welcomed["build"].startswith(inhabited.files.build)
    assert answered["answer"]["pid"] == welcomed["pid"]


@pytest.mark.parametrize(
    "said, why",
    [
        (b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", "no hello"),
        (b"Content-Length: 2\r\n\r\n{}\n", "no hello"),
        (b"\n", "no hello"),
        (b"\x00\xff\n", "no hello"),
        (b"[]\n", "no hello"),
        (b"[" * 100_000 + b"\n", "no hello"),
        (b"{}\n", "speaks version 1"),
        (hello(synthd=2), "speaks version 1"),
        (hello(wants="everything"), "wants one of"),
        (hello(wants=["lsp"]), "wants one of"),
        (hello(environment={"A": 1}), "environment"),
        (hello(environment=[]), "environment"),
        (b"x" * (3 * HELLO_LIMIT), "too long"),
    ],
)
def test_wrong_hello(inhabited: Any, said: bytes, why: str) -> None:
    with raw(inhabited) as connection:
        refused = answer(connection, said)
    if refused or len(said) < HELLO_LIMIT:  # what hangs up may take its words with it
        told = json.loads(refused)
        assert told["ok"] is False and why in told["why"]
    assert inhabited.status()["running"]


def test_odd_values_are_no_trouble(
    inhabited: Any, talk: Callable[..., list[dict[str, Any]]]
) -> None:
    odd = hello(name="n" * 5000, cwd=7, pid="x", environment={"A": "\udcff"})
    with raw(inhabited) as connection:
        connection.sendall(odd)
        (welcomed,) = talk(connection, [{"id": 1, "do": "daemon.status"}])
        assert welcomed["ok"] is True
        named = max(len(client["name"]) for client in inhabited.status()["clients"])
        assert 0 < named < 100


def test_the_silent_are_in_nobodys_way(inhabited: Any) -> None:
    silent = [raw(inhabited) for _ in range(STRANGERS // 2)]
    halves = [raw(inhabited) for _ in range(STRANGERS // 4)]
    try:
        for connection in halves:
            connection.sendall(hello()[:20])
        assert inhabited.status()["running"]
    finally:
        for connection in [*silent, *halves]:
            connection.close()


def test_the_silent_are_sent_away(inhabited: Any) -> None:
    with raw(inhabited) as connection:
        assert answer(connection, b"") == b""


def test_no_more_strangers_than_so_many(inhabited: Any, wait_until: Callable[..., None]) -> None:
    silent = [raw(inhabited) for _ in range(STRANGERS + 5)]
    try:
        silent[-1].setblocking(True)
        assert answer(silent[-1], hello()) == b""
    finally:
        for connection in silent:
            connection.close()
    wait_until(lambda: inhabited.run("daemon", "status").returncode == 0)


def test_an_environment_that_is_too_large_is_told(at_home: Any) -> None:
    at_home.start()
    with pytest.raises(Unreachable, match="environment"):
        dial("control", environment={"A": "x" * HELLO_LIMIT})


# ------------------------------------------------------------------ over TCP


@pytest.fixture(scope="module")
def over_tcp(tmp_path_factory: pytest.TempPathFactory, inhabited: Any) -> Iterator[Any]:
    folder = tmp_path_factory.mktemp("tcp")
    own = {
        name: value.replace(str(inhabited.folder), str(folder))
        for name, value in inhabited.environment.items()
    }
    house = type(inhabited)(folder, {**own, "SYNTHD_TCP": "1"})
    try:
        house.start()
        yield house
    finally:
        house.clear()


def port_of(house: Any) -> int:
    return int(json.loads(Path(house.files.tcp).read_text())["port"])


def test_tcp_serves_who_knows_the_token(over_tcp: Any) -> None:
    status = over_tcp.status()
    assert status["running"] and status["address"] == f"127.0.0.1:{port_of(over_tcp)}"
    assert not Path(over_tcp.files.socket).exists()


def test_tcp_is_loopback_alone(over_tcp: Any) -> None:
    listening = f":{port_of(over_tcp):04X}"
    rows = [
        line.split()[1]
        for table in ("/proc/net/tcp", "/proc/net/tcp6")
        if Path(table).exists()
        for line in Path(table).read_text().splitlines()[1:]
        if line.split()[1].endswith(listening) and line.split()[3] == "0A"
    ]
    assert rows == [f"0100007F{listening}"]


@pytest.mark.parametrize("token", ["", "wrong", "ε", None, 7])
def test_tcp_says_nothing_to_who_does_not_know_it(over_tcp: Any, token: object) -> None:
    prove = json.dumps({"synthd": 1, "prove": "00"}).encode() + b"\n"
    with socket.create_connection(("127.0.0.1", port_of(over_tcp)), timeout=PATIENCE) as stranger:
        heard = answer(stranger, prove + hello(token=token))
    assert list(json.loads(heard)) == ["synthd", "proof"]  # of the nonce, and nothing else


def test_tcp_wants_to_be_asked_for_its_proof(over_tcp: Any) -> None:
    token = json.loads(Path(over_tcp.files.tcp).read_text())["token"]
    with socket.create_connection(("127.0.0.1", port_of(over_tcp)), timeout=PATIENCE) as stranger:
        assert answer(stranger, hello(token=token)) == b""


def test_token_is_nowhere_else(over_tcp: Any) -> None:
    token = json.loads(Path(over_tcp.files.tcp).read_text())["token"].encode()
    assert over_tcp.everything_on_disk().count(token) == 1


def test_an_impostor_on_the_port_hears_nothing(
    at_home: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a crash, whoever comes first may listen on the port that the file still names."""
    monkeypatch.setenv("PLANTED_API_KEY", SECRET)
    os.mkdir(at_home.runtime, 0o700)
    heard: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as impostor:
        write_tcp(at_home.files, Tcp(impostor.getsockname()[1], "the-token"))
        listening = threading.Thread(target=overhear, args=(impostor, heard))
        listening.start()
        with pytest.raises(Unreachable, match="is not the daemon"):
            dial("control", start=False, patience=PATIENCE)
        listening.join(PATIENCE)
    assert b"prove" in heard[0]
    assert SECRET.encode() not in heard[0] and b"the-token" not in heard[0]


def overhear(impostor: socket.socket, heard: list[bytes]) -> None:
    connection, _ = impostor.accept()
    with connection:
        heard.append(connection.recv(1 << 16))
        connection.sendall(b'{"synthd": 1, "proof": "00"}\n{"synthd": 1, "ok": true}\n')
        try:
            heard[0] += connection.recv(1 << 16)
        except ConnectionResetError:
            pass  # it hung up without reading all of that
