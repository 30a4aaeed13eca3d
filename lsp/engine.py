"""What the language server needs of whoever runs searches. The daemon implements it.

The consumer owns this interface: plain values, no LSP types, no process, no socket.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Request:
    """Synthesize the function at an offset of a text that the editor holds.

    text is the whole buffer as the editor has it (which may differ from the file on disk).
    offset counts code points of text. trusted is False where the editor says that the
    workspace is not trusted: then the engine must refuse.
    """

    path: str
    text: str
    offset: int
    workspace: str | None = None
    trusted: bool = True


@dataclass(frozen=True, slots=True)
class Replacement:
    """Replace text[start:end] (code points of Request.text) by `text`."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Progress:
    """One line for a progress bar. fraction is of the budget, 0 to 1, or None."""

    message: str
    fraction: float | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """The end of a job: `status` and `grade` as in `synthd synth --json`.

    replacement is None unless status is "verified". message is one sentence for the user.
    code is the whole function as it would stand in the file, also when unsolved (best partial).
    """

    status: str  # verified | unsolved | undecided | error | cancelled
    grade: str
    message: str
    function: str = ""
    replacement: Replacement | None = None
    code: str = ""
    report: dict[str, object] | None = None  # the same object that --json prints


class Engine(Protocol):
    async def synthesize(self, request: Request, tell: Callable[[Progress], None]) -> Result:
        """Run one search to its end. Cancelling the task stops model and sandbox before it returns.

        Never raises for what a user can cause: that is a Result with status "error".
        """
        ...

    async def close(self) -> None:
        """Stop everything that runs; nothing is left behind."""
        ...
