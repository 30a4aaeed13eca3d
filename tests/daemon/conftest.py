"""`synthd` as a user runs it: a real process, a real file, and a model that says what we tell it.

The model is an Ollama server of our own on loopback, so that the whole way is the user's.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from ollama_server import OllamaServer

Answer = Callable[[str], str]


class ScriptedOllama(OllamaServer):
    """Answers with what `say` makes of the last message; counts the calls."""

    digest = "old"

    def __init__(self) -> None:
        self.say: Answer = lambda prompt: ""
        self.draw: Callable[[dict[str, Any]], str] | None = None  # of all that was asked
        self.prompts: list[str] = []
        self.seconds_per_word = 0.0
        self.broken_off = threading.Event()
        super().__init__()

    def reply(self, asked: dict[str, Any]) -> Iterator[str]:
        prompt = asked["messages"][-1]["content"]
        self.prompts.append(prompt)
        said = self.draw(asked) if self.draw else self.say(prompt)
        for word in said.splitlines(keepends=True):
            yield word
            time.sleep(self.seconds_per_word)

    def ended(self, asked: dict[str, Any], *, whole: bool) -> None:
        if not whole:
            self.broken_off.set()


@pytest.fixture
def model() -> Iterator[ScriptedOllama]:
    server = ScriptedOllama()
    try:
        yield server
    finally:
        server.close()


@dataclass
class Ended:
    code: int
    out: str
    err: str

    @property
    def objects(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.out.splitlines()]


@dataclass
class Shell:
    """Runs synthd in a folder of its own, with a home of its own and no other variables."""

    folder: Path
    home: Path
    model: ScriptedOllama
    # seidr ends with the first program that passes, so that a script of answers can be short.
    environment: dict[str, str] = field(default_factory=lambda: {"SYNTHD_STRATEGY": "seidr"})

    def file(self, text: str | bytes, name: str = "work.py") -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return path

    def variables(self) -> dict[str, str]:
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(self.home),
            "OLLAMA_HOST": self.model.url,
            "SYNTHD_MODEL": "ollama/coder",
            "COLUMNS": "120",
            **self.environment,
        }

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "synthd.daemon", *arguments],
            cwd=self.folder,
            env=self.variables(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def run(self, *arguments: str, limit: float = 120) -> Ended:
        process = self.start(*arguments)
        try:
            out, err = process.communicate(timeout=limit)
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.communicate()
        return Ended(process.returncode, out, err)


@pytest.fixture
def shell(tmp_path: Path, model: ScriptedOllama) -> Shell:
    home, folder = tmp_path / "home", tmp_path / "project"
    home.mkdir()
    folder.mkdir()
    return Shell(folder, home, model)


@pytest.fixture
def own_daemon(tmp_path: Path) -> Iterator[Callable[[Shell], Shell]]:
    """Gives a shell a daemon of its own, which is gone at the end."""
    runtime = tmp_path / "runtime"
    runtime.mkdir(mode=0o700)
    shells: list[Shell] = []

    def given(shell: Shell) -> Shell:
        shell.environment["SYNTHD_RUNTIME_DIR"] = str(runtime)
        for name in ("STATE", "CACHE", "CONFIG"):
            shell.environment[f"XDG_{name}_HOME"] = str(tmp_path / name.lower())
        shells.append(shell)
        return shell

    yield given
    for shell in shells:
        shell.run("daemon", "stop", "--now")
