"""Servers on this machine that say what a test tells them to, and the real 0.5B weights."""

from __future__ import annotations

import json
import os
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import platformdirs
import pytest
from loopback import Loopback

from synthd.synth.models.retry import Patience
from synthd.synth.ports import Message, Prompt

WEIGHTS = "qwen2.5-coder-0.5b-instruct-q4_k_m.gguf"


@dataclass
class Reply:
    """chunks are sent one by one; "cut" breaks the connection after them, "hang" goes on and on."""

    status: int = 200
    chunks: list[bytes] = field(default_factory=list)
    after: str = "end"
    headers: dict[str, str] = field(default_factory=dict)


class Server(Loopback):
    """Answers each request with the next reply; the last one is repeated."""

    def __init__(self) -> None:
        self.replies: list[Reply] = []
        self.requests: list[dict[str, Any]] = []
        self.keys: list[str] = []
        self.dropped = threading.Event()  # a client went away in mid-answer
        super().__init__(self._handler())

    def refuses(self, status: int, body: object, **headers: str) -> None:
        self.replies.append(Reply(status, [json.dumps(body).encode()], headers=headers))

    def openai(
        self,
        *texts: str,
        usage: bool = True,
        finish: str = "stop",
        after: str = "",
        logprob: float | None = None,
        fingerprint: str = "",
    ) -> None:
        """Stream texts as an OpenAI server does. after="cut" or "hang": before the end comes."""

        def event(content: object) -> bytes:
            return b"data: " + json.dumps(content).encode() + b"\n\n"

        base = {"id": "x", "object": "chat.completion.chunk", "created": 1, "model": "m"}
        base |= {"system_fingerprint": fingerprint} if fingerprint else {}

        def delta(text: str | None, reason: str | None) -> bytes:
            said = {} if text is None else {"role": "assistant", "content": text}
            choice: dict[str, object] = {"index": 0, "delta": said, "finish_reason": reason}
            if text is not None and logprob is not None:
                token = {"token": text, "bytes": [*text.encode()], "logprob": logprob}
                choice["logprobs"] = {"content": [{**token, "top_logprobs": []}]}
            return event({**base, "choices": [choice]})

        chunks = [delta(text, None) for text in texts]
        if not after:
            chunks.append(delta(None, finish))
            if usage:
                counted = {"prompt_tokens": 7, "completion_tokens": 5, "total_tokens": 12}
                chunks.append(event({**base, "choices": [], "usage": counted}))
            chunks.append(b"data: [DONE]\n\n")
        kind = {"Content-Type": "text/event-stream"}
        self.replies.append(Reply(200, chunks, after or "end", kind))

    def ollama(
        self,
        *texts: str,
        done: dict[str, object] | None = None,
        after: str = "",
        logprob: float | None = None,
    ) -> None:
        """Stream texts as Ollama does."""
        lines: list[dict[str, object]] = [
            {"model": "m", "message": {"role": "assistant", "content": text}, "done": False}
            for text in texts
        ]
        if logprob is not None:
            for line, text in zip(lines, texts, strict=True):
                line["logprobs"] = [{"token": text, "logprob": logprob}]
        if not after:
            end = {"model": "m", "message": {"role": "assistant", "content": ""}, "done": True}
            lines.append({**end, **(done or {})})
        chunks = [json.dumps(line).encode() + b"\n" for line in lines]
        self.replies.append(Reply(200, chunks, after or "end"))

    def _handler(server) -> type[BaseHTTPRequestHandler]:
        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *_: object) -> None:
                pass

            def do_POST(self) -> None:
                size = int(self.headers.get("content-length", 0))
                server.requests.append(json.loads(self.rfile.read(size) or b"{}"))
                server.keys.append(self.headers.get("authorization", ""))
                index = min(len(server.requests), len(server.replies)) - 1
                self._send(server.replies[index])

            do_GET = do_DELETE = do_POST

            def _send(self, reply: Reply) -> None:
                self.send_response(reply.status)
                for name, value in reply.headers.items():
                    self.send_header(name.replace("_", "-"), value)
                if reply.after == "cut":  # promise more than comes
                    self.send_header("Content-Length", str(sum(map(len, reply.chunks)) + 10))
                self.end_headers()
                try:
                    for chunk in reply.chunks:
                        self.wfile.write(chunk)
                    while reply.after == "hang":
                        self.wfile.write(reply.chunks[-1])
                        threading.Event().wait(0.02)
                except OSError:
                    server.dropped.set()

        return Handler


@pytest.fixture
def server() -> Iterator[Server]:
    server = Server()
    yield server
    server.close()


@pytest.fixture
def nobody() -> str:
    """An address at which nothing listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    return f"http://127.0.0.1:{port}"


@pytest.fixture
def hasty() -> Patience:
    """Three tries without long pauses."""
    return Patience(first_token=30, next_token=30, tries=3, pause=0.01, longest_pause=0.05)


@pytest.fixture
def prompt() -> Prompt:
    system = Message("system", "You are a Python programmer.")
    return (system, Message("user", "Write a function that adds two numbers."))


@pytest.fixture(scope="session")
def weights() -> Path:
    """The 0.5B weights: in SYNTHD_TEST_WEIGHTS_DIR, or where `synthd models pull` puts them."""
    named = os.environ.get("SYNTHD_TEST_WEIGHTS_DIR")
    folder = Path(named) if named else platformdirs.user_data_path("synthd") / "models"
    pytest.importorskip("xllamacpp", reason="the embedded engine is not installed")
    if not (folder / WEIGHTS).exists():
        pytest.skip(f"no {WEIGHTS} in {folder}: `synthd models pull qwen2.5-coder:0.5b`")
    return folder / WEIGHTS
