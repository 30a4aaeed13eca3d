"""Searches whose model only waits and whose verdicts are made up: what is left is orchestration.

Everything else is what `synthd bench run` does: the local engine, the strategy, the trace, the
record, the folder on disk.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from searching.simulated import Waiting, problem, read

from synthd.daemon.bench.case import Found, Score, Sought, Tools
from synthd.daemon.bench.engine import Finished
from synthd.daemon.bench.experiment import (
    BudgetSpec,
    Experiment,
    ModelSpec,
    StrategySpec,
    SuiteSpec,
)
from synthd.daemon.bench.folder.folder import RunFolder
from synthd.daemon.bench.local import LocalEngine
from synthd.daemon.bench.place import Place
from synthd.daemon.bench.selecting import Selected
from synthd.daemon.bench.shared import Shared
from synthd.daemon.bench.suites import searching
from synthd.daemon.bench.suites.searching import Posed
from synthd.daemon.settings import LimitSettings, Settings
from synthd.sandbox.level import Detection, Level
from synthd.sandbox.programs import Exchange, Exchanges, Language, Program
from synthd.synth.ports import Completion, Finish, Prompt, Sampling, unheard
from synthd.synth.run import Strategy
from synthd.synth.store.completions import Completions

MODEL = "ollama/waiting"
HELD_OUT = Exchanges((Exchange("", ""),))
ANSWER = "    return sorted(x for x in values if x > 0)[:3]\n" * 4


@dataclass(slots=True)
class Slots:
    """A model of so many slots. used: seconds of all slots together in which it worked."""

    slots: int
    latency: float
    used: float = 0.0
    name: str = MODEL
    endpoint: str = "nowhere"
    identity: str = "waiting"
    _free: asyncio.Semaphore = field(init=False)

    def __post_init__(self) -> None:
        self._free = asyncio.Semaphore(self.slots)

    async def complete(
        self, prompt: Prompt, sampling: Sampling, heard: Callable[[str], None] = unheard
    ) -> Completion:
        async with self._free:
            await asyncio.sleep(self.latency)
            self.used += self.latency
        return Completion(f"# {sampling.seed}\n{ANSWER}", Finish.STOP, 200, 60)


@dataclass(frozen=True, slots=True)
class WaitingCase:
    """Implements Case. Its search takes no verdict, and so does its score."""

    id: str
    language: str = "python"
    text: str = "A number."
    reference: str = ""

    def unmet(self, strategy: Strategy) -> str:
        return ""

    async def search(self, sought: Sought, tools: Tools) -> Found:
        posed = Posed(problem(self.id), read, str, _program, self.id)
        verifier = Waiting(0.0, lambda _, candidate: candidate.seed % 3 == 0)
        return await searching.search(posed, verifier, HELD_OUT, sought, tools)

    async def score(self, program: str, tools: Tools) -> Score:
        return Score(len(program) % 2 == 0, "pass" if len(program) % 2 == 0 else "fail", 7, 7)


def _program(code: str) -> Program:
    return Program(Language.PYTHON, code)


@dataclass(frozen=True, slots=True)
class Orchestrated:
    """use: the share of the slots' time in which the model worked. cpu_ms: of ours, a search."""

    searches: int
    calls_each: int
    jobs: int
    seconds: float
    use: float
    cpu_ms: float
    rate: float


@dataclass(frozen=True, slots=True)
class Load:
    searches: int
    slots: int
    latency: float
    jobs: int
    calls: int = 1
    answers: bool = True
    traces: bool = True


async def orchestrate(load: Load, out: Path, folder: RunFolder | None = None) -> Orchestrated:
    model = Slots(load.slots, load.latency)
    experiment, selected = _experiment(load)
    place = Place(experiment=experiment, settings=Settings(), traces=load.traces)
    tools = Tools(cast(Any, None), Detection(Level.NONE, ()), LimitSettings(), out)
    answers = Completions(out / "answers" / "completions") if load.answers else None
    shared = Shared(place, selected, {MODEL: model}, {MODEL: None}, tools, answers)
    keys = list(selected.keys(experiment))
    opened = RunFolder.open(out, experiment) if folder is None else nullcontext(folder)
    with opened as kept:
        began, cpu = time.perf_counter(), time.process_time()

        def finished(one: Finished) -> None:
            assert one.record.passed is not None, one.record.error
            kept.append(one)

        await LocalEngine(shared, load.jobs).run(keys, finished, lambda _: None)
        seconds, cpu = time.perf_counter() - began, time.process_time() - cpu
    return Orchestrated(
        searches=len(keys),
        calls_each=load.calls,
        jobs=load.jobs,
        seconds=round(seconds, 2),
        use=round(model.used / (load.slots * seconds), 4),
        cpu_ms=round(1000 * cpu / len(keys), 3),
        rate=round(len(keys) / seconds, 1),
    )


def _experiment(load: Load) -> tuple[Experiment, Selected]:
    tasks = tuple(f"Waiting/{number}" for number in range(100))
    parameters: dict[str, str | int | float | bool] = {"n": load.calls}
    experiment = Experiment(
        suites=(SuiteSpec(text="waiting", sha256="ab" * 32),),
        strategies=(StrategySpec(label="best-of-n", name="best-of-n", parameters=parameters),),
        models=(ModelSpec(name=MODEL),),
        samples=-(-load.searches // len(tasks)),
        budget=BudgetSpec(programs=load.calls, tokens=100_000),
    )
    cases = {("waiting", task): WaitingCase(task) for task in tasks}
    return experiment, Selected({}, {"waiting": tasks}, cast(Any, cases))
