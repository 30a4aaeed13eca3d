"""How close each search comes to the best that any scheduler could do, and what it costs us.

    python tests/perf/search.py [--only NAME …] [--latency S] [--slots K] [--rounds N] [--tasks N]

Against a model that only takes its time (S seconds a call, K at once) and a verifier that takes a
twentieth of that. bound_ratio: wall time over the time that the same steps take in the best
schedule (searching/bound.py). cpu_ms_per_call: processor time of ours for each call of the model.
Both are the better of N rounds, on a problem that no program solves and, for methods that select,
also on one that every second program solves; the worse of the two counts. bound_ratio_spread: the
same where calls take between half and one and a half S; the best schedule knows that beforehand,
which no real one can.

speedup_vs_seidr: seconds that a sequential seidr of ours takes, over ours with all slots, to solve
the same number of simulated tasks, where four calls at once get done twice what one does, as with
the embedded engine on two cores. With --tasks N it is that of the released package (seidr 3.5.0,
installed into the user's cache) beside ours, on N tasks of HumanEval with the real 0.5B model. The
last line is one JSON object.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random

from judging.machine import describe
from rich.console import Console
from rich.table import Table
from searching.bound import least, schedule, steps
from searching.reference import compare
from searching.simulated import Timed, Waiting, problem, read

from synthd.synth.attempt import Candidate
from synthd.synth.budget import Budget
from synthd.synth.events import Event
from synthd.synth.problem import Problem
from synthd.synth.run import Run
from synthd.synth.solve import solve
from synthd.synth.strategies import registry

JUDGING = 1 / 20  # of the latency
TASKS = 16


@dataclass(frozen=True, slots=True)
class Measured:
    calls: int
    wall: float
    best: float  # of the schedule
    least: float  # no schedule is shorter
    cpu: float

    @property
    def ratio(self) -> float:
        return self.wall / self.best

    @property
    def cpu_ms(self) -> float:
        return 1000 * self.cpu / self.calls


def never(problem: Problem, candidate: Candidate) -> bool:
    return False


def half(problem: Problem, candidate: Candidate) -> bool:
    return candidate.seed % 2 == 0


async def once(name: str, model: Timed, *, solvable: bool) -> Measured:
    events: list[Event] = []
    judging, slots = model.latency * JUDGING, model.slots
    verifier = Waiting(judging, half if solvable else never)
    budget = Budget(programs=64, seconds=600, tokens=10**6, tokens_per_call=100)
    run = Run(problem(), model, verifier, budget, 1, read, events.append)
    began, cpu = time.perf_counter(), time.process_time()
    outcome = await solve(run, registry.build(name, {}))
    wall, cpu = time.perf_counter() - began, time.process_time() - cpu
    found = steps(name, events, model.seconds, judging)
    return Measured(
        outcome.usage.model_calls, wall, schedule(found, slots), least(found, slots), cpu
    )


def measured(name: str, arguments: argparse.Namespace, spread: float) -> Measured:
    """The worse of the problems, on each of which the better of the rounds counts."""
    collects = getattr(registry.build(name, {}), "collects", False)
    model = Timed(arguments.latency, arguments.slots, spread)
    found: list[Measured] = []
    for solvable in (False, True) if collects else (False,):
        rounds = [
            asyncio.run(once(name, model, solvable=solvable)) for _ in range(arguments.rounds)
        ]
        found.append(min(rounds, key=lambda each: each.ratio))
    return max(found, key=lambda each: each.ratio)


async def tasks(name: str, parameters: Mapping[str, str], model: Timed) -> list[float]:
    """When each task that was solved was, in seconds from the start, one after the other."""
    chances = [0.9, 0.5, 0.25, 0.1]

    def passes(problem: Problem, candidate: Candidate) -> bool:
        chance = chances[int(problem.id) % len(chances)]
        return Random(f"{problem.id} {candidate.seed}").random() < chance

    began, solved = time.perf_counter(), []
    for number in range(TASKS):
        verifier = Waiting(model.latency * JUDGING, passes)
        budget = Budget(programs=24, seconds=600, tokens=10**6, tokens_per_call=100)
        run = Run(problem(str(number)), model, verifier, budget, 1, read)
        outcome = await solve(run, registry.build(name, parameters))
        if outcome.best is not None and outcome.best.accepted:
            solved.append(time.perf_counter() - began)
    return solved


def speedups(arguments: argparse.Namespace) -> dict[str, float]:
    """Of each method with all slots over a sequential seidr as the paper has it."""
    latency, spread, sharing = arguments.latency / 2, 0.5, 0.5
    alone = asyncio.run(
        tasks("seidr", {"greedy_first": "false"}, Timed(latency, 1, spread, sharing))
    )
    found = {}
    for name in ("auto", "best-of-n", "rex", "seidr"):
        ours = asyncio.run(tasks(name, {}, Timed(latency, 4, spread, sharing)))
        both = min(len(ours), len(alone))
        found[name] = round(alone[both - 1] / ours[both - 1], 2)
        print(
            f"{name:>10}, 4 slots: {len(ours)} of {TASKS} tasks, {both} in {ours[both - 1]:.1f} s; "
            f"seidr, sequential: {len(alone)}, {both} in {alone[both - 1]:.1f} s"
        )
    return found


def beside(arguments: argparse.Namespace) -> dict[str, object]:
    """The released package and ours on the real model."""
    found = asyncio.run(compare(arguments.tasks, arguments.ours))
    if isinstance(found, str):
        print(f"no reference: {found}")
        return {"speedup": None, "why": found}
    theirs, ours = found
    both = min(theirs.solved, ours.solved)
    seconds = (theirs.seconds_to(both), ours.seconds_to(both))
    print(
        f"to {both} solved: seidr 3.5.0 {seconds[0]:.1f} s, {arguments.ours} {seconds[1]:.1f} s; "
        f"in all {theirs.solved} and {ours.solved} of {len(ours.went)}"
    )
    return {
        "speedup": round(seconds[0] / seconds[1], 2) if both else None,
        "tasks": len(ours.went),
        "solved": {"seidr": theirs.solved, arguments.ours: ours.solved},
        "seconds_to_same": {"seidr": round(seconds[0], 1), arguments.ours: round(seconds[1], 1)},
    }


def show(found: Mapping[str, Measured], spread: Mapping[str, Measured]) -> None:
    table = Table("strategy", "calls", "wall s", "best s", "least s", "ratio", "spread", "CPU ms")
    for name, each in found.items():
        times = (f"{each.wall:.2f}", f"{each.best:.2f}", f"{each.least:.2f}", f"{each.ratio:.3f}")
        wide = f"{spread[name].ratio:.3f}"
        table.add_row(name, str(each.calls), *times, wide, f"{each.cpu_ms:.2f}")
    Console(width=100).print(table)


def ratios(found: Mapping[str, Measured]) -> dict[str, float]:
    return {name: round(each.ratio, 3) for name, each in found.items()}


def main(arguments: argparse.Namespace) -> None:
    names: Sequence[str] = arguments.only or list(registry.STRATEGIES)
    before = describe()
    found = {name: measured(name, arguments, 0.0) for name in names}
    spread = {name: measured(name, arguments, 0.5) for name in names}
    show(found, spread)
    speed = speedups(arguments)
    real = beside(arguments) if arguments.tasks else None
    said = {
        "schema": 1,
        "bound_ratio": ratios(found),
        "bound_ratio_spread": ratios(spread),
        "cpu_ms_per_call": {name: round(each.cpu_ms, 2) for name, each in found.items()},
        "speedup_vs_seidr": real["speedup"] if real else speed["auto"],
        "speedup_is": "of the real reference" if real else "of our own seidr, simulated",
        "speedups_simulated": speed,
        "reference": real,
        "latency": arguments.latency,
        "slots": arguments.slots,
        "rounds": arguments.rounds,
        **before,
    }
    print(json.dumps(said))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", nargs="+", metavar="NAME", help="these strategies")
    parser.add_argument("--latency", type=float, default=0.2, help="of a call, in seconds")
    parser.add_argument("--slots", type=int, default=4)
    parser.add_argument("--tasks", type=int, default=0, help="of HumanEval, beside the reference")
    parser.add_argument("--ours", default="auto", help="the strategy beside the reference")
    parser.add_argument("--rounds", type=int, default=2)
    main(parser.parse_args())
