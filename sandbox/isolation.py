"""The command that starts a runner under each level of isolation."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import synthd.sandbox.inside
from synthd.sandbox.context import ModuleContext
from synthd.sandbox.interpreter import Interpreter
from synthd.sandbox.level import Level
from synthd.sandbox.limits import Limits

_SYSTEM = ("/usr", "/lib", "/lib64", "/lib32", "/bin", "/sbin")
_SETTINGS = ("/etc/ld.so.cache", "/etc/localtime", "/etc/alternatives", "/etc/ssl/openssl.cnf")
_DEVICES = ("/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom")
_INSIDE = Path(synthd.sandbox.inside.__file__).parent

ENVIRONMENT = {
    "PATH": "/usr/bin:/bin",
    "LANG": "C.UTF-8",
    "PYTHONHASHSEED": "0",  # sets have one order in both processes and in every run
    "PYTHONUTF8": "1",
    "MALLOC_ARENA_MAX": "2",  # each reserves 64 MiB of address space
    "OPENBLAS_NUM_THREADS": "1",  # its threads take address space
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
}


def command(
    level: Level,
    interpreter: Interpreter,
    context: ModuleContext,
    limits: Limits,
    scratch: Path | None,
    masked: tuple[Path, ...],
    role: dict[str, object] | None = None,
) -> list[str]:
    """masked: what must not be readable in there. scratch: a private folder, where /tmp is none.

    role: which of boot.py's servers is to run there, and what it is told.
    """
    boxed = level is Level.BUBBLEWRAP
    config = {
        "landlock": (
            grants(interpreter, context, scratch, masked) if level is Level.LANDLOCK else None
        ),
        "roots": [str(root) for root in context.roots],
        "directory": str(context.workspace or context.path.parent),
        "scratch": str(scratch or "/tmp"),
        "role": role or {"name": "runner"},
    }
    boot = [str(interpreter.program), "-s", "-S", "-B", str(_INSIDE / "boot.py")]
    boot.append(json.dumps(config))
    return [*bubblewrap(interpreter, context, limits, masked), *boot] if boxed else boot


def bubblewrap(
    interpreter: Interpreter, context: ModuleContext, limits: Limits, masked: tuple[Path, ...]
) -> list[str]:
    program = shutil.which("bwrap") or "bwrap"
    argv = [program, "--unshare-all", "--unshare-user", "--die-with-parent", "--new-session"]
    # Its own first process would be one that a candidate of the same user can look into.
    argv += ["--as-pid-1"]
    argv += ["--cap-drop", "ALL", "--uid", "65534", "--gid", "65534", "--hostname", "synthd"]
    argv += ["--clearenv"]
    for name, value in ENVIRONMENT.items():
        argv += ["--setenv", name, value]
    argv += ["--proc", "/proc", "--dev", "/dev"]
    argv += ["--size", str(limits.scratch_bytes), "--tmpfs", "/dev/shm"]
    argv += ["--size", str(limits.scratch_bytes), "--tmpfs", "/tmp"]
    for place in _SYSTEM:
        if os.path.islink(place):
            argv += ["--symlink", os.readlink(place), place]
        else:
            argv += ["--ro-bind-try", place, place]
    for setting in _SETTINGS:
        argv += ["--ro-bind-try", setting, setting]
    shown = (*_packages(interpreter, context), *context.folders)
    for folder in _by_depth((*interpreter.folders, _INSIDE, *shown)):
        argv += ["--ro-bind", str(folder), str(folder)]
    for link, target in interpreter.links:
        argv += ["--ro-bind", str(target), str(link)]
    if not _inside_any(context.path, context.folders) and context.path not in masked:
        argv += ["--ro-bind-try", str(context.path), str(context.path)]
    for path in _by_depth(masked):
        if not _inside_any(path, shown):
            continue
        real = str(path.resolve())
        if path.is_dir():
            argv += ["--size", "4096", "--tmpfs", real]
        else:
            argv += ["--ro-bind", "/dev/null", real]
    return [*argv, "--remount-ro", "/", "--"]


def grants(
    interpreter: Interpreter, context: ModuleContext, scratch: Path | None, masked: tuple[Path, ...]
) -> list[list[str]]:
    """The same view of the file system, for Landlock."""
    hidden = frozenset(path.resolve() for path in masked)
    found = [[path, "read"] for path in (*_SYSTEM, *_SETTINGS, "/sys/devices/system/cpu")]
    found += [[path, "read"] for path in ("/proc/cpuinfo", "/proc/meminfo", "/usr/share/zoneinfo")]
    found += [[path, "device"] for path in _DEVICES]
    found += [[str(folder), "read"] for folder in (*interpreter.folders, _INSIDE)]
    found += [[str(path), "read"] for link in interpreter.links for path in link]
    for folder in (*_packages(interpreter, context), *context.folders):
        found += _around(folder.resolve(), hidden)
    return [*found, [str(scratch), "write"]] if scratch is not None else found


def _packages(interpreter: Interpreter, context: ModuleContext) -> Iterator[Path]:
    """What editable installs add, but never a folder around the workspace, a home or a tmp.

    Some build backends name the parent of a project as a place of its packages.
    """
    kept = [Path("/tmp"), Path("/var/tmp"), Path("/dev/shm"), Path.home(), context.path.parent]
    kept += [context.workspace] if context.workspace is not None else []
    for folder in interpreter.added:
        if not any(place.resolve().is_relative_to(folder.resolve()) for place in kept):
            yield folder


def _around(folder: Path, hidden: frozenset[Path]) -> Iterator[list[str]]:
    """A grant cannot have exceptions: where something is hidden, its neighbours are granted."""
    if not any(path.is_relative_to(folder) for path in hidden):
        yield [str(folder), "read"]
        return
    yield [str(folder), "list"]
    for entry in sorted(os.scandir(folder), key=lambda entry: entry.name):
        path = Path(entry.path)
        if path in hidden or path.resolve() in hidden:
            continue
        if entry.is_dir(follow_symlinks=False):
            yield from _around(path, hidden)
        else:
            yield [str(path), "read"]


def _by_depth(paths: tuple[Path, ...]) -> list[Path]:
    """Outer folders first: a later mount would cover an inner one."""
    return sorted(dict.fromkeys(paths), key=lambda path: len(path.parts))


def _inside_any(path: Path, folders: tuple[Path, ...]) -> bool:
    return any(path.resolve().is_relative_to(folder.resolve()) for folder in folders)
