"""kill -9 at any instant: what was acknowledged is there, ends once, and its trace has no gaps."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import sqlite3
import subprocess
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest

PROGRAM = Path(__file__).parent / "killed.py"


@pytest.mark.soak
def test_nothing_is_lost_and_nothing_ends_twice(tmp_path: Path, soak: bool, scripted: Any) -> None:
    seed = random.randrange(1 << 30) if soak else 20261121
    rounds = 400 if soak else 40
    process = subprocess.Popen(
        [sys.executable, str(PROGRAM), str(tmp_path), str(rounds), str(seed)],
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        _, said = process.communicate(timeout=60 + rounds)
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    assert process.returncode == 0, f"seed {seed}: {said[-4000:]}"

    noted: dict[str, list[list[str]]] = defaultdict(list)
    for line in (tmp_path / "ledger").read_text().splitlines():
        verb, job, *rest = line.split()
        noted[job].append([verb, *rest])
    path = tmp_path / "jobs" / "jobs.sqlite"
    with contextlib.closing(sqlite3.connect(path)) as held:
        assert held.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        states = dict(held.execute("SELECT id, state FROM jobs"))
        results = dict(held.execute("SELECT id, result FROM jobs"))
        events = defaultdict(list)
        for job, seq, text in held.execute("SELECT job, seq, line FROM events ORDER BY job, seq"):
            events[job].append((seq, text))
    assert not list((tmp_path / "jobs").glob("*.damaged-*"))
    assert len(noted) >= rounds, "each round got at least one job on its way"
    for job, notes in noted.items():
        verbs = [verb for verb, *_ in notes]
        told = f"seed {seed}, job {job}: {notes}, {states.get(job)}"
        assert job in states or "ack" not in verbs, told
        # Ended once: nothing begins after its end was seen.
        for end in ("done", "cancelled"):
            assert "start" not in verbs[verbs.index(end) :] if end in verbs else True, told
        if "done" in verbs:
            assert states[job] == "done", told
        if "cancelled" in verbs:
            assert [states[job]] == notes[verbs.index("cancelled")][1:], told
    for job, state in states.items():
        assert state in ("done", "cancelled"), (seed, job, state, noted[job])
        assert [seq for seq, _ in events[job]] == list(range(len(events[job])))
        assert all(text == scripted.event(job, seq) for seq, text in events[job])
        if state == "done":
            assert len(events[job]) == 6 and '"verified"' in results[job]
    assert sum(len([n for n in notes if n[0] == "start"]) > 1 for notes in noted.values()) > 5, (
        "some jobs were interrupted and went on"
    )
