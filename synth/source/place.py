"""Where a file lives: its workspace, its import name, and the interpreter of its project."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from synthd.synth.source.errors import SourceError

_ROOT_MARKS = ("pyproject.toml", "setup.py", "setup.cfg", "synthd.toml", ".git")
_ENVIRONMENTS = (".venv", "venv", "env")


@dataclass(frozen=True, slots=True)
class Interpreter:
    path: Path
    why: str  # for `doctor`: how it was found


@dataclass(frozen=True, slots=True)
class Place:
    path: Path
    workspace: Path
    module: str  # the dotted name under which the file is imported
    roots: tuple[Path, ...]  # for sys.path, in order
    python: Path
    python_why: str


def place(
    path: Path,
    workspace: Path | None = None,
    python: Path | None = None,
    environment: Mapping[str, str] | None = None,
) -> Place:
    """Raises SourceError where an explicitly given interpreter is none."""
    path = path.absolute()
    root = workspace.absolute() if workspace else find_workspace(path)
    base, module = _import_name(path)
    source = root / "src"
    roots = [base, *([source] if source.is_dir() else []), root]
    interpreter = find_python(root, python, environment or {})
    return Place(path, root, module, tuple(dict.fromkeys(roots)), interpreter.path, interpreter.why)


def find_workspace(path: Path) -> Path:
    """The nearest folder above that is marked as a project; else the file's own."""
    for folder in path.absolute().parents:
        if any((folder / mark).exists() for mark in _ROOT_MARKS):
            return folder
    return path.absolute().parent


def _import_name(path: Path) -> tuple[Path, str]:
    """The folder to import from, and the dotted name. Packages are folders with an __init__.py."""
    parts = [] if path.stem == "__init__" else [path.stem]
    folder = path.parent
    while (folder / "__init__.py").is_file() and folder.name.isidentifier():
        parts.insert(0, folder.name)
        folder = folder.parent
    return folder, ".".join(parts) or path.parent.name


def find_python(
    workspace: Path, python: Path | None, environment: Mapping[str, str]
) -> Interpreter:
    """As editors find it. environment stands for os.environ."""
    if python is not None:
        return _explicit(python, environment)
    return next(_candidates(workspace, environment))


def _explicit(python: Path, environment: Mapping[str, str]) -> Interpreter:
    for candidate in (python, python / "bin" / "python", python / "Scripts" / "python.exe"):
        if candidate.is_file():
            return Interpreter(candidate.absolute(), "given with --python")
    named = shutil.which(str(python), path=environment.get("PATH"))
    if named is None:
        raise SourceError(f"{python} is not a Python interpreter; give its path to --python")
    return Interpreter(Path(named), "given with --python")


def _candidates(workspace: Path, environment: Mapping[str, str]) -> Iterator[Interpreter]:
    if (active := environment.get("VIRTUAL_ENV")) and (found := _inside(Path(active))):
        yield Interpreter(found, f"VIRTUAL_ENV={active}")
    for name in _ENVIRONMENTS:  # poetry's and pdm's in-project environments are .venv, too
        folder = workspace / name
        if (folder / "pyvenv.cfg").is_file() and (found := _inside(folder)):
            yield Interpreter(found, f"{name} in {workspace}")
    if (conda := environment.get("CONDA_PREFIX")) and (found := _inside(Path(conda))):
        yield Interpreter(found, f"CONDA_PREFIX={conda}")
    if system := shutil.which("python3", path=environment.get("PATH", "")):
        yield Interpreter(Path(system), "python3 on PATH; the project has no environment")
    base = getattr(sys, "_base_executable", None) or sys.executable
    yield Interpreter(Path(base), "the Python that synthd runs on; the project has no environment")


def _inside(folder: Path) -> Path | None:
    for relative in ("bin/python", "bin/python3", "Scripts/python.exe", "python.exe"):
        if (folder / relative).is_file():
            return folder / relative
    return None
