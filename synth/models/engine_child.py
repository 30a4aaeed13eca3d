"""The embedded engine's own process: llama.cpp's server, for its parent alone.

Run as `python -P -m synthd.synth.models.engine_child`. It reads its settings (with the key that
callers must show) as one line of JSON from stdin, answers with one line of JSON on stdout once
it listens, and lives until stdin ends: a parent that dies, however it dies, takes it along.
Everything that llama.cpp prints goes to stderr, which the parent keeps for error messages.
"""

from __future__ import annotations

import ctypes
import importlib
import json
import os
import signal
import sys
import threading
from typing import Any

PR_SET_PDEATHSIG = 1
# Prompts that lost their slot are kept here, in MiB; llama.cpp's own default is 8 GiB.
PROMPT_CACHE_MIB = 256
ERRORS_AND_WARNINGS = 2


def main() -> None:
    answer = os.fdopen(os.dup(sys.stdout.fileno()), "w")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    settings = json.loads(sys.stdin.readline())
    die_with(settings["parent"])
    try:
        server = _serve(settings)
    except Exception as error:
        print(json.dumps({"error": f"{type(error).__name__}: {error}"}), file=answer, flush=True)
        # Not sys.exit: threads that llama.cpp left half made would make it hang or abort.
        os._exit(1)
    print(json.dumps({"address": server.listening_address}), file=answer, flush=True)
    threading.Event().wait()


def die_with(parent: int) -> None:
    """For one that has no more to read from stdin: its end is the parent's end, too."""
    tied_to(parent)
    threading.Thread(target=_leave_at_end_of_input, daemon=True).start()


def tied_to(parent: int) -> None:
    """Die with it, by the kernel where it can: it also works while a library holds the
    interpreter. Ctrl-C is left to the parent."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it died before we could ask
        os._exit(1)
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _leave_at_end_of_input() -> None:
    while sys.stdin.readline():
        pass
    os._exit(0)


def _serve(settings: dict[str, Any]) -> Any:
    xllamacpp = importlib.import_module("xllamacpp")
    params = xllamacpp.CommonParams()
    params.model.path = settings["weights"]
    params.model_alias = {settings["name"]}
    params.hostnames = ["127.0.0.1"]
    params.port = 0
    params.api_keys = [settings["key"]]
    params.n_parallel = settings["slots"]
    params.n_ctx = settings["context"] * settings["slots"]
    params.cpuparams.n_threads = settings["threads"]
    params.cont_batching = True
    params.cache_ram_mib = PROMPT_CACHE_MIB
    params.endpoint_slots = False
    params.ui = False
    params.fit_params = False  # it would measure memory first, and may shrink the context
    params.verbosity = ERRORS_AND_WARNINGS
    return xllamacpp.Server(params)


if __name__ == "__main__":
    main()
