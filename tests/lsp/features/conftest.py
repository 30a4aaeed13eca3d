"""An editor that announces all that the server can show, and functions to show it of.

The server is in the same process, at the other end of a socket: these tests are many.
"""

import asyncio
import importlib.util
import json
import socket
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from synthd.lsp.server import create
from synthd.lsp.text.functions import Reading
from synthd.lsp.transport.serving import serve_streams

HERE = Path(__file__).parent
LIMIT = 1 << 24


def _loaded(name: str, path: Path) -> ModuleType:
    """Tests have no package: a module beside them."""
    found = importlib.util.spec_from_file_location(name, path)
    assert found is not None and found.loader is not None
    module = importlib.util.module_from_spec(found)
    sys.modules[name] = module
    found.loader.exec_module(module)
    return module


_editor = _loaded("editor_of_features", HERE.parent / "editor.py")
_engines = _loaded("proving_engine", HERE / "proving_engine.py")

KINDS = {"valueSet": ["", "quickfix", "refactor", "refactor.rewrite", "source"]}
RICH: dict[str, Any] = {
    "window": {"workDoneProgress": True, "showDocument": {"support": True}},
    "workspace": {
        "applyEdit": True,
        "workspaceEdit": {"documentChanges": True},
        "codeLens": {"refreshSupport": True},
        "textDocumentContent": {},
    },
    "textDocument": {
        "codeLens": {},
        "publishDiagnostics": {"relatedInformation": True, "versionSupport": True},
        "hover": {"contentFormat": ["markdown", "plaintext"]},
        "inlineCompletion": {},
        "codeAction": {
            "codeActionLiteralSupport": {"codeActionKind": KINDS},
            "isPreferredSupport": True,
            "disabledSupport": True,
            "dataSupport": True,
            "resolveSupport": {"properties": ["edit"]},
            "tagSupport": {"valueSet": [1]},
        },
    },
}
OPTIONS = {"preview": "command", "events": ["verification"]}
TEXT = '''\
def twice(x: int) -> int:
    """Twice.

    >>> twice(1)
    2
    >>> twice(2)
    4
    """
    return x + x


def later(x: int) -> int:
    """
    >>> later(1)
    1
    """
    pass
'''


@pytest.fixture(autouse=True)
def own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("STATE", "CACHE", "CONFIG"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(tmp_path / name.lower()))
    monkeypatch.setenv("SYNTHD_RUNTIME_DIR", str(tmp_path / "run"))


@pytest.fixture
def engine() -> Callable[[Path], Any]:
    """What makes the server's engine, which writes into a diary."""
    return _engines.scripted.ScriptedEngine  # type: ignore[no-any-return]


@pytest.fixture
def proving() -> Callable[[Path], Any]:
    return _engines.ProvingEngine  # type: ignore[no-any-return]


@pytest.fixture
def refused() -> Any:
    return _editor.Refused


@pytest.fixture
def connect(tmp_path: Path, engine: Callable[[Path], Any]) -> Any:
    """As for all tests of the server, but without a process."""

    @asynccontextmanager
    async def connecting() -> AsyncIterator[Any]:
        diary = tmp_path / "diary"
        here, there = socket.socketpair()
        streams = await asyncio.open_connection(sock=there, limit=LIMIT)
        reading = Reading()
        server = create(lambda: engine(diary), reading)
        serving = asyncio.create_task(serve_streams(server, *streams))
        client = _editor.Client(*await asyncio.open_connection(sock=here, limit=LIMIT), diary=diary)
        try:
            yield client
        finally:
            await client.close()
            await asyncio.wait_for(serving, 20)
            reading.close()

    return connecting


@pytest.fixture
def open_rich(connect: Any) -> Any:
    """Connects an editor; capabilities and options replace the rich ones."""

    @asynccontextmanager
    async def opening(
        capabilities: dict[str, Any] | None = None, **options: Any
    ) -> AsyncIterator[Any]:
        async with connect() as client:
            client.answers["window/showDocument"] = {"success": True}
            given = RICH if capabilities is None else capabilities
            await client.initialize(
                capabilities=given, initializationOptions={**OPTIONS, **options}
            )
            yield client

    return opening


@pytest.fixture
async def rich(open_rich: Any) -> AsyncIterator[Any]:
    async with open_rich() as client:
        yield client


@pytest.fixture
def scripted(tmp_path: Path) -> Callable[..., tuple[str, str]]:
    """A document and what the engine says of it: its uri and its text."""

    def write(text: str = TEXT, file: str = "a.py", **says: Any) -> tuple[str, str]:
        mark = "//" if file.endswith(".rs") else "#"
        return (tmp_path / file).as_uri(), f"{mark} script: {json.dumps(says)}\n{text}"

    return write


@pytest.fixture
def lenses() -> Callable[[Any, str], Awaitable[list[str]]]:
    """The titles."""

    async def titles(client: Any, uri: str) -> list[str]:
        params = {"textDocument": {"uri": uri}}
        found = await client.request("textDocument/codeLens", params)
        return [lens["command"]["title"] for lens in found]

    return titles


@pytest.fixture
def stands(rich: Any) -> Callable[..., Awaitable[dict[str, Any]]]:
    """Waits until a function stands so in the version that the editor has; what was told of it."""

    async def wait(uri: str, function: str, state: str, client: Any = rich) -> dict[str, Any]:
        def told() -> list[dict[str, Any]]:
            last = [p for p in client.heard("synthd/verification") if p["uri"] == uri][-1:]
            return [
                one
                for payload in last
                if payload["version"] == client.versions[uri]
                for one in payload["functions"]
                if one["function"] == function and one["state"] == state
            ]

        return dict((await client.until(told))[0])

    return wait


@pytest.fixture
def save() -> Callable[[Any, str], None]:
    def saved(client: Any, uri: str) -> None:
        client.notify("textDocument/didSave", {"textDocument": {"uri": uri}})

    return saved


@pytest.fixture
def wrong() -> Callable[..., Awaitable[list[dict[str, Any]]]]:
    """Waits for diagnostics of the version that the editor has, so many."""

    async def wait(client: Any, uri: str, number: int) -> list[dict[str, Any]]:
        def told() -> list[Any]:
            told = [p for p in client.heard("textDocument/publishDiagnostics") if p["uri"] == uri]
            last = told[-1] if told else None
            fits = last and len(last["diagnostics"]) == number
            return [last] if fits and last.get("version") == client.versions[uri] else []

        return list((await client.until(told))[0]["diagnostics"])

    return wait
