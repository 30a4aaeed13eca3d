"""Measures which tasks' own solutions a Verus verifies, and writes synth/suites/verus_left_out.tsv.

    python scripts/verus_left_out.py --recorded FOLDER   what a real Verus said once
    python scripts/verus_left_out.py --data FOLDER       with the Verus that is installed

FOLDER of recordings has benchmarks.jsonl.gz, that of data verus/*.jsonl.gz.
"""

from __future__ import annotations

import argparse
import asyncio
import gzip
import json
import os
from collections.abc import Iterator
from pathlib import Path

from synthd.daemon.isolating import isolation
from synthd.daemon.settings import Settings
from synthd.daemon.verus.installed import open_checker, tool
from synthd.synth.suites.human_eval_verus import load_human_eval_verus
from synthd.synth.suites.verus_bench import load_verus_bench
from synthd.synth.suites.verus_rows import LEFT_OUT

HEAD = """\
# Tasks whose own solution is not verified: suite, id, the first error. Tabs between them.
# Made by scripts/verus_left_out.py: each solution was given to Verus as it is, those of
# verus-bench after a first line #![verifier::exec_allows_no_decreases_clause].
# Verus {version}
"""
Found = Iterator[tuple[str, str, str]]


def recorded(folder: Path) -> tuple[str, list[tuple[str, str, str]]]:
    found, version = [], ""
    with gzip.open(folder / "benchmarks.jsonl.gz", "rt", encoding="utf-8") as lines:
        for row in map(json.loads, lines):
            suite, task, kind = row["name"].split("/")
            wanted = "solution" if suite == "human_eval_verus" else "solution-nodecreases"
            if kind != wanted:
                continue
            if row["stdout"].strip():
                version = json.loads(row["stdout"])["verus"]["version"]
            if row["exit"] or row.get("timed_out"):
                found.append((suite.replace("_", "-"), task, _first_error(row["stderr"])))
    return version, found


def _first_error(said: str) -> str:
    for line in said.splitlines():
        if line.startswith("{") and (one := json.loads(line))["level"] == "error":
            return str(one["message"]).splitlines()[0]
    return "Verus did not come to an end"


async def measured(data: Path) -> tuple[str, list[tuple[str, str, str]]]:
    settings, found = Settings(), []
    used = await tool(settings, os.environ)
    async with open_checker(used, settings, await isolation(unsafe=False)) as checker:
        for suite in (load_verus_bench(data, {}), load_human_eval_verus(data, {})):
            for task in suite.tasks:
                report = await checker.check(task.solution)
                if report.verdict != "proved":
                    errors = [one.message for one in report.diagnostics if one.level == "error"]
                    why = errors[0] if errors else report.reason or report.verdict
                    found.append((suite.name, task.id, why.splitlines()[0]))
    return used.installation.version, found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument("--recorded", type=Path)
    where.add_argument("--data", type=Path)
    parser.add_argument("--to", type=Path, default=LEFT_OUT)
    given = parser.parse_args()
    if given.recorded:
        version, found = recorded(given.recorded)
    else:
        version, found = asyncio.run(measured(given.data))
    lines = ("\t".join(row) + "\n" for row in sorted(found))
    given.to.write_text(HEAD.format(version=version) + "".join(lines), encoding="utf-8")
    print(f"{len(found)} tasks are not verified by Verus {version}")


if __name__ == "__main__":
    main()
