"""Searches that are kept: where, how long, how private, and how they are shown."""

from __future__ import annotations

import json
import os
import re
import signal
import stat
import time
from pathlib import Path

import pytest

DOUBLE = '''def double(x):
    """Twice x.

    >>> double(2)
    4
    >>> double(-3)
    -6
    """
'''
RIGHT = "```python\ndef double(x):\n    return x * 2\n```"
WRONG = "```python\ndef double(x):\n    return x * x\n```"


def runs(shell) -> list[Path]:
    return sorted(shell.home.joinpath(".local/state/synthd/runs").glob("*"))


def run_of(out: str) -> str:
    (line,) = [line for line in out.splitlines() if line.startswith("run: ")]
    return line.removeprefix("run: ")


def repaired(prompt: str) -> str:
    """Wrong drafts, an explanation, and repairs that follow it."""
    if "Do not write code" in prompt:
        return "Multiply by two."
    return RIGHT if "Multiply by two." in prompt else WRONG


def test_a_search_is_kept_and_shown(shell) -> None:
    shell.file(DOUBLE)
    shell.model.say = repaired
    ended = shell.run("synth", "work.py::double")
    assert ended.code == 0, ended.err
    run = run_of(ended.out)
    (path,) = runs(shell)
    assert path.name == f"{run}.jsonl"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    for wanted in (run[:3], "last", str(path)):
        shown = shell.run("show", wanted)
        assert shown.code == 0, shown.err
        assert "work.py::double" in shown.out and "seidr, ollama/coder, seed 0" in shown.out
        assert "#1 draft t 0.00  0.50  1 of 2: 1 fail" in shown.out
        assert "explain t 0." in shown.out
        (accepted,) = [line for line in shown.out.splitlines() if "the result" in line]
        assert "repair" in accepted and "1.00  passes all 2" in accepted
        assert "solved" in shown.out and "programs judged" in shown.out
    assert run in shell.run("show").out


def test_a_choice_is_shown_with_what_tells_the_programs_apart(shell) -> None:
    """All pass the examples; two of three draw the same line for large numbers."""
    shell.file(DOUBLE.replace("(x)", "(x: int) -> int", 1))
    bodies = iter(["x * 2", "x * 2 if x < 4 else 0", "x + x"])
    shell.model.say = lambda prompt: f"```python\ndef double(x):\n    return {next(bodies)}\n```"
    shell.environment = {"SYNTHD_STRATEGY": "self-consistency"}
    ended = shell.run("synth", "work.py", "--set", "self-consistency.n=3")
    assert ended.code == 0, ended.err
    shown = shell.run("show", "last").out
    assert "of 3 programs in 2 groups, by votes by behaviour" in shown
    (taken,) = [line for line in shown.splitlines() if line.startswith("  A  ")]
    assert taken.endswith("votes 2  ← chosen") and "  B  " in shown and "votes 1" in shown
    assert re.search(r"double\(\d+\): \d+ in [AB]; \d+ in [AB]", shown)
    (found,) = shell.run("show", "last", "--json").objects
    (choice,) = found["choices"]
    assert (choice["group"], choice["chosen"]) == (0, found["best"])
    assert [group["figures"] for group in choice["groups"]] == [{"votes": 2.0}, {"votes": 1.0}]
    assert {len(parting["outcomes"]) for parting in choice["partings"]} == {2}
    shell.run("show", "last", "--html", "page.html")
    assert "in 2 groups, by votes by behaviour" in (shell.folder / "page.html").read_text()


