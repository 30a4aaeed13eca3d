"""A folder of a million finished searches, and what it takes to go on with it and to report it.

Each is measured in a process of its own, so that its memory is its own:

    python tests/perf/batching/million.py resume|report DIR
"""

from __future__ import annotations

import hashlib
import json
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path

from synthd.daemon.bench.experiment import Experiment, ModelSpec, StrategySpec, SuiteSpec
from synthd.daemon.bench.folder import tasks
from synthd.daemon.bench.folder.folder import RunFolder
from synthd.daemon.bench.report.tables import tables
from synthd.daemon.bench.report.tabulate import Source, tabulate

STRATEGIES = ("greedy", "best-of-n", "seidr", "multi-turn", "auto")
IDS = tuple(f"HumanEval/{number}" for number in range(160))
SEEDS = 10


def generate(path: Path, count: int) -> None:
    """Written beside the folder's own ways, which check every line; they read it later."""
    each = len(STRATEGIES) * len(IDS) * SEEDS
    experiment = Experiment(
        suites=(SuiteSpec(text="humaneval", sha256="ab" * 32),),
        strategies=tuple(StrategySpec(label=name, name=name) for name in STRATEGIES),
        models=(ModelSpec(name="local/qwen2.5-coder:0.5b", identity="cd" * 32),),
        seeds=tuple(range(SEEDS)),
        samples=-(-count // each),
    )
    with RunFolder.open(path, experiment) as folder:
        folder.note_tasks({"humaneval": IDS})
    with (
        open(path / "log.jsonl", "ab", buffering=1 << 20) as log,
        open(path / "programs.jsonl", "ab", buffering=1 << 20) as programs,
    ):
        for number, key in enumerate(experiment.keys({"humaneval": IDS})):
            sha256 = hashlib.sha256(str(number).encode()).hexdigest()
            h = int(sha256[:8], 16)
            digest = key.digest
            log.write(
                f'{{"suite":"humaneval","task":"{key.task}","strategy":"{key.strategy}",'
                f'"model":"{key.model}","seed":{key.seed},"sample":{key.sample},'
                f'"visible":{"true" if h % 3 else "false"},"passed":'
                f"{'true' if h % 5 == 0 else 'false'},"
                f'"outcome":"{"pass" if h % 5 == 0 else "fail"}",'
                f'"stop":"{"solved" if h % 3 else "budget"}","program":"{sha256}",'
                f'"turn":{1 + h % 3},"programs":{1 + h % 8},"model_calls":{1 + h % 8},'
                f'"prompt_tokens":{100 + h % 900},"completion_tokens":{50 + h % 500},'
                f'"money":0.0,"executed":7,"declared":7,"seconds":{1 + h % 97 / 10:.1f},'
                f'"judge_seconds":0.3,"at":{1.7e9 + number / 10:.1f},'
                f'"trace":"traces/{digest[:2]}/{digest}.jsonl"}}\n'.encode()
            )
            text = f"def f(x):\n    return {h}\n" * 4
            programs.write(f'{{"sha256":"{sha256}","text":{json.dumps(text)}}}\n'.encode())


def resume(path: Path) -> int:
    """All that `bench run` does before it finds that nothing is left to do."""
    with RunFolder.open(path) as folder:
        keys = list(folder.experiment.keys(tasks.read(folder.layout.tasks)))
        left = [key for key in keys if key not in folder.done]
        assert not left
        return folder.samples


def report(path: Path) -> int:
    """The figures and tables of `bench report`."""
    with RunFolder.open(path, writer=False) as folder:
        ids = tasks.read(folder.layout.tasks)
        source = Source("million", RunFolder.records(path), folder.experiment, ids)
        found = tabulate([source]).report
    assert tables(found)
    return sum(figures.searches for figures in found.figures)


def main(what: str, path: Path) -> None:
    work: Callable[[Path], int] = {"resume": resume, "report": report}[what]
    began, cpu = time.perf_counter(), time.process_time()
    count = work(path)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        json.dumps(
            {
                "samples": count,
                "seconds": round(time.perf_counter() - began, 1),
                "cpu_seconds": round(time.process_time() - cpu, 1),
                "peak_mb": round(peak),
            }
        )
    )


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
