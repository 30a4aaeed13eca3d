"""What of this machine Verus' sandbox shows, and the command that starts it there."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from synthd.sandbox.level import Level
from synthd.sandbox.native.toolchain import SYSTEM
from synthd.sandbox.verus.run import VerusLimits

MIB = 1 << 20
_SETTINGS = ("/etc/ld.so.cache", "/etc/localtime", "/etc/alternatives", "/etc/ssl/openssl.cnf")
_DEVICES = ("/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom")
_ROOM = 1024 * MIB  # of the private tmp, and of one file
_BOOT = Path(__file__).with_name("boot.py")
_INSIDE = "/work-of-verus"
# Resource limits are set by a shell: it starts in a millisecond, Python in twenty.
_LIMITED = 'ulimit -c 0; ulimit -f "$1"; ulimit -v "$2"; shift 2; exec "$@"'


@dataclass(frozen=True, slots=True)
class Order:
    """words: the program and its arguments; `{private}` in one is the private folder, as it is
    called in there. folders: shown read-only. directory: where it runs, else the private folder."""

    words: tuple[str, ...]
    folders: tuple[Path, ...]
    environment: tuple[tuple[str, str], ...]
    directory: Path | None = None


def command(
    level: Level, order: Order, private: Path, limits: VerusLimits, filter_at: int | None
) -> list[str]:
    """filter_at: the descriptor of a seccomp program, for bubblewrap."""
    if level is Level.BUBBLEWRAP:
        return _bubblewrap(order, private, limits, filter_at)
    return _confined(level, order, private, limits)


def _bubblewrap(
    order: Order, private: Path, limits: VerusLimits, filter_at: int | None
) -> list[str]:
    argv = [shutil.which("bwrap") or "bwrap", "--unshare-all", "--unshare-user"]
    argv += ["--die-with-parent", "--cap-drop", "ALL", "--uid", "65534", "--gid", "65534"]
    argv += ["--hostname", "synthd", "--clearenv"]
    for name, value in _environment(order, _INSIDE, "/tmp").items():
        argv += ["--setenv", name, value]
    argv += ["--proc", "/proc", "--dev", "/dev", "--size", str(MIB), "--tmpfs", "/dev/shm"]
    argv += ["--size", str(_ROOM), "--tmpfs", "/tmp"]
    for place in SYSTEM:
        if os.path.islink(place):
            argv += ["--symlink", os.readlink(place), place]
        else:
            argv += ["--ro-bind-try", place, place]
    for setting in _SETTINGS:
        argv += ["--ro-bind-try", setting, setting]
    for folder in _outer_first(order.folders):
        argv += ["--ro-bind", str(folder), str(folder)]
    argv += ["--bind", str(private), _INSIDE, "--remount-ro", "/"]
    argv += ["--chdir", str(order.directory or _INSIDE)]
    if filter_at is not None:
        argv += ["--seccomp", str(filter_at)]
    blocks, kibibytes = _ROOM // 512, limits.memory_bytes // 1024
    argv += ["--", "/bin/sh", "-c", _LIMITED, "sh", str(blocks), str(kibibytes)]
    return [*argv, *_words(order, _INSIDE)]


def _confined(level: Level, order: Order, private: Path, limits: VerusLimits) -> list[str]:
    place = str(private)
    grants = [[path, "read"] for path in (*SYSTEM, *_SETTINGS, "/proc/cpuinfo", "/proc/meminfo")]
    grants += [[device, "device"] for device in _DEVICES]
    grants += [[str(folder), "read"] for folder in order.folders]
    config = {
        "argv": _words(order, place),
        "environment": _environment(order, place, place),
        "directory": str(order.directory or place),
        "grants": [*grants, [place, "write"]] if level is Level.LANDLOCK else None,
        "limits": {
            "cpu_seconds": 10 * limits.wall_seconds,  # the wall clock is kept outside
            "memory_bytes": limits.memory_bytes,
            "file_bytes": _ROOM,
            "open_files": 1024,
            "stack_bytes": 32 * MIB,
        },
    }
    return [sys.executable, "-I", "-S", "-B", str(_BOOT), json.dumps(config)]


def _environment(order: Order, home: str, scratch: str) -> dict[str, str]:
    own = {"HOME": home, "TMPDIR": scratch, "LANG": "C.UTF-8", "RUST_BACKTRACE": "1"}
    own["RUSTUP_AUTO_INSTALL"] = "0"  # there is no network, and it would wait for it
    return {**dict(order.environment), **own}


def _words(order: Order, private: str) -> list[str]:
    return [word.replace("{private}", private) for word in order.words]


def _outer_first(folders: Iterable[Path]) -> list[Path]:
    """A later mount would cover an inner one. What the system's folders show is shown."""
    listed = [one for one in folders if not any(one.is_relative_to(place) for place in SYSTEM)]
    return sorted(dict.fromkeys(listed), key=lambda folder: len(folder.parts))
