"""What of the file system the project's Python needs to start, found without starting its site."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import sysconfig
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from synthd.sandbox.errors import InterpreterUnusable

_ASK = """
import json, sys, sysconfig
paths = sysconfig.get_paths()
print(json.dumps([sys.version_info[:2], sys.base_prefix, sys.base_exec_prefix,
                  paths["stdlib"], paths["platstdlib"], sys.executable]))
"""
_PATIENCE = 20.0
_SYSTEM = ("/usr", "/lib", "/lib64", "/lib32", "/bin", "/sbin")


@dataclass(frozen=True, slots=True)
class Interpreter:
    """links: where a chain of symbolic links passes through, each with what it leads to.

    added: folders of packages that are installed in editable mode.
    """

    program: Path
    folders: tuple[Path, ...]
    added: tuple[Path, ...]
    links: tuple[tuple[Path, Path], ...]


async def look_at(program: Path) -> Interpreter:
    """Raises InterpreterUnusable if it does not run or is too old."""
    if program == Path(sys.executable):
        paths = sysconfig.get_paths()
        places = [sys.base_prefix, sys.base_exec_prefix, paths["stdlib"], paths["platstdlib"]]
        return _described(program, places)
    process = await _start(program)
    try:
        said, complained = await asyncio.wait_for(process.communicate(), _PATIENCE)
    except TimeoutError:
        raise InterpreterUnusable(f"{program} does not answer; is it a Python?") from None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    try:
        version, *places, itself = json.loads(said)
    except ValueError:
        last = complained.decode(errors="replace").strip().splitlines()[-1:]
        raise InterpreterUnusable(f"{program} is not a working Python: {last}") from None
    if tuple(version) < (3, 8):
        raise InterpreterUnusable(f"{program} is Python {version[0]}.{version[1]}; 3.8 is needed")
    # Version managers put scripts on PATH that start the real interpreter.
    return _described(Path(itself or program), places)


def _described(program: Path, places: list[str]) -> Interpreter:
    folders = [Path(place) for place in places]
    added: list[Path] = []
    environment = program.parent.parent
    if (environment / "pyvenv.cfg").exists():
        folders.append(environment)
        added = _added_folders(environment)
    shown = _outermost(folders)
    packages = tuple(folder for folder in _outermost(added) if not _within(folder, shown))
    return Interpreter(program, shown, packages, tuple(_links(program, shown)))


async def _start(program: Path) -> asyncio.subprocess.Process:
    try:
        return await asyncio.create_subprocess_exec(
            str(program),
            "-I",
            "-S",
            "-c",
            _ASK,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env={},
        )
    except OSError as error:
        raise InterpreterUnusable(f"{program} cannot be run: {error.strerror}") from None


def _added_folders(environment: Path) -> list[Path]:
    """Folders that `.pth` files add: packages installed in editable mode."""
    found = []
    for pth in environment.glob("lib/python*/site-packages/*.pth"):
        for line in pth.read_text(errors="replace").splitlines():
            path = Path(line.strip())
            if path.is_absolute() and path.is_dir():
                found.append(path)
    return found


def _outermost(folders: list[Path]) -> tuple[Path, ...]:
    """Those that are in no other, and not in the system's; both spellings of linked ones."""
    spelled = {Path(os.path.normpath(f)) for f in folders} | {f.resolve() for f in folders}
    outside = [f for f in spelled if f.is_dir() and not _within(f, map(Path, _SYSTEM))]
    return tuple(
        sorted(
            f for f in outside if not _within(f, (o for o in outside if o != f)) and f != Path("/")
        )
    )


def _links(program: Path, folders: tuple[Path, ...]) -> list[tuple[Path, Path]]:
    found: list[tuple[Path, Path]] = []
    step = program
    while step.is_symlink() and len(found) < 20:
        if not _within(step, [*folders, *map(Path, _SYSTEM)]):
            found.append((step, step.resolve()))
        step = Path(os.path.normpath(step.parent / os.readlink(step)))
    if not _within(step, [*folders, *map(Path, _SYSTEM)]):
        found.append((step, step.resolve()))
    return found


def _within(path: Path, folders: Iterable[Path]) -> bool:
    return any(path.is_relative_to(folder) for folder in folders)
