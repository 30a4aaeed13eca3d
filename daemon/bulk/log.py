"""The results file: one line a judged program, appended as it is judged, and continued later.

A torn last line is cut off and judged again; anything else is not ours and is not touched.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import TracebackType
from typing import BinaryIO

from pydantic import ValidationError

from synthd.daemon.appending import Foreign, append, claim, whole_lines
from synthd.daemon.bulk.result import Given, Origin, Result, Scored

_BEGINS = (b'{"schema":',)


class CannotContinue(Exception):
    """The file is not the beginning of these results. str() says what differs, and what to do."""


class ResultsLog:
    """Use `with`. known: what the file had, by sample; of two lines for one sample the later
    one counts, as when an undecided one was judged again."""

    def __init__(self, path: Path, origin: Origin) -> None:
        self.path = path
        self.known: Mapping[int, Scored] = {}
        self._origin = origin
        self._file: BinaryIO | None = None
        self._made = False

    def __enter__(self) -> ResultsLog:
        """Raises CannotContinue, and OSError."""
        self._made = not self.path.exists()
        file = open(self.path, "a+b", buffering=0)
        try:
            self._claim(file)
            file.seek(0)
            self.known, good = read(file, self.path, self._origin)
            if file.seek(0, os.SEEK_END) > good:
                file.truncate(good)
        except BaseException:
            file.close()
            raise
        self._file = file
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        assert self._file is not None
        try:
            os.fsync(self._file.fileno())
            if self._made and not os.fstat(self._file.fileno()).st_size:
                self.path.unlink(missing_ok=True)  # nothing was judged
        finally:
            self._file.close()

    def append(self, result: Result) -> None:
        """In one piece: a write to a file in append mode. Raises OSError."""
        assert self._file is not None, "use `with`"
        append(self._file, result.json_text().encode() + b"\n")

    def _claim(self, file: BinaryIO) -> None:
        if not claim(file):
            raise CannotContinue(
                f"another synthd judge is writing {self.path}; wait for it or name another --out"
            )


def read(lines: Iterable[bytes], path: Path, origin: Origin) -> tuple[dict[int, Scored], int]:
    """The results by sample, and how many bytes are whole lines. Raises CannotContinue."""
    known: dict[int, Scored] = {}
    good = 0
    try:
        for number, end, result in whole_lines(lines, _parse, _BEGINS):
            _same_origin(result, path, number, origin)
            known[result.sample] = result.scored
            good = end
    except Foreign as line:
        raise CannotContinue(
            f"{path}, line {line.number}, is not a result of synthd judge; "
            "move the file away or name another --out"
        ) from None
    return known, good


def unchanged(known: Mapping[int, Scored], given: Iterable[Given], path: Path) -> int:
    """Compare every known result with the program that is there now; how many programs there are.

    Raises CannotContinue where one differs or is gone.
    """
    total = 0
    seen = 0
    for one in given:
        total += 1
        before = known.get(one.sample)
        if before is None:
            continue
        seen += 1
        if before.task_id != one.task_id:
            what = f"is for task {one.task_id}, it was for {before.task_id}"
        elif before.sha256 != one.sha256:
            what = f"(task {one.task_id}) is another program"
        else:
            continue
        raise CannotContinue(
            f"{path} has results of other samples: sample {one.sample} {what}. "
            "Name another --out, or remove the file to begin anew"
        )
    if seen < len(known):
        raise CannotContinue(
            f"{path} has results of sample {max(known)}, and now there are only {total} samples. "
            "Name another --out, or remove the file to begin anew"
        )
    return total


def _parse(line: bytes) -> Result | None:
    try:
        return Result.model_validate_json(line)
    except ValidationError:
        return None


def _same_origin(result: Result, path: Path, number: int, origin: Origin) -> None:
    for what, was, now in (
        ("suite", result.suite, origin.suite),
        ("suite's sha256", result.suite_sha256, origin.suite_sha256),
        ("judge", result.judge, origin.judge),
    ):
        if was != now:
            raise CannotContinue(
                f"{path}, line {number}, has another {what}: {was}; now it would be {now}. "
                "Name another --out, or remove the file to begin anew"
            )
