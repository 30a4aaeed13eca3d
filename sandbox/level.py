"""Which isolation this machine offers, found out by trying it."""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from synthd.sandbox.inside import landlock, seccomp

_PATIENCE = 10.0


class Level(StrEnum):
    BUBBLEWRAP = "bubblewrap"  # own namespaces, seccomp, rlimits
    LANDLOCK = "landlock"  # Landlock, seccomp, rlimits
    NONE = "none"  # refused, unless asked for


@dataclass(frozen=True, slots=True)
class Detection:
    """reasons: why nothing better. fix: the one command that would improve it, or ""."""

    level: Level
    reasons: tuple[str, ...] = ()
    fix: str = ""


async def detect() -> Detection:
    """Try the levels, best first. Takes about 50 ms."""
    if sys.platform != "linux" or not seccomp.supported():
        return Detection(Level.NONE, ("isolation needs Linux on x86-64 or aarch64",))
    problem, fix = await _bubblewrap()
    if not problem:
        return Detection(Level.BUBBLEWRAP)
    if landlock.abi() >= 1:
        return Detection(Level.LANDLOCK, (problem,), fix)
    return Detection(Level.NONE, (problem, "the kernel has no Landlock"), fix)


async def _bubblewrap() -> tuple[str, str]:
    """What is wrong with it, and the command that helps; two empty texts if nothing."""
    program = shutil.which("bwrap")
    if program is None:
        return "bubblewrap is not installed", _install_command()
    attempt = "--unshare-all --die-with-parent --new-session --cap-drop ALL --uid 65534".split()
    attempt += "--gid 65534 --ro-bind / / --proc /proc --dev /dev".split()
    process = await asyncio.create_subprocess_exec(
        program,
        *attempt,
        sys.executable,
        "-S",
        "-c",
        "pass",
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        _, said = await asyncio.wait_for(process.communicate(), _PATIENCE)
    except TimeoutError:
        return "bubblewrap does not answer", ""
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode == 0:
        return "", ""
    text = said.decode(errors="replace").strip().splitlines()
    return f"bubblewrap does not work here: {text[-1] if text else 'no message'}", _userns_command()


def _install_command() -> str:
    prefix = "" if os.geteuid() == 0 else "sudo "
    for tool, command in (
        ("apt-get", "apt-get install -y bubblewrap"),
        ("dnf", "dnf install -y bubblewrap"),
        ("pacman", "pacman -S --noconfirm bubblewrap"),
        ("zypper", "zypper install -y bubblewrap"),
        ("apk", "apk add bubblewrap"),
    ):
        if shutil.which(tool):
            return prefix + command
    return ""


def _userns_command() -> str:
    for switch, value in (
        ("kernel/apparmor_restrict_unprivileged_userns", "0"),
        ("kernel/unprivileged_userns_clone", "1"),
    ):
        path = Path("/proc/sys", switch)
        if path.exists() and path.read_text().strip() != value:
            return f"sudo sysctl {switch.replace('/', '.')}={value}"
    return ""
