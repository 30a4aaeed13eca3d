"""The process of a learned verifier: asked in batches, cancelled, lost, refused."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

import pytest

from synthd.synth.unmet import Unmet
from synthd.synth.verifiers.scorer_process import ScorerSettings
from synthd.synth.verifiers.scoring import ChildScorer

# Speaks as the child does: a program's reward is its length; it says how many came together, and
# waits with "slow" ones until they are cancelled.
CHILD = """
import json, os, sys
log = open(sys.argv[1], "a", buffering=1)
settings = json.loads(sys.stdin.readline())
print(json.dumps({"refused": "another base"} if sys.argv[2] == "refuse" else {"ready": 1}), flush=1)
for line in sys.stdin:
    told = json.loads(line)
    log.write(json.dumps([os.getpid(), told]) + "\\n")
    if "cancel" in told:
        continue
    if "die" in told["programs"]:
        os._exit(7)
    if "slow" in told["programs"]:
        continue
    print(json.dumps({"id": told["id"], "rewards": [float(len(p)) for p in told["programs"]]}),
          flush=True)
"""


@pytest.fixture
async def made(tmp_path: Path):
    file, log = tmp_path / "child.py", tmp_path / "log"
    file.write_text(CHILD)
    log.touch()
    there: list[ChildScorer] = []

    def make(how: str = "", patience: float = 60.0) -> tuple[ChildScorer, Path]:
        settings = ScorerSettings(tmp_path, tmp_path, "v", patience=patience)
        there.append(ChildScorer(settings, (sys.executable, str(file), str(log), how)))
        return there[-1], log

    yield make
    for scorer in there:
        await scorer.aclose()


def asked(log: Path) -> list[dict]:
    import json

    return [json.loads(line)[1] for line in log.read_text().splitlines()]


async def until(log: Path, lines: int) -> None:
    while len(asked(log)) < lines:  # noqa: ASYNC110 - another process writes it
        await asyncio.sleep(0.01)


async def test_what_is_asked_together_goes_together_by_problem(made) -> None:
    scorer, log = made()
    words = [("x", "a"), ("x", "bb"), ("y", "ccc"), ("x", "bb")]
    assert await asyncio.gather(*(scorer.score(*each) for each in words)) == [1, 2, 3, 2]
    assert [(one["x"], one["programs"]) for one in asked(log)] == [
        ("x", ["a", "bb"]),
        ("y", ["ccc"]),
    ]


async def test_who_leaves_is_not_waited_for(made) -> None:
    scorer, log = made()
    leaving = asyncio.create_task(scorer.score("x", "slow"))
    async with asyncio.timeout(30):
        await until(log, 1)
        leaving.cancel()
        assert await scorer.score("x", "four") == 4
    assert {"cancel": 1} in asked(log)


async def test_a_process_that_dies_is_said_and_begun_again(made) -> None:
    scorer, _ = made()
    with pytest.raises(Unmet, match="exit status 7"):
        await scorer.score("x", "die")
    assert await scorer.score("x", "four") == 4


async def test_what_takes_too_long_is_ended(made) -> None:
    scorer, _ = made(patience=0.2)
    with pytest.raises(Unmet, match=r"within 0\.2 s"):
        await scorer.score("x", "slow")


async def test_a_refusal_is_its_sentence(made) -> None:
    scorer, _ = made("refuse")
    with pytest.raises(Unmet, match="another base"):
        await scorer.score("x", "a")


async def test_closing_leaves_nothing(made) -> None:
    scorer, log = made()
    assert await scorer.score("x", "a") == 1
    pid = scorer._child._process.pid
    waiting = asyncio.create_task(scorer.score("x", "slow"))
    async with asyncio.timeout(30):
        await until(log, 2)
        await scorer.aclose()
        with pytest.raises((Unmet, asyncio.CancelledError)):
            await waiting
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
