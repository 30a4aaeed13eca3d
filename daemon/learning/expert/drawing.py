"""Rollouts by the batch runner: many short conversations on each task, kept as a run's folder."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from synthd.daemon.bench.engine import Progress
from synthd.daemon.bench.experiment import (
    BudgetSpec,
    Experiment,
    ModelSpec,
    StrategySpec,
    SuiteSpec,
)
from synthd.daemon.bench.place import Place
from synthd.daemon.bench.record import Kind, Record
from synthd.daemon.bench.running import Plan, local, run_experiment
from synthd.daemon.exits import Missing
from synthd.daemon.learning.launching import Watcher
from synthd.daemon.settings import Settings
from synthd.sandbox.errors import SandboxError

TEMPERATURE, TOP_P = 0.7, 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """tokens: of one completion. rollouts: of each task."""

    suites: tuple[str, ...]
    rollouts: int
    turns: int
    tokens: int
    seed: int
    settings: Settings
    data: Path | None
    environment: Mapping[str, str]
    unsafe: bool = False

    def experiment(self, model: str) -> Experiment:
        strategy = StrategySpec(
            label="rollout",
            name="multi-turn",
            parameters={
                "n": 1,
                "turns": self.turns,
                "temperature": TEMPERATURE,
                "top_p": TOP_P,
                "selector": "pt",
            },
        )
        return Experiment(
            suites=tuple(SuiteSpec(text=text) for text in self.suites),
            strategies=(strategy,),
            models=(ModelSpec(name=model),),
            seeds=(self.seed,),
            samples=self.rollouts,
            budget=BudgetSpec(
                programs=self.turns,
                tokens=self.turns * self.tokens,
                tokens_per_call=self.tokens,
            ),
        )


async def draw(drawing: Drawing, model: str, out: Path, watcher: Watcher) -> dict[str, int]:
    """A folder that is there goes on. Raises BadInput and Missing."""
    place = Place(
        experiment=drawing.experiment(model),
        settings=drawing.settings,
        data=drawing.data,
        answers=(out / "answers").absolute(),
        unsafe=drawing.unsafe,
    )
    telling = _Telling(watcher)
    try:
        ran = await run_experiment(
            Plan(place, out), local(drawing.environment), telling, drawing.environment
        )
    except SandboxError as error:
        raise Missing(str(error)) from None
    if ran.broken:
        raise Missing(
            f"{ran.broken} of {ran.total} rollouts have no verdict ({ran.why}); the same command "
            "tries them again"
        )
    return {"rollouts": ran.total}


class _Telling:
    """Implements the runner's Watcher: every tenth of a run is told of."""

    def __init__(self, watcher: Watcher) -> None:
        self._watcher = watcher
        self._total = self._done = self._right = 0

    def begun(self, total: int, before: int) -> None:
        self._total, self._done = total, before
        self._watcher.said(f"{total} rollouts, {before} of them done before")

    def finished(self, record: Record) -> None:
        if record.kind is Kind.INFRA:
            return
        self._done += 1
        self._right += bool(record.passed)
        if self._done % max(1, self._total // 10) == 0:
            self._watcher.said(f"{self._done} of {self._total} rollouts, {self._right} right")

    def progress(self, progress: Progress) -> None:
        pass

    def told(self, text: str) -> None:
        self._watcher.said(text)
