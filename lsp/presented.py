"""What commands ask of the side that presents verdicts and documents."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from synthd.lsp.jobs.table import Job
from synthd.lsp.text.positions import Point


@dataclass(frozen=True, slots=True)
class Shown:
    """uri: of a document that the editor can open, and was asked to show where it can. None where
    there is none: message says why."""

    uri: str | None
    message: str = ""


class Verifications(Protocol):
    def ask(self, uri: str, point: Point | None) -> None:
        """Verify the function at a point of an open document, or all that have examples. Answers
        at once; what comes of it is told by notifications. Raises BadRequest."""
        ...


class Virtual(Protocol):
    """Raise BadRequest where a document is not open or there is no function at the point."""

    async def certificate(self, uri: str, point: Point) -> Shown: ...

    async def failure(self, uri: str, point: Point) -> Shown: ...

    async def search(self, job: Job) -> Shown: ...
