"""A worker's job, from what the daemon said first to what it hears last."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn

from pydantic import ValidationError

from synthd.daemon.compose import Composed, compose
from synthd.daemon.exits import Failure, Stalled
from synthd.daemon.jobs.messages import (
    TO_WORKER,
    Answered,
    Cancel,
    Ended,
    FromWorker,
    Gone,
    Granted,
    Prune,
    Refused,
    Settled,
    Start,
    Stopped,
    line,
)
from synthd.daemon.models import OwnedModel
from synthd.daemon.placing import Change, partial, verified
from synthd.daemon.prepare import Prepared
from synthd.daemon.recording import Resumable
from synthd.daemon.report import Report, Status
from synthd.daemon.settings import Settings
from synthd.daemon.synthesis import Done, synthesize
from synthd.daemon.traces.kept import Told
from synthd.daemon.workers.cutting import Cutting
from synthd.daemon.workers.leased import Leased, leased
from synthd.daemon.workers.leases import Leases
from synthd.daemon.workers.leaving import leave
from synthd.daemon.workers.questions import Questions
from synthd.daemon.workers.resolving import pinned, resolved
from synthd.daemon.workers.said import Said
from synthd.daemon.workers.telling import Lines, Teller
from synthd.daemon.workers.wire import Wire
from synthd.synth.attempt import Grade
from synthd.synth.models.scrub import without_secrets
from synthd.synth.source.errors import SourceError

CLEAN_END = 1.5  # seconds, for what a cancelled job has open
PATIENCE = 60.0  # seconds in which nothing of a search moves


def work(first: bytes, wire: Wire) -> NoReturn:
    try:
        start = TO_WORKER.validate_json(first)
    except ValidationError:  # whose text would have the environment in it
        start = None
    if not isinstance(start, Start):
        print("the daemon said something else than Start", file=sys.stderr)
        os._exit(2)
    asyncio.run(_attend(start, wire))
    os._exit(0)  # not by way of what libraries have for the end: it may wait


async def _attend(start: Start, wire: Wire) -> None:
    """The job beside what the daemon says meanwhile."""
    loop = asyncio.get_running_loop()

    def say(message: FromWorker) -> None:
        wire.write(line(message))

    leases, cancelled = Leases(say), asyncio.Event()
    mine = _job(start, leases, say)

    def heard(told: bytes) -> None:
        match TO_WORKER.validate_json(told):
            case Granted() | Refused() as answer:
                loop.call_soon_threadsafe(leases.heard, answer)
            case Answered() | Prune() as message:
                loop.call_soon_threadsafe(mine.hear, message)
            case Cancel():
                loop.call_soon_threadsafe(cancelled.set)
            case Start():
                return

    job = asyncio.create_task(mine.run())
    stop = asyncio.create_task(cancelled.wait())
    wire.attend(heard)
    await asyncio.wait([job, stop], return_when=asyncio.FIRST_COMPLETED)
    if job.done():
        stop.cancel()
        say(job.result())
        return
    job.cancel()
    done, _ = await asyncio.wait([job], timeout=CLEAN_END)
    say(Gone())
    if not done:
        leave()


def _job(start: Start, leases: Leases, say: Callable[[FromWorker], None]) -> Job:
    if Path(start.spec.path).suffix != ".rs":
        return Job(start, leases, say)
    from synthd.daemon.workers.rust import RustJob

    return RustJob(start, leases, say)


@dataclass(slots=True)
class Job:
    start: Start
    leases: Leases
    say: Callable[[FromWorker], None]
    _model: Leased | None = None
    _function: str = ""
    _lines: Lines = field(init=False)
    _questions: Questions = field(init=False)
    _cutting: Cutting = field(init=False)

    def __post_init__(self) -> None:
        folder = Path(self.start.folder)
        self._lines = Lines(self.say, Said(folder / "said"))
        self._questions = Questions(self.say, folder / "answers")
        self._cutting = Cutting(folder / "pruned")

    def hear(self, message: Answered | Prune) -> None:
        """What the user says meanwhile. In the loop of the search."""
        if isinstance(message, Answered):
            self._questions.heard(message)
        else:
            self._cutting.prune(message.node)

    async def run(self) -> Ended | Stopped:
        """Never raises, but when cancelled."""
        try:
            async with AsyncExitStack() as stack:
                ended = await self._ended(stack)
        except Stalled as failure:
            return Stopped(why=without_secrets(str(failure)))
        except (Failure, SourceError) as failure:
            return self._failed(without_secrets(str(failure)))
        except Exception as error:
            return self._failed(bug(error))
        self._lines.finish()
        return ended

    async def _ended(self, stack: AsyncExitStack) -> Ended:
        """The search, however it ends. Raises Failure and SourceError."""
        found = resolved(self.start)
        self._function = found.prepared.target.qualname
        parameters = self.start.spec.options.parameters
        patience = 2 * found.settings.limits.total_seconds
        composed = await self._composed(stack, found.settings, parameters, found.named, patience)
        await self._settle(found.settings, composed)
        done = await self._searched(found.prepared, composed)
        placed, best = verified(found.prepared, done), partial(found.prepared, done)
        return ended(done.report, placed, best)

    async def _composed(
        self,
        stack: AsyncExitStack,
        settings: Settings,
        parameters: Sequence[str],
        named: bool,
        patience: float,
    ) -> Composed:
        """named: see Resolved. patience: seconds that may pass between two steps of the search."""
        start = self.start

        def through(model: OwnedModel) -> Leased:
            self._model = leased(model, self.leases)
            stack.push_async_callback(self._model.aclose)
            return self._model

        return await stack.enter_async_context(
            compose(
                settings,
                parameters,
                unsafe=start.spec.options.unsafe,
                named=named,
                recording=Resumable(
                    Path(start.folder), self._lines.differs, max(PATIENCE, patience)
                ),
                tracing=Told(start.job, self._lines, start.spent),
                through=through,
                spent=start.spent,
                pruning=self._cutting.pruning,
            )
        )

    async def _settle(self, settings: Settings, composed: Composed) -> None:
        """Tell what it runs with."""
        assert self._model is not None, "compose has gone through ours"
        await self._model.identify()
        self.say(self._settled(settings, composed))

    def _settled(self, settings: Settings, composed: Composed) -> Settled:
        setup, budget = composed.setup, composed.setup.budget
        assert self._model is not None
        return Settled(
            function=self._function,
            model=self._model.name,
            endpoint=self._model.endpoint,
            identity=self._model.identity,
            slots=self._model.slots,
            weights=self._model.weights,
            strategy=setup.strategy_name,
            sandbox=str(setup.detection.level),
            programs=budget.programs,
            seconds=budget.seconds,
            tokens=budget.tokens,
            settings=pinned(settings, self._model.name),
        )

    @contextmanager
    def _told(self, composed: Composed) -> Iterator[Teller]:
        """Who tells of the search, as long as it lasts."""
        setup = composed.setup
        teller = Teller(self.say, setup.strategy_name, setup.budget, self.start.spent)
        teller.begin()
        try:
            yield teller
        finally:
            teller.close()

    async def _searched(self, prepared: Prepared, composed: Composed) -> Done:
        asker = self._questions if self.start.spec.options.ask else None
        with self._told(composed) as teller:
            return await synthesize(prepared, composed.setup, teller, asker)

    def _failed(self, message: str) -> Ended:
        self._lines.finish()
        return Ended(
            status=Status.ERROR.value,
            grade=Grade.UNKNOWN.value,
            message=message,
            function=self._function,
        )


def ended(report: Report, placed: Change | None, best: Change | None) -> Ended:
    """placed, best: where the verified program goes, or the best one; None where there is none."""
    return Ended(
        status=report.status.value,
        grade=report.grade.value,
        message=report.message,
        function=report.function,
        replacement=placed,
        code=report.code,
        report=report.model_dump(mode="json", by_alias=True),
        partial=best,
    )


def bug(error: Exception) -> str:
    """Where it was raised, and no word of what it says: that may be of the user's text."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = ""
    if trace is not None:
        place = f" ({Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno})"
    return f"synthd itself failed here, with {type(error).__name__}{place}: please report it"
