"""Keys in the environment, in settings and in addresses are found nowhere afterwards: not in any
file that synthd writes, not in what it prints, whatever went wrong."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from synthd.daemon import AsyncClient, Client
from synthd.daemon.client.errors import SynthdError

FILE = 'def double(x):\n    """Twice.\n\n    >>> double(2)\n    4\n    """\n'
RIGHT = "```python\ndef double(x):\n    return 2 * x\n```\n"
# Parts of keys too: a password with an @ in it may be cut in two.
PLANTED = ("pLanted-1-xq7", "pLanted-2-xq7", "pLanted-3-xq7", "pLanted-4-xq7", "pLanted-5-xq7")


class Refusing:
    """A model server that answers with an error in which all stands that it was sent."""

    def __init__(self) -> None:
        server = self
        self.seen: list[str] = []

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *_: object) -> None:
                pass

            def do_POST(self) -> None:
                self.rfile.read(int(self.headers.get("content-length", 0)))
                sent = f"{self.path} {dict(self.headers)}"
                server.seen.append(sent)
                body = json.dumps({"error": f"forbidden: {sent}; invalid key {PLANTED[0]}"})
                self.send_response(server.status)
                self.send_header("Content-Type", "application/json")
                self.end_headers()
                self.wfile.write(body.encode())

            do_GET = do_POST

        self.status = 401
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.02,))
        self._thread.start()

    @property
    def port(self) -> int:
        return self._http.server_port

    def close(self) -> None:
        self._http.shutdown()
        self._thread.join()
        self._http.server_close()


@pytest.fixture
def refusing() -> Iterator[Refusing]:
    server = Refusing()
    try:
        yield server
    finally:
        server.close()


class Planted:
    """A user's home with keys everywhere where users have them."""

    def __init__(self, root: Path, port: int) -> None:
        self.root = root
        self.said: list[str] = []
        self.path = root / "project" / "work.py"
        self.path.parent.mkdir()
        self.path.write_text(FILE)
        self.environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(root / "home"),
            "TMPDIR": str(root / "tmp"),
            "XDG_STATE_HOME": str(root / "state"),
            "XDG_CACHE_HOME": str(root / "cache"),
            "XDG_CONFIG_HOME": str(root / "config"),
            "XDG_DATA_HOME": str(root / "data"),
            "SYNTHD_RUNTIME_DIR": str(root / "run"),
            "SYNTHD_STRATEGY": "seidr",
            "SYNTHD_TESTED_SECONDS": "0",
            "SYNTHD_MODEL": "ollama/coder",
            "OPENAI_API_KEY": PLANTED[0],
            "OLLAMA_API_KEY": PLANTED[0],
            "MY_PASSWORD": PLANTED[1],
            "SYNTHD_SECRET_TOKEN": PLANTED[2],
            "OLLAMA_HOST": f"http://user:{PLANTED[3]}@x{PLANTED[4]}@127.0.0.1:{port}",
        }
        (root / "tmp").mkdir()

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [sys.executable, "-m", "synthd.daemon", *arguments],
            cwd=self.root,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=120,
        )
        self.said += [done.stdout, done.stderr]
        return done

    def leaks(self) -> list[str]:
        """Where any of the keys is; the places in which the user put one are not among them."""
        found = [text for text in self.said if _has_key(text.encode())]
        for path in self.root.rglob("*"):
            if path.is_file() and path.name != "config.toml" and _has_key(path.read_bytes()):
                found.append(str(path))
        return found


def _has_key(data: bytes) -> bool:
    return any(key.encode() in data for key in PLANTED)


@pytest.fixture
def planted(tmp_path: Path, model: Any) -> Iterator[Planted]:
    port = int(model.url.rpartition(":")[2])
    home = Planted(tmp_path, port)
    try:
        yield home
    finally:
        home.run("daemon", "stop", "--now", "--all")


