"""Runs that never were: records with known figures, and experiments that ask for them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from random import Random

import pytest

from synthd.daemon.bench.engine import Finished
from synthd.daemon.bench.experiment import (
    Experiment,
    ModelSpec,
    Price,
    StrategySpec,
    SuiteSpec,
)
from synthd.daemon.bench.folder.folder import RunFolder
from synthd.daemon.bench.record import Key, Kind, Record
from synthd.synth.attempt import Attempt, Candidate, Case, CaseOutcome, Evaluation, Verdict
from synthd.synth.budget import Budget, Usage
from synthd.synth.events import Answered, Asked, Tried
from synthd.synth.ports import Message
from synthd.synth.trace.encode import line
from synthd.synth.trace.records import End, Entry, Header, VisibleCheck

MODEL = "local/qwen2.5-coder:0.5b"
SKILL = {"greedy": 0.3, "best-of-n": 0.5, "seidr": 0.45, "multi-turn": 0.42, "auto": 0.55}


@pytest.fixture(scope="session")
def record() -> Callable[..., Record]:
    """A search of suite s, strategy a, model m, seed 0, sample 0, that passes unless told."""

    def made(task: str = "t", **other: object) -> Record:
        told: dict[str, object] = {
            "suite": "s",
            "task": task,
            "strategy": "a",
            "model": "m",
            "seed": 0,
            "sample": 0,
            "visible": True,
            "passed": True,
            "outcome": "pass",
            "stop": "solved",
            "turn": 1,
            "completion_tokens": 100,
            "model_calls": 1,
            "seconds": 1.0,
            **other,
        }
        if told["passed"] is False and "outcome" not in other:
            told["outcome"] = "fail"
        return Record.model_validate(told)

    return made


@pytest.fixture(scope="session")
def experiment() -> Callable[..., Experiment]:
    def made(
        *suites: str,
        strategies: tuple[str, ...] = tuple(SKILL),
        seeds: int = 3,
        samples: int = 1,
    ) -> Experiment:
        return Experiment(
            suites=tuple(SuiteSpec(text=text, sha256="ab" * 32) for text in suites or ("s",)),
            strategies=tuple(StrategySpec(label=name, name=name) for name in strategies),
            models=(ModelSpec(name=MODEL, price=Price(prompt=0.1, completion=0.4)),),
            seeds=tuple(range(seeds)),
            samples=samples,
            judge="python 3.11, 10 s",
        )

    return made


@pytest.fixture(scope="session")
def searched() -> Callable[..., Iterator[Record]]:
    """Every search of an experiment, with verdicts and costs like those of real ones."""

    def made(
        experiment: Experiment, tasks: dict[str, tuple[str, ...]], shift: float = 0.0
    ) -> Iterator[Record]:
        for key in experiment.keys(tasks):
            yield _searched(key, shift)

    return made


def _searched(key: Key, shift: float) -> Record:
    task = Random(f"{key.suite} {key.task}").random()
    random = Random(key.digest)
    chance = min(0.98, max(0.02, SKILL.get(key.strategy, 0.4) + shift + 1.4 * (task - 0.5)))
    passed = random.random() < chance
    calls = 1 if key.strategy == "greedy" else min(16, 1 + int(random.expovariate(0.25)))
    visible = passed or random.random() < 0.12
    timeout = not passed and random.random() < 0.08
    return Record(
        kind=Kind.SAMPLE,
        suite=key.suite,
        task=key.task,
        strategy=key.strategy,
        model=key.model,
        seed=key.seed,
        sample=key.sample,
        visible=visible,
        passed=passed,
        outcome="pass" if passed else "timeout" if timeout else random.choice(("fail", "error")),
        stop="solved" if visible else "budget",
        in_process=random.random() < 0.02,
        turn=min(calls, 1 + int(random.expovariate(1.0))),
        programs=calls,
        model_calls=calls,
        prompt_tokens=180 * calls,
        completion_tokens=sum(random.randrange(60, 220) for _ in range(calls)),
        estimated=random.random() < 0.01,
        money=0.00008 * calls,
        executed=7,
        declared=7,
        seconds=round(calls * random.uniform(1.5, 4), 3),
        judge_seconds=round(calls * 0.05, 3),
        cpu_seconds=0.1,
    )


@pytest.fixture(scope="session")
def grown() -> Callable[..., str]:
    """The lines of a search's trace: so many programs, each made of an earlier one, with this text
    wherever a model or a program can put any."""

    def made(programs: int, text: str = "def f(x):\n    return x\n", *, solved: bool = True) -> str:
        header = Header(
            *("bcdfgh23", "2026-01-02T03:04:05", "work.py::f", "f", text),
            checks=(VisibleCheck("1", "f(1)", "1"),),
            strategy="seidr",
            parameters=(),
            model=MODEL,
            endpoint="",
            identity="",
            seed=0,
            budget=Budget(),
            synthd="0",
        )
        records: list[Header | Entry | End] = [header]
        tried: list[Attempt] = []
        for place in range(programs):
            parent = tried[(place - 1) // 2] if place else None
            right = solved and place == programs - 1
            attempt = _attempt(place, text, parent, right)
            tried.append(attempt)
            above = parent.candidate.node if parent else ""
            prompt = (Message("system", "You write Python."), Message("user", f"Mend:\n{text}"))
            purpose = "repair" if parent else "draft"
            records += [
                Entry(place + 0.1, Asked(place, purpose, 0.8, f"n{place}", above, prompt)),
                Entry(place + 0.6, Answered(place, text, 120, 60)),
                Entry(place + 0.7, Tried(attempt, place + 1)),
            ]
        usage = Usage(
            model_calls=programs,
            prompt_tokens=120 * programs,
            completion_tokens=60 * programs,
            programs=programs,
        )
        end = End(
            programs, "solved" if solved else "budget", f"n{programs - 1}", False, solved, usage
        )
        return "".join(line(each) for each in [*records, end])

    return made


def _attempt(place: int, text: str, parent: Attempt | None, right: bool) -> Attempt:
    candidate = Candidate(f"{text}# {place}\n", parent, f"n{place}", text)
    outcome = CaseOutcome.PASS if right else CaseOutcome.FAIL
    case = Case("1", outcome, "f(1)", "1", "1" if right else text, "")
    verdict = Verdict.ACCEPTED if right else Verdict.REJECTED
    score = 1.0 if right else (place % 4) / 5
    return Attempt(candidate, Evaluation(verdict, score, (case,), text, (), "bubblewrap"))


@pytest.fixture(scope="session")
def run_folder(grown: Callable[..., str]) -> Callable[..., Path]:
    """Writes a run as `bench run` does; text: what stands in every program and answer."""

    def made(
        path: Path,
        experiment: Experiment,
        tasks: dict[str, tuple[str, ...]],
        records: Iterable[Record],
        text: str = "def f(x):\n    return x\n",
        *,
        traces: bool = True,
    ) -> Path:
        with RunFolder.open(path, experiment) as folder:
            folder.note_tasks(tasks)
            for record in records:
                solved = bool(record.visible)
                events = grown(min(record.programs, 12) or 1, text, solved=solved) if traces else ""
                folder.append(Finished(record, f"{text}# {record.task}\n", events))
        return path

    return made
