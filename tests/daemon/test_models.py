"""Which model is used: the named one, the configured one, Ollama's, the one on disk, or none."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import psutil
import pytest

from synthd.daemon.models import choose
from synthd.daemon.weights import CATALOGUE, Store, Weights
from synthd.synth.models.errors import NoModel, UnknownModel

NOBODY = "http://127.0.0.1:9"


def weights_of(name: str, content: bytes) -> Weights:
    digest = hashlib.sha256(content).hexdigest()
    return Weights(name, f"{name}.gguf", len(content), digest, "r", "v", "none")


SMALL, LARGE = weights_of("small", b"abc"), weights_of("large", b"abcd")
KNOWN = (SMALL, LARGE)


class Ollama:
    def __init__(self) -> None:
        self.models: list[str] = []
        self.asked = 0
        ollama = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *_: object) -> None:
                pass

            def do_GET(self) -> None:
                ollama.asked += 1
                self.send_response(200)
                self.end_headers()
                listed = [{"model": name} for name in ollama.models]
                self.wfile.write(json.dumps({"models": listed}).encode())

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.host = f"http://127.0.0.1:{self.http.server_port}"


@pytest.fixture
def ollama() -> Iterator[Ollama]:
    ollama = Ollama()
    thread = threading.Thread(target=ollama.http.serve_forever, args=(0.02,))
    thread.start()
    yield ollama
    ollama.http.shutdown()
    thread.join()
    ollama.http.server_close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Holds both weights, verified."""
    store = Store(tmp_path, KNOWN)
    for weights, content in ((SMALL, b"abc"), (LARGE, b"abcd")):
        store.path_of(weights).write_bytes(content)
        assert store.verify(weights)
    return tmp_path


async def test_the_named_model_wins(ollama: Ollama, folder: Path) -> None:
    ollama.models = ["codellama"]
    for name, full in (("small", "local/small"), ("ollama/x:1b", "ollama/x:1b"), ("a/b", "a/b")):
        chosen = await choose(name, "local/large", ollama.host, folder, KNOWN)
        assert chosen.model.name == full and chosen.why == "it was asked for by name"
        await chosen.aclose()
    assert ollama.asked == 0 and psutil.Process().children() == [], "nothing is started for it"


async def test_then_the_configured_one(ollama: Ollama, folder: Path) -> None:
    chosen = await choose(None, "local/small", ollama.host, folder, KNOWN)
    assert chosen.model.name == "local/small" and chosen.why == "it is configured"
    assert ollama.asked == 0
    await chosen.aclose()


async def test_then_a_code_model_in_ollama(ollama: Ollama, folder: Path) -> None:
    ollama.models = ["llama3:8b", "qwen2.5-coder:7b"]
    chosen = await choose(None, None, ollama.host, folder, KNOWN)
    assert chosen.model.name == "ollama/qwen2.5-coder:7b"
    assert chosen.model.endpoint == f"Ollama at {ollama.host}"
    assert chosen.why == "Ollama runs and has it"
    await chosen.aclose()


@pytest.mark.parametrize("running", [True, False])
async def test_then_the_largest_on_disk(ollama: Ollama, folder: Path, running: bool) -> None:
    ollama.models = ["llama3:8b"]
    chosen = await choose(None, None, ollama.host if running else NOBODY, folder, KNOWN)
    assert chosen.model.name == "local/large"
    assert chosen.why == "its weights are on this machine"
    await chosen.aclose()


async def test_else_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(NoModel, match=r"run `synthd models pull qwen2\.5-coder:1\.5b`"):
        await choose(None, None, NOBODY, tmp_path, CATALOGUE)


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("local/large", "local/large is not on this machine: run `synthd models pull large`"),
        ("gpt-4o", "there is no local model 'gpt-4o': choose one of small, large, or write ollama"),
        ("local/", "is not a model name"),
    ],
)
async def test_a_named_model_that_is_not_here(tmp_path: Path, name: str, says: str) -> None:
    with pytest.raises(UnknownModel, match=says):
        await choose(name, None, NOBODY, tmp_path, KNOWN)
