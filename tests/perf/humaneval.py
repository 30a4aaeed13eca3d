"""How many HumanEval problems synthd solves with a local model.

The visible checks are the examples of each problem's docstring; the dataset's own tests are
held out: they score the final program and nothing else. A problem without examples gets one
untested greedy draft, as `--accept-untested` gives a user.

    python tests/perf/humaneval.py --problems 30 --programs 12 --model qwen2.5-coder:1.5b

Prints a row a problem and, last, one JSON object: problems, held_out_correct, verified,
verified_but_wrong, programs, completion_tokens, seconds.
"""

from __future__ import annotations

import argparse
import asyncio
import gzip
import json
import os
import platform
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from synthd.daemon import config
from synthd.daemon.compose import Composed, compose
from synthd.daemon.exits import BadInput, Failure
from synthd.daemon.judging import open_verifier
from synthd.daemon.locations import user_config_file
from synthd.daemon.prepare import Prepared, Wanted, prepare
from synthd.daemon.synthesis import Done, synthesize
from synthd.synth.attempt import Candidate, Verdict
from synthd.synth.problem import TestFile
from synthd.synth.source.place import place as find_place
from synthd.synth.source.target import find
from synthd.synth.source.text import SourceText

DATASETS = Path(__file__).resolve().parents[3] / "shared" / "datasets"


@dataclass(frozen=True, slots=True)
class Row:
    task: str
    status: str
    held_out: bool
    programs: int
    tokens: int
    seconds: float


def dataset() -> Path:
    folder = Path(os.environ.get("SYNTHD_DATASETS", DATASETS))
    return folder / "humaneval" / "HumanEval.jsonl.gz"


def problems(first: int, number: int) -> Iterator[dict[str, str]]:
    with gzip.open(dataset(), "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    yield from rows[first : first + number]


async def held_out(prepared: Prepared, done: Done, composed: Composed, row: dict[str, str]) -> bool:
    """Whether the dataset's own tests accept the program."""
    if not done.body:
        return False
    text = f"{row['test']}\n\ndef test_held_out():\n    check({row['entry_point']})\n"
    checks = (TestFile("held-out", "held_out.py", text),)
    setup = composed.setup
    async with open_verifier(prepared, setup.limits, setup.detection, checks=checks) as verifier:
        await verifier.preflight()
        evaluation = await verifier.verify(prepared.problem, Candidate(done.body))
    if evaluation.verdict is Verdict.UNDECIDED:
        raise RuntimeError(f"the judge could not decide {row['task_id']}: {evaluation.report}")
    return evaluation.verdict is Verdict.ACCEPTED


async def solve(row: dict[str, str], composed: Composed, folder: Path) -> Row:
    path = folder / f"task_{row['task_id'].split('/')[1]}.py"
    path.write_text(row["prompt"], "utf-8")
    source = SourceText.load(path)
    target = find(source, row["entry_point"])
    place = find_place(path, workspace=folder, environment={})
    try:
        prepared = prepare(source, target, place, Wanted())
    except BadInput:
        prepared = prepare(source, target, place, Wanted(accept_untested=True))
    try:
        done = await synthesize(prepared, composed.setup)
    except Failure as failure:
        print(f"{row['task_id']}: {failure}")
        return Row(row["task_id"], "error", False, 0, 0, 0.0)
    cost = done.report.cost
    right = await held_out(prepared, done, composed, row)
    return Row(
        row["task_id"],
        str(done.report.status),
        right,
        cost.programs,
        cost.completion_tokens,
        cost.seconds,
    )


async def main(arguments: argparse.Namespace) -> None:
    given = {
        "model": arguments.model,
        "strategy": arguments.strategy,
        "max_programs": arguments.programs,
        "max_seconds": arguments.seconds,
        "seed": arguments.seed,
    }
    settings = config.load(None, user_config_file(), os.environ, given).settings
    rows: list[Row] = []
    with tempfile.TemporaryDirectory(prefix="synthd-humaneval-") as folder:
        async with compose(settings) as composed:
            print(composed.announcement())
            print(
                f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}"
            )
            for problem in problems(arguments.first, arguments.problems):
                row = await solve(problem, composed, Path(folder))
                rows.append(row)
                right = "right" if row.held_out else "WRONG"
                print(
                    f"{row.task:<14} {row.status:<10} held-out {right}  {row.programs:>2} programs "
                    f"{row.tokens:>5} tokens {row.seconds:>6.1f} s",
                    flush=True,
                )
    print(
        json.dumps(
            {
                "problems": len(rows),
                "held_out_correct": sum(row.held_out for row in rows),
                "verified": sum(row.status == "verified" for row in rows),
                "verified_but_wrong": sum(r.status == "verified" and not r.held_out for r in rows),
                "programs": sum(row.programs for row in rows),
                "completion_tokens": sum(row.tokens for row in rows),
                "seconds": round(sum(row.seconds for row in rows), 1),
            }
        )
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", default=None)
    parser.add_argument("--strategy", default="seidr")
    parser.add_argument("--problems", type=int, default=30)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--programs", type=int, default=12)
    parser.add_argument("--seconds", type=float, default=300.0)
    parser.add_argument("--seed", type=int, default=0)
    if dataset().exists():
        asyncio.run(main(parser.parse_args()))
    else:
        print(json.dumps({"skipped": f"no dataset at {dataset()}; set SYNTHD_DATASETS"}))
