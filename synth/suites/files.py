"""Finds data files and reads their rows."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TextIO, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from synthd.synth.suites.errors import WHERE, SuiteDamaged, SuiteMissing

VARIABLE = "SYNTHD_DATASETS"


class DataRow(BaseModel):
    """A line of a data file; fields that nobody here uses are not named."""

    model_config = ConfigDict(frozen=True, extra="ignore")


R = TypeVar("R", bound=DataRow)


def data_folder(explicit: Path | None, environment: Mapping[str, str]) -> Path:
    """--data, or SYNTHD_DATASETS. Nothing is downloaded. Raises SuiteMissing."""
    given = explicit or Path(environment.get(VARIABLE) or "")
    if given == Path(""):
        raise SuiteMissing(f"No folder with data sets is named. {WHERE}")
    if not given.is_dir():
        raise SuiteMissing(f"{given} is not a folder. {WHERE}")
    return given.absolute()


def locate(data: Path, name: str) -> Path:
    """name: such as humaneval/HumanEval.jsonl.gz; unpacked or without its folder will do, too."""
    wanted = data / name
    plain = wanted.with_suffix("") if wanted.suffix == ".gz" else wanted
    for path in (wanted, plain, data / wanted.name, data / plain.name):
        if path.is_file():
            return path
    raise SuiteMissing(f"{wanted} is not there. {WHERE}")


def rows(path: Path, model: type[R]) -> Iterator[tuple[int, R]]:
    """Line numbers and rows. Raises SuiteDamaged."""
    count = 0
    try:
        with open_text(path) as lines:
            for count, line in enumerate(lines, start=1):
                if line.strip():
                    yield count, model.model_validate(json.loads(line))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise SuiteDamaged(path, count, f"{where}: {first['msg']}") from None
    except json.JSONDecodeError as error:
        raise SuiteDamaged(path, count, f"not JSON ({error.msg})") from None
    except (OSError, EOFError, ValueError) as error:
        raise SuiteDamaged(path, count, f"cannot be read ({error})") from None


def open_text(path: Path) -> TextIO:
    """Packed or not: the bytes decide, not the name."""
    with path.open("rb") as file:
        packed = file.read(2) == b"\x1f\x8b"
    if packed:
        return gzip.open(path, "rt", encoding="utf-8", newline="\n")
    return path.open(encoding="utf-8", newline="\n")


def digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
