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


class Subset(Wire):
    """The tasks of a suite that a model fails, and where that comes from: a hard subset, on which
    FTTT and its baselines are compared (arXiv 2502.15771).

    sha256: of the suite's data. identity: of the model's weights, "" where it is unknown. tasks:
    those whose every search fails the held-out tests, in the suite's order; of: so many were
    searched. run: the folder of the searches, as it was named.
    """

    suite: str
    sha256: str
    model: str
    identity: str = ""
    strategy: StrategySpec
    budget: BudgetSpec
    seeds: tuple[int, ...] = (0,)
    samples: int = 1
    judge: str = ""
    run: str = ""
    of: int
    tasks: tuple[str, ...]


class SuiteSpec(Wire):
    """text: as it was written, `humaneval[:50]`. sha256: of the data, filled in when it is read.
    subset: what the file said that the text names, `mbpp[@hard.json]`: read once, so that the text
    keeps its meaning whatever becomes of the file."""

    text: str
    sha256: str = ""
    subset: Subset | None = None

    @property
    def slice(self) -> Slice:
        return Slice.parse(self.text)

    @property
    def name(self) -> str:
        return self.slice.suite

    def of(self, ids: tuple[str, ...]) -> tuple[str, ...]:
        """Those of a suite's ids that are wanted. Raises LookupError with one that is not there."""
        listed = None if self.subset is None else self.subset.tasks
        return self.slice.of(ids, listed)


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


class VerifierSpec(Wire):
    """folder: of a trained verifier. identity: filled in when the run begins."""

    folder: str
    identity: str = ""


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
    verifier: VerifierSpec | None = None  # for strategies that rank by a learned one

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
    """`humaneval`, `humaneval[:50]`, `mbpp[10:60]`, `mbpp[::7]`, `humaneval[HumanEval/3,…]`;
    `mbpp[@FILE]`, the tasks that a file names, and `mbpp[@FILE][:8]`, the first of them."""

    suite: str
    start: int | None = None
    stop: int | None = None
    step: int | None = None
    ids: tuple[str, ...] = ()
    file: str = ""

    @staticmethod
    def parse(text: str) -> Slice:
        """Raises ValueError."""
        found = re.fullmatch(rf"(?P<suite>[^\[\]]+){_BRACKETS}{_BRACKETS}", text.strip())
        if found is None:
            raise ValueError(
                f"{text!r}: write SUITE, SUITE[:50], SUITE[10:60], SUITE[ID,ID] or SUITE[@FILE]"
            )
        suite, what, more = found.groups()
        if what is None:
            return Slice(suite)
        if what.strip().startswith("@"):
            file = what.strip()[1:].strip()
            if not file:
                raise ValueError(f"{text!r}: name a file after the @")
            return Slice(suite, *_numbers(text, more or ":"), file=file)
        if more is not None:
            raise ValueError(f"{text!r}: only what a file names can be cut again: SUITE[@FILE][:8]")
        if ":" not in what or re.fullmatch(r"[\d\s:]*", what) is None:
            return Slice(suite, ids=tuple(part.strip() for part in what.split(",") if part.strip()))
        return Slice(suite, *_numbers(text, what))

    def of(self, ids: tuple[str, ...], listed: tuple[str, ...] | None = None) -> tuple[str, ...]:
        """listed: what the file names. Raises LookupError with the id that is not there."""
        wanted = self.ids or listed
        if wanted is None:
            return ids[self.start : self.stop : self.step]
        known = set(ids)
        for one in wanted:
            if one not in known:
                raise LookupError(one)
        return wanted[self.start : self.stop : self.step]


_BRACKETS = r"(?:\[([^\[\]]*)\])?"


def _numbers(text: str, what: str) -> tuple[int | None, int | None, int | None]:
    found = re.fullmatch(r"\s*(\d*)\s*:\s*(\d*)\s*(?::\s*(\d*)\s*)?", what)
    if found is None:
        raise ValueError(f"{text!r}: [{what}] is no slice; write [:50], [10:60] or [::7]")
    start, stop, step = (int(n) if n else None for n in found.groups())
    if step == 0:
        raise ValueError(f"{text!r}: steps of 0 lead nowhere")
    return start, stop, step
