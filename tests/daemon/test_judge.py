"""`synthd judge` as a user runs it: the real sandbox, a suite of our own in HumanEval's format."""

from __future__ import annotations

import json
import os
import shutil
import signal
import time
from pathlib import Path
from typing import Any

import psutil
import pytest

PROMPTS = {
    "T/0": ("double", 'def double(x):\n    """Twice x."""\n'),
    "T/1": ("half", 'def half(x):\n    """Half of x."""\n'),
}
TESTS = {
    "T/0": "def check(candidate):\n    assert candidate(2) == 4\n    assert candidate(-3) == -6\n",
    "T/1": "def check(candidate):\n    assert candidate(3) == 1.5\n",
}
RIGHT = {"T/0": "    return x * 2\n", "T/1": "    return x / 2\n"}
WRONG = "    return x\n"
BUSY = "    sum(range(2_000_000))\n"


@pytest.fixture
def data(shell) -> Path:
    """A data folder with two tasks."""
    rows = [
        {
            "task_id": task,
            "prompt": prompt,
            "entry_point": entry,
            "canonical_solution": RIGHT[task],
            "test": TESTS[task],
        }
        for task, (entry, prompt) in PROMPTS.items()
    ]
    return shell.file(jsonl(rows), "data/HumanEval.jsonl").parent


def jsonl(rows: list[dict[str, Any]]) -> str:
    return "".join(json.dumps(row) + "\n" for row in rows)


def sample(task: str, body: str) -> dict[str, str]:
    return {"task_id": task, "completion": body}


