"""What of this machine a compiled candidate's sandbox shows, and the command that starts it."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import synthd.sandbox.inside
from synthd.sandbox.interpreter import Interpreter
from synthd.sandbox.isolation import ENVIRONMENT
from synthd.sandbox.level import Level
from synthd.sandbox.limits import Limits
from synthd.sandbox.native.toolchain import SYSTEM, Toolchain

_SETTINGS = ("/etc/ld.so.cache", "/etc/localtime", "/etc/alternatives", "/etc/ssl/openssl.cnf")
_DEVICES = ("/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom")
_INSIDE = Path(synthd.sandbox.inside.__file__).parent


def command(
    level: Level,
    interpreter: Interpreter,
    toolchain: Toolchain,
    limits: Limits,
    scratch: Path | None,
    filtered: bool,
) -> list[str]:
    """scratch: a private folder, where /tmp is none. filtered: this machine has seccomp."""
    system = [[place, "read"] for place in (*SYSTEM, *_SETTINGS)]
    system += [[device, "device"] for device in _DEVICES]
    config = {
        "scratch": str(scratch or "/tmp"),
        "filtered": filtered,
        # Under bubblewrap it is a second wall, where the kernel has it: no /proc, no compiler's
        # home, and only one folder that a candidate can write to.
        "landlock": level is not Level.NONE,
        "compile_grants": [*system, *([str(folder), "read"] for folder in toolchain.folders)],
        "run_grants": system,
        "environment": {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "MALLOC_ARENA_MAX": "2"},
    }
    boot = [str(interpreter.program), "-I", "-S", "-B", str(_INSIDE / "native_boot.py")]
    boot.append(json.dumps(config))
    boxed = level is Level.BUBBLEWRAP
    return [*_bubblewrap(interpreter, toolchain, limits), *boot] if boxed else boot


def _bubblewrap(interpreter: Interpreter, toolchain: Toolchain, limits: Limits) -> list[str]:
    argv = [shutil.which("bwrap") or "bwrap", "--unshare-all", "--unshare-user"]
    # The supervisor is the first process in there: bubblewrap's own could be looked into, and
    # holds the pipes to the judge.
    argv += ["--as-pid-1", "--die-with-parent", "--new-session", "--cap-drop", "ALL"]
    argv += ["--uid", "65534", "--gid", "65534", "--hostname", "synthd", "--clearenv"]
    for name, value in ENVIRONMENT.items():
        argv += ["--setenv", name, value]
    argv += ["--proc", "/proc", "--dev", "/dev"]
    for place in ("/dev/shm", "/tmp"):
        argv += ["--size", str(limits.scratch_bytes), "--tmpfs", place]
    for place in SYSTEM:
        if os.path.islink(place):
            argv += ["--symlink", os.readlink(place), place]
        else:
            argv += ["--ro-bind-try", place, place]
    for setting in _SETTINGS:
        argv += ["--ro-bind-try", setting, setting]
    shown = {*interpreter.folders, _INSIDE, *toolchain.folders}
    for folder in sorted(shown, key=lambda folder: len(folder.parts)):  # outer ones first
        argv += ["--ro-bind", str(folder), str(folder)]
    for link, target in interpreter.links:
        argv += ["--ro-bind", str(target), str(link)]
    return [*argv, "--remount-ro", "/", "--"]
