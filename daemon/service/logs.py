"""The daemon's log: what happened, when, never with source text or secrets.

Handlers never wait for a disk: a thread writes. Each build has its own file, for two daemons that
rotate one file lose lines.
"""

from __future__ import annotations

import logging
import logging.handlers
from pathlib import Path
from queue import SimpleQueue

from synthd.daemon.service import faults

SIZE = 1 << 20  # bytes of one file
OLDER = 3  # files beside the current one
OURS = "synthd"


class Logs:
    def __init__(self, path: Path, *, also_stderr: bool = False) -> None:
        """Raises OSError."""
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.touch(mode=0o600)
        path.chmod(0o600)
        queue: SimpleQueue[logging.LogRecord] = SimpleQueue()
        self._entry = logging.handlers.QueueHandler(queue)
        self._entry.setFormatter(
            Discreet("%(asctime)s %(process)d %(levelname)s %(name)s: %(message)s")
        )
        sinks: list[logging.Handler] = [
            logging.handlers.RotatingFileHandler(
                path, maxBytes=SIZE, backupCount=OLDER, encoding="utf-8"
            )
        ]
        if also_stderr:
            sinks.append(logging.StreamHandler())
        self._sinks = sinks
        self._listener = logging.handlers.QueueListener(queue, *sinks)
        self._listener.start()
        root = logging.getLogger()
        root.handlers = [self._entry]
        root.setLevel(logging.WARNING)
        logging.getLogger(OURS).setLevel(logging.INFO)

    def close(self) -> None:
        logging.getLogger().removeHandler(self._entry)
        self._listener.stop()
        for sink in self._sinks:
            sink.close()


class Discreet(logging.Formatter):
    """Of libraries only the constant part of a message: their arguments quote what they handle."""

    def format(self, record: logging.LogRecord) -> str:
        if record.name.partition(".")[0] != OURS:
            record = logging.makeLogRecord(record.__dict__)
            record.msg = "".join(str(record.msg).splitlines()[:1])
            record.args = None
        return super().format(record)

    def formatException(self, ei: object) -> str:
        error = ei[1] if isinstance(ei, tuple) else None
        return faults.describe(error) if isinstance(error, BaseException) else ""


def log_path(folder: Path, build: str) -> Path:
    return folder / f"daemon-{build}.log"


def newest(folder: Path) -> Path | None:
    """The log of the daemon that wrote last."""
    return max(folder.glob("daemon-*.log"), key=lambda path: path.stat().st_mtime, default=None)
