"""`exported:FILE`: jobs of editors and of the daemon, as `synthd jobs export ID --out FILE` writes
them; or a folder of such files.

A job's own checks steer, and they score, too: nobody had others. An export has the text of its file
and nothing around it; test files that the job names are looked for beside the export.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from synthd.daemon.bench.case import BenchSuite, LeftOut, Split
from synthd.daemon.bench.suites.files import FileCase
from synthd.daemon.exits import BadInput
from synthd.daemon.prepare import Wanted

PREFIX = "exported:"


class _Options(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")
    examples: tuple[str, ...] = ()
    tests: tuple[str, ...] = ()
    replace: bool = False
    repair: bool = False
    accept_untested: bool = False


class _Job(BaseModel):
    """Of an export, what a search needs."""

    model_config = ConfigDict(frozen=True, extra="ignore")
    job: str
    path: str
    text: str
    function: str | None = None
    options: _Options = _Options()


def load(name: str, place: Path) -> BenchSuite:
    """Raises BadInput."""
    files = sorted(place.glob("*.json")) if place.is_dir() else [place]
    if not files:
        raise BadInput(
            f"{name}: no *.json in {place}; `synthd jobs export ID --out FILE` makes one"
        )
    found = [_case(_read(path), path) for path in files]
    cases = tuple(each for each in found if isinstance(each, FileCase))
    left_out = tuple(each for each in found if isinstance(each, LeftOut))
    if not cases:
        why = "; ".join(f"{each.id}: {each.why}" for each in left_out)
        raise BadInput(f"{name}: nothing there can be searched for: {why}")
    return BenchSuite(
        name=name,
        title=f"exported jobs of {place.name}",
        licence="the user's own",
        version="as exported",
        sha256=_manifest(files),
        split=Split("the job's own checks", "none", "none: the visible checks score, too"),
        cases=cases,
        left_out=left_out,
    )


def _read(path: Path) -> _Job:
    try:
        return _Job.model_validate(json.loads(path.read_bytes()))
    except OSError as error:
        raise BadInput(f"{path}: {error.strerror}; write exported:FILE") from None
    except (ValueError, ValidationError, RecursionError):
        raise BadInput(
            f"{path} is no exported job; `synthd jobs export ID --out FILE` writes one"
        ) from None


def _case(job: _Job, path: Path) -> FileCase | LeftOut:
    id = f"{job.job}::{job.function or job.path}"
    if not job.path.endswith(".py") or Path(job.path).name != job.path:
        return LeftOut(id, f"{job.path} is no Python file")
    if not job.function:
        return LeftOut(id, "it names no function")
    tests = tuple(path.parent / Path(name).name for name in job.options.tests)
    absent = [test.name for test in tests if not test.is_file()]
    if absent:
        return LeftOut(id, f"its tests are not beside the export: {', '.join(absent)}")
    options = job.options
    wanted = Wanted(
        examples=options.examples,
        tests=tests,
        accept_untested=False,
        replace=options.replace,
        repair=options.repair,
    )
    put = partial(_put, job)
    case = FileCase(id, job.text, job.function, wanted, put, workspace=_parent)
    try:
        case.prepared(Path("/nowhere"))
    except BadInput as error:
        return LeftOut(id, str(error))
    return case


def _put(job: _Job, folder: Path) -> Path:
    """In a folder of its own: several jobs may be about files of one name."""
    sha256 = hashlib.sha256(job.text.encode("utf-8", "surrogatepass")).hexdigest()
    path = folder / f"job_{sha256[:16]}" / job.path
    if folder.is_dir() and not path.exists():
        path.parent.mkdir(exist_ok=True)
        path.write_text(job.text, "utf-8", newline="")
    return path


def _parent(path: Path) -> Path:
    return path.parent


def _manifest(files: list[Path]) -> str:
    lines: Iterator[str] = (
        f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n" for path in files
    )
    return hashlib.sha256("".join(lines).encode()).hexdigest()
