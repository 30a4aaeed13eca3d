"""`files:DIR`: every function that waits to be written in a folder of Python files.

A function's own examples steer. `test_NAME.py` beside NAME.py, or in a folder `tests` beside it, is
held out: no search sees it; of its tests those count that name the function. Without one the
examples score as well, and the split says so.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

from synthd.daemon.bench.case import BenchSuite, LeftOut, Split
from synthd.daemon.bench.suites.files import FileCase, about, lying
from synthd.daemon.exits import BadInput
from synthd.daemon.prepare import Wanted
from synthd.synth.source.errors import SourceError
from synthd.synth.source.target import stubs
from synthd.synth.source.text import SourceText

PREFIX = "files:"
_IGNORED = frozenset(("__pycache__", "node_modules", "site-packages", "venv", "env", "build"))


def load(name: str, folder: Path) -> BenchSuite:
    """Raises BadInput where there is no such folder, or nothing in it to be written."""
    if not folder.is_dir():
        raise BadInput(f"{name}: {folder} is not a folder; write files:DIR")
    files = tuple(_files(folder.absolute()))
    found = [each for path in files for each in _cases(path, folder.absolute())]
    cases = tuple(each for each in found if isinstance(each, FileCase))
    if not cases:
        raise BadInput(
            f"{name}: no function there waits to be written and says what it must do. "
            "Leave its body empty (...), with examples in its docstring"
        )
    read = {*files, *(test for case in cases for test in case.tests)}
    return BenchSuite(
        name=name,
        title=f"stubs in {folder.name or folder}",
        licence="the user's own",
        version="as it lies there",
        sha256=_manifest(read, folder.absolute()),
        split=_split(cases),
        cases=cases,
        left_out=tuple(each for each in found if isinstance(each, LeftOut)),
    )


def _split(cases: tuple[FileCase, ...]) -> Split:
    unsteered = sum(not case.prepared(Path()).tested for case in cases)
    unscored = sum(not case.tests for case in cases)
    visible, held_out = "a function's own examples", "test_NAME.py beside NAME.py, or in tests/"
    if unsteered:
        visible += f"; {unsteered} of {len(cases)} have none: one greedy draft each"
    if unscored:
        held_out += f"; {unscored} of {len(cases)} have none: the visible examples score these"
    return Split(visible, "none", held_out)


def _files(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*.py")):
        parts = path.relative_to(folder).parts
        test = path.name.startswith("test_") or path.stem.endswith("_test")
        hidden = any(part.startswith(".") or part in _IGNORED for part in parts)
        if not hidden and not test and path.name != "conftest.py":
            yield path


def _cases(path: Path, folder: Path) -> Iterator[FileCase | LeftOut]:
    name = path.relative_to(folder).as_posix()
    try:
        source = SourceText.load(path)
        targets = stubs(source)
    except (OSError, SourceError) as error:
        yield LeftOut(name, f"it cannot be read: {error}")
        return
    beside = tuple(_tests(path))
    for target in targets:
        tests = tuple(each for each in beside if _tested(each, target.qualname))
        id = f"{name}::{target.qualname}"
        wanted = Wanted(accept_untested=True)
        case = FileCase(id, source.text, target.qualname, wanted, lying(path), tests=tests)
        try:
            tested = case.prepared(folder).tested
        except BadInput as error:
            yield LeftOut(id, str(error))
            continue
        if tested or tests:
            yield case
        else:
            yield LeftOut(id, "it has no example, and no test_*.py beside its file names it")


def _tests(path: Path) -> Iterator[Path]:
    name = f"test_{path.stem}.py"
    for there in (path.parent / name, path.parent / "tests" / name):
        if there.is_file():
            yield there


def _tested(test: Path, function: str) -> bool:
    try:
        return bool(about(SourceText.load(test).code, function))
    except (OSError, SourceError):
        return True  # it is said where it is used


def _manifest(files: set[Path], folder: Path) -> str:
    lines = []
    for path in sorted(files):
        sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
        lines.append(f"{sha256}  {path.relative_to(folder).as_posix()}\n")
    return hashlib.sha256("".join(lines).encode()).hexdigest()
