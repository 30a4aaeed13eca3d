"""An Emacs with eglot, the snippet of docs/editors.md in it, and what it saw of a story."""

from __future__ import annotations

import fcntl
import importlib.util
import json
import os
import pty
import re
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import termios
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[3]
DRIVE = Path(__file__).parent / "drive.el"
SCRIPTED = ROOT / "tests" / "lsp" / "scripted_server.py"
NO_COMPILER = "(setq native-comp-deferred-compilation nil native-comp-jit-compilation nil)"
PATIENCE = 40  # seconds; only ever reached when something is broken


@pytest.fixture(scope="session")
def emacs() -> str:
    found = shutil.which("emacs")
    if found is None:
        pytest.skip("no emacs: apt-get install emacs-nox elpa-eglot")
    asked = '(progn (package-initialize) (kill-emacs (if (locate-library "eglot") 0 1)))'
    with tempfile.TemporaryDirectory() as home:
        environment = {**os.environ, "HOME": home}
        command = [found, "--batch", "--eval", asked]
        if subprocess.run(command, env=environment, capture_output=True, timeout=60).returncode:
            pytest.skip("this emacs has no eglot: apt-get install elpa-eglot")
    return found


@pytest.fixture
def snippet(tmp_path: Path) -> Path:
    """As a user would copy it."""
    text = (ROOT / "docs" / "editors.md").read_text()
    (block,) = re.findall(r"```elisp\n(.*?)```", text, re.S)
    path = tmp_path / "snippet.el"
    path.write_text(block)
    return path


@pytest.fixture
def scripted(tmp_path: Path) -> list[str]:
    """A server whose engine does what the first line of a file says."""
    return [sys.executable, str(SCRIPTED), str(tmp_path / "diary")]


def run_on_a_terminal(command: list[str], environment: Mapping[str, str]) -> str:
    """What was on the screen. Ends it, and what it has started, when patience does."""
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (40, 120))
    process = subprocess.Popen(
        command,
        env=environment,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
        preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),  # Emacs opens /dev/tty
    )
    os.close(theirs)
    screen = b""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and process.poll() is None:
        if select.select([ours], [], [], 0.1)[0]:
            try:
                screen += os.read(ours, 65536)
            except OSError:
                break  # it has closed its end
    try:
        process.wait(max(1.0, end - time.monotonic()))
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    os.close(ours)
    return screen.decode(errors="replace")


@pytest.fixture
def story(emacs: str, snippet: Path, tmp_path: Path) -> Callable[..., dict[str, Any]]:
    """Plays steps (see drive.el); answers: what the user types where Emacs asks."""

    def play(
        server: list[str],
        file: Path,
        steps: list[list[str]],
        *answers: str,
        options: Mapping[str, object] | None = None,
        line: int = 1,
        environment: Mapping[str, str] | None = None,
    ) -> dict[str, Any]:
        told = tmp_path / "told.json"
        scenario = {
            "server": server,
            "options": {"preview": "command"} if options is None else options,
            "snippet": str(snippet),
            "file": str(file),
            "line": line,
            "steps": steps,
            "answers": answers,
            "told": str(told),
        }
        home = tmp_path / "home"
        home.mkdir(exist_ok=True)
        own = {"HOME": str(home), "TERM": "xterm", "SCENARIO": json.dumps(scenario)}
        screen = run_on_a_terminal(
            [emacs, "-nw", "--no-splash", "--eval", NO_COMPILER, "-l", str(DRIVE)],
            {**os.environ, **own, **(environment or {})},
        )
        assert told.exists(), screen
        seen: dict[str, Any] = json.loads(told.read_text())
        assert "failure" not in seen, seen
        return seen

    return play


@pytest.fixture
def home(tmp_path: Path) -> Iterator[dict[str, str]]:
    """A user of our own, whose daemon does not stay."""
    runtime = tempfile.mkdtemp(prefix="synthd-")  # short: it holds a socket
    environment = {
        "SYNTHD_RUNTIME_DIR": runtime,
        "XDG_STATE_HOME": str(tmp_path / "state"),
        "XDG_CACHE_HOME": str(tmp_path / "cache"),
        "XDG_CONFIG_HOME": str(tmp_path / "config"),
    }
    try:
        yield environment
    finally:
        subprocess.run(
            [sys.executable, "-m", "synthd.daemon", "daemon", "stop", "--now"],
            env={**os.environ, **environment},
            timeout=60,
            check=True,
            capture_output=True,
        )
        shutil.rmtree(runtime)


@pytest.fixture
def model() -> Iterator[Any]:
    """The scripted Ollama server of the daemon's tests."""
    path = ROOT / "tests" / "daemon" / "conftest.py"
    found = importlib.util.spec_from_file_location("conftest_of_daemon_for_emacs", path)
    assert found is not None and found.loader is not None
    module = importlib.util.module_from_spec(found)
    sys.modules[found.name] = module
    found.loader.exec_module(module)
    server = module.ScriptedOllama()
    try:
        yield server
    finally:
        server.close()
