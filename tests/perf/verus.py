"""What the verifier adds to Verus' own time, how well it runs several, and what memory saves.

    python tests/perf/verus.py [RECORDINGS]

RECORDINGS: the folder with benchmarks.jsonl.gz (else SYNTHD_VERUS_RECORDED, else beside the
checkout). A stand-in takes Verus' place: it says what was recorded, after the recorded seconds
where that is measured. Its own bare time is measured and taken off. The last line is JSON.
"""

from __future__ import annotations

import asyncio
import gzip
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

from synthd.sandbox.level import Detection, Level, detect
from synthd.sandbox.verus.found import Installation, find
from synthd.sandbox.verus.run import VerusLimits
from synthd.synth.verifiers.verus.checker import Checker

Row = Mapping[str, Any]
HERE = Path(__file__).parent
SINGLE, JOBS, REPEATS, EIGHTS = 30, 2, 200, 3
TARGETS = {"overhead_ms": 30.0, "parallel_ratio": 1.15, "cached_ms": 2.0}


def main() -> None:
    beside = HERE.parents[2] / "shared" / "verus-recorded"
    named = sys.argv[1] if len(sys.argv) > 1 else os.environ.get("SYNTHD_VERUS_RECORDED")
    folder = Path(named or beside)
    if not (folder / "benchmarks.jsonl.gz").is_file():
        sys.exit(f"no recordings of Verus in {folder}")
    with gzip.open(folder / "benchmarks.jsonl.gz", "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    with tempfile.TemporaryDirectory() as place:
        found = asyncio.run(measured(rows, Path(place)))
    for name, value in found.items():
        target = f"   (target {TARGETS[name]:g})" if name in TARGETS else ""
        print(f"{name:24}{value:10.3f}{target}")
    print(json.dumps({name: round(value, 4) for name, value in found.items()}))


async def measured(rows: list[Row], place: Path) -> dict[str, float]:
    detection = await detect()
    quick = stand_in(place / "quick", rows, sleeping=False)
    slow = stand_in(place / "slow", rows, sleeping=True)
    installation = await find(str(quick), {})
    found = {"bare_stand_in_ms": 1000 * bare(quick, rows[:SINGLE], place)}
    levels = [detection.level, *({Level.LANDLOCK} - {detection.level})]
    for level in levels:
        took = await alone(installation, rows[:SINGLE], Detection(level))
        name = "overhead_ms" if level is detection.level else f"overhead_{level}_ms"
        found[name] = 1000 * took - found["bare_stand_in_ms"]
    found |= await together(await find(str(slow), {}), rows, detection)
    return found | await remembered(installation, rows, detection)


def stand_in(folder: Path, rows: Iterable[Row], sleeping: bool) -> Path:
    (folder / "answers").mkdir(parents=True)
    for row in rows:
        answer = dict(row) if sleeping else {**row, "seconds": 0}
        name = sha256(row["program"].encode()).hexdigest()
        (folder / "answers" / name).write_text(json.dumps(answer))
    python = shutil.which("python3", path="/usr/bin:/bin")
    if python is None:
        sys.exit("the stand-in needs a Python in /usr/bin")
    script = (HERE.parent / "synth" / "verus" / "stand_in.py").read_text()
    (folder / "verus").write_text(f"#!{python} -IS\n{script}")
    (folder / "verus").chmod(0o755)
    return folder / "verus"


def bare(verus: Path, rows: list[Row], place: Path) -> float:
    """The stand-in by itself, seconds."""
    took = []
    for row in rows:
        (place / "program.rs").write_text(row["program"])
        began = time.perf_counter()
        subprocess.run([verus, place / "program.rs"], capture_output=True, check=False)
        took.append(time.perf_counter() - began)
    return statistics.median(took)


async def alone(installation: Installation, rows: list[Row], detection: Detection) -> float:
    """One check after the other, all of it: seconds for each."""
    took = []
    async with Checker.open(installation, VerusLimits(), detection) as checker:
        for row in rows:
            began = time.perf_counter()
            await checker.check(row["program"])
            took.append(time.perf_counter() - began)
    return statistics.median(took)


async def together(
    installation: Installation, rows: list[Row], detection: Detection
) -> dict[str, float]:
    """Eight at once on two slots, against what two slots need at the least; the median of some."""
    good = sorted((row for row in rows if row["exit"] == 0), key=lambda row: row["name"])
    ratios = []
    for start in range(0, 8 * EIGHTS, 8):
        eight = good[start : start + 8]
        seconds = [row["seconds"] for row in eight]
        least = max(*seconds, sum(seconds) / JOBS)
        async with Checker.open(installation, VerusLimits(), detection, jobs=JOBS) as checker:
            began = time.perf_counter()
            await asyncio.gather(*(checker.check(row["program"]) for row in eight))
            ratios.append((time.perf_counter() - began) / least)
    return {"parallel_ratio": statistics.median(ratios), "parallel_worst_ratio": max(ratios)}


async def remembered(
    installation: Installation, rows: list[Row], detection: Detection
) -> dict[str, float]:
    """A verdict that is known: the same text again, and another layout of it."""
    decided = [row for row in rows if row["exit"] == 0][:20]
    again, moved = [], []
    async with Checker.open(installation, VerusLimits(), detection) as checker:
        for row in decided:
            await checker.check(row["program"])
        for number in range(REPEATS):
            text = decided[number % len(decided)]["program"]
            for program, into in ((text, again), (f"// {number}\n{text}", moved)):
                began = time.perf_counter()
                report = await checker.check(program)
                into.append(time.perf_counter() - began)
                assert report.cached
    return {
        "cached_ms": 1000 * statistics.median(again),
        "cached_moved_ms": 1000 * statistics.median(moved),
    }


if __name__ == "__main__":
    main()
