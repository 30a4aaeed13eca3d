"""Tells a daemon that runs what was written and certified, so that it watches over it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from synthd.daemon.report import Report, Status
from synthd.daemon.thin.asking import ask
from synthd.daemon.thin.dial import dial
from synthd.daemon.thin.errors import Unreachable

PATIENCE = 3.0


def tell_daemon(
    path: Path, report: Report, text: bytes, examples: Sequence[str], tests: Sequence[Path]
) -> bool:
    """Whether one took it. None is started for it, and nothing depends on it."""
    if report.status is not Status.VERIFIED or report.certificate is None:
        return False
    body = {
        "path": str(path.absolute()),
        "report": json.loads(report.json_text()),
        "examples": list(examples),
        "tests": [str(test.absolute()) for test in tests],
    }
    with suppress(UnicodeDecodeError):  # then the daemon reads the file itself
        body["text"] = text.decode("utf-8")
    try:
        with dial("control", name="synth", start=False, patience=PATIENCE).socket as connection:
            ask(connection, "certificates.record", body, PATIENCE)
    except (Unreachable, OSError):
        return False
    return True
