"""Rust functions given to the daemon: submitted, killed, followed, exported, as a user does it."""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Callable
from typing import Any

import psutil
import pytest

RIGHT = {"contains": "decreases", "answer": {"outcome": "proved", "verified": 5}}


@pytest.fixture
def daemon(rust: Callable[..., Any], own_daemon: Callable[[Any], Any]) -> Callable[..., Any]:
    """The shell with a Verus that has these answers, and a daemon of its own."""
    return lambda *rules, **given: own_daemon(rust(*rules, **given))


def test_a_job_survives_its_worker(daemon, work, body, until) -> None:
    shell = daemon(RIGHT)
    path = shell.file(work, "work.rs")
    shell.model.say, shell.model.seconds_per_word = (lambda _: f"```rust\n{body}\n```"), 0.05
    ended = shell.run("jobs", "submit", "work.rs", "--json")
    assert ended.code == 0, ended.err
    (job,) = ended.objects
    assert job["function"] == "count"
    assert until(lambda: shell.model.prompts)
    mine = [each for each in psutil.process_iter() if _is_worker(each, shell.model.url)]
    assert len(mine) == 1
    os.kill(mine[0].pid, signal.SIGKILL)
    shell.model.seconds_per_word = 0.0
    watched = shell.run("jobs", "watch", job["id"], "--json")
    assert watched.code == 0, watched.err + watched.out
    found = watched.objects[-1]["job"]
    assert (found["status"], found["grade"], found["attempt"]) == ("verified", "proved", 2)
    start, end, text = found["result"]["replacement"]
    assert work[:start] + text + work[end:] == work.replace("{\n    unimplemented!()\n}", body)
    assert path.read_text() == work, "who submitted it puts it there"
    shown = shell.run("jobs", "show", job["id"])
    assert "treefinement" in shown.out and "invariant i <= n" in shown.out, shown.out
    exported = shell.run("jobs", "export", job["id"], "--trace")
    assert "ensures r == n" in exported.out and '"kind":"end"' in exported.out


def _is_worker(process: psutil.Process, url: str) -> bool:
    """One of this very daemon's: workers have a session's environment only in memory."""
    try:
        words = process.cmdline()
        parent = process.parent()
        return "synthd.daemon.workers" in words and bool(
            parent and parent.environ().get("OLLAMA_HOST") == url
        )
    except psutil.Error:
        return False


def test_cancelled_while_verus_runs(daemon, work, done, body, until, running) -> None:
    shell = daemon({"contains": "decreases", "answer": "hang"})
    bare = done.replace("        invariant i <= n,\n        decreases n - i,\n", "")
    shell.file(bare, "work.rs")
    shell.model.say = lambda _: f"```rust\n{body}\n```"
    ended = shell.run("jobs", "submit", "work.rs::count", "--invariants", "--json")
    assert ended.code == 0, ended.err
    id = ended.objects[0]["id"]
    place = shell.environment["VERUS_PATH"]
    assert until(lambda: shell.model.prompts and running(place))
    assert "only add to its loops" in shell.model.prompts[0]
    began = time.monotonic()
    ended = shell.run("jobs", "cancel", id, "--json")
    assert ended.code == 0 and ended.objects[0]["state"] == "cancelled"
    assert not running(place) and time.monotonic() - began < 5.0


def test_what_cannot_be_is_said_at_once(daemon, work) -> None:
    shell = daemon()
    shell.file(work, "work.rs")
    shell.file("fn f() {}", "plain.rs")
    for target, says in (
        ("work.rs::nothing", "no function `nothing`"),
        ("plain.rs", "verus!"),
        (".", "Cargo.toml"),
    ):
        if target == ".":
            shell.file("[package]", "Cargo.toml")
        ended = shell.run("jobs", "submit", target)
        assert ended.code == 2 and (says in ended.err or "is a crate" in ended.err), ended.err
    assert json.loads(shell.run("daemon", "status", "--json").out or "{}").get("pid") is None
