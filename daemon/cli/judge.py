"""`synthd judge`: given programs, judged in bulk."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn

from synthd.daemon import config
from synthd.daemon.bulk.files import FileSource
from synthd.daemon.bulk.judge_name import judge_name
from synthd.daemon.bulk.log import CannotContinue, ResultsLog, unchanged
from synthd.daemon.bulk.result import Origin, Result
from synthd.daemon.bulk.summary import summarize
from synthd.daemon.bulk.testing import Asked
from synthd.daemon.bulk.work import Done, Source, left, work
from synthd.daemon.cli.judged import Bar, Facts, code_of, show_file, show_summary, wire
from synthd.daemon.cli.running import finish
from synthd.daemon.cli.screen import err, out
from synthd.daemon.exits import BadInput, Exit, Missing
from synthd.daemon.isolating import isolation
from synthd.daemon.limiting import sandbox_limits
from synthd.daemon.locations import user_config_file
from synthd.daemon.settings import Settings
from synthd.sandbox.errors import SandboxError
from synthd.sandbox.level import Detection

_AHEAD = 64  # programs in flight for each worker: it judges plain ones several at a time


@dataclass(frozen=True, slots=True)
class Options:
    asked: Asked
    files: tuple[Path, ...] = ()
    suite: str = ""
    samples: Path | None = None
    data: Path | None = None
    out: Path | None = None
    workers: int | None = None
    json: bool = False
    quiet: bool = False
    retry_undecided: bool = False
    unsafe: bool = False
    settings: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Job:
    """named: programs are files that the user named, and each is told of by itself."""

    source: Source
    origin: Origin
    out: Path | None
    named: bool


def main(options: Options) -> NoReturn:
    finish(lambda: _main(options))


async def _main(options: Options) -> Exit:
    settings = config.load(Path.cwd(), user_config_file(), os.environ, options.settings).settings
    job = _job(options, settings)
    detection = await isolation(unsafe=options.unsafe)
    try:
        with _log(job) as log:
            return await _judge(options, settings, job, detection, log)
    except CannotContinue as problem:
        raise BadInput(str(problem)) from None
    except SandboxError as error:
        raise Missing(str(error)) from None


def _job(options: Options, settings: Settings) -> Job:
    """Everything that is wrong with the command is said here, before anything runs."""
    if bool(options.suite) == bool(options.files):
        raise BadInput(
            "give either files (synthd judge FILE… --tests F), or --suite NAME with --samples FILE"
        )
    judge = judge_name(settings)
    if options.files:
        files = FileSource.read(options.files, options.asked)
        return Job(files, Origin(files.tests, files.sha256, judge), options.out, True)
    from synthd.daemon.bulk.suite import SuiteSource

    if options.samples is None:
        raise BadInput("--suite needs --samples FILE: the programs to judge")
    if options.asked != Asked():
        raise BadInput("a suite has its own tests: leave --tests, --stdio, --check, --entry out")
    source = SuiteSource.read(options.suite, options.samples, options.data, os.environ)
    target = options.out or options.samples.with_name(options.samples.name + ".results.jsonl")
    return Job(source, Origin(source.suite.name, source.suite.sha256, judge), target, False)


def _log(job: Job) -> AbstractContextManager[ResultsLog | None]:
    if job.out is None:
        return nullcontext()
    return _Opened(job.out, job.origin)


class _Opened(ResultsLog):
    """A file that cannot be opened is the user's to mend."""

    def __enter__(self) -> ResultsLog:
        try:
            return super().__enter__()
        except OSError as error:
            raise BadInput(f"--out {self.path}: {error.strerror or error}") from None


async def _judge(
    options: Options, settings: Settings, job: Job, detection: Detection, log: ResultsLog | None
) -> Exit:
    from synthd.sandbox.pool import JudgePool

    known = log.known if log else {}
    total = unchanged(known, job.source.given(), job.out or Path())
    if total == 0:
        raise BadInput(f"{options.samples} has no samples")
    wanted = left(known, retry_undecided=options.retry_undecided)
    before = sum(not wanted(sample) for sample in known)
    if job.out is not None and not options.quiet:
        again = f"; {before} of {total} are there already" if before else ""
        err().print(f"results: {job.out}{again}", markup=False)
    workers = options.workers or len(os.sched_getaffinity(0))
    python = Path(settings.python) if settings.python else None
    done = Done(known, 0, 0.0)
    if before < total:
        with Bar(err(), total, before, quiet=options.quiet or job.named) as bar:
            try:
                async with JudgePool.open(
                    python,
                    detection,
                    sandbox_limits(settings.limits),
                    workers=workers,
                    unsafe=options.unsafe,
                ) as pool:
                    done = await work(
                        job.source,
                        job.origin,
                        pool,
                        log,
                        _teller(options, job, bar),
                        wanted=wanted,
                        in_flight=_AHEAD * workers,
                    )
            except asyncio.CancelledError:
                if job.out is not None:
                    bar.stop()
                    err().print(
                        f"{bar.done} of {total} are judged; the same command continues",
                        markup=False,
                    )
                raise
    return _conclude(options, job, done, workers, detection)


def _teller(options: Options, job: Job, bar: Bar) -> Callable[[Result], None]:
    def tell(result: Result) -> None:
        bar(result)
        if not job.named:
            return
        if options.json:
            print(result.json_text(), flush=True)
        else:
            show_file(out(), result)

    return tell


def _conclude(options: Options, job: Job, done: Done, workers: int, detection: Detection) -> Exit:
    summary = summarize(done.scored.values())
    facts = Facts(
        suite=job.origin.suite,
        suite_sha256=job.origin.suite_sha256,
        tasks=job.source.tasks,
        judged_now=done.now,
        seconds=done.seconds,
        rate=done.rate,
        workers=workers,
        isolation=detection.level.value,
        out=str(job.out) if job.out else "",
        named=job.named,
    )
    if options.json:
        if not job.named:
            print(wire(summary, facts).json_text(), flush=True)
    elif not job.named or len(done.scored) > 1:
        show_summary(out(), summary, facts)
    return code_of(summary)
