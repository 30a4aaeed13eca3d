"""`synthd critique` as a user runs it: words, JSON, exit codes, and what is left after its end."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from itertools import count
from pathlib import Path
from typing import Any

import pytest

YES, NO = "Wanted: it.\nFinal answer: yes", "Wanted: it.\nFinal answer: no"


@pytest.fixture
def say(shell: Any, texts: Mapping[str, str]) -> Callable[..., None]:
    """What the model answers to the two questions."""

    def tell(vote: str = YES, body: str = "```rust\n{\n    b / 2\n}\n```") -> None:
        shell.model.say = lambda prompt: vote if "Final answer" in prompt else body

    return tell


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_bytes().splitlines()]


def wait_until(holds: Callable[[], bool], limit: float = 20.0) -> bool:
    deadline = time.monotonic() + limit
    while time.monotonic() < deadline:
        if holds():
            return True
        time.sleep(0.05)
    return False


def naming(folder: Path) -> list[int]:
    """Processes whose command line names something in this folder: synthd, its box, Verus."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                if str(folder).encode() in (entry / "cmdline").read_bytes():
                    found.append(int(entry.name))
            except OSError:
                continue
    return found


def test_an_exploit_is_told_with_its_program(
    shell: Any,
    say: Callable[..., None],
    texts: Mapping[str, str],
    rules: Sequence[Any],
    verus_stand_in: Callable[..., Path],
) -> None:
    default = {"outcome": "refuted", "at": "m >= a"}
    shell.environment["VERUS_PATH"] = str(verus_stand_in(rules=rules, default=default))
    path = shell.file(texts["stub"], "work.rs")
    say(body=texts["answer"])
    ended = shell.run("critique", f"{path}::larger", "--samples", "2", "--exploits", "4")
    assert ended.code == 1, ended.err
    assert "larger: faulty" in ended.out
    assert "2 of 2 answers say that it is the same" in ended.out
    assert texts["admitted"] in ended.out
    assert "answer 2 of 2: yes" in ended.err
    record = Path(ended.err.split("record: ")[1].splitlines()[0])
    kinds = [row["kind"] for row in lines(record)]
    assert kinds[0] == "critique" and kinds[-1] == "end"
    assert kinds.count("vote") == 2


@pytest.mark.parametrize(("vote", "code"), [(YES, 0), (NO, 1), ("Who knows?", 4)])
def test_without_verus_it_compares_with_a_text(
    shell: Any, say: Callable[..., None], texts: Mapping[str, str], vote: str, code: int
) -> None:
    path = shell.file(texts["loop"], "work.rs")
    wanted = shell.file("method Larger(a: nat, b: nat) returns (m: nat)\n", "larger.dfy")
    say(vote)
    told = ("--exploits", "0", "--samples", "3", "--against", str(wanted), "--json")
    ended = shell.run("critique", str(path), *told)
    assert ended.code == code, ended.err
    report = ended.objects[0]
    assert report["schema"] == 1
    assert report["comparison"]["source"] == "larger.dfy"
    assert report["exploits"] is None
    assert report["status"] == {0: "sound", 1: "faulty", 4: "undecided"}[code]
    assert any("method Larger" in prompt for prompt in shell.model.prompts)
    assert lines(Path(report["record"]))[-1]["kind"] == "end"


def test_what_is_wrong_with_the_command_is_said_before_anything_is_started(
    shell: Any, texts: Mapping[str, str]
) -> None:
    bare = shell.file(texts["stub"].replace("///", "//"), "bare.rs")
    ended = shell.run("critique", str(bare), "--exploits", "0")
    assert ended.code == 2
    assert "--against" in ended.err
    ended = shell.run("critique", f"{bare}::smaller", "--json")
    assert ended.code == 2
    assert "larger" in ended.objects[0]["message"]
    assert shell.model.prompts == []
    assert not (shell.home / ".local/state/synthd/critiques").exists()


def test_bodies_need_verus(shell: Any, texts: Mapping[str, str]) -> None:
    shell.environment["PATH"] = "/usr/bin:/bin"
    ended = shell.run("critique", str(shell.file(texts["stub"], "work.rs")))
    assert ended.code == 3
    assert "Verus is not installed" in ended.err and "--exploits 0" in ended.err
    assert shell.model.prompts == []


def test_a_record_is_never_overwritten(
    shell: Any, say: Callable[..., None], texts: Mapping[str, str]
) -> None:
    path, held = shell.file(texts["stub"], "work.rs"), shell.file("mine", "held.jsonl")
    say()
    ended = shell.run("critique", str(path), "--exploits", "0", "--record", str(held))
    assert ended.code == 2
    assert held.read_text() == "mine"


def test_ctrl_c_leaves_no_process_and_a_record_without_an_end(
    shell: Any,
    say: Callable[..., None],
    texts: Mapping[str, str],
    rules: Sequence[Any],
    verus_stand_in: Callable[..., Path],
) -> None:
    slow = [rules[0], {"contains": "b / 2", "answer": "hang"}]
    shell.environment["VERUS_PATH"] = str(
        verus_stand_in(rules=slow, default={"outcome": "refuted", "at": "m >= a"})
    )
    path, record = shell.file(texts["stub"], "work.rs"), shell.folder / "said.jsonl"
    say()
    process = shell.start("critique", str(path), "--samples", "2", "--record", str(record))
    try:
        # Bodies are being tried, and Verus hangs.
        assert wait_until(lambda: len(shell.model.prompts) > 2)
        assert wait_until(lambda: len(naming(shell.folder.parent)) > 1)
        os.kill(process.pid, signal.SIGINT)
        process.communicate(timeout=20)
        assert process.returncode == 130
        assert wait_until(lambda: not naming(shell.folder.parent))
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
    kinds = [row["kind"] for row in lines(record)]
    assert kinds.count("vote") == 2
    assert "end" not in kinds


def test_what_was_told_is_in_the_record_of_a_critique_that_was_killed(
    shell: Any, texts: Mapping[str, str]
) -> None:
    calls = count()
    shell.model.say = lambda _: YES if next(calls) < 3 else 1000 * "word\n" + YES
    shell.model.seconds_per_word = 0.02
    path, record = shell.file(texts["stub"], "work.rs"), shell.folder / "said.jsonl"
    process = shell.start("critique", str(path), "--exploits", "0", "--record", str(record))
    told = 0
    try:
        assert process.stderr is not None
        for line in process.stderr:
            told += line.startswith("  answer ")
            if told == 3:
                break
        os.killpg(process.pid, signal.SIGKILL)
    finally:
        kill(process)
    votes = [row for row in lines(record) if row["kind"] == "vote"]
    assert len(votes) >= 3
    assert all(one["opinion"] == "yes" for one in votes)


def kill(process: subprocess.Popen[str]) -> None:
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
