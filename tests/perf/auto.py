"""auto against greedy, best-of-n, seidr and rex: the same problems, model, tokens and seeds.

    python tests/perf/auto.py [--minutes 10] [--problems N] [--seeds N] [--jobs 4] [--results FILE]
    python tests/perf/auto.py --select

24 problems of HumanEval and MBPP (comparing/problems.json), 1,000 completion tokens for each, the
0.5B model, 3 seeds. What steers is what a user would give: docstring examples, or the first assert;
the suites' own tests decide afterwards. Each search draws one completion at a time, so that none
depends on how fast the machine is; several searches go on side by side. Answers are kept: a call
that two methods make alike is drawn once, and costs both.

A sitting ends after so many minutes, and the next one goes on: each search is a line in FILE. It
prints a table of what is there, with auto's paired differences and their 95 % bootstrap intervals
over problems that all methods have finished; the last line is one JSON object.

--select draws the greedy answer to problems in a fixed order and writes comparing/problems.json: of
each suite 12, those that the answer fails and every fourth of the others.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import inspect
import json
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import platformdirs
from comparing.paired import Difference, difference
from comparing.problems import FIXED, SUITES, Posed, all_posed, datasets, fixed, posed
from comparing.results import Key, Result, Results
from judging.machine import describe
from rich.console import Console
from rich.table import Table

from synthd.daemon.isolating import isolation
from synthd.daemon.locations import models_dir
from synthd.daemon.models import make
from synthd.daemon.settings import LimitSettings, Settings
from synthd.daemon.setup import Setup
from synthd.daemon.synthesis import synthesize
from synthd.daemon.weights import Store
from synthd.sandbox.level import Detection
from synthd.sandbox.limits import Limits
from synthd.sandbox.pool import JudgePool
from synthd.synth.budget import Budget
from synthd.synth.models.cached import CachedModel
from synthd.synth.models.forwarding import Forwarding
from synthd.synth.models.names import parse
from synthd.synth.ports import Completion, Model, Prompt, Sampling, unheard
from synthd.synth.run import Strategy
from synthd.synth.store.completions import Completions
from synthd.synth.strategies import registry

MODEL = "local/qwen2.5-coder:0.5b"
BUDGET = Budget(programs=64, seconds=1800.0, tokens=1000, tokens_per_call=320)
EACH = 12  # problems of a suite
METHODS: Mapping[str, tuple[str, dict[str, str]]] = {
    "greedy": ("best-of-n", {"n": "1", "temperature": "0"}),
    "best-of-n": ("best-of-n", {"n": "64"}),
    "seidr": ("seidr", {}),
    "rex": ("rex", {}),
    "auto": ("auto", {}),
}
HOME = platformdirs.user_cache_path("synthd") / "comparison"


class OneAtATime(Forwarding):
    """The model as one search sees it."""

    @property
    def slots(self) -> int:
        return 1

    async def complete(
        self, prompt: Prompt, sampling: Sampling, heard: Callable[[str], None] = unheard
    ) -> Completion:
        return await self.inner.complete(prompt, sampling, heard)


@dataclass(frozen=True, slots=True)
class Bench:
    """What all searches share."""

    model: Model
    pool: JudgePool
    detection: Detection
    answers: Completions

    async def search(self, problem: Posed, method: str, seed: int) -> Result:
        name, parameters = METHODS[method]
        setup = Setup(
            model=CachedModel(OneAtATime(self.model), self.answers),
            strategy=registry.build(name, parameters),
            strategy_name=name,
            budget=BUDGET,
            seed=seed,
            limits=LimitSettings(),
            detection=self.detection,
        )
        done = await synthesize(problem.prepared, setup)
        right = False
        if done.body:
            report = await self.pool.judge(problem.program(done.body), problem.task.tests)
            if report.error:
                raise RuntimeError(f"{problem.key}: the judge could not decide: {report.error}")
            right = report.accepted
        cost = done.report.cost
        return Result(
            key(problem.key, method, seed),
            right,
            done.report.status.value == "verified",
            cost.programs,
            cost.model_calls,
            cost.completion_tokens,
            cost.seconds,
            done.body,
        )


def key(problem: str, method: str, seed: int) -> Key:
    name, parameters = METHODS[method]
    strategy = registry.build(name, parameters)
    return Key(problem, method, seed, BUDGET.tokens, MODEL, _code(strategy))


def _code(strategy: Strategy) -> str:
    text = Path(inspect.getfile(type(strategy))).read_text("utf-8") + repr(strategy)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


async def open_bench(stack: AsyncExitStack) -> Bench:
    detection = await isolation(unsafe=False)
    model = make(parse(MODEL), "", Store(models_dir(Settings())))
    stack.push_async_callback(model.aclose)
    pool = await stack.enter_async_context(JudgePool.open(None, detection, Limits(), workers=1))
    return Bench(model, pool, detection, Completions(HOME / "answers"))


async def sitting(problems: Sequence[Posed], results: Results, args: argparse.Namespace) -> None:
    """Search what is not there yet. The methods of one problem and seed come one after the other:
    so a call that they share has been answered when the second makes it."""
    ends = time.monotonic() + 60 * args.minutes
    pairs = [(problem, seed) for seed in range(args.seeds) for problem in problems]
    waiting = iter(
        [p for p in pairs if any(key(p[0].key, m, p[1]) not in results.done for m in METHODS)]
    )

    async def work(bench: Bench) -> None:
        for problem, seed in waiting:
            for method in METHODS:
                if key(problem.key, method, seed) in results.done:
                    continue
                if time.monotonic() > ends:
                    return
                result = await bench.search(problem, method, seed)
                results.add(result)
                said = "right" if result.right else "passes, WRONG" if result.passed else "unsolved"
                print(
                    f"{problem.key:<16} seed {seed} {method:<10} {said:<14}"
                    f"{result.programs:>3} programs {result.completion_tokens:>5} tokens "
                    f"{result.seconds:>6.1f} s",
                    flush=True,
                )

    async with AsyncExitStack() as stack:
        bench = await open_bench(stack)
        async with asyncio.TaskGroup() as group:
            for _ in range(args.jobs):
                group.create_task(work(bench))


async def select(folder: Path, jobs: int) -> list[str]:
    """The problems to compare on: those that the greedy answer fails, and every fourth other."""
    chosen: list[str] = []
    async with AsyncExitStack() as stack:
        bench = await open_bench(stack)
        for suite in SUITES:
            found, others, line = 0, 0, all_posed(suite, folder)
            while found < EACH:
                batch = [each for _, each in zip(range(jobs), line, strict=False)]
                tried = await asyncio.gather(*(bench.search(p, "greedy", 0) for p in batch))
                for problem, result in zip(batch, tried, strict=True):
                    others += result.right
                    wanted = not result.right or others % 4 == 0
                    print(f"{problem.key:<16} greedy {'right' if result.right else 'WRONG'}")
                    if wanted and found < EACH:
                        chosen.append(problem.key)
                        found += 1
    return chosen


def solved(results: Results, problems: Sequence[str], seeds: int) -> dict[str, list[float]]:
    """For each method and each problem that all methods have finished, the seeds that solved it."""
    found: dict[str, list[float]] = {method: [] for method in METHODS}
    for problem in problems:
        each = {m: results.of(key(problem, m, seed) for seed in range(seeds)) for m in METHODS}
        if all(len(done) == seeds for done in each.values()):
            for method, done in each.items():
                found[method].append(sum(result.right for result in done) / seeds)
    return found


def show(results: Results, problems: Sequence[str], seeds: int) -> dict[str, object]:
    found = solved(results, problems, seeds)
    number = len(found["auto"])
    table = Table("method", "searches", "solved", "passed, wrong", "tokens", "auto - it", "95 %")
    said: dict[str, object] = {}
    for method, rates in found.items():
        done = results.of(key(p, method, s) for p in problems for s in range(seeds))
        wrong = sum(result.passed and not result.right for result in done)
        tokens = sum(result.completion_tokens for result in done)
        gap = difference(found["auto"], rates) if number and method != "auto" else None
        shown = _shown(gap)
        table.add_row(
            method, str(len(done)), f"{sum(rates):.2f} of {number}", str(wrong), str(tokens), *shown
        )
        said[method] = {
            "searches": len(done),
            "solved": round(sum(rates), 3),
            "passed_but_wrong": wrong,
            "tokens": tokens,
            **({"auto_minus": _told(gap)} if gap else {}),
        }
    Console(width=100).print(table)
    return {"problems": number, "of": len(problems), "seeds": seeds, "methods": said}


def _shown(gap: Difference | None) -> tuple[str, str]:
    return (f"{gap.mean:+.3f}", f"{gap.low:+.3f} to {gap.high:+.3f}") if gap else ("", "")


def _told(gap: Difference) -> dict[str, object]:
    interval = [round(gap.low, 3), round(gap.high, 3)]
    return {"mean": round(gap.mean, 3), "interval": interval, "not_worse": gap.not_worse}


def main(args: argparse.Namespace) -> None:
    before = describe()
    with tempfile.TemporaryDirectory(prefix="synthd-comparison-") as held:
        if args.select:
            chosen = asyncio.run(select(Path(held), args.jobs))
            FIXED.write_text(json.dumps({"model": MODEL, "problems": chosen}, indent=1) + "\n")
            print(json.dumps({"schema": 1, "selected": len(chosen), **before}))
            return
        keys = fixed()[: args.problems]
        results = Results(args.results)
        asyncio.run(sitting(posed(keys, Path(held)), results, args))
    said = show(results, keys, args.seeds)
    print(json.dumps({"schema": 1, "model": MODEL, "tokens": BUDGET.tokens, **said, **before}))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--minutes", type=float, default=10.0, help="of this sitting")
    parser.add_argument("--problems", type=int, default=None, help="only the first so many")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--jobs", type=int, default=4, help="searches side by side")
    parser.add_argument("--results", type=Path, default=HOME / "results.jsonl")
    parser.add_argument("--select", action="store_true", help="choose the problems anew")
    if not datasets().exists():
        print(json.dumps({"skipped": f"no datasets at {datasets()}; set SYNTHD_DATASETS"}))
    elif not Store(models_dir(Settings())).installed():
        print(json.dumps({"skipped": f"no weights: run `synthd models pull {MODEL[6:]}`"}))
    else:
        main(parser.parse_args())
