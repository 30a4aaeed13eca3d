"""A process that trains: a file says what, it answers lines of JSON, and dies with its parent.

Run as `python -P -m synthd.synth.learning.WHAT CONFIG.json`. A line of stdout is {"progress": …},
{"said": …}, and last {"result": …} or {"error": …, "kind": …}; what libraries print goes to stderr.
It lives until stdin ends, and SIGTERM asks it to write a checkpoint and leave.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, NoReturn, TextIO

from synthd.synth.learning.training.errors import Interrupted, TrainingError
from synthd.synth.learning.training.task import Progress

FAILED, INTERRUPTED = 3, 130


@dataclass(slots=True)
class Child:
    """What a training has of its process. main: whether it is the one of several that tells."""

    out: TextIO
    stopping: threading.Event = field(default_factory=threading.Event)

    @property
    def main(self) -> bool:
        return os.environ.get("RANK", "0") == "0"

    def tell(self, progress: Progress) -> None:
        row = asdict(progress)
        row["figures"] = dict(progress.figures)
        self.line({"progress": row})

    def say(self, text: str) -> None:
        """One sentence for the user."""
        self.line({"said": text})

    def line(self, row: Mapping[str, Any]) -> None:
        if self.main:
            print(json.dumps(row), file=self.out, flush=True)


def run(work: Callable[[Mapping[str, Any], Child], Mapping[str, Any]]) -> NoReturn:
    """Do the work of the configuration that argv names. work: gives the result's row."""
    out = os.fdopen(os.dup(sys.stdout.fileno()), "w")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    child = Child(out)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to handle
    signal.signal(signal.SIGTERM, lambda *_: child.stopping.set())
    threading.Thread(target=_leave_at_end_of_input, daemon=True).start()
    code = _done(work, child)
    out.flush()
    sys.stderr.flush()
    # Not sys.exit: the thread that reads stdin would be waited for.
    os._exit(code)


def _done(work: Callable[[Mapping[str, Any], Child], Mapping[str, Any]], child: Child) -> int:
    try:
        config = json.loads(Path(sys.argv[1]).read_text("utf-8"))
        result = work(config, child)
    except Interrupted as error:
        child.line({"error": str(error), "kind": "Interrupted"})
        return INTERRUPTED
    except TrainingError as error:
        child.line({"error": str(error), "kind": type(error).__name__})
        return FAILED
    except Exception as error:
        import traceback

        traceback.print_exc()
        child.line({"error": f"{type(error).__name__}: {error}", "kind": "broken"})
        return FAILED
    child.line({"result": result})
    return 0


def _leave_at_end_of_input() -> None:
    while sys.stdin.buffer.read(1 << 10):
        pass
    os._exit(1)
