"""`from synthd.daemon import Client, synthesize` does nothing and brings nothing heavy."""

from __future__ import annotations

import subprocess
import sys

HEAVY = "pydantic pygls lsprotocol rich typer httpx litellm ollama watchdog tree_sitter sqlite3"


def run(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return done.stdout


def test_naming_the_package_imports_nothing_of_it() -> None:
    code = "import sys, synthd.daemon; print([m for m in sys.modules if m.startswith('synthd.')])"
    assert run(code) == "['synthd.daemon']\n"


def test_what_is_named_is_light_and_has_no_server_code() -> None:
    out = run(
        "import sys\n"
        "from synthd.daemon import AsyncClient, Client, Result, SynthdError, synthesize\n"
        "tops = {m.split('.')[0] for m in sys.modules}\n"
        f"print(sorted(tops & set({HEAVY!r}.split())))\n"
        "parts = {'.'.join(m.split('.')[:3]) for m in sys.modules if m.startswith('synthd.')}\n"
        "print(sorted(parts))"
    )
    heavy, parts = out.splitlines()
    assert heavy == "[]"
    allowed = {"client", "thin", "jobs", "writing"}  # of jobs, the states
    assert {part.split(".")[2] for part in eval(parts) if part != "synthd.daemon"} == allowed


def test_what_is_not_there_is_an_attribute_error() -> None:
    code = "import synthd.daemon as d\nprint(hasattr(d, 'Server'), 'synthesize' in dir(d))"
    assert run(code) == "False True\n"
