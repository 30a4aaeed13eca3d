"""What a run comes to so far, as numbers with names: for services that draw curves."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from synthd.daemon.bench.experiment import Experiment
from synthd.daemon.bench.record import Kind, Record
from synthd.synth.models.scrub import address


@dataclass(slots=True)
class Count:
    """money: in US dollars, of the searches whose price is known."""

    finished: int = 0
    solved: int = 0
    completion_tokens: int = 0
    model_calls: int = 0
    money: float = 0.0

    def add(self, record: Record) -> None:
        self.finished += 1
        self.solved += bool(record.passed)
        self.completion_tokens += record.completion_tokens
        self.model_calls += record.model_calls
        self.money += record.money or 0.0

    def numbers(self) -> Iterator[tuple[str, float]]:
        yield "finished", self.finished
        yield "solved", self.solved
        yield "rate", self.solved / max(1, self.finished)
        yield "completion_tokens", self.completion_tokens
        yield "model_calls", self.model_calls
        yield "money", self.money


@dataclass(slots=True)
class Tally:
    """all, and of each suite, strategy and model."""

    all: Count = field(default_factory=Count)
    parts: dict[str, Count] = field(default_factory=lambda: defaultdict(Count))

    def add(self, record: Record) -> None:
        if record.kind is Kind.SAMPLE:
            self.all.add(record)
            self.parts[f"{record.suite}/{record.strategy}/{record.model}"].add(record)

    def metrics(self, *, parts: bool = True) -> dict[str, float]:
        """By names like `solved` and `humaneval/seidr/ollama/coder/solved`."""
        found = dict(self.all.numbers())
        for name, part in self.parts.items() if parts else ():
            found |= {f"{name}/{key}": value for key, value in part.numbers()}
        return found


def told(experiment: Experiment) -> dict[str, object]:
    """What a run is, without what its addresses may carry of users and passwords."""
    found: dict[str, object] = experiment.model_dump(mode="json", by_alias=True)
    found["models"] = [
        {**spec.model_dump(mode="json"), "endpoints": [address(url) for url in spec.endpoints]}
        for spec in experiment.models
    ]
    return found
