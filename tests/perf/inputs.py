"""How often generated inputs tell a wrong program from the right one.

    python tests/perf/inputs.py [--number 100] [--problems N] [--each 5] [--seeds 1] [--jobs 2]

The right programs are the suites' references. The wrong ones pass the examples that a user would
give, and fail the held-out tests: just those that a search may take for right. They are

- HumanEval's references with one small thing changed, tested by HumanEval+ (mutants), and
- what searches of tests/perf/auto.py came to, if there are results of it (model).

Each generator makes `number` calls from the function's text and its examples; right and wrong
program are executed on them by the judge. They are told apart where the right one gives a value and
the wrong one does anything else. Prints a table; the last line is one JSON object.
"""

from __future__ import annotations

import argparse
import ast
import asyncio
import json
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import get_args

import platformdirs
from comparing.problems import Posed, datasets, pose, posed
from comparing.results import Results
from judging.machine import describe
from rich.console import Console
from rich.table import Table

from synthd.daemon.isolating import isolation
from synthd.daemon.judging import open_verifier
from synthd.daemon.settings import LimitSettings
from synthd.sandbox.level import Detection
from synthd.sandbox.limits import Limits
from synthd.sandbox.pool import JudgePool
from synthd.synth.attempt import Candidate, Verdict
from synthd.synth.behaviour import SILENT, Row
from synthd.synth.inputs.generate import Generator, generate
from synthd.synth.suites.catalog import load
from synthd.synth.suites.task import Task
from synthd.synth.verifiers.python import PythonVerifier

sys.path.append(str(Path(__file__).parents[1] / "mutants"))
from of_python import mutants

GENERATORS: tuple[Generator, ...] = get_args(Generator)
MOST = 24  # mutants of a problem that are looked at
# Many mutants never end.
SETTINGS = LimitSettings(cpu_seconds=0.5, total_seconds=6.0)
LIMITS = Limits(cpu_seconds=1.0, hurried_cpu_seconds=0.25, total_seconds=10.0)
RESULTS = platformdirs.user_cache_path("synthd") / "comparison" / "results.jsonl"


@dataclass(frozen=True, slots=True)
class Pair:
    """A wrong program beside the right one of its problem, and the seed of the inputs."""

    problem: str
    program: str
    seed: int


@dataclass(slots=True)
class Tally:
    """What one generator came to. pairs: whether it told them apart."""

    pairs: dict[Pair, bool] = field(default_factory=dict)
    calls: int = 0
    values: int = 0
    making: float = 0.0
    executing: float = 0.0

    @property
    def apart(self) -> set[Pair]:
        return {pair for pair, told in self.pairs.items() if told}


Tallies = dict[Generator, Tally]


@dataclass(frozen=True, slots=True)
class Bench:
    pool: JudgePool
    detection: Detection
    number: int
    each: int
    seeds: int

    async def mutants(self, problem: Posed, plus: Task, tallies: Tallies) -> int:
        async with open_verifier(problem.prepared, SETTINGS, self.detection) as verifier:
            right = Candidate(body(plus.reference, plus.entry))
            judged = await self.pool.judge(plus.solution(plus.reference), plus.tests)
            if not judged.accepted or not await _passes(problem, verifier, right):
                return 0
            wrong = [each async for each in self._wrong(problem, plus, verifier)]
            await self._compare(problem, verifier, right, wrong, tallies)
        return len(wrong)

    async def found(self, problem: Posed, bodies: Sequence[str], tallies: Tallies) -> int:
        async with open_verifier(problem.prepared, SETTINGS, self.detection) as verifier:
            right = Candidate(body(problem.task.reference, problem.task.entry))
            wrong = [Candidate(each, node=str(at)) for at, each in enumerate(bodies)]
            await self._compare(problem, verifier, right, wrong, tallies)
        return len(wrong)

    async def _wrong(
        self, problem: Posed, plus: Task, verifier: PythonVerifier
    ) -> AsyncIterator[Candidate]:
        found = 0
        made = mutants(plus.reference, plus.entry, plus.id, frozenset())
        for mutant, _ in zip(made, range(MOST), strict=False):
            candidate = Candidate(body(mutant.text, plus.entry), node=f"{found}: {mutant.what}")
            if not await _passes(problem, verifier, candidate):
                continue
            report = await self.pool.judge(plus.solution(mutant.text), plus.tests)
            if not report.accepted and not report.error:
                found += 1
                yield candidate
            if found == self.each:
                return

    async def _compare(
        self,
        problem: Posed,
        verifier: PythonVerifier,
        right: Candidate,
        wrong: Sequence[Candidate],
        tallies: Tallies,
    ) -> None:
        asked = problem.prepared.problem
        for seed in range(self.seeds if wrong else 0):
            for generator, tally in tallies.items():
                began = time.process_time()
                calls = generate(asked, self.number, seed, generator=generator)
                tally.making += time.process_time() - began
                rows = [await verifier.observe(asked, each, calls) for each in (right, *wrong)]
                tally.executing += sum(seen.seconds for row in rows for seen in row)
                tally.calls += len(calls)
                tally.values += sum(seen.ran for seen in rows[0])
                for candidate, row in zip(wrong, rows[1:], strict=True):
                    tally.pairs[Pair(problem.key, candidate.node, seed)] = apart(rows[0], row)


