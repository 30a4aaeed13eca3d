"""What is the same for both clients after a job: its export, its file, its certificate."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from synthd.daemon.client.errors import SynthdError
from synthd.daemon.client.result import Result
from synthd.daemon.client.subject import Subject
from synthd.daemon.client.wanted import Wanted
from synthd.daemon.writing import NotWritten, replace


class Unwritten(SynthdError):
    """The file was left as it is; `result` has the verified code."""

    def __init__(self, message: str, result: Result) -> None:
        super().__init__(message)
        self.result = result


def exported(items: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    whole: dict[str, Any] = {"head": {}, "lines": []}
    for item in items:
        whole["head"] = item.get("head", whole["head"])
        whole["lines"] += item.get("lines", [])
    return whole


def write(result: Result, about: Subject) -> None:
    """Put verified code into its file, if that is still as it was. Raises Unwritten."""
    assert about.raw is not None
    try:
        replace(Path(about.path), about.raw, result.text.encode(about.encoding))
    except (NotWritten, UnicodeEncodeError) as error:
        raise Unwritten(str(error), result) from None
    result.written = True


def certified(result: Result, about: Subject, wanted: Wanted) -> dict[str, Any]:
    """What certificates.record wants."""
    return {
        "path": about.path,
        "report": result.report,
        "text": result.text,
        "examples": list(wanted.examples),
        "tests": wanted.test_files,
    }
