"""The process that scores programs, for its parent alone.

Run as `python -P -m synthd.synth.learning.verifier.child`. Lines of JSON come on stdin: first the
settings, then {"id", "x", "programs"} or {"cancel": id}; lines of JSON go to stdout: {"ready"} or
{"refused"} or {"error"} first, then {"id", "rewards"} or {"id", "error"}. It has no address: its
pipes are its parent's. It lives until stdin ends; what libraries print goes to stderr.
"""

from __future__ import annotations

import json
import os
import queue
import sys
import threading
from pathlib import Path
from typing import Any, TextIO

from synthd.synth.models.engine_child import tied_to


def main() -> None:
    out = os.fdopen(os.dup(sys.stdout.fileno()), "w")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    settings = json.loads(sys.stdin.readline())
    tied_to(settings["parent"])
    asked: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
    cancelled: set[int] = set()
    threading.Thread(target=_read, args=(asked, cancelled), daemon=True).start()
    try:
        score = _opened(settings)
    except Exception as error:
        kind = "refused" if type(error).__name__ in ("BadVerifier", "BadFolder") else "error"
        told = str(error) if kind == "refused" else f"{type(error).__name__}: {error}"
        _tell(out, {kind: told})
        os._exit(1)
    _tell(out, {"ready": True})
    while True:
        _answer(asked.get(), score, cancelled, out)


def _opened(settings: dict[str, Any]) -> Any:
    import torch

    from synthd.synth.learning.verifier.saved import opened

    torch.set_num_threads(settings["threads"])
    verifier = opened(
        Path(settings["folder"]),
        Path(settings["base"]),
        device=settings["device"],
        dtype=settings["dtype"],
    )
    return verifier.rewards


def _answer(asked: dict[str, Any], score: Any, cancelled: set[int], out: TextIO) -> None:
    from synthd.synth.learning.verifier.features import Cancelled

    number = asked["id"]
    try:
        said = score(asked["x"], asked["programs"], lambda: number in cancelled)
    except Cancelled:
        pass
    except Exception as error:  # one program's doing, memory say; the next may do
        _tell(out, {"id": number, "error": f"{type(error).__name__}: {error}"})
    else:
        _tell(out, {"id": number, "rewards": said})
    cancelled.discard(number)


def _read(asked: queue.SimpleQueue[dict[str, Any]], cancelled: set[int]) -> None:
    for line in sys.stdin:
        told = json.loads(line)
        if "cancel" in told:
            cancelled.add(told["cancel"])
        else:
            asked.put(told)
    os._exit(0)


def _tell(out: TextIO, content: dict[str, Any]) -> None:
    print(json.dumps(content), file=out, flush=True)


if __name__ == "__main__":
    main()
