"""What `synthd bench` costs besides models and judges: slots kept busy, a million searches read.

    python tests/perf/batch.py [--searches N] [--slots K] [--processes P] [--latency S …]
                               [--million N] [--folder DIR]

Slots: a model that only takes its time (S seconds a completion, K at once) and verdicts that are
made up, in process; strategy, local engine, trace, record and folder on disk are those of `bench
run`. Every search is one completion, the worst case: all that a search costs comes once for each.
Twice as many searches as slots go on at once. slot_use: the share of the slots' time in which the
model worked. cpu_ms: processor time of ours for a search. least_latency_ms: how long a completion
must take so that one core keeps 95 % of the slots busy, by that figure alone. With P processes each
has its share of slots and searches, as shards do. As much is measured without kept answers and
traces.

Million: a log of N finished searches is written, then gone on with (there is nothing left to do),
then its figures and tables are made; seconds and peak memory of each, in a process of its own.

The last line is one JSON object. A quiet machine is needed: the load average is part of the output.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

from batching.million import generate
from batching.orchestrated import Load, Orchestrated, orchestrate
from judging.machine import describe

TARGET = 0.95
MILLION = Path(__file__).parent / "batching" / "million.py"


def main(arguments: argparse.Namespace) -> None:
    with tempfile.TemporaryDirectory(dir=arguments.folder) as held:
        folder = Path(held)
        print(f"machine: {describe()}", flush=True)
        runs = [
            row
            for latency in arguments.latency
            for kept in (True, False)
            for row in [_slots(folder / f"{latency}-{kept}", arguments, latency, kept=kept)]
        ]
        million = _million(folder / "million", arguments.million) if arguments.million else {}
    print(json.dumps({"slots": runs, "million": million, "machine": describe()}))


def _slots(
    folder: Path, arguments: argparse.Namespace, latency: float, *, kept: bool
) -> dict[str, Any]:
    processes = arguments.processes
    load = Load(arguments.searches, arguments.slots, latency, 2 * arguments.slots)
    load = replace(load, answers=kept, traces=kept)
    share = replace(
        load,
        searches=load.searches // processes,
        slots=load.slots // processes,
        jobs=load.jobs // processes,
    )
    folders = [folder / str(number) for number in range(processes)]
    with ProcessPoolExecutor(processes) as pool:
        found = list(pool.map(_one, [share] * processes, folders))
    row = _together(found, load)
    print(row, flush=True)
    return row


def _one(load: Load, folder: Path) -> Orchestrated:
    folder.mkdir(parents=True)
    return asyncio.run(orchestrate(load, folder))


def _together(found: Sequence[Orchestrated], load: Load) -> dict[str, Any]:
    seconds = max(one.seconds for one in found)
    searches = sum(one.searches for one in found)
    cpu_ms = sum(one.cpu_ms * one.searches for one in found) / searches
    use = searches * load.latency / (load.slots * seconds)
    return {
        "latency_ms": round(1000 * load.latency),
        "kept": load.traces,
        "processes": len(found),
        "searches": searches,
        "jobs": load.jobs,
        "slots": load.slots,
        "seconds": round(seconds, 2),
        "slot_use": round(use, 4),
        "rate": round(searches / seconds, 1),
        "cpu_ms": round(cpu_ms, 3),
        "least_latency_ms": round(TARGET * load.slots * cpu_ms, 1),
        "reached": use >= TARGET,
    }


def _million(path: Path, count: int) -> dict[str, Any]:
    generate(path, count)
    sizes = {name: (path / f"{name}.jsonl").stat().st_size for name in ("log", "programs")}
    found: dict[str, Any] = {"samples": count, "bytes": sizes}
    for what in ("resume", "report"):
        ended = subprocess.run(
            [sys.executable, str(MILLION), what, str(path)],
            check=True,
            capture_output=True,
            text=True,
        )
        found[what] = json.loads(ended.stdout.splitlines()[-1])
        print(what, found[what], flush=True)
    both = [found["resume"], found["report"]]
    found["seconds"] = round(sum(one["seconds"] for one in both), 1)
    found["peak_mb"] = max(one["peak_mb"] for one in both)
    return found


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="What a benchmark run costs besides its work.")
    parser.add_argument("--searches", type=int, default=10_000)
    parser.add_argument("--slots", type=int, default=64)
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--latency", type=float, nargs="+", default=[0.02, 0.2])
    parser.add_argument("--million", type=int, default=1_000_000)
    parser.add_argument("--folder", type=Path, default=None, help="Where it is done.")
    return parser.parse_args()


if __name__ == "__main__":
    main(_arguments())