def results(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


SUITE = ("judge", "--suite", "humaneval", "--samples", "s.jsonl", "--data", "data")


def test_samples_are_judged_to_a_file(shell, data) -> None:
    whole = PROMPTS["T/1"][1] + RIGHT["T/1"]
    rows = [
        sample("T/0", RIGHT["T/0"]),
        sample("T/0", WRONG),
        {"task_id": "T/1", "solution": whole},
        sample("T/1", "    import os; os._exit(0)\n"),
    ]
    path = shell.file(jsonl(rows), "s.jsonl")
    ended = shell.run(*SUITE)
    assert ended.code == 1, ended.err
    found = sorted(results(path.with_name("s.jsonl.results.jsonl")), key=lambda r: r["sample"])
    assert [r["passed"] for r in found] == [True, False, True, False]
    assert [r["verdict"] for r in found] == ["accepted", "rejected"] * 2
    assert {r["schema"] for r in found} == {1} and len({r["suite_sha256"] for r in found}) == 1
    assert [r["task_id"] for r in found] == ["T/0", "T/0", "T/1", "T/1"]
    assert (found[0]["executed"], found[0]["declared"]) == (2, 2)
    (first, _) = found[1]["cases"]
    assert (first["input"], first["expected"], first["got"]) == ("candidate(2)", "4", "2")
    assert found[3]["outcome"] not in ("pass", "timeout", "infra_error")
    assert "4 programs judged: 2 accepted, 2 rejected" in ended.out
    assert "50.0 %" in ended.out and "2 of 2 tasks" in ended.out
    assert "s.jsonl.results.jsonl" in ended.err
    (summary,) = shell.run(*SUITE, "--json").objects
    assert summary["pass_at"] == {"1": 0.5} and summary["judged_now"] == 0
    assert summary["outcomes"]["pass"] == 2 and summary["schema"] == 1


def test_all_right_is_0_and_an_infinite_loop_is_a_timeout(shell, data) -> None:
    shell.file("[limits]\ncpu_seconds = 0.5\nwall_seconds = 2.0\n", "synthd.toml")
    shell.file(jsonl([sample(t, RIGHT[t]) for t in RIGHT]), "s.jsonl")
    assert shell.run(*SUITE, "--quiet").code == 0
    path = shell.file(jsonl([sample("T/0", "    while True: pass\n")]), "s.jsonl")
    out = path.with_name("again.jsonl")
    assert shell.run(*SUITE, "--out", "again.jsonl").code == 1
    (only,) = results(out)
    assert only["outcome"] == "timeout"


def test_a_second_run_judges_only_what_is_new(shell, data) -> None:
    rows = [sample("T/0", RIGHT["T/0"]), sample("T/1", WRONG)]
    path = shell.file(jsonl(rows), "s.jsonl")
    out = path.with_name("s.jsonl.results.jsonl")
    shell.run(*SUITE)
    before = out.read_bytes()
    out.write_bytes(before + b'{"schema":1,"suite":"huma')
    shell.file(jsonl([*rows, sample("T/1", RIGHT["T/1"])]), "s.jsonl")
    ended = shell.run(*SUITE, "--json")
    assert ended.objects[0]["judged_now"] == 1 and ended.objects[0]["judged"] == 3
    assert out.read_bytes().startswith(before)
    assert sorted(r["sample"] for r in results(out)) == [0, 1, 2]


def test_results_of_other_samples_are_not_continued(shell, data) -> None:
    path = shell.file(jsonl([sample("T/0", RIGHT["T/0"])]), "s.jsonl")
    out = path.with_name("s.jsonl.results.jsonl")
    shell.run(*SUITE)
    before = out.read_bytes()
    for rows, arguments, says in (
        ([sample("T/0", WRONG)], [], "another program"),
        ([sample("T/1", RIGHT["T/1"])], [], "for task T/1, it was for T/0"),
        ([sample("T/0", RIGHT["T/0"])], ["--python", "/usr/bin/python3"], "another judge"),
    ):
        shell.file(jsonl(rows), "s.jsonl")
        ended = shell.run(*SUITE, *arguments)
        assert ended.code == 2 and says in ended.err, ended.err
    assert out.read_bytes() == before


def wait_until(holds, limit: float = 60.0) -> bool:
    deadline = time.monotonic() + limit
    while time.monotonic() < deadline:
        if holds():
            return True
        time.sleep(0.02)
    return False


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
@pytest.mark.soak
def test_a_killed_run_is_continued_and_nothing_is_judged_twice(shell, data, how, soak) -> None:
    count, kills = (60, 3) if soak else (36, 2)
    rows = [
        sample("T/0", f"    # {number}\n{BUSY}" + (RIGHT["T/0"] if number % 3 else WRONG))
        for number in range(count)
    ]
    path = shell.file(jsonl(rows), "s.jsonl")
    out = path.with_name("s.jsonl.results.jsonl")

    def lines() -> int:
        return out.read_bytes().count(b"\n") if out.exists() else 0

    for _ in range(kills):
        had = lines()
        process = shell.start(*SUITE)
        assert wait_until(lambda least=had + 5: lines() >= least)
        started = psutil.Process(process.pid).children(recursive=True)
        assert started, "the sandboxes"
        os.kill(process.pid, how)
        _, err = process.communicate(timeout=30)
        assert had < lines() < count
        if how == signal.SIGINT:
            assert process.returncode == 130
            assert "the same command continues" in err and "Traceback" not in err
        assert wait_until(lambda all=started: not any(p.is_running() for p in all))
    kept = lines()
    ended = shell.run(*SUITE, "--json")
    assert ended.code == 1
    (summary,) = ended.objects
    assert summary["judged_now"] == count - kept
    found = results(out)
    assert sorted(r["sample"] for r in found) == list(range(count))
    assert all(r["passed"] == (r["sample"] % 3 > 0) for r in found)


ROMAN = "def roman(n):\n    return {4: 'IV', 9: 'IX'}.get(n, 'I')\n"
BAD = "def roman(n):\n    return 'I'\n"


@pytest.mark.parametrize(
    "tests",
    [
        "def check(candidate):\n    assert candidate(4) == 'IV'\n",
        "def check(candidate):\n    assert candidate(4) == 'IV'\n\ncheck(roman)\n",
        "assert roman(4) == 'IV'\nassert roman(1) == 'I'\n",
        "from good import roman\n\n\ndef test_four():\n    assert roman(4) == 'IV'\n",
    ],
)
def test_files_are_judged_by_a_test_file(shell, tests) -> None:
    shell.file(ROMAN, "good.py")
    shell.file(BAD, "bad.py")
    shell.file("def roman(n:\n", "torn.py")
    shell.file(tests, "t.py")
    assert shell.run("judge", "good.py", "--tests", "t.py").code == 0
    ended = shell.run("judge", "good.py", "bad.py", "--tests", "t.py", "--json")
    assert ended.code == 1, ended.err
    assert {row["task_id"]: row["passed"] for row in ended.objects} == {
        "good.py": True,
        "bad.py": False,
    }
    shown = shell.run("judge", "bad.py", "--tests", "t.py")
    assert "rejected (fail) bad.py" in shown.out and "'IV'  but gives  'I'" in shown.out
    ended = shell.run("judge", "torn.py", "--tests", "t.py", "--entry", "roman", "--json")
    assert [row["outcome"] for row in ended.objects] == ["compile_error"]
    assert not list(shell.folder.glob("*.jsonl")), "without --out nothing is written"


def test_programs_whose_classes_the_tests_use(shell) -> None:
    shell.file(
        "class Pair:\n    def __init__(self, a, b):\n        self.a, self.b = a, b\n\n\n"
        "def total(pairs):\n    return sum(p.a + p.b for p in pairs)\n",
        "pairs.py",
    )
    shell.file("assert total([Pair(1, 2), Pair(3, 4)]) == 10\n", "t.py")
    ended = shell.run("judge", "pairs.py", "--tests", "t.py")
    assert ended.code == 0 and "in the program's own process" not in ended.out


def test_whole_programs_are_judged_by_what_they_print(shell) -> None:
    shell.file("print(int(input()) * 2)\n", "twice.py")
    shell.file("print(int(input()) * 3)\n", "thrice.py")
    shell.file(
        jsonl([{"input": "2\n", "output": "4\n"}, {"input": "5", "output": "10"}]), "c.jsonl"
    )
    assert shell.run("judge", "twice.py", "--stdio", "c.jsonl").code == 0
    ended = shell.run("judge", "thrice.py", "--stdio", "c.jsonl")
    assert ended.code == 1 and "must give" in ended.out
    shell.file("2\n", "cases/a.in")
    shell.file("4\n", "cases/a.out")
    assert shell.run("judge", "twice.py", "--stdio", "cases").code == 0


RUSTUP = Path.home() / ".rustup"
COMPILED = {
    "cpp": (
        "g++",
        "int twice(int x) { return 2 * x; }\n",
        "#include <cassert>\nint main() { assert(twice(2) == 4); assert(twice(-1) == -2); }\n",
    ),
    "rs": (
        "rustc",
        "fn twice(x: i32) -> i32 { 2 * x }\n",
        "#[cfg(test)]\nmod tests {\n    use super::*;\n"
        "    #[test]\n    fn two() { assert_eq!(twice(2), 4); }\n}\n",
    ),
}


@pytest.mark.parametrize("suffix", COMPILED)
def test_compiled_programs_are_judged_by_a_test_main(shell, suffix) -> None:
    compiler, right, tests = COMPILED[suffix]
    if shutil.which(compiler) is None:
        pytest.skip(f"no {compiler}")
    # rustup's rustc looks for the compiler in the user's home; ours here is another one.
    shell.environment = {"RUSTUP_HOME": os.environ.get("RUSTUP_HOME") or str(RUSTUP)}
    for name, text in (("good", right), ("bad", right.replace("2 *", "3 *")), ("torn", "int (")):
        shell.file(text, f"{name}.{suffix}")
    shell.file(tests, f"t.{suffix}")
    files = [f"{name}.{suffix}" for name in ("good", "bad", "torn")]
    ended = shell.run("judge", *files, "--tests", f"t.{suffix}", "--json")
    assert ended.code == 1, ended.err
    rows = sorted(ended.objects, key=lambda row: row["sample"])
    assert [row["passed"] for row in rows] == [True, False, False]
    assert rows[2]["outcome"] == "compile_error"
    shell.file("assert twice(2) == 4\n", "t.py")
    ended = shell.run("judge", files[0], "--tests", "t.py")
    assert ended.code == 2 and "different languages" in ended.err


@pytest.mark.parametrize("suffix", COMPILED)
def test_a_missing_compiler_is_said_and_is_no_verdict(shell, suffix, tmp_path) -> None:
    compiler, right, tests = COMPILED[suffix]
    shell.file(right, f"good.{suffix}")
    shell.file(tests, f"t.{suffix}")
    tools = tmp_path / "tools"
    tools.mkdir()
    bubblewrap = shutil.which("bwrap")
    if bubblewrap:
        (tools / "bwrap").symlink_to(bubblewrap)
    shell.environment = {"PATH": str(tools)}
    ended = shell.run("judge", f"good.{suffix}", "--tests", f"t.{suffix}", "--json")
    assert ended.code == 3, ended.out
    assert compiler in ended.err and ended.out == ""


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        ([], 2, "give either files"),
        (["good.py"], 2, "--tests FILE"),
        (["none.py", "--tests", "t.py"], 2, "none.py: No such file"),
        (["good.py", "--tests", "none.py"], 2, "none.py: No such file"),
        (["good.py", "--tests", "empty.py"], 2, "neither asserts nor"),
        (["two.py", "--tests", "t.py"], 2, "name one with --entry"),
        (["good.py", "--tests", "broken.py"], 2, "broken.py, line 1"),
        (["good.py", "--tests", "t.py", "--check", "nothing"], 2, "no function nothing"),
        (["good.py", "--tests", "fixture.py"], 2, "synthd verify good.py"),
        (["good.txt", "--tests", "t.py"], 2, "which language"),
        (["good.py", "--stdio", "t.py"], 2, "must be lines of"),
        (["--suite", "humaneval"], 2, "needs --samples"),
        (["--suite", "humanevil", "--samples", "s.jsonl", "--data", "data"], 2, "humaneval?"),
        (["--suite", "humaneval", "--samples", "s.jsonl"], 3, "SYNTHD_DATASETS"),
        (["--suite", "mbpp", "--samples", "s.jsonl", "--data", "data"], 3, "is not there"),
        (["--suite", "humaneval", "--samples", "none", "--data", "data"], 2, "is not there"),
        (["--suite", "humaneval", "--samples", "bad.jsonl", "--data", "data"], 2, "no task T/9"),
        (["--suite", "humaneval", "--samples", "empty.py", "--data", "data"], 2, "no samples"),
    ],
)
def test_wrong_usage_is_explained(shell, data, arguments, code, says) -> None:
    shell.file(ROMAN, "good.py")
    shell.file(ROMAN, "good.txt")
    shell.file("def a(x): pass\n\n\ndef b(x): pass\n", "two.py")
    shell.file("def check(candidate):\n    assert candidate(4) == 'IV'\n", "t.py")
    shell.file("", "empty.py")
    shell.file("assert (\n", "broken.py")
    shell.file("def test_it(tmp_path):\n    assert roman(4) == 'IV'\n", "fixture.py")
    shell.file(jsonl([sample("T/0", WRONG)]), "s.jsonl")
    shell.file(jsonl([sample("T/9", WRONG)]), "bad.jsonl")
    ended = shell.run("judge", *arguments)
    assert ended.code == code, ended.err
    assert says in ended.err and "Traceback" not in ended.err
    assert not list(shell.folder.glob("*.results.jsonl"))