async def test_a_job_of_the_daemon_and_all_that_can_be_asked_about_it(planted, model):
    model.say = lambda prompt: RIGHT
    target = f"{planted.path}::double"
    async with AsyncClient(environment=planted.environment) as client:
        result = await client.synthesize(target, write=True, progress=False)
        assert result.verified
        id = result.job.id
        planted.said += [repr(result), str(result), result._repr_html_(), repr(client)]
        planted.said += [repr(await client.show(id)), json.dumps(await client.export(id))]
        planted.said += [json.dumps(await client.status()), json.dumps(await client.certificates())]
        planted.said += [repr([update async for update in client.watch(id)])]
        assert not planted.leaks()
        for command in (
            ("daemon", "status", "--json"), ("daemon", "logs"), ("jobs", "show", id),
            ("jobs", "list", "--json"), ("privacy",), ("models", "list"),
        ):  # fmt: skip
            await asyncio.to_thread(planted.run, *command)
        files = [path for path in planted.root.rglob("*") if path.is_file()]
        assert any(path.name == "jobs.sqlite" for path in files) and len(files) > 8
        assert not planted.leaks()


def test_a_job_whose_settings_have_a_key_is_kept_without_it(planted, model):
    """Whoever gives an address with a password for one job has it refused, or not written."""
    model.say = lambda prompt: RIGHT
    settings = {"ollama_host": planted.environment["OLLAMA_HOST"]}
    with Client(environment=planted.environment) as client:
        try:
            result = client.synthesize(f"{planted.path}::double", settings=settings, progress=False)
            planted.said.append(repr(result.report))
        except SynthdError as error:
            planted.said.append(str(error))
    assert not planted.leaks()


def test_a_server_that_refuses_and_says_all_it_knows(planted, refusing):
    target = f"{planted.path}::double"
    planted.environment["OLLAMA_HOST"] = (
        f"user:{PLANTED[3]}@x{PLANTED[4]}@127.0.0.1:{refusing.port}"
    )
    done = planted.run("synth", target, "--json", "--cache")
    assert done.returncode == 3 and refusing.seen
    planted.run("doctor")
    refusing.status = 422
    planted.environment["OLLAMA_HOST"] = f"http://127.0.0.1:{refusing.port}/?key={PLANTED[1]}"
    with Client(environment=planted.environment) as client:
        with pytest.raises(SynthdError) as raised:
            client.synthesize(target, progress=False)
        planted.said += [str(raised.value), repr(raised.value), repr(raised.value.__dict__)]
    planted.run("jobs", "list", "--json")
    assert not planted.leaks()


@pytest.mark.parametrize("host", ["http://user:{0}@127.0.0.1:x", "http://{0}:{0}@[::"])
def test_an_address_that_is_none(host, planted):
    planted.environment["OLLAMA_HOST"] = host.format(PLANTED[3])
    planted.run("synth", f"{planted.path}::double")
    planted.run("models", "pull", "ollama/coder")
    assert not planted.leaks()


def test_keys_in_the_wrong_place_of_the_settings(planted):
    config = planted.root / "config" / "synthd" / "config.toml"
    config.parent.mkdir(parents=True)
    for text in (f'max_programs = "sk-{PLANTED[0]}"', f'ollama_host = ["http://u:{PLANTED[1]}@h"]'):
        config.write_text(text + "\n")
        done = planted.run("synth", f"{planted.path}::double")
        assert done.returncode == 2 and str(config) in done.stderr
        with Client(environment=planted.environment) as client:
            client.list()  # so that all parts of the daemon are open
            assert "config.toml" in json.dumps(client.status())
        planted.run("daemon", "status")
        planted.run("daemon", "stop", "--now")
        assert not planted.leaks()


async def test_a_remote_model_whose_server_refuses(planted, refusing):
    planted.environment |= {
        "SYNTHD_MODEL": "openai/gpt-x",
        "OPENAI_API_BASE": f"http://127.0.0.1:{refusing.port}/v1",
    }
    async with AsyncClient(environment=planted.environment) as client:
        with pytest.raises(SynthdError) as raised:
            await client.synthesize(f"{planted.path}::double", progress=False)
    assert any(PLANTED[0] in seen for seen in refusing.seen)
    planted.said += [str(raised.value), repr(raised.value.__dict__)]
    assert not planted.leaks()