async def _passes(problem: Posed, verifier: PythonVerifier, program: Candidate) -> bool:
    found = await verifier.verify(problem.prepared.problem, program)
    return found.verdict is Verdict.ACCEPTED


def apart(right: Row, wrong: Row) -> bool:
    return any(
        a.ran and b.happened not in SILENT and a.key != b.key
        for a, b in zip(right, wrong, strict=True)
    )


def body(text: str, entry: str) -> str:
    """Of the last function of this name, without its docstring."""
    found = [n for n in ast.parse(text).body if isinstance(n, ast.FunctionDef) and n.name == entry]
    kept = found[-1].body[1 if ast.get_docstring(found[-1]) is not None else 0 :]
    return "\n".join(map(ast.unparse, kept))


async def run(args: argparse.Namespace, folder: Path) -> dict[str, Tallies]:
    tallies: dict[str, Tallies] = {
        kind: {generator: Tally() for generator in GENERATORS} for kind in ("mutants", "model")
    }
    plus = {task.id: task for task in load("humaneval+", datasets()).tasks}
    changed = iter(list(_posed(folder))[: args.problems])
    bodies = _found(args.results)
    searched = iter(posed(list(bodies), folder)[: args.problems])
    async with AsyncExitStack() as stack:
        detection = await isolation(unsafe=False)
        pool = await stack.enter_async_context(JudgePool.open(None, detection, LIMITS, workers=1))
        bench = Bench(pool, detection, args.number, args.each, args.seeds)

        async def work() -> None:
            for problem in searched:
                wrong = sorted(bodies[problem.key])
                number = await bench.found(problem, wrong, tallies["model"])
                print(f"{problem.key:<24} {number} wrong programs of the model", flush=True)
            for problem in changed:
                number = await bench.mutants(problem, plus[problem.task.id], tallies["mutants"])
                print(f"{problem.key:<24} {number} wrong mutants", flush=True)

        async with asyncio.TaskGroup() as group:
            for _ in range(args.jobs):
                group.create_task(work())
    return tallies


def _posed(folder: Path) -> Iterator[Posed]:
    for task in load("humaneval", datasets()).tasks:
        if (found := pose(f"humaneval/{task.id}", task, folder)) is not None:
            yield found


def _found(results: Path) -> dict[str, set[str]]:
    """The bodies that passed and were wrong, by problem."""
    wrong: dict[str, set[str]] = {}
    for result in Results(results).done.values():
        if result.passed and not result.right:
            wrong.setdefault(result.key.problem, set()).add(result.body)
    return wrong


def show(tallies: dict[str, Tallies]) -> dict[str, object]:
    table = Table("programs", "inputs", "told apart", "only so", "a value", "making", "executing")
    said: dict[str, object] = {}
    for kind, by_generator in tallies.items():
        for generator, tally in by_generator.items():
            number, pairs = len(tally.apart), max(1, len(tally.pairs))
            others = [by_generator[o].apart for o in GENERATORS if o not in (generator, "both")]
            only = tally.apart.difference(*others)
            values = tally.values / max(1, tally.calls)
            table.add_row(
                kind,
                generator,
                f"{number} of {len(tally.pairs)} ({number / pairs:.1%})",
                str(len(only)),
                f"{values:.0%}",
                f"{tally.making:.1f} s",
                f"{tally.executing:.1f} s",
            )
            said[f"{kind}, {generator}"] = {
                "apart": number,
                "of": len(tally.pairs),
                "problems": len({pair.problem for pair in tally.pairs}),
                "values": round(values, 3),
                "making_cpu_s": round(tally.making, 2),
                "executing_s": round(tally.executing, 1),
            }
    Console(width=100).print(table)
    return said


def main(args: argparse.Namespace) -> None:
    before = describe()
    with tempfile.TemporaryDirectory(prefix="synthd-inputs-") as held:
        tallies = asyncio.run(run(args, Path(held)))
    print(json.dumps({"schema": 1, "number": args.number, **show(tallies), **before}))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--number", type=int, default=100, help="calls of each generator")
    parser.add_argument("--problems", type=int, default=None, help="only the first so many")
    parser.add_argument("--each", type=int, default=5, help="mutants of a problem at most")
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2, help="problems side by side")
    parser.add_argument("--results", type=Path, default=RESULTS, help="of tests/perf/auto.py")
    if not datasets().exists():
        print(json.dumps({"skipped": f"no datasets at {datasets()}; set SYNTHD_DATASETS"}))
    else:
        main(parser.parse_args())
