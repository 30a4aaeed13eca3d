"""A real VS Code with the extension, and a user of our own in it. Nothing of this machine's user is
touched but the folder that install.py fills once."""

from __future__ import annotations

import asyncio
import fcntl
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import psutil
import pytest

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
EXTENSION = ROOT / "editors" / "vscode"
PICTURES = ROOT / "build" / "e2e" / "vscode"
UNAVAILABLE = 69
BUILD = 300  # seconds


def _loaded(name: str, path: Path) -> ModuleType:
    """Tests have no package."""
    found = importlib.util.spec_from_file_location(name, path)
    assert found is not None and found.loader is not None
    module = importlib.util.module_from_spec(found)
    sys.modules[name] = module
    found.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def places() -> Mapping[str, str]:
    """Where VS Code, Node and the browser are; installed where they were not."""
    pytest.importorskip("playwright", reason="no Playwright: pip install playwright==1.65.2")
    command = [sys.executable, str(HERE / "install.py")]
    done = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    if done.returncode == UNAVAILABLE:
        pytest.skip(done.stderr.strip())
    assert done.returncode == 0, done.stderr
    found: Mapping[str, str] = json.loads(done.stdout)
    return found


@pytest.fixture(scope="session")
def driver(places: Mapping[str, str]) -> ModuleType:
    return _loaded("vscode_window", HERE / "window.py")


@dataclass(frozen=True)
class Packaged:
    vsix: Path
    said: str


@pytest.fixture(scope="session")
def packaged(places: Mapping[str, str], tmp_path_factory: pytest.TempPathFactory) -> Packaged:
    """`npm run package`: type checks, lints, bundles and packs; once for all processes of a run."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    with (shared / "vscode-package.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        told = shared / "vscode-package.txt"
        if not told.exists():
            packed = _packed(places, Path(tempfile.mkdtemp(prefix="extension-", dir=shared)))
            (shared / "synthd.vsix").write_bytes(packed.vsix.read_bytes())
            told.write_text(packed.said)
        return Packaged(shared / "synthd.vsix", told.read_text())


def _packed(places: Mapping[str, str], made: Path) -> Packaged:
    folder = made / "vscode"
    shutil.copytree(EXTENSION, folder, ignore=shutil.ignore_patterns("node_modules", "dist"))
    (folder / "node_modules").symlink_to(places["modules"])
    done = subprocess.run(
        [places["node"], places["npm"], "run", "package"],
        cwd=folder,
        env={**os.environ, "PATH": _path_with_node(places, folder.parent / "bin")},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=BUILD,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return Packaged(folder / "synthd.vsix", done.stdout + done.stderr)


def _path_with_node(places: Mapping[str, str], folder: Path) -> str:
    """The wheel's own npm is not a program."""
    folder.mkdir()
    (folder / "node").symlink_to(places["node"])
    (folder / "npm").write_text(f'#!/bin/sh\nexec "{places["node"]}" "{places["npm"]}" "$@"\n')
    (folder / "npm").chmod(0o755)
    return f"{folder}:{os.environ['PATH']}"


@pytest.fixture(scope="session")
def extensions(
    places: Mapping[str, str],
    driver: ModuleType,
    packaged: Packaged,
    tmp_path_factory: pytest.TempPathFactory,
) -> Path:
    """A folder of extensions with ours installed from its package."""
    folder = tmp_path_factory.mktemp("extensions")
    code = driver.Code(
        places["node"], places["code"], folder, tmp_path_factory.mktemp("installing"), os.environ
    )
    done = subprocess.run(
        code.command("--install-extension", str(packaged.vsix), "--force"),
        capture_output=True,
        text=True,
        timeout=BUILD,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


@dataclass(frozen=True)
class User:
    """Somebody with a home, a model, a daemon and a folder of code. The daemon goes with them."""

    folder: Path
    environment: dict[str, str]
    synthd: Path

    def write(self, name: str, text: str) -> Path:
        path = self.folder / "work" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    async def servers(self) -> set[int]:
        """The processes that serve this user's editors."""
        found = set()
        for process in psutil.process_iter(["cmdline", "environ"]):
            line, variables = process.info["cmdline"] or [], process.info["environ"] or {}
            if line[-1:] == ["lsp"] and variables.get("HOME") == self.environment["HOME"]:
                found.add(process.pid)
        return found

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(self.synthd), *arguments],
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
        )


@pytest.fixture(scope="module")
def user(tmp_path_factory: pytest.TempPathFactory) -> Iterator[User]:
    folder = tmp_path_factory.mktemp("user")
    runtime = tempfile.mkdtemp(prefix="synthd-")  # short: it holds a socket
    home = folder / "home"
    home.mkdir()
    synthd = folder / "synthd"
    synthd.write_text(f'#!/bin/sh\nexec "{sys.executable}" -P -m synthd.daemon "$@"\n')
    synthd.chmod(0o755)
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("SYNTHD_")},
        "HOME": str(home),
        "SYNTHD_RUNTIME_DIR": runtime,
        **{f"XDG_{kind}_HOME": str(folder / kind.lower()) for kind in ("STATE", "CACHE", "CONFIG")},
    }
    try:
        yield User(folder, environment, synthd)
    finally:
        subprocess.run([str(synthd), "daemon", "stop", "--now"], env=environment, timeout=60)
        shutil.rmtree(runtime)


@pytest.fixture(scope="module")
def model(user: User) -> Iterator[Any]:
    """The scripted Ollama server of the daemon's tests, as this user's model."""
    module = _loaded("conftest_of_daemon", ROOT / "tests" / "daemon" / "conftest.py")
    server = module.ScriptedOllama()
    user.environment.update(OLLAMA_HOST=server.url)
    try:
        yield server
    finally:
        server.close()


@pytest.fixture(scope="session")
def client_of() -> Callable[..., Any]:
    """A context manager: another client of that user's daemon, without an editor around it."""
    editor = _loaded("plain_client", ROOT / "tests" / "lsp" / "editor.py")

    @asynccontextmanager
    async def connecting(user: User) -> AsyncIterator[Any]:
        process = await asyncio.create_subprocess_exec(
            *(str(user.synthd), "lsp"),
            env=user.environment,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        client = editor.Client(process.stdout, process.stdin, process=process)
        try:
            yield client
        finally:
            await client.close()

    return connecting


@pytest.fixture(scope="session")
def open_windows(
    places: Mapping[str, str], driver: ModuleType, extensions: Path
) -> Callable[..., Any]:
    """A context manager: a VS Code of that user, and what opens windows of it."""

    @asynccontextmanager
    async def opening(
        user: User, settings: Mapping[str, object] | None = None
    ) -> AsyncIterator[Callable[..., Any]]:
        own = Path(tempfile.mkdtemp(prefix="vscode-", dir=user.folder))
        given = {"synthd.path": str(user.synthd), **(settings or {})}
        code = driver.Code(places["node"], places["code"], extensions, own, user.environment, given)
        with code.running() as address:
            async with driver.browsing(places["browser"], own / "browser") as context:

                async def window(file: str, name: str = "work") -> Any:
                    folder = user.folder / name
                    return await driver.Window.open(
                        context, address, folder, file, PICTURES, code.machine
                    )

                yield window

    return opening
