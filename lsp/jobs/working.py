"""Which function each job of a document is for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from urllib.parse import unquote

from synthd.lsp.jobs.table import Job, State
from synthd.lsp.text.functions import Sight
from synthd.synth.source.outlined import Key, Outlined


class Working:
    def __init__(self, jobs: Iterable[Job]) -> None:
        self._jobs = jobs

    def on(self, sight: Sight) -> dict[Key, Job]:
        """By the function's key: the newest job that is not over."""
        live = [job for job in self._of(sight) if not job.over]
        if not live:
            return {}
        names = {one.name: one for one in sight.functions}
        found = {}
        for job in live:
            function = names.get(job.function)
            if function is not None:
                found[function.key] = job
        return found

    def last(self, sight: Sight, function: Outlined) -> Job | None:
        """The newest job of a function, over or not."""
        newest = None
        for job in self._of(sight):
            if function.name == job.function:
                newest = job
        return newest

    def _of(self, sight: Sight) -> Iterator[Job]:
        uri = unquote(sight.buffer.uri)
        return (job for job in self._jobs if unquote(job.uri) == uri)


def doing(job: Job) -> str:
    """In a few words, for a lens."""
    progress = job.progress
    if job.cancelled:
        return "cancelling …"
    if job.state is State.APPLYING:
        return "applying …"
    if job.state is State.READY:
        return "confirm the edit in the editor"
    if not progress.max_programs:
        return job.message
    parts = [progress.strategy, f"{progress.programs} of {progress.max_programs}"]
    if progress.total:
        parts.append(f"best {progress.passed}/{progress.total}")
    return " · ".join(filter(None, parts))
