"""A whole program as a script: standard input in, standard output out, an exit status."""

from __future__ import annotations

import atexit
import io
import os
import random
import sys
import threading
import traceback
import types

PATH = "/program/program.py"


def run_script(source: bytes, given: int, printed: int) -> int:
    """given, printed: descriptors. What Python would do with a file of that text."""
    os.dup2(given, 0)
    os.dup2(printed, 1)
    os.closerange(3, 1 << 16)
    sys.stdin = io.TextIOWrapper(io.BufferedReader(io.FileIO(0)), "utf-8", newline=None)
    sys.stdout = io.TextIOWrapper(io.BufferedWriter(io.FileIO(1, "w")), "utf-8", newline="\n")
    random.seed(0)
    code = _main(source.decode("utf-8", "surrogatepass"))
    try:
        threading._shutdown()  # type: ignore[attr-defined]
        atexit._run_exitfuncs()
        sys.stdout.flush()
    except BaseException:
        code = code or 120
    return code


def _main(source: str) -> int:
    module = types.ModuleType("__main__")
    module.__file__ = PATH
    sys.modules["__main__"] = module
    sys.argv[:] = [PATH]
    try:
        exec(compile(source, PATH, "exec", dont_inherit=True), vars(module))
    except SystemExit as stop:
        if stop.code is None or isinstance(stop.code, int):
            return (stop.code or 0) & 255
        return 1
    except BaseException:
        traceback.print_exc()
        return 1
    return 0
