"""The engine's HTTP: /health, /v1/chat/completions as server-sent events, /v1/weights."""

from __future__ import annotations

import hmac
import json
import select
import socket
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import Empty
from typing import Any

from synthd.synth.learning.chat import NoTemplate
from synthd.synth.learning.drawing.calls import Call, Ended, Failed, Said
from synthd.synth.learning.drawing.scheduler import Scheduler
from synthd.synth.learning.loading import parameters_sha256
from synthd.synth.models.hf.wire import BadRequest, Wanted, read
from synthd.synth.ports import Prompt

LARGEST = 256 << 20  # bytes of a request
LOOK = 0.2  # seconds; how often we look whether somebody still listens
ALIVE = 10.0  # seconds without a token (it waits, or learns) after which we say that we are there


@dataclass(frozen=True, slots=True)
class Served:
    """context: tokens of prompt and answer together. encode: a prompt's tokens."""

    scheduler: Scheduler
    key: str
    context: int
    encode: Callable[[Prompt], tuple[int, ...]]


class Refused(Exception):
    """Answered with a status, before anything is drawn."""

    def __init__(self, status: int, kind: str, message: str) -> None:
        super().__init__(message)
        self.status, self.kind = status, kind


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, served: Served) -> None:
        self.served = served
        super().__init__(("127.0.0.1", 0), Handler)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    """One request for each connection: so a client that goes away is seen to be gone."""

    server: Server
    disable_nagle_algorithm = True  # tokens are small, and wanted at once
    timeout = 60  # seconds for the request itself to come

    def do_GET(self) -> None:
        try:
            self._get()
        except Refused as refused:
            self._refuse(refused)
        except ConnectionError:
            pass  # nobody is left to tell

    def do_POST(self) -> None:
        try:
            if self.path != "/v1/chat/completions":
                raise Refused(404, "not_found_error", f"there is no {self.path}")
            self._authorized()
            call = self._call(self._wanted())
            self._stream(call)
        except Refused as refused:
            self._refuse(refused)
        except ConnectionError:
            pass  # the call was given up by then

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing of requests goes into the log: it is the parent's for error messages."""

    def _get(self) -> None:
        if self.path == "/health":
            self._json(200, {"status": "ok"})
            return
        self._authorized()
        scheduler = self.server.served.scheduler
        if self.path == "/v1/counts":
            self._json(200, asdict(scheduler.counts()))
        elif self.path == "/v1/weights":
            sha256 = scheduler.do(lambda loaded: parameters_sha256(loaded.model))
            self._json(200, {"sha256": sha256})
        else:
            raise Refused(404, "not_found_error", f"there is no {self.path}")

    def _authorized(self) -> None:
        shown = self.headers.get("Authorization", "").encode()
        if not hmac.compare_digest(shown, f"Bearer {self.server.served.key}".encode()):
            raise Refused(401, "authentication_error", "Invalid API Key")

    def _wanted(self) -> Wanted:
        try:
            size = int(self.headers.get("Content-Length", ""))
        except ValueError:
            raise Refused(411, "invalid_request_error", "Content-Length is missing") from None
        if not 0 <= size <= LARGEST:
            raise Refused(413, "invalid_request_error", "the request is too large")
        try:
            return read(self.rfile.read(size))
        except BadRequest as error:
            raise Refused(400, "invalid_request_error", str(error)) from None

    def _call(self, wanted: Wanted) -> Call:
        served = self.server.served
        try:
            ids = served.encode(wanted.prompt)
        except NoTemplate as error:
            raise Refused(400, "invalid_request_error", str(error)) from None
        if len(ids) >= served.context:
            # In llama.cpp's words, so that it means the same to whoever asks.
            raise Refused(
                400,
                "exceed_context_size_error",
                f"request ({len(ids)} tokens) exceeds the available context size "
                f"({served.context} tokens)",
            )
        return Call(
            ids=ids,
            temperature=wanted.temperature,
            top_p=wanted.top_p,
            seed=wanted.seed,
            max_tokens=wanted.max_tokens,
            logprobs=wanted.logprobs,
            context=served.context,
            tuning=wanted.tuning.tuning() if wanted.tuning else None,
        )

    def _stream(self, call: Call) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Connection", "close")
        self.end_headers()
        self.server.served.scheduler.draw(call)
        try:
            for told in self._told(call):
                for event in _events(told):
                    self._send(event)
            self.wfile.write(b"data: [DONE]\n\n")
        finally:
            call.given_up.set()

    def _told(self, call: Call) -> Iterator[Said | Ended | Failed | None]:
        """Up to the end. None: nothing, for a while. Raises ConnectionError when nobody listens."""
        quiet = 0.0
        while True:
            try:
                told = call.told.get(timeout=LOOK)
            except Empty:
                quiet += LOOK
                if self._left():
                    raise ConnectionAbortedError from None
                if quiet >= ALIVE:
                    quiet = 0.0
                    yield None
                continue
            quiet = 0.0
            yield told
            if not isinstance(told, Said):
                return
            if self._left():
                raise ConnectionAbortedError

    def _left(self) -> bool:
        """A client that asked has nothing more to say: what can be read is its end."""
        if not select.select([self.connection], [], [], 0)[0]:
            return False
        try:
            return not self.connection.recv(1, socket.MSG_PEEK)
        except OSError:
            return True

    def _send(self, event: dict[str, Any]) -> None:
        self.wfile.write(b"data: " + json.dumps(event).encode() + b"\n\n")
        self.wfile.flush()

    def _refuse(self, refused: Refused) -> None:
        error = {"code": refused.status, "type": refused.kind, "message": str(refused)}
        try:
            self._json(refused.status, {"error": error})
        except ConnectionError:
            pass  # it left before it was told

    def _json(self, status: int, content: object) -> None:
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def _events(told: Said | Ended | Failed | None) -> Iterator[dict[str, Any]]:
    match told:
        case None:
            yield {"choices": []}
        case Said(text, raw, logprob):
            choice: dict[str, Any] = {"index": 0, "delta": {"content": text}, "finish_reason": None}
            if logprob is not None:
                word = raw.decode(errors="replace")
                token = {"token": word, "bytes": [*raw], "logprob": logprob, "top_logprobs": []}
                choice["logprobs"] = {"content": [token]}
            yield {"choices": [choice]}
        case Ended(finish, prompt, drawn, learned):
            yield {"choices": [{"index": 0, "delta": {}, "finish_reason": str(finish)}]}
            usage = {
                "prompt_tokens": prompt,
                "completion_tokens": drawn,
                "total_tokens": prompt + drawn,
            }
            yield {"choices": [], "usage": usage, "learned": [asdict(each) for each in learned]}
        case Failed(kind, message):
            # 500 is tried again; of 501 nothing is read but that it failed, and why.
            code = 500 if kind == "engine_error" else 501
            yield {"error": {"code": code, "type": kind, "message": message}}
