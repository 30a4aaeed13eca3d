"""Which function each job of a document is for."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import unquote

from synthd.lsp.functions import Sight
from synthd.lsp.jobs import Job, State
from synthd.synth.source.outlined import Key, Outlined


class Working:
    """Jobs say their function's name once the engine has found it; before that, it is the one
    around the place that was asked about."""

    def __init__(self, jobs: Iterable[Job]) -> None:
        self._jobs = jobs
        self._names: dict[str, str] = {}

    def on(self, sight: Sight) -> dict[Key, Job]:
        """By the function's key: the newest job that is not over."""
        found = {}
        for job in self._jobs:
            if not job.over and (function := self._function(job, sight)) is not None:
                found[function.key] = job
        return found

    def last(self, sight: Sight, function: Outlined) -> Job | None:
        """The newest job of a function, over or not."""
        newest = None
        for job in self._jobs:
            one = self._function(job, sight)
            if one is not None and one.name == function.name:
                newest = job
        return newest

    def _function(self, job: Job, sight: Sight) -> Outlined | None:
        if unquote(job.uri) != unquote(sight.buffer.uri):
            return None
        names = (job.function, self._names.get(job.id))
        found = next((one for one in sight.functions if one.name in names), None)
        request = job.request
        if found is not None:
            return found
        if request is None or request.text != sight.buffer.text:
            return None
        function = sight.at(request.text.count("\n", 0, request.offset))
        if function is not None:
            self._names[job.id] = function.name
        return function

    def forget(self, job: Job) -> None:
        if job.over:
            self._names.pop(job.id, None)


def doing(job: Job) -> str:
    """In a few words, for a lens."""
    progress = job.progress
    if job.cancelled:
        return "cancelling …"
    if job.state is State.APPLYING:
        return "applying …"
    if not progress.max_programs:
        return job.message
    parts = [progress.strategy, f"{progress.programs} of {progress.max_programs}"]
    if progress.total:
        parts.append(f"best {progress.passed}/{progress.total}")
    return " · ".join(filter(None, parts))
