"""The part of Ollama that synthd uses, on loopback, with answers of a test's own."""

from __future__ import annotations

import json
from collections.abc import Iterable
from http.server import BaseHTTPRequestHandler
from typing import Any

from loopback import Loopback


class OllamaServer(Loopback):
    """Lists one model, `coder`. digest: of its weights. To be closed."""

    digest = ""

    def __init__(self) -> None:
        super().__init__(_handler(self))

    def reply(self, asked: dict[str, Any]) -> Iterable[str]:
        """Pieces of an answer; it may take its time for each. asked: the call's own."""
        raise NotImplementedError

    def ended(self, asked: dict[str, Any], *, whole: bool) -> None:
        """All was sent, or whoever asked is gone."""


def _handler(server: OllamaServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

        def do_GET(self) -> None:
            listed = {"model": "coder", **({"digest": server.digest} if server.digest else {})}
            self._begin()
            self._line({"models": [listed]})

        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers.get("content-length", 0))))
            if "messages" not in asked:  # about the model itself
                self._begin()
                self._line({})
                return
            whole = False
            try:
                self._begin()
                for piece in server.reply(asked):
                    self._said(piece)
                counts = {"done_reason": "stop", "prompt_eval_count": 11, "eval_count": 7}
                self._said("", done=True, **counts)
                whole = True
            except OSError:
                pass
            finally:
                server.ended(asked, whole=whole)

        def _begin(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "application/x-ndjson")
            self.end_headers()

        def _said(self, text: str, *, done: bool = False, **more: object) -> None:
            message = {"role": "assistant", "content": text}
            self._line({"model": "coder", "message": message, "done": done, **more})

        def _line(self, row: object) -> None:
            self.wfile.write(json.dumps(row).encode() + b"\n")
            self.wfile.flush()

    return Handler