def test_the_tree_as_json_agrees_with_the_report(shell) -> None:
    shell.file(DOUBLE)
    shell.model.say = repaired
    (report,) = shell.run("synth", "work.py", "--json", "--seed", "3").objects
    (shown,) = shell.run("show", report["run"], "--json").objects
    assert (shown["schema"], shown["run"], shown["seed"]) == (1, report["run"], 3)
    for spent in ("model_calls", "prompt_tokens", "completion_tokens", "programs"):
        assert shown["cost"][spent] == report["cost"][spent]
    best = shown["nodes"][shown["best"]]
    assert best["program"]["verdict"] == "accepted"
    assert "return x * 2" in best["program"]["code"]
    assert "-return x * x\n+return x * 2" in best["program"]["diff"]
    assert "Multiply by two." in best["prompt"][-1]["content"]
    assert best["program"]["isolation"] == report["certificate"]["judge"]["isolation"]
    assert [case["got"].strip() for case in best["program"]["cases"]] == ["4", "-6"]
    assert shown["nodes"][best["parent"]]["answer"] == "Multiply by two."
    assert shown["checks"][0]["given"].strip() == "double(2)"
    assert len(shown["nodes"]) >= shown["cost"]["model_calls"]
    (listed,) = shell.run("show", "--json").objects
    assert listed["run"] == report["run"] and listed["stop"] == "solved"


def test_a_file_of_the_users_own(shell) -> None:
    source = shell.file(DOUBLE)
    shell.model.say = lambda prompt: RIGHT
    for _ in range(2):  # a trace may be written over
        ended = shell.run("synth", "work.py", "--trace", "mine.jsonl")
        assert ended.code == 0 and run_of(ended.out) == "mine.jsonl"
    assert runs(shell) == []
    assert shell.run("show", "mine.jsonl").out.count("the result") == 1
    prompts = len(shell.model.prompts)
    for wrong, says in (
        ("work.py", "it exists and is no trace"),
        ("none/mine.jsonl", "No such file"),
        (".", "directory"),
    ):
        ended = shell.run("synth", "work.py", "--trace", wrong)
        assert ended.code == 2 and says in ended.err
    assert source.read_text() == DOUBLE
    assert len(shell.model.prompts) == prompts, "no model was asked"


def test_a_file_is_for_one_function(shell) -> None:
    shell.file(DOUBLE + "    ...\n\n\n" + DOUBLE.replace("double", "twice") + "    ...\n")
    ended = shell.run("synth", "work.py", "--trace", "mine.jsonl")
    assert ended.code == 2 and "--trace mine.jsonl is for one function" in ended.err


def test_old_runs_make_room_and_nothing_is_kept_where_that_is_off(shell) -> None:
    shell.file(DOUBLE)
    shell.model.say = lambda prompt: RIGHT
    old = run_of(shell.run("synth", "work.py").out)
    paths = [runs(shell)[0].with_name(f"xx{place}.jsonl") for place in range(3)]
    for age, path in enumerate(paths):
        path.write_bytes(runs(shell)[0].read_bytes())
        os.utime(path, (10.0**9 - age, 10.0**9 - age))
    shell.environment = {"SYNTHD_KEEP_RUNS": "3"}
    kept = {old, run_of(shell.run("synth", "work.py").out), "xx0"}
    assert {path.stem for path in runs(shell)} == kept, "the oldest go"
    shell.environment = {"SYNTHD_KEEP_RUNS": "0"}
    ended = shell.run("synth", "work.py")
    assert ended.code == 0 and "run:" not in ended.out
    assert {path.stem for path in runs(shell)} == kept


def test_a_workspace_may_not_delete_what_is_kept(shell) -> None:
    shell.file(DOUBLE)
    shell.file("keep_runs = 1\n", "synthd.toml")
    ended = shell.run("synth", "work.py")
    assert ended.code == 2 and "keep_runs may not be set by a workspace" in ended.err


def test_a_search_goes_on_where_it_cannot_be_kept(shell) -> None:
    shell.file(DOUBLE)
    shell.model.say = lambda prompt: RIGHT
    shell.home.joinpath(".local").write_text("a file where a folder should be")
    ended = shell.run("synth", "work.py")
    assert ended.code == 0, ended.err
    assert "this search is not kept in" in ended.out


def test_a_killed_search_leaves_a_readable_trace(shell) -> None:
    shell.file(DOUBLE)
    shell.model.say = lambda prompt: WRONG
    shell.model.seconds_per_word = 0.05
    process = shell.start("synth", "work.py", "--max-programs", "200", "--max-tokens", "100000")
    deadline = time.monotonic() + 60
    while not (runs(shell) and '"kind":"tried"' in runs(shell)[0].read_text()):
        assert process.poll() is None and time.monotonic() < deadline
        time.sleep(0.05)
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    with runs(shell)[0].open("a") as file:
        file.write('{"kind":"answered","at":9.')  # the kill may as well have struck here
    shown = shell.run("show", "last")
    assert shown.code == 0, shown.err
    assert "did not end: it was killed, or goes on" in shown.out
    assert "1 of 2: 1 fail" in shown.out and "the best" in shown.out
    (found,) = shell.run("show", "last", "--json").objects
    assert found["stop"] is None and found["damaged"] == 0 and found["cost"]["programs"] >= 1
    assert "did not end" in shell.run("show").out


