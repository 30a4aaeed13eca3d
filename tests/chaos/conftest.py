"""A world to break: a state of its own, a model server that counts, and jobs for it."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
import pytest
from ollama_server import OllamaServer

from synthd.daemon.client.line import Line
from synthd.daemon.thin.dial import dial

CLIENT = """
import json, sys, time
from synthd.daemon.client.errors import Lost
from synthd.daemon.client.line import Line
from synthd.daemon.thin.dial import dial

def connect():
    return Line(dial("control", name="client").socket)

id = connect().ask("jobs.submit", {"spec": json.loads(sys.argv[1])})["job"]["id"]
print(id, flush=True)
while True:
    try:
        for item in connect().stream("jobs.watch", {"id": id}):
            over = item.get("job", {}).get("state") in ("done", "cancelled")
        if over:
            break
    except Lost:
        time.sleep(0.1)
"""


@dataclass
class Call:
    """began, ended: of one request, in seconds of the monotonic clock; ended is None where the
    answer was broken off."""

    began: float
    ended: float | None = None


class Counting(OllamaServer):
    """Answers by what it is asked alone: every second answer is right.

    calls: of each content (messages and sampling), every request.
    """

    def __init__(self, seconds_per_line: float) -> None:
        self.seconds_per_line = seconds_per_line
        self.calls: dict[str, list[Call]] = defaultdict(list)
        self.running = 0
        self._lock = threading.Lock()
        super().__init__()

    def reply(self, asked: dict[str, Any]) -> Iterator[str]:
        key, call = content(asked), Call(time.monotonic())
        asked["call"] = call
        with self._lock:
            self.calls[key].append(call)
            self.running += 1
        for line in answer(asked, key).splitlines(keepends=True):
            time.sleep(self.seconds_per_line)
            yield line

    def ended(self, asked: dict[str, Any], *, whole: bool) -> None:
        if "call" not in asked:
            return
        if whole:
            asked["call"].ended = time.monotonic()
        with self._lock:
            self.running -= 1


def content(asked: dict[str, Any]) -> str:
    told = json.dumps([asked["messages"], asked.get("options")], sort_keys=True)
    return hashlib.sha256(told.encode()).hexdigest()


def answer(asked: dict[str, Any], key: str) -> str:
    """A function that adds the number in its name, or does something else."""
    text = "".join(message["content"] for message in asked["messages"])
    number = int(text.split("def plus_")[1].split("(")[0])
    luck = int(key[:8], 16)
    value = f"n + {number}" if luck % 2 else f"n * {luck % 1000 + 7}"
    return f"```python\ndef plus_{number}(n):\n    return {value}\n```\n"


def source(number: int) -> str:
    return (
        f"def plus_{number}(n):\n"
        f'    """Add {number}.\n\n'
        f"    >>> plus_{number}(1)\n    {number + 1}\n"
        f"    >>> plus_{number}(5)\n    {number + 5}\n"
        f'    """\n'
    )


@dataclass
class World:
    folder: Path
    model: Counting
    environment: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        home = self.folder / "home"
        home.mkdir()
        self.environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(home),
            "XDG_STATE_HOME": str(home / "state"),
            "XDG_CACHE_HOME": str(home / "cache"),
            "XDG_CONFIG_HOME": str(home / "config"),
            "SYNTHD_RUNTIME_DIR": str(self.folder / "run"),
            "OLLAMA_HOST": self.model.url,
            "SYNTHD_MODEL": "ollama/coder",
        }

    @property
    def state(self) -> Path:
        return Path(self.environment["XDG_STATE_HOME"]) / "synthd"

    def line(self) -> tuple[Line, int]:
        """A connection, and the daemon's process; starts one where there is none."""
        connected = dial("control", environment=self.environment, name="chaos")
        connected.socket.settimeout(20.0)
        return Line(connected.socket), connected.pid

    def spec(self, number: int, strategy: str, priority: str) -> dict[str, object]:
        return {
            "path": str(self.folder / f"work_{number}.py"),
            "text": source(number),
            "function": f"plus_{number}",
            "priority": priority,
            "settings": {"strategy": strategy, "seed": number, "tested_seconds": 0.0},
        }

    def client(self, number: int, strategy: str, priority: str) -> subprocess.Popen[str]:
        """A process that submits a job, prints its id once the daemon has it, and watches it."""
        return subprocess.Popen(
            [sys.executable, "-c", CLIENT, json.dumps(self.spec(number, strategy, priority))],
            env=self.environment,
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            start_new_session=True,
        )

    def processes(self) -> list[psutil.Process]:
        """All that have this world's runtime folder in their environment, and theirs."""
        mark = self.environment["SYNTHD_RUNTIME_DIR"]
        found = []
        for process in psutil.process_iter():
            try:
                if process.environ().get("SYNTHD_RUNTIME_DIR") == mark:
                    found += [process, *process.children(recursive=True)]
            except psutil.Error:
                continue
        return found


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    model = Counting(seconds_per_line=0.1)
    made = World(tmp_path, model)
    for name, value in made.environment.items():
        monkeypatch.setenv(name, value)
    try:
        yield made
    finally:
        for process in made.processes():
            try:
                process.send_signal(signal.SIGKILL)
            except psutil.Error:
                pass
        model.close()
