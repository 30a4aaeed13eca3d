"""A run of `synthd bench` over a few tasks, with a model whose answer only its question decides."""

from __future__ import annotations

import asyncio
import json
import os
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from ollama_server import OllamaServer

from synthd.daemon.bench.asking import Asked, from_options
from synthd.daemon.bench.engine import Progress
from synthd.daemon.bench.experiment import Experiment
from synthd.daemon.bench.folder.folder import RunFolder
from synthd.daemon.bench.place import Place
from synthd.daemon.bench.record import Kind, Record, fields
from synthd.daemon.bench.running import Plan, Shard, local, run_experiment
from synthd.daemon.settings import Settings

# Of the first tasks of HumanEval: some answers pass, others do not.
BODIES = (
    "    return sorted(numbers)\n",
    "    return number % 1.0\n",
    "    return any(abs(a - b) < threshold for i, a in enumerate(numbers) for b in numbers[:i])\n",
    "    return None\n",
    "    return 1 / 0\n",
    "    balance = 0\n    for operation in operations:\n        balance += operation\n"
    "        if balance < 0:\n            return True\n    return False\n",
)


class HashedOllama(OllamaServer):
    """Answers by a hash of what it is asked and the seed, whoever asks and when; not before the
    gate is open."""

    digest = "abc"

    def __init__(self) -> None:
        self.calls = 0
        self.asked = threading.Event()
        self.gate = threading.Event()
        self.gate.set()
        super().__init__()

    def reply(self, asked: dict[str, Any]) -> Iterator[str]:
        self.calls += 1
        self.asked.set()
        self.gate.wait(60)
        yield self.answer(asked)

    def answer(self, asked: dict[str, Any]) -> str:
        prompt = asked["messages"][-1]["content"]
        options = asked["options"]
        text = json.dumps([prompt, options["seed"], options["temperature"]])
        chosen = int(sha256(text.encode()).hexdigest(), 16) % len(BODIES)
        lines = [line for line in prompt.splitlines() if line.startswith("def ")]
        head = lines[-1] if lines else "def f(x):"
        return f"```python\nfrom typing import List\n\n{head}\n{BODIES[chosen]}```\n"


@pytest.fixture
def model() -> Iterator[HashedOllama]:
    server = HashedOllama()
    yield server
    server.close()


@dataclass
class Watching:
    """What a run says of itself."""

    lines: list[str] = field(default_factory=list)
    records: list[Record] = field(default_factory=list)
    moved: Callable[[Progress], None] = lambda progress: None

    def begun(self, total: int, before: int) -> None:
        self.total = total

    def finished(self, record: Record) -> None:
        self.records.append(record)

    def progress(self, progress: Progress) -> None:
        self.moved(progress)

    def told(self, text: str) -> None:
        self.lines.append(text)


@pytest.fixture
def watching() -> Watching:
    return Watching()


@dataclass
class Bench:
    """Makes runs of one experiment, each in a folder of its own."""

    home: Path
    data: Path
    model: HashedOllama
    samples: int = 2

    @property
    def environment(self) -> dict[str, str]:
        return {"PATH": os.environ["PATH"], "HOME": str(self.home)}

    @property
    def experiment(self) -> Experiment:
        asked = Asked(
            suites=("humaneval[:4]",),
            strategies=("greedy", "best-of-n"),
            sets=("best-of-n.n=3",),
            models=("ollama/coder",),
            endpoints=(self.model.url,),
            samples=self.samples,
            programs=4,
        )
        return from_options(asked, None)

    @property
    def arguments(self) -> tuple[str, ...]:
        """The same on the command line."""
        return (
            *("--suite", "humaneval[:4]", "--strategy", "greedy,best-of-n"),
            *("--set", "best-of-n.n=3", "--model", "ollama/coder", "--endpoint", self.model.url),
            *("--samples", f"{self.samples}", "--max-programs", "4", "--data", str(self.data)),
            *("--judges", "1", "--jobs", "2", "--no-answers"),
        )

    def plan(self, folder: str, jobs: int | None = 2, shard: Shard | None = None) -> Plan:
        place = Place(experiment=self.experiment, settings=Settings(), data=self.data, judges=1)
        return Plan(place, self.home / folder, jobs, shard)

    def table(self, folder: str | Path) -> list[tuple[object, ...]]:
        """All that does not depend on machine and time."""
        records = [
            one for one in RunFolder.records(self.home / folder) if one.kind is not Kind.INFRA
        ]
        return sorted(tuple(str(getattr(record, name)) for name in fields()) for record in records)

    def solved(self, folder: str | Path) -> int:
        """Of the 16 searches, which are not all the same."""
        records = list(RunFolder.records(self.home / folder))
        return sum(bool(one.passed) for one in records)

    def broken(self, folder: str) -> int:
        return sum(one.kind is Kind.INFRA for one in RunFolder.records(self.home / folder))


@pytest.fixture(scope="session")
def data() -> Path:
    beside = Path(__file__).parents[5] / "shared" / "datasets"
    folder = Path(os.environ.get("SYNTHD_DATASETS") or beside)
    if not (folder / "humaneval").is_dir():
        pytest.skip(f"no data sets in {folder}: set SYNTHD_DATASETS")
    return folder


@pytest.fixture
def bench(tmp_path: Path, data: Path, model: HashedOllama) -> Bench:
    return Bench(tmp_path, data, model)


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory, data: Path) -> list[tuple[object, ...]]:
    """The table of a run in one process, of which others must not differ."""
    server = HashedOllama()
    try:
        one = Bench(tmp_path_factory.mktemp("alone"), data, server)
        plan, environment = one.plan("alone"), one.environment
        work = run_experiment(plan, local(environment), Watching(), environment)
        with ThreadPoolExecutor(1) as pool:  # a test's own loop is left alone
            pool.submit(asyncio.run, work).result()
        assert 0 < one.solved("alone") < 16
        return one.table("alone")
    finally:
        server.close()
