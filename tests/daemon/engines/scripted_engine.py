"""An engine process as synthd's own: the small part of llama.cpp's HTTP that synthd uses.

The last message of a prompt says what it does: "die", "hang", "sick" (from then on /health has no
answer), "slow" (a word every 50 ms); else it answers at once. Its calls are appended to a file
beside its weights. Weights with the text "bad" do not load.
"""

import json
import os
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

settings = json.loads(sys.stdin.readline())
weights = Path(settings["weights"])
sick = threading.Event()


def note(what: str) -> None:
    descriptor = os.open(f"{weights}.calls", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.write(descriptor, f"{os.getpid()} {what}\n".encode())
    os.close(descriptor)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.0"

    def log_message(self, *_: object) -> None:
        pass

    def do_GET(self) -> None:
        if sick.is_set():
            time.sleep(60)
        self.answer(b"{}" if self.path == "/health" else b"")

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
        if self.headers.get("authorization") != f"Bearer {settings['key']}":
            self.send_error(401)
            return
        said = asked["messages"][-1]["content"]
        note(said.split()[0])
        self.send_response(200)
        self.end_headers()
        try:
            self.speak(said)
        except OSError:
            note("dropped")

    def speak(self, said: str) -> None:
        words = ["one ", "two ", "three"]
        marker = weights.with_suffix(".once")
        if "once" in said and not marker.exists():
            marker.touch()
            said = said.replace("once", "die")
        if "sick" in said:
            sick.set()
        for place, word in enumerate(words * (100 if "slow" in said else 1)):
            self.event({"choices": [{"delta": {"content": word}}]})
            if "die" in said and place == 1:
                time.sleep(0.05)
                print("the engine was told to die", file=sys.stderr, flush=True)
                os._exit(9)
            if "hang" in said or "sick" in said:
                time.sleep(60)
            time.sleep(0.05 if "slow" in said else 0)
        self.event({"choices": [{"delta": {}, "finish_reason": "stop"}]})
        self.event({"choices": [], "usage": {"prompt_tokens": 5, "completion_tokens": 3}})
        self.wfile.write(b"data: [DONE]\n\n")

    def event(self, body: object) -> None:
        self.wfile.write(f"data: {json.dumps(body)}\n\n".encode())
        self.wfile.flush()

    def answer(self, body: bytes) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(body)


def main() -> None:
    time.sleep(float(os.environ.get("SCRIPTED_ENGINE_LOADS", "0")))
    if weights.read_text() == "bad":
        print(json.dumps({"error": "no such tensor"}), flush=True)
        os._exit(1)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    note("started")
    print(json.dumps({"address": f"http://127.0.0.1:{server.server_port}"}), flush=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    sys.stdin.read()
    os._exit(0)


main()
