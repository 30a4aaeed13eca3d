"""What a run consists of: suites, strategies, models, seeds and samples, and what each may spend.

The same from a TOML file and from the command line. In the folder of a run it is experiment.json.
What has a name there keeps its meaning: a later command may add suites, strategies, models, seeds
and samples, and may not give a name to something else, nor change the budget.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from pydantic import Field, field_validator

from synthd.daemon.bench.record import SCHEMA, Key
from synthd.daemon.report import Wire
from synthd.synth.budget import Budget

Value = str | int | float | bool


class StrategySpec(Wire):
    """label: what tables call it. name: of the registry."""

    label: str
    name: str
    parameters: dict[str, Value] = Field(default_factory=dict)


class BudgetSpec(Wire):
    """Of each search. seconds are a last resort: a search that they end depends on the machine."""

    programs: int = Field(default=64, ge=1)
    tokens: int = Field(default=8192, ge=1)
    seconds: float = Field(default=3600.0, gt=0)
    tokens_per_call: int = Field(default=1024, ge=1)

    @property
    def budget(self) -> Budget:
        return Budget(self.programs, self.seconds, self.tokens, self.tokens_per_call)


class SuiteSpec(Wire):
    """text: as it was written, `humaneval[:50]`. sha256: of the data, filled in when it is read."""

    text: str
    sha256: str = ""

    @property
    def slice(self) -> Slice:
        return Slice.parse(self.text)

    @property
    def name(self) -> str:
        return self.slice.suite


class Price(Wire):
    """US dollars for a million tokens."""

    prompt: float = Field(ge=0)
    completion: float = Field(ge=0)


class ModelSpec(Wire):
    """name: as `--model` takes it. endpoints: several servers of the same model, load-balanced by
    free slots; none: its own."""

    name: str
    endpoints: tuple[str, ...] = ()
    identity: str = ""  # of the weights, where it is known; filled in when the run begins
    price: Price | None = None


class Experiment(Wire):
    """slots: how many completions a search draws at once. With one, the default, the way of a
    search does not depend on the speed of anything, and `jobs` searches go on side by side."""

    schema_version: int = Field(default=SCHEMA, alias="schema", serialization_alias="schema")
    suites: tuple[SuiteSpec, ...]
    strategies: tuple[StrategySpec, ...]
    models: tuple[ModelSpec, ...]
    seeds: tuple[int, ...] = (0,)
    samples: int = Field(default=1, ge=1)
    budget: BudgetSpec = BudgetSpec()
    slots: int = Field(default=1, ge=1)
    judge: str = ""  # which judge, under which limits; filled in when the run begins

    @field_validator("strategies")
    @classmethod
    def _labels_differ(cls, given: tuple[StrategySpec, ...]) -> tuple[StrategySpec, ...]:
        labels = [one.label for one in given]
        twice = sorted({label for label in labels if labels.count(label) > 1})
        if twice:
            raise ValueError(f"two strategies are called {', '.join(twice)}: give them labels")
        return given

    def keys(self, tasks: dict[str, tuple[str, ...]]) -> Iterator[Key]:
        """All searches, in the order in which they are begun: samples and seeds outermost, so that
        a run that was stopped has something of everything. tasks: of each suite's text, its ids.
        """
        each: dict[tuple[str, str], None] = {}  # slices of one suite may overlap
        for suite in self.suites:
            each |= dict.fromkeys((suite.name, task) for task in tasks[suite.text])
        for sample in range(self.samples):
            for seed in self.seeds:
                for suite_name, task in each:
                    for model in self.models:
                        for strategy in self.strategies:
                            yield Key(suite_name, task, strategy.label, model.name, seed, sample)


@dataclass(frozen=True, slots=True)
class Slice:
    """`humaneval`, `humaneval[:50]`, `mbpp[10:60]`, `mbpp[::7]`, `humaneval[HumanEval/3,…]`."""

    suite: str
    start: int | None = None
    stop: int | None = None
    step: int | None = None
    ids: tuple[str, ...] = ()

    @staticmethod
    def parse(text: str) -> Slice:
        """Raises ValueError."""
        found = re.fullmatch(r"(?P<suite>[^\[\]]+)(?:\[(?P<what>[^\[\]]*)\])?", text.strip())
        if found is None:
            raise ValueError(f"{text!r}: write SUITE, SUITE[:50], SUITE[10:60] or SUITE[ID,ID]")
        suite, what = found["suite"], found["what"]
        if what is None:
            return Slice(suite)
        numbers = re.fullmatch(r"\s*(\d*)\s*:\s*(\d*)\s*(?::\s*(\d*)\s*)?", what)
        if numbers is None:
            return Slice(suite, ids=tuple(part.strip() for part in what.split(",") if part.strip()))
        start, stop, step = (int(n) if n else None for n in numbers.groups())
        if step == 0:
            raise ValueError(f"{text!r}: steps of 0 lead nowhere")
        return Slice(suite, start, stop, step)

    def of(self, ids: tuple[str, ...]) -> tuple[str, ...]:
        """Raises LookupError with the id that is not there."""
        if self.ids:
            known = set(ids)
            for one in self.ids:
                if one not in known:
                    raise LookupError(one)
            return self.ids
        return ids[self.start : self.stop : self.step]
