"""One run: what is still to be done of an experiment, done by an engine, kept in a folder."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from synthd.daemon.bench.endpoints import opened_model
from synthd.daemon.bench.engine import Engine, Finished, Progress
from synthd.daemon.bench.experiment import Experiment
from synthd.daemon.bench.folder.folder import RunFolder
from synthd.daemon.bench.hard import fitting
from synthd.daemon.bench.local import LocalEngine
from synthd.daemon.bench.place import Place
from synthd.daemon.bench.record import Key, Kind, Record
from synthd.daemon.bench.selecting import Selected, select, unmet, unmet_by
from synthd.daemon.bench.shared import shared
from synthd.daemon.bulk.judge_name import judge_name
from synthd.daemon.exits import BadInput, Missing
from synthd.daemon.learning.scoring import described

# So many searches in a row that broke: it is not their doing.
_HOPELESS = 20


class Watcher(Protocol):
    """Who is told how a run goes."""

    def begun(self, total: int, before: int) -> None:
        """total: searches of this command; before: those that were done already."""
        ...

    def finished(self, record: Record) -> None: ...

    def progress(self, progress: Progress) -> None: ...

    def told(self, text: str) -> None: ...


class Logger(Protocol):
    """Who else is told, elsewhere. Never raises."""

    def begun(self, experiment: Experiment) -> None: ...

    def finished(self, finished: Finished) -> None: ...

    def ended(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Shard:
    """number: from 0."""

    number: int
    of: int

    def has(self, key: Key) -> bool:
        return key.shard(self.of) == self.number


@dataclass(frozen=True, slots=True)
class Plan:
    """jobs: searches at once, None: twice as many as models have slots. retries: how often a search
    that broke is tried again."""

    place: Place
    out: Path
    jobs: int | None = None
    shard: Shard | None = None
    retries: int = 2
    loggers: tuple[Logger, ...] = ()


@dataclass(frozen=True, slots=True)
class Ran:
    """total: searches of this command. before: done already. now: done by it. broken: without a
    verdict at its end. attempts: that broke. discarded: came a second time, and do not count.
    why: what broke most of the attempts."""

    total: int
    before: int
    now: int
    broken: int
    attempts: int
    discarded: int
    why: str = ""


# An engine for a place, whose experiment is complete.
Opened = Callable[[Place, int | None, Callable[[str], None]], AbstractAsyncContextManager[Engine]]


def local(environment: Mapping[str, str]) -> Opened:
    @asynccontextmanager
    async def opened(
        place: Place, jobs: int | None, told: Callable[[str], None]
    ) -> AsyncIterator[Engine]:
        async with shared(place, environment, told) as held:
            slots = sum(model.slots for model in held.models.values())
            # A search that judges leaves its slot idle: as many again fill them.
            yield LocalEngine(held, jobs or max(1, 2 * slots // place.experiment.slots))

    return opened


async def run_experiment(
    plan: Plan, opened: Opened, watcher: Watcher, environment: Mapping[str, str]
) -> Ran:
    """Raises BadInput before anything runs; Missing where it cannot go on: the folder then has all
    that was finished, and the same command continues."""
    selected = select(plan.place.experiment, plan.place.data, environment)
    problems = unmet(plan.place.experiment, selected)
    if problems:
        raise BadInput("\n".join(problems))
    # The folder is nobody's yet: nothing is kept in it, and a replay finds what is there.
    asking = plan.place if plan.place.replay else plan.place.model_copy(update={"answers": None})
    experiment = await _known(asking, selected, watcher.told)
    for text in fitting.told(experiment):
        watcher.told(text)
    place = plan.place.model_copy(update={"experiment": experiment})
    with RunFolder.open(plan.out, experiment) as folder:
        folder.note_tasks(selected.tasks)
        keys = [k for k in selected.keys(experiment) if plan.shard is None or plan.shard.has(k)]
        left = [key for key in keys if key not in folder.done]
        keeping = _Keeping(folder, watcher, plan.loggers)
        watcher.begun(len(keys), len(keys) - len(left))
        keeping.begun(folder.experiment)
        try:
            if left:
                async with opened(place, plan.jobs, watcher.told) as engine:
                    left = await _searched(engine, left, keeping, plan.retries)
        finally:
            await asyncio.to_thread(keeping.ended)  # has a deadline of its own
        done = sum(key in folder.done for key in keys)
        before = done - keeping.kept
        return Ran(
            len(keys),
            before,
            keeping.kept,
            len(keys) - done,
            keeping.attempts,
            keeping.discarded,
            keeping.why,
        )


async def _searched(
    engine: Engine, keys: Iterable[Key], keeping: _Keeping, retries: int
) -> list[Key]:
    """What is still broken after all retries."""
    left = list(keys)
    for again in range(retries + 1):
        if again:
            keeping.watcher.told(f"{len(left)} searches broke and are tried again")
        keeping.broken = []
        await engine.run(left, keeping, keeping.watcher.progress)
        left = keeping.broken
        if not left:
            break
    return left


class _Keeping:
    """What comes of a search: kept, and told of."""

    def __init__(self, folder: RunFolder, watcher: Watcher, loggers: tuple[Logger, ...]) -> None:
        self.watcher = watcher
        self.broken: list[Key] = []
        self.kept = self.attempts = self.discarded = 0
        self._folder = folder
        self._loggers = loggers
        self._in_a_row = 0
        self._errors: Counter[str] = Counter()

    @property
    def why(self) -> str:
        return next((error for error, _ in self._errors.most_common(1)), "")

    def begun(self, experiment: Experiment) -> None:
        for logger in self._loggers:
            logger.begun(experiment)

    def ended(self) -> None:
        for logger in self._loggers:
            logger.ended()

    def __call__(self, finished: Finished) -> None:
        record = finished.record
        if not self._folder.append(finished):
            self.discarded += 1
            return
        self.watcher.finished(record)
        if record.kind is not Kind.INFRA:
            self._in_a_row = 0
            self.kept += 1
            for logger in self._loggers:
                logger.finished(finished)
            return
        self.attempts += 1
        self._errors[record.error] += 1
        if finished.again:
            return
        self.broken.append(record.key)
        self._in_a_row += 1
        if self._in_a_row >= _HOPELESS:
            raise Missing(
                f"{self._in_a_row} searches in a row broke, the last one with: {record.error}\n"
                "What was finished is kept; mend this, and the same command continues"
            )


async def _known(place: Place, selected: Selected, told: Callable[[str], None]) -> Experiment:
    """With the hashes of data, weights and judge: what has to stay the same in a folder."""
    experiment = selected.known(place.experiment)
    models = []
    async with AsyncExitStack() as stack:
        for spec in experiment.models:
            model = await opened_model(spec, place, stack, told)
            if problems := unmet_by(model, experiment):
                raise BadInput("\n".join(problems))
            identity = str(getattr(model, "identity", ""))
            models.append(spec.model_copy(update={"identity": identity}))
    known = {"models": tuple(models), "judge": judge_name(place.settings)}
    return _ranked(experiment.model_copy(update=known))


def _ranked(experiment: Experiment) -> Experiment:
    """With the identity of its learned verifier. Raises BadInput."""
    verifier = experiment.verifier
    if verifier is None:
        return experiment
    identity = described(verifier.folder).identity
    known = verifier.model_copy(update={"identity": identity})
    return experiment.model_copy(update={"verifier": known})
