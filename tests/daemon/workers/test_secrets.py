"""Keys of a session get to its worker, and nowhere else: no message, no file, no last word."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from synthd.daemon.jobs.messages import Stopped

KEYS = {
    "OPENAI_API_KEY": "sk-planted-0123456789abcdef",
    "ANTHROPIC_API_KEY": "planted without any look 42",
    "MY_SECRET": 'planted "with" quotes\\and more',
}
LOGIN = "someone:planted-password"


class Tattler(BaseHTTPRequestHandler):
    """A provider that refuses a key and repeats it, as some do."""

    def log_message(self, *_: object) -> None:
        pass

    def do_POST(self) -> None:
        self.server.seen.append(self.headers["authorization"])
        text = f"Incorrect API key provided: {self.headers['authorization']}"
        body = json.dumps({"error": {"message": text, "type": "invalid_request_error"}}).encode()
        self.send_response(401)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@pytest.fixture
def provider() -> Iterator[ThreadingHTTPServer]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Tattler)
    server.seen = []
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def planted(text: str) -> bool:
    return "planted" in text


async def test_a_provider_that_repeats_the_key(desk, provider, tmp_path: Path, capfd) -> None:
    environment = {
        **KEYS,
        "SYNTHD_MODEL": "openai/some-model",
        "OPENAI_API_BASE": f"http://127.0.0.1:{provider.server_port}",
    }
    attempt = await desk.run(desk.order(environment=environment))
    assert provider.seen[0] == f"Bearer {KEYS['OPENAI_API_KEY']}"  # the worker has it
    assert isinstance(attempt.end, Stopped) and "refused the key" in attempt.end.why
    assert not [message for message in attempt.said if planted(repr(message))]
    assert not planted(attempt.last_words) and not planted("".join(capfd.readouterr()))
    assert not _files_with_it(tmp_path)


async def test_a_login_in_an_address_and_a_key_in_the_users_own_file(
    desk, model, right, stub, tmp_path: Path
) -> None:
    """What the model says is kept as it is; the file's own text is in prompts, which are told."""
    model.say = lambda prompt: right
    text = f"TOKEN = {KEYS['ANTHROPIC_API_KEY']!r}\n\n\n" + stub.replace("Twice x.", "Twice TOKEN.")
    host = model.url.replace("//", f"//{LOGIN}@")
    attempt = await desk.run(desk.order(text, environment={**KEYS, "OLLAMA_HOST": host}))
    assert attempt.end.status == "verified"
    assert any("TOKEN = '[hidden]'" in line for line in attempt.lines)
    assert not [message for message in attempt.said[:-1] if planted(repr(message))]
    assert not planted(str(attempt.settled.settings)) and not planted(attempt.settled.endpoint)
    assert not planted(repr(attempt.end))
    assert not _files_with_it(tmp_path)


def _files_with_it(folder: Path) -> list[Path]:
    files = [path for path in folder.rglob("*") if path.is_file()]
    return [path for path in files if planted(path.read_bytes().decode(errors="replace"))]
