"""A daemon that says what a test tells it to, where clients look for the real one."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from synthd.daemon.thin.address import files
from synthd.daemon.thin.build import identity

Say = Callable[[dict[str, Any]], None]
HANG_UP = object()


@dataclass
class StandIn:
    """answers: what comes of each method: an answer, an exception's (kind, message), or a list of
    items of a stream, in which HANG_UP ends the connection. asked: all that clients wanted."""

    folder: Path
    answers: dict[str, Any] = field(default_factory=dict)
    asked: list[tuple[str, Mapping[str, Any]]] = field(default_factory=list)
    hellos: list[Mapping[str, Any]] = field(default_factory=list)
    connections: list[socket.socket] = field(default_factory=list)

    def open(self) -> None:
        self.folder.mkdir(mode=0o700)
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.bind(files(str(self.folder), identity()).socket)
        self._socket.listen()
        self._thread = threading.Thread(target=self._accept)
        self._thread.start()

    def close(self) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join()
        self.hang_up()

    def hang_up(self) -> None:
        for connection in self.connections:
            connection.close()

    def calls(self, do: str) -> list[Mapping[str, Any]]:
        return [body for name, body in self.asked if name == do]

    def _accept(self) -> None:
        threads = []
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                break
            self.connections.append(connection)
            threads.append(threading.Thread(target=self._serve, args=(connection,)))
            threads[-1].start()
        self.hang_up()
        for thread in threads:
            thread.join()

    def _serve(self, connection: socket.socket) -> None:
        lines = connection.makefile("rwb")
        try:
            self.hellos.append(json.loads(lines.readline()))
            self._say(lines, {"synthd": 1, "ok": True, "pid": os.getpid(), "build": "x"})
            for line in iter(lines.readline, b""):
                said = json.loads(line)
                self.asked.append((said["do"], said["with"]))
                if not self._answer(lines, said["id"], self.answers[said["do"]], said["with"]):
                    break
        except (OSError, ValueError):
            pass
        finally:
            connection.shutdown(socket.SHUT_RDWR) if connection.fileno() >= 0 else None
            connection.close()

    def _answer(self, lines: Any, number: int, answer: Any, body: Mapping[str, Any]) -> bool:
        if callable(answer):
            answer = answer(body)
        if isinstance(answer, tuple):
            error = {"kind": answer[0], "message": answer[1]}
            self._say(lines, {"id": number, "error": error})
        elif isinstance(answer, list):
            for item in answer:
                if item is HANG_UP:
                    return False
                self._say(lines, {"id": number, "item": item})
            self._say(lines, {"id": number, "answer": {}})
        else:
            self._say(lines, {"id": number, "answer": answer})
        return True

    def _say(self, lines: Any, said: Mapping[str, Any]) -> None:
        lines.write(json.dumps(said).encode() + b"\n")
        lines.flush()


@pytest.fixture
def stand_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[StandIn]:
    """Clients of this process find it: only where they look is changed, as a user would."""
    monkeypatch.setenv("SYNTHD_RUNTIME_DIR", str(tmp_path / "run"))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    daemon = StandIn(tmp_path / "run")
    daemon.open()
    try:
        yield daemon
    finally:
        daemon.close()
        if any(daemon.folder.glob("*.lock")):  # somebody edits synthd: its build was another one
            stop = [sys.executable, "-m", "synthd.daemon", "daemon", "stop", "--now", "--all"]
            subprocess.run(stop, env=dict(os.environ), timeout=60, check=True)


@pytest.fixture
def hang_up() -> object:
    return HANG_UP


def job(state: str = "running", **more: Any) -> dict[str, Any]:
    return {"schema": 1, "id": "abcd2345", "state": state, "priority": "interactive", **more}


@pytest.fixture(name="job")
def _job() -> Callable[..., dict[str, Any]]:
    return job


class Real:
    """A daemon of its own for one test, started by whoever wants it first."""

    def __init__(self, root: Path, ollama: str) -> None:
        self.root = root
        self.environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(root / "home"),
            "XDG_STATE_HOME": str(root / "state"),
            "XDG_CACHE_HOME": str(root / "cache"),
            "XDG_CONFIG_HOME": str(root / "config"),
            "XDG_DATA_HOME": str(root / "data"),
            "SYNTHD_RUNTIME_DIR": str(root / "run"),
            "SYNTHD_MODEL": "ollama/coder",
            "SYNTHD_STRATEGY": "seidr",
            "SYNTHD_TESTED_SECONDS": "0",
            "OLLAMA_HOST": ollama,
        }

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "synthd.daemon", *arguments],
            cwd=self.root,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
        )


@pytest.fixture
def real(tmp_path: Path, model: Any) -> Iterator[Real]:
    daemon = Real(tmp_path, model.url)
    try:
        yield daemon
    finally:
        daemon.run("daemon", "stop", "--now", "--all")