@pytest.mark.parametrize("stop", ["interrupted", "failed"])
def test_a_search_that_was_broken_off_says_so(shell, stop: str) -> None:
    shell.file(DOUBLE)
    shell.model.say = lambda prompt: WRONG
    shell.model.seconds_per_word = 0.2
    process = shell.start("synth", "work.py")
    while not shell.model.prompts:
        assert process.poll() is None
        time.sleep(0.02)
    if stop == "failed":
        shell.model.say = lambda prompt: 1 / 0  # type: ignore[return-value]
    else:
        process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=120)
    assert process.returncode == (130 if stop == "interrupted" else 3), said
    (listed,) = shell.run("show", "--json").objects
    assert (listed["stop"], listed["accepted"]) == (stop, False)


def test_a_replay_leaves_the_same_trace(shell) -> None:
    shell.file(DOUBLE)
    shell.model.say = repaired
    first = shell.run("synth", "work.py", "--cache", "--trace", "first.jsonl")
    asked = len(shell.model.prompts)
    second = shell.run("synth", "work.py", "--replay", "--trace", "second.jsonl")
    assert (first.code, second.code) == (0, 0), second.err
    assert len(shell.model.prompts) == asked
    assert steps(shell.folder / "first.jsonl") == steps(shell.folder / "second.jsonl")


def steps(path: Path) -> list[object]:
    """Everything but the times, and how the run is called."""
    rows = [json.loads(line) for line in path.read_text().splitlines()]
    assert {"run", "asked", "answered", "tried", "end"} <= {row["kind"] for row in rows}
    return [timeless(row) for row in rows]


def timeless(value: object) -> object:
    if isinstance(value, list):
        return [timeless(member) for member in value]
    if not isinstance(value, dict):
        return value
    times = {"at", "seconds", "judge_seconds", "started", "run"}
    return {key: timeless(member) for key, member in value.items() if key not in times}


def test_wrong_wishes_are_explained(shell) -> None:
    path = shell.file(DOUBLE)
    assert "no search is kept" in shell.run("show").out
    for arguments, says in (
        (["last"], "no search is kept"),
        (["bcd"], "no run and no file 'bcd'"),
        (["work.py"], "is no trace of a search"),
        (["--html", "page.html"], "--html is for one run"),
    ):
        ended = shell.run("show", *arguments)
        assert ended.code == 2 and says in ended.err
    shell.model.say = lambda prompt: RIGHT
    shell.run("synth", "work.py")
    (kept,) = runs(shell)
    for name in ("xx1", "xx2"):
        kept.with_name(f"{name}.jsonl").write_bytes(kept.read_bytes())
    assert "several runs: xx" in shell.run("show", "xx").err
    ended = shell.run("show", "xx1", "--html", "work.py")
    assert ended.code == 2 and "is no page of synthd's" in ended.err
    assert path.read_text() == DOUBLE


def test_the_terminal_obeys_nobody_but_us(shell) -> None:
    """Text of the file's and the model's may hold what a terminal takes for orders."""
    shell.file(DOUBLE)
    shell.model.say = lambda prompt: RIGHT
    shell.run("synth", "work.py", "--trace", "mine.jsonl")
    path = shell.folder / "mine.jsonl"
    rows = [json.loads(line) for line in path.read_text().splitlines()]
    rows[0]["target"] = "a\x1b]0;owned\x07b"
    rows[1]["purpose"] = "[bold]dr\x1b[2Jaft"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    shown = shell.run("show", "mine.jsonl")
    assert shown.code == 0 and "\x1b" not in shown.out and "\x07" not in shown.out
    assert "[bold]dr" in shown.out
