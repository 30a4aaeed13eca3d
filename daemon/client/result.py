"""What came of a job, for scripts and notebooks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from synthd.daemon.client.errors import Cancelled, Failed, Paused, SynthdError
from synthd.daemon.client.jobs import Job, State
from synthd.daemon.client.subject import Subject


class NotVerified(SynthdError):
    """Code that nobody has verified is not loaded unasked."""


class Result:
    """status: verified, unsolved or undecided. grade: what was established, see the docs. code: the
    whole function; unless verified, the best program there was. report: what `synthd synth --json`
    prints. certificate: of what was verified. function: after `load()`, the function itself.

    Nothing of the code has run in this process, and nothing does before `load()`.
    """

    def __init__(self, job: Job, told: Mapping[str, Any], subject: Subject) -> None:
        self.job = job
        self.status = str(told.get("status", "error"))
        self.grade = str(told.get("grade", "unknown"))
        self.message = str(told.get("message", ""))
        self.name = str(told.get("function") or subject.function)
        self.code = str(told.get("code", ""))
        self.report: dict[str, Any] = dict(told.get("report") or {})
        self.certificate: dict[str, Any] | None = self.report.get("certificate")
        self.written = False
        self.warnings: list[str] = list(self.report.get("warnings") or [])
        self.function: Callable[..., Any] | None = None
        self._subject = subject
        self._replacement = told.get("replacement")

    @property
    def verified(self) -> bool:
        return self.status == "verified"

    @property
    def text(self) -> str:
        """The whole file, cell or text with the verified function in it. Raises NotVerified."""
        if not self.verified or not self._replacement:
            raise NotVerified(
                f"{self.name} is {self.status}: there is nothing to put into its file"
            )
        start, end, new = self._replacement
        old = self._subject.text
        return f"{old[:start]}{new}{old[end:]}"

    def load(
        self, names: Mapping[str, Any] | None = None, *, unverified: bool = False
    ) -> Callable[..., Any]:
        """Compile the code and run its definition IN THIS PROCESS, without any sandbox.

        names: what it may use; else what the function that was given sees, or, for a file or a
        text, all that stands in it, which then runs too. Raises NotVerified, unless `unverified`.
        """
        if not (self.verified or unverified) or not self.code:
            raise NotVerified(
                f"{self.name} is {self.status}; load(unverified=True) loads it all the same"
            )
        if self._subject.path.endswith(".rs"):
            raise NotVerified(f"{self.name} is Rust: it cannot be loaded into Python")
        given = names if names is not None else self._subject.names
        space: dict[str, Any] = {"__name__": "synthd_result", **given}
        whole = not given and self.verified and bool(self._replacement)
        code = self.text if whole else self.code
        exec(compile(code, f"<synthd {self.name}>", "exec", dont_inherit=True), space)
        found: Any = space
        for number, part in enumerate(self.name.split(".") if whole else [self._last]):
            found = found[part] if number == 0 else getattr(found, part)
        loaded: Callable[..., Any] = found
        self.function = loaded
        return loaded

    @property
    def _last(self) -> str:
        return self.name.rpartition(".")[2]

    def __repr__(self) -> str:
        written = ", written" if self.written else ""
        return f"<{self.name}: {self.status} (grade: {self.grade}){written}, job {self.job.id}>"

    def __str__(self) -> str:
        return f"{self.message}\n\n{self.code}".strip()

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.text(repr(self) if cycle else f"{self!r}\n{self.code}".rstrip())

    def _repr_html_(self) -> str:
        from synthd.daemon.client.page import html

        return html(self)


def result_of(job: Job, subject: Subject) -> Result:
    """Of a job that stands still. Raises Unfinished where it has none."""
    if job.state is State.PAUSED:
        raise Paused(f"{job.why} (job {job.id}; afterwards `synthd jobs resume {job.id}`)", job)
    if job.state is State.CANCELLED:
        raise Cancelled(f"job {job.id} was cancelled", job)
    if job.result is None or job.status == "error":
        raise Failed(job.message or job.why or f"job {job.id} failed", job)
    return Result(job, job.result, subject)
