"""The language server as a process of its own, over real stdio, and an editor at its other end."""

import asyncio
import importlib.util
import json
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

HERE = Path(__file__).parent
SERVER = HERE / "scripted_server.py"


def _loaded(name: str) -> ModuleType:
    """Tests have no package: a module beside them."""
    found = importlib.util.spec_from_file_location(name, HERE / f"{name}.py")
    assert found is not None and found.loader is not None
    module = importlib.util.module_from_spec(found)
    sys.modules[name] = module
    found.loader.exec_module(module)
    return module


_editor = _loaded("editor")
_forked = _loaded("forked")


@pytest.fixture
def refused() -> Any:
    return _editor.Refused


@pytest.fixture
def starts(tmp_path: Path) -> Any:
    """Starts a server and its client; leaving the block kills what is left."""

    @asynccontextmanager
    async def connecting() -> AsyncIterator[Any]:
        diary = tmp_path / "diary"
        with (tmp_path / "stderr").open("wb") as stderr:
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                str(SERVER),
                str(diary),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=stderr,
                limit=1 << 24,
            )
        client = _editor.Client(process.stdout, process.stdin, process=process, diary=diary)
        try:
            yield client
        finally:
            await client.close()

    return connecting


@pytest.fixture(scope="session")
def forking() -> Iterator[Any]:
    one = _forked.Forking(HERE / "forking.py")
    yield one
    one.close()


@pytest.fixture
def connect(tmp_path: Path, forking: Any) -> Any:
    """As `starts`, in a tenth of its time: for who is not after starts and ends of processes."""

    @asynccontextmanager
    async def connecting() -> AsyncIterator[Any]:
        diary = tmp_path / "diary"
        with (tmp_path / "stderr").open("wb") as stderr:
            reader, writer, process = await forking.start([str(diary)], stderr.fileno())
        client = _editor.Client(reader, writer, process=process, diary=diary)
        try:
            yield client
        finally:
            await client.close()

    return connecting


@pytest.fixture
async def client(connect: Any) -> AsyncIterator[Any]:
    async with connect() as client:
        await client.initialize()
        yield client


@pytest.fixture
def script(tmp_path: Path) -> Callable[..., tuple[str, str]]:
    """A document for the scripted engine: its uri and its text."""

    def write(
        then: str = "solve", name: str = "a.py", body: str = "def f():\n    pass\n", **more: Any
    ) -> tuple[str, str]:
        what = {"then": then, "find": "pass", "put": "return 1", **more}
        return (tmp_path / name).as_uri(), f"# script: {json.dumps(what)}\n{body}"

    return write
