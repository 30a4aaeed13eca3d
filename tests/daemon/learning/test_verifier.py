"""`synthd train verifier` from kept searches, what it refuses, and the process that scores."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from synthd.daemon.exits import BadInput
from synthd.daemon.learning import pairs
from synthd.daemon.learning.scoring import opened_scorer
from synthd.daemon.settings import Settings
from synthd.synth.attempt import Attempt, Candidate, Evaluation, Verdict
from synthd.synth.budget import Budget, Usage
from synthd.synth.events import Asked, Tried
from synthd.synth.ports import Message
from synthd.synth.trace.encode import line
from synthd.synth.trace.records import End, Entry, Header

MARK = {True: Verdict.ACCEPTED, False: Verdict.REJECTED, None: Verdict.UNDECIDED}


def trace(folder: Path, task: str, programs: list[tuple[str, bool | None]]) -> None:
    budget = Budget(9, 9.0, 9)
    header = Header(
        task, "", f"{task}.py::f", task, "", (), "best-of-n", (), "m", "", "", 0, budget, ""
    )
    prompt = (Message("system", "Be brief."), Message("user", f"Write {task}."))
    again = (*prompt, Message("assistant", "a"), Message("user", "Feedback"))
    rows = [header, Entry(0.0, Asked(1, "draft", 0.0, "draft.0", prompt=prompt))]
    rows.append(Entry(0.0, Asked(2, "repair", 0.0, "draft.0/r", prompt=again)))
    for number, (code, right) in enumerate(programs, 1):
        attempt = Attempt(Candidate(code, node=f"n{number}"), Evaluation(MARK[right], 0.0))
        rows.append(Entry(0.0, Tried(attempt, number)))
    rows.append(End(0.0, "finished", "", False, False, Usage()))
    (folder / f"{task}.jsonl").write_text("".join(map(line, rows)))


@pytest.fixture
def traces(tmp_path: Path) -> Path:
    folder = tmp_path / "traces"
    folder.mkdir()
    for task in range(6):
        found = [(f"return {n} + x", True) for n in range(2)]
        found += [(f"return {n} - x", False) for n in range(2)]
        trace(folder, f"t{task}", [*found, ("return odd", None), ("", False)])
    return folder


def train(*arguments: object, home: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "synthd.daemon", "train", "verifier", *map(str, arguments)],
        capture_output=True,
        text=True,
        env={**os.environ, "HOME": str(home), "XDG_CACHE_HOME": str(home / "cache")},
        timeout=300,
        check=False,
    )


def test_every_judged_program_is_an_example(traces) -> None:
    read = pairs.read([traces])
    assert read.searches == 6 and len(read.judged) == 6 * 5
    assert {one.x for one in read.judged} == {f"Write t{task}." for task in range(6)}
    assert [one.right for one in read.judged[:5]] == [True, True, False, False, None]


def test_tasks_of_one_family_are_one_task() -> None:
    names = {pairs.Judged(suite, "Mbpp/601", "x", "y", True).of for suite in ("mbpp", "mbpp-full")}
    assert names == {"mbpp/601"}


async def test_trained_used_and_refused(traces, tiny, tiny_directory, tmp_path) -> None:
    out = tmp_path / "verifier"
    told = ("--from", traces, "--base", tiny_directory, "--out", out, "--json")
    done = train(*told, "--epochs", 3, "--held-out", 0.3, home=tmp_path)
    assert done.returncode == 0, done.stderr
    rows = [json.loads(row) for row in done.stdout.splitlines()]
    assert rows[-1]["kind"] == "result" and rows[-1]["held_out"]["tasks"] == 2
    assert {"progress", "said"} <= {row["kind"] for row in rows}
    for name in ("config.json", "head.safetensors", "metrics.json", "README.md"):
        assert (out / name).is_file()
    assert json.loads((out / "config.json").read_text())["data"]["programs"] == 24

    async with opened_scorer(str(out), Settings(), tmp_path / "kept") as scorer:
        first = await scorer.score("Write t0.", "return 1 + x")
        assert first != await scorer.score("Write t0.", "return 1 - x")
    async with opened_scorer(str(out), Settings(), tmp_path / "kept", replay=True) as scorer:
        assert await scorer.score("Write t0.", "return 1 + x") == first

    other = train(*told, "--epochs", 4, "--held-out", 0.3, home=tmp_path)
    assert other.returncode == 2 and "name another folder" in other.stderr
    config = json.loads((out / "config.json").read_text())
    config["base"]["name"] = str(tiny(9).saved(tmp_path / "other"))
    (out / "config.json").write_text(json.dumps(config))
    with pytest.raises(BadInput, match="it was trained from"):
        async with opened_scorer(str(out), Settings(), None):
            pass


def test_right_programs_alone_teach_nothing(tiny_directory, tmp_path) -> None:
    folder = tmp_path / "right"
    folder.mkdir()
    trace(folder, "t", [("return 1", True), ("return 2", True)])
    told = ("--from", folder, "--base", tiny_directory, "--out", tmp_path / "out")
    done = train(*told, home=tmp_path)
    assert done.returncode == 2
    assert "without both right and wrong programs" in " ".join(done.stderr.split())


async def test_a_folder_that_is_no_verifier(tmp_path) -> None:
    with pytest.raises(BadInput, match="is no trained verifier"):
        async with opened_scorer(str(tmp_path), Settings(), None):
            pass
