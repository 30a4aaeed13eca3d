"""`synthd bench run`, killed at any moment and begun again: the table is that of a run left alone.

3 kills by default; 100 with SYNTHD_SOAK=1.
"""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import pytest

from synthd.daemon.bench.folder.folder import RunFolder
from synthd.daemon.bench.record import TIMES, Key, Kind, Record

KILLS = 100 if os.environ.get("SYNTHD_SOAK") == "1" else 3
# Long enough for any start; whoever needs it has died in another way.
LIMIT = 180.0


def command(data: Path, out: str) -> list[str]:
    return [
        "bench",
        "run",
        *("--suite", "humaneval[:4]", "--strategy", "greedy,seidr", "--seeds", "2"),
        *("--max-programs", "3", "--jobs", "4", "--judges", "1"),
        *("--data", str(data), "--out", out, "--quiet"),
    ]


def table(path: Path) -> dict[Key, dict[str, Any]]:
    """Every record by its key, without what depends on the machine."""
    found: dict[Key, dict[str, Any]] = {}
    for record in RunFolder.records(path):
        assert record.kind is Kind.SAMPLE, record.error
        row = record.model_dump(exclude=set(TIMES))
        row["program"] = row["program"] and program(path, record)
        found[record.key] = row
    return found


def program(path: Path, record: Record) -> str:
    with RunFolder.open(path, writer=False) as folder:
        return folder.program(record.program)


def lines_of_each(path: Path) -> Counter[Key]:
    lines = (path / "log.jsonl").read_bytes().splitlines()
    return Counter(Record.model_validate_json(line).key for line in lines)


@pytest.mark.soak
def test_a_run_that_is_killed_comes_to_the_same_table(
    shell, by_hash: Callable[[dict[str, Any]], str], data: Path
) -> None:
    shell.model.draw = by_hash
    began = time.monotonic()
    assert shell.run(*command(data, "alone")).code == 0
    seconds = time.monotonic() - began
    alone = table(shell.folder / "alone")
    assert len(alone) == 16
    assert len({row["passed"] for row in alone.values()}) == 2
    random = Random(os.environ.get("SYNTHD_KILL_SEED", "0"))
    killed = cut = runs = 0
    while killed < KILLS:
        out, runs = f"killed{runs}", runs + 1
        path = shell.folder / out
        while True:
            # The first in the middle of a log, which chance may miss; the others at any moment.
            begun = None if killed else path
            code = killed_at(shell, command(data, out), random.uniform(0, seconds), begun)
            if code is not None:
                break
            killed += 1
            cut += 0 < lines(path) < len(alone)
            if killed == KILLS:
                code = shell.run(*command(data, out), limit=LIMIT).code
                break
        assert code == 0
        assert table(path) == alone
        assert set(lines_of_each(path).values()) == {1}
    assert cut, "no kill came in the middle of a log"


def lines(path: Path) -> int:
    log = path / "log.jsonl"
    return log.read_bytes().count(b"\n") if log.exists() else 0


def killed_at(shell, arguments: list[str], after: float, begun: Path | None) -> int | None:
    """None where it was killed with all that it had started; else its exit code. begun: killed as
    soon as this run has a line."""
    process = shell.start(*arguments)
    try:
        while begun is not None and not lines(begun) and process.poll() is None:
            time.sleep(0.005)
        out, err = process.communicate(timeout=after if begun is None else 0)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        return None
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
    assert process.returncode == 0, out + err
    return process.returncode
