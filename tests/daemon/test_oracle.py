"""A search that held-out tests may end says so wherever it is told of."""

from __future__ import annotations

import asyncio
import dataclasses
import json
from collections.abc import Iterable
from pathlib import Path

import pytest

from synthd.daemon.exits import Missing
from synthd.daemon.prepare import Wanted, prepare
from synthd.daemon.reporting import Done
from synthd.daemon.settings import LimitSettings
from synthd.daemon.setup import Setup
from synthd.daemon.synthesis import synthesize
from synthd.daemon.traces.finding import load
from synthd.daemon.traces.kept import Tracing
from synthd.sandbox.level import detect
from synthd.synth.attempt import Candidate, Evaluation, Verdict
from synthd.synth.budget import Budget
from synthd.synth.models.scripted import ScriptedModel
from synthd.synth.problem import Problem
from synthd.synth.source.place import place as find_place
from synthd.synth.source.target import find
from synthd.synth.source.text import SourceText
from synthd.synth.strategies import registry

DOUBLE = '''def double(x):
    """Twice x.

    >>> double(2)
    4
    >>> double(0)
    0
    """
'''
RIGHT, PASSING, WRONG = "return x * 2", "return x * x", "return x"


class HeldOut:
    """Knows what is right, which the examples do not tell."""

    async def verify(self, problem: Problem, candidate: Candidate) -> Evaluation:
        right = candidate.code.strip() == RIGHT
        return Evaluation(Verdict.ACCEPTED if right else Verdict.REJECTED, float(right))


@pytest.fixture
def searched(tmp_path: Path):
    """The report of a search by `revision` in which the model answers with these bodies."""

    async def run(bodies: Iterable[str], *, oracle: bool, held_out: bool) -> tuple[Done, Path]:
        path = tmp_path / "work.py"
        path.write_text(DOUBLE)
        source = SourceText.load(path)
        place = find_place(path, workspace=tmp_path, environment={})
        prepared = prepare(source, find(source, "double"), place, Wanted())
        line = iter(bodies)
        setup = Setup(
            model=ScriptedModel(lambda *_: f"```python\ndef double(x):\n    {next(line)}\n```"),
            strategy=registry.build("revision", {"n": 3, "oracle": oracle}),
            strategy_name="revision",
            budget=Budget(programs=3, seconds=60),
            seed=0,
            limits=LimitSettings(),
            detection=await detect(),
            tracing=Tracing(tmp_path / "runs", 10),
        )
        return await synthesize(prepared, setup, held_out=HeldOut() if held_out else None), tmp_path

    return lambda *told, **more: asyncio.run(run(*told, **more))


def test_reports_certificates_and_traces_say_so(searched, shell) -> None:
    done, folder = searched([WRONG, PASSING, RIGHT], oracle=True, held_out=True)
    report = done.report
    assert report.status == "verified" and report.cost.programs == 3
    assert report.labels == ["oracle"] and "passes all 2 checks. Held-out tests" in report.message
    assert report.certificate is not None and report.certificate.labels == ["oracle"]
    assert report.certificate.parameters["oracle"] is True
    kept = folder / "runs" / f"{report.run}.jsonl"
    end = load(kept).end
    assert end is not None and end.oracle and end.accepted
    shown = shell.run("show", str(kept))
    assert shown.code == 0 and "solved; held-out tests decided (an oracle)" in shown.out
    (facts,) = shell.run("show", str(kept), "--json").objects
    assert facts["oracle"] is True and "an oracle" in facts["end"]
    page = folder / "page.html"
    assert shell.run("show", str(kept), "--html", str(page)).code == 0
    assert "held-out tests decided" in page.read_text()
    home = shell.home / ".local/state/synthd/runs"
    home.mkdir(parents=True)
    (home / kept.name).write_bytes(kept.read_bytes())
    assert "solved (oracle)" in shell.run("show").out


def test_also_where_it_did_not_end_it(searched) -> None:
    done, folder = searched([PASSING, PASSING, WRONG], oracle=True, held_out=True)
    assert done.report.status == "unsolved" and done.report.labels == ["oracle"]
    assert "Held-out tests decided when to stop" in done.report.message
    end = load(folder / "runs" / f"{done.report.run}.jsonl").end
    assert end is not None and end.oracle and not end.accepted


def test_a_search_without_one_is_not_labelled(searched) -> None:
    done, folder = searched([WRONG, PASSING, RIGHT], oracle=False, held_out=False)
    assert done.report.cost.programs == 2, "the examples ended it"
    assert done.report.labels == [] and "eld-out" not in done.report.message
    end = load(folder / "runs" / f"{done.report.run}.jsonl").end
    assert end is not None and not end.oracle


@pytest.mark.parametrize(("oracle", "held_out"), [(True, False), (False, True)])
def test_one_without_the_other_is_refused(searched, oracle: bool, held_out: bool) -> None:
    with pytest.raises(Missing, match="oracle=true"):
        searched([RIGHT], oracle=oracle, held_out=held_out)


def test_traces_of_before_are_read_as_without_one(searched) -> None:
    done, folder = searched([RIGHT], oracle=True, held_out=True)
    kept = folder / "runs" / f"{done.report.run}.jsonl"
    *lines, last = map(json.loads, kept.read_text().splitlines())
    del last["oracle"]
    kept.write_text("".join(json.dumps(line) + "\n" for line in [*lines, last]))
    end = load(kept).end
    assert end is not None and end == dataclasses.replace(end, oracle=False)
