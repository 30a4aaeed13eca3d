"""`synthd critique`: whether the specs of a Rust file say what was meant."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn

from synthd.daemon import config
from synthd.daemon.cli.critique_showing import Live, show
from synthd.daemon.cli.running import finish, telling
from synthd.daemon.cli.screen import complain, err, out
from synthd.daemon.critiquing.critique import Setup, critique
from synthd.daemon.critiquing.record import Record, usual_path
from synthd.daemon.critiquing.report import CODES, CritiqueReport, Status
from synthd.daemon.critiquing.reporting import reported
from synthd.daemon.critiquing.subjects import Subject, subjects
from synthd.daemon.exits import Exit, Failure, Missing, worst
from synthd.daemon.isolating import isolation
from synthd.daemon.locations import recordings_dir, user_config_file
from synthd.daemon.models import prepared, settled
from synthd.daemon.settings import Settings
from synthd.daemon.verus.installed import Tool, open_checker, tool
from synthd.synth.budget import Budget
from synthd.synth.critique import comparing, exploiting
from synthd.synth.critique.opinion import Standing
from synthd.synth.models.errors import ModelError
from synthd.synth.ports import Model
from synthd.synth.source.place import find_workspace

SECONDS = 600.0
_STOCK = 2  # bodies of our own, at most


@dataclass(frozen=True, slots=True)
class Options:
    """programs, seconds, tokens: for each function; None: what the samples may take."""

    target: str
    against: Path | None = None
    samples: int = comparing.SAMPLES
    exploits: int = exploiting.SAMPLES
    record: Path | None = None
    collect: Path | None = None
    programs: int | None = None
    seconds: float | None = None
    tokens: int | None = None
    cache: bool = True
    json: bool = False
    unsafe: bool = False
    settings: Mapping[str, Any] = field(default_factory=dict)

    def budget(self) -> Budget:
        tokens = self.samples * comparing.MOST_TOKENS + self.exploits * exploiting.MOST_TOKENS
        return Budget(
            self.programs or self.exploits + _STOCK,
            self.seconds or SECONDS,
            self.tokens or tokens,
            comparing.MOST_TOKENS,
        )


def main(options: Options) -> NoReturn:
    finish(lambda: _main(options))


async def _main(options: Options) -> Exit:
    def tell(file: str, function: str, failure: Failure) -> None:
        print(_error(file, function, failure).json_text(), flush=True)

    return await telling(_all(options), (options.target,), tell if options.json else None)


async def _all(options: Options) -> Exit:
    """What the user can mend at once is said before Verus and a model are looked for."""
    chosen = subjects(options.target, options.against, compared=options.samples > 0)
    path = Path(chosen[0].source.path)
    settings = config.load(
        find_workspace(path), user_config_file(), os.environ, options.settings
    ).settings
    found = await _tool(options, settings)
    async with _opened(options, settings, found) as setup:
        if not options.json:
            err().print(_announcement(options, setup, found), markup=False, soft_wrap=True)
        return worst([await _one(options, subject, setup) for subject in chosen])


async def _tool(options: Options, settings: Settings) -> Tool | None:
    if not options.exploits:
        return None
    try:
        return await tool(settings, os.environ)
    except Missing as missing:
        raise Missing(
            f"{missing}; without Verus, --exploits 0 only compares the program with its text"
        ) from None


@asynccontextmanager
async def _opened(options: Options, settings: Settings, found: Tool | None) -> AsyncIterator[Setup]:
    async with AsyncExitStack() as stack:
        checker = None
        if found is not None:
            detection = await isolation(unsafe=options.unsafe)
            opened = open_checker(found, settings, detection, unsafe=options.unsafe)
            checker = await stack.enter_async_context(opened)
        model: Model = _NoModel()
        if options.samples or options.exploits:
            model = await _model(options, settings, stack)
        # Last: what cannot begin leaves no file.
        record = stack.enter_context(Record(options.record or usual_path()))
        yield Setup(
            model=model,
            checker=checker,
            budget=options.budget(),
            record=record,
            samples=options.samples,
            exploits=options.exploits,
            seed=settings.seed,
            termination=found is None or found.demands_termination,
            kept=recordings_dir() / "completions" if options.cache else None,
            collect=options.collect,
        )


async def _model(options: Options, settings: Settings, stack: AsyncExitStack) -> Model:
    named = options.settings.get("model") is not None
    await prepared(settings)
    chosen = await settled(settings, named=named)
    stack.push_async_callback(chosen.aclose)
    return chosen.model


def _announcement(options: Options, setup: Setup, found: Tool | None) -> str:
    """What is about to happen, with what, and what it may cost."""
    budget = setup.budget
    verus = f"Verus {found.installation.version}" if found else "no Verus"
    if not options.samples + options.exploits:
        return f"no model, {verus}: only what the file shows by itself\nrecord: {setup.record.path}"
    return (
        f"model {setup.model.name} at {setup.model.endpoint}; {verus}\n"
        f"for each function: {options.samples} answers to compare, {options.exploits} for bodies; "
        f"{budget.programs} programs, {budget.seconds:g} s, {budget.tokens} completion tokens\n"
        f"record: {setup.record.path}"
    )


async def _one(options: Options, subject: Subject, setup: Setup) -> Exit:
    where = f"{subject.source.path}::{subject.function.path}"
    setup.record.write("critique", _header(subject, setup))
    try:
        if options.json:
            done = await critique(subject, setup, lambda _: None)
        else:
            with Live(err(), where, setup.samples) as live:
                done = await critique(subject, setup, live)
        report = reported(done, setup)
    except Failure as failure:
        setup.record.write("end", {"status": Status.ERROR, "message": str(failure)})
        if options.json:
            path, function = subject.source.path, subject.function.path
            print(_error(path, function, failure).json_text(), flush=True)
        else:
            complain(f"{where}: {failure}")
        return failure.code
    setup.record.write("end", {"status": report.status, "message": report.message})
    if options.json:
        print(report.json_text(), flush=True)
    else:
        show(out(), report, collected=options.collect if done.collected else None)
    return CODES[Standing(report.status.value)]


def _header(subject: Subject, setup: Setup) -> dict[str, Any]:
    against = subject.against
    return {
        "file": subject.source.path,
        "function": subject.function.path,
        "program": subject.text,
        "against": against and {"name": against.name, "sha256": against.sha256},
        "model": setup.model.name,
        "endpoint": setup.model.endpoint,
        "samples": setup.samples,
        "exploits": setup.exploits,
        "seed": setup.seed,
    }


def _error(file: str, function: str, failure: Failure) -> CritiqueReport:
    return CritiqueReport(file=file, function=function, status=Status.ERROR, message=str(failure))


class _NoModel:
    """Where only the rules are looked at. It is never asked."""

    name, endpoint, slots = "none", "nowhere", 1

    async def complete(self, *_: Any) -> NoReturn:
        raise ModelError("no answer was wanted")
