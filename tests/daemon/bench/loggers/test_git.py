"""`--log git:REMOTE` with a bare repository on this machine."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from synthd.daemon.bench.experiment import Experiment
from synthd.daemon.bench.loggers.git import path_of
from synthd.daemon.bench.loggers.parsing import parse


class Remote:
    def __init__(self, path: Path) -> None:
        self.path = path
        self.git("init", "--quiet", "--bare", str(path), at=path.parent)

    def git(self, *arguments: str, at: Path | None = None) -> str:
        ran = subprocess.run(
            ["git", *arguments], cwd=at or self.path, capture_output=True, check=True
        )
        return ran.stdout.decode()

    @property
    def branch(self) -> str:
        (name,) = self.git("branch", "--format=%(refname:short)").split()
        return name

    @property
    def subjects(self) -> list[str]:
        return self.git("log", "--reverse", "--format=%s", self.branch).splitlines()

    @property
    def files(self) -> list[str]:
        return self.git("ls-tree", "-r", "--name-only", self.branch).splitlines()


@pytest.fixture
def remote(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Remote:
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(home))
    monkeypatch.setenv("GIT_DIR", "/nowhere")  # of whoever started the command
    monkeypatch.delenv("GIT_DIR")
    return Remote(tmp_path / "remote.git")


@pytest.fixture
def log(remote: Remote, tmp_path: Path, experiment: Experiment) -> Callable[..., list[str]]:
    def run(*results: Any) -> list[str]:
        lines: list[str] = []
        logger = parse(f"git:{remote.path}", tmp_path / "my run", lines.append)
        logger.begun(experiment)
        for one in results:
            logger.finished(one)
        logger.ended()
        return lines

    return run


def test_each_best_program_is_a_commit(
    log: Callable[..., list[str]], remote: Remote, result: Any
) -> None:
    told = log(
        result("HumanEval/1", 0, False, "first\n"),
        result("HumanEval/1", 1, False, "no better\n"),
        result("HumanEval/1", 2, True, "passes\r\n\ud800"),
        result("HumanEval/1", 3, True, "passes too\n"),
        result("HumanEval/2", 0, False, ""),
        result("HumanEval/3", 0, None),
        result("HumanEval/4", 0, False, "another\n"),
    )
    assert told == []
    assert remote.subjects == [
        "HumanEval/1 by greedy: fail",
        "HumanEval/1 by greedy: passed",
        "HumanEval/4 by greedy: fail",
    ]
    assert remote.branch.startswith("synthd-bench/my-run-") and len(remote.files) == 2
    kept = remote.git("log", "--format=%B", "-1", f"{remote.branch}~1")
    assert "Held-out-tests: yes\n" in kept and "Completion-tokens: 10\n" in kept
    one = next(name for name in remote.files if "HumanEval-1-" in name)
    shown = subprocess.run(
        ["git", "show", f"{remote.branch}:{one}"], cwd=remote.path, capture_output=True
    )
    assert shown.stdout == b"passes\r\n\xed\xa0\x80", "to the byte"


def test_the_same_run_goes_on_where_it_was(
    log: Callable[..., list[str]], remote: Remote, result: Any, tmp_path: Path
) -> None:
    log(result("a", 0, False, "one\n"))
    assert log(result("b", 0, True, "two\n"), result("a", 1, True, "three\n")) == []
    assert remote.subjects == ["a by greedy: fail", "b by greedy: passed", "a by greedy: passed"]
    subprocess.run(["rm", "-rf", str(tmp_path / "my run" / "git")], check=True)
    assert log(result("c", 0, True, "four\n")) == []  # also from another machine
    assert remote.subjects[3:] == ["c by greedy: passed"] and len(remote.files) == 3


@pytest.mark.parametrize(
    "task",
    ["../../etc/passwd", ".git/config", "a b\n;rm -rf", "-x", "", "ü" * 300, "..", ".git"],
)
def test_no_name_leads_elsewhere(
    task: str, log: Callable[..., list[str]], remote: Remote, result: Any, tmp_path: Path
) -> None:
    finished = result(task, 0, True, "[core]\n\tfsmonitor = touch /tmp/executed\n")
    before = {path for path in tmp_path.rglob("*") if "my run" not in str(path)}
    assert log(finished) == []
    (name,) = remote.files
    assert name == path_of(finished.record) and name.isascii()
    assert name.startswith("humaneval/greedy/ollama-coder-") and name.count("/") == 3
    assert not name.rpartition("/")[2].startswith((".", "-")) and name.endswith(".py")
    after = {path for path in tmp_path.rglob("*") if "my run" not in str(path)}
    assert all("remote.git" in str(path) for path in after - before)


def test_hooks_of_the_user_are_not_run(
    log: Callable[..., list[str]], remote: Remote, result: Any, tmp_path: Path
) -> None:
    hooks = tmp_path / "hooks"
    hooks.mkdir()
    for name in ("pre-commit", "pre-push", "post-commit"):
        (hooks / name).write_text(f"#!/bin/sh\ntouch {tmp_path}/ran\nexit 1\n")
        (hooks / name).chmod(0o755)
    (tmp_path / "home" / ".gitconfig").write_text(
        f"[core]\n\thooksPath = {hooks}\n[commit]\n\tgpgSign = true\n"
        "[user]\n\tname = Ada\n\temail = ada@example.org\n"
    )
    assert log(result("a")) == []
    assert not (tmp_path / "ran").exists()
    assert remote.git("log", "--format=%an <%ae>", "-1", remote.branch).strip() == (
        "Ada <ada@example.org>"
    )


def test_a_remote_that_is_not_there(result: Any, tmp_path: Path, experiment: Experiment) -> None:
    lines: list[str] = []
    address = "http://user:passphrase@127.0.0.1:9/x.git"
    logger = parse(f"git:{address}", tmp_path / "run", lines.append)
    logger.begun(experiment)
    logger.finished(result("a"))
    logger.ended()
    assert len(lines) == 1 and lines[0].startswith(
        "git http://127.0.0.1:9/x.git: GitFailed: git ls"
    )
    kept = [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()]
    assert "passphrase" not in lines[0] and not any(b"passphrase" in text for text in kept)
