"""Verus-Bench and HumanEval-Verus, with what a real Verus once said of their solutions.

The stand-in answers a program that was recorded as it was then, and refutes all others: so probes
for vacuity find that everything can be reached.
"""

from __future__ import annotations

import io
import json
import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from synthd.daemon.bench.case import BenchSuite, Found, Sought, Tools
from synthd.daemon.bench.suites.verus import load_human_eval_verus, load_verus_bench
from synthd.daemon.exits import BadInput, Missing
from synthd.daemon.settings import LimitSettings, Settings
from synthd.daemon.traces.kept import Told
from synthd.sandbox.level import Level, detect
from synthd.sandbox.limits import Limits
from synthd.sandbox.pool import JudgePool
from synthd.synth.attempt import Extraction
from synthd.synth.budget import Budget
from synthd.synth.models.scripted import ScriptedModel
from synthd.synth.rust.extract import body_reader
from synthd.synth.rust.functions import find
from synthd.synth.rust.layout import level
from synthd.synth.rust.splice import replace_body
from synthd.synth.strategies import registry
from synthd.synth.suites.verus_rows import NO_DECREASES, left_out

BESIDE = Path(__file__).parents[5] / "shared" / "datasets"
ONE, TWO, BODY = "misc_linearsearch", "mbpp_task_id_2", "human_eval_000"


@pytest.fixture(scope="session")
def suites() -> dict[str, BenchSuite]:
    """From SYNTHD_DATASETS, or a folder beside the checkout; or a skip with the reason."""
    folder = Path(os.environ.get("SYNTHD_DATASETS") or BESIDE)
    if not (folder / "verus").is_dir():
        pytest.skip(f"no data sets in {folder}: set SYNTHD_DATASETS")
    return {one.name: one for one in (load_verus_bench(folder), load_human_eval_verus(folder))}


@pytest.fixture
def case(suites: dict[str, BenchSuite]) -> Callable[[str], Any]:
    every = {case.id: case for suite in suites.values() for case in suite.cases}
    return every.__getitem__


@pytest.fixture
def tools(tmp_path: Path) -> Callable[..., Any]:
    @asynccontextmanager
    async def opened(place: Path | None) -> AsyncIterator[Tools]:
        detection = await detect()
        if detection.level is Level.NONE:
            pytest.skip(f"no isolation here: {detection.reasons}")
        settings = Settings(verus=str(place) if place else str(tmp_path / "nothing"))
        async with JudgePool.open(None, detection, Limits(), workers=1) as pool:
            one = Tools(pool, detection, LimitSettings(), tmp_path, settings=settings)
            try:
                yield one
            finally:
                await one.opened.aclose()

    return opened


@pytest.fixture
def recorded(verus_recordings: Any, verus_stand_in: Any, case: Any) -> Callable[..., Path]:
    """A stand-in that knows these tasks' references: what Verus said of the solutions, which differ
    from them in `main` alone."""

    def known(*names: str) -> Path:
        rows = {row["name"]: row for row in verus_recordings("benchmarks")}
        chosen = []
        for name in names:
            suite = "human_eval_verus" if name.startswith("human") else "verus_bench"
            end = "solution" if suite == "human_eval_verus" else "solution-nodecreases"
            row = rows[f"{suite}/{name}/{end}"]
            one = case(name)
            for program in {one.reference, _as_answered(one)}:
                chosen.append({**row, "program": program, "seconds": 0})
        place: Path = verus_stand_in(recordings=chosen)
        return place

    return known


def test_what_the_suites_are(suites: dict[str, BenchSuite], verus_recordings: Any) -> None:
    bench, human = suites["verus-bench"], suites["human-eval-verus"]
    assert (len(bench.cases), len(bench.left_out)) == (105, 45)
    assert (len(human.cases), len(human.left_out)) == (86, 81)
    assert all(case.text.startswith(NO_DECREASES) for case in bench.cases)
    assert not any(case.text.startswith(NO_DECREASES) for case in human.cases)
    assert all(one.why for suite in suites.values() for one in suite.left_out)
    assert all(
        suite.licence.startswith("MIT") and len(suite.sha256) == 64 for suite in (bench, human)
    )


def test_what_is_left_out_is_what_was_recorded(verus_recordings: Any) -> None:
    ends = {"verus_bench": "solution-nodecreases", "human_eval_verus": "solution"}
    for suite, end in ends.items():
        failed = {
            row["name"].split("/")[1]
            for row in verus_recordings("benchmarks")
            if row["name"].startswith(suite) and row["name"].endswith(f"/{end}") and row["exit"]
        }
        assert set(left_out(suite.replace("_", "-"))) == failed


def test_tasks_lack_what_is_asked_for(suites: dict[str, BenchSuite]) -> None:
    for suite in suites.values():
        for one in suite.cases[::9]:
            for path in one.task.targets:
                function = find(one.task.text, path)
                assert function.stub is not one.task.keeps_code, one.id
    with_reference = sum(bool(one.reference) for one in suites["verus-bench"].cases[::5])
    assert with_reference > 14, "those without change more than the proof"


def test_references_are_read_from_answers(suites: dict[str, BenchSuite]) -> None:
    """A body alone, as the prompt asks for it; some have triggers."""
    for suite in suites.values():
        for one in suite.cases[::4]:
            if not one.reference:
                continue
            path = one.task.targets[-1]
            read = body_reader(one.text, find(one.text, path))
            code, how, note = read(f"```rust\n{_body(one, one.reference)}\n```", False)
            assert (bool(code), how) == (True, Extraction.OK), (one.id, note)


async def test_scores(case: Any, recorded: Any, tools: Any) -> None:
    """The reference passes; what lacks the proof, or changes something else, does not."""
    names = (ONE, TWO, BODY)
    async with tools(recorded(*names)) as opened:
        for name in names:
            one = case(name)
            score = await one.score(one.reference, opened)
            assert (score.passed, score.outcome) == (True, "pass"), (name, score)
            assert score.executed == score.declared == len(one.task.targets)
            assert (await one.score(one.text, opened)).passed is False
        one = case(ONE)
        weaker = one.reference.replace("ensures", "ensures true ||", 1)
        assert (await one.score(weaker, opened)).outcome == "forbidden"
        assumed = one.reference.replace("invariant", "invariant_except_break false, invariant", 1)
        assert (await one.score(assumed, opened)).passed is False
        body = _body(one, one.reference)
        cheat = one.reference.replace(body, "{ assume(false); " + body[1:])
        assert (await one.score(cheat, opened)).outcome == "forbidden"
        assert (await one.score("fn main() {}", opened)).outcome == "forbidden"


async def _found(one: Any, opened: Tools, script: list[str], **more: Any) -> Found:
    strategy = registry.build("treefinement", {"drafts": 2, "width": 1, "iterations": 2})
    model = ScriptedModel(lambda prompt, sampling, call: script[call % len(script)], slots=1)
    budget = Budget(programs=8, seconds=120, tokens=20_000, tokens_per_call=2000)
    sought = Sought(model, strategy, "treefinement", budget, 0, **more)
    found: Found = await one.search(sought, opened)
    return found


async def test_a_proof_is_searched_for(case: Any, recorded: Any, tools: Any) -> None:
    kept = _Kept()
    async with tools(recorded(ONE, BODY)) as opened:
        for name in (ONE, BODY):
            one = case(name)
            wrong = "```rust\n{\n    let nothing = 1;\n}\n```"
            right = f"```rust\n{_body(one, one.reference)}\n```"
            more = {"tracing": Told("x", kept)} if name == ONE else {}
            found = await _found(one, opened, [wrong, right], **more)
            assert (found.visible, found.stop) == (True, "solved"), name
            assert (await one.score(found.program, opened)).passed
            assert found.usage.programs in (2, 3), "code that is to stay was judged first"
    events = [json.loads(line) for line in kept.text.splitlines()]
    assert (events[0]["kind"], events[-1]["kind"]) == ("run", "end")


async def test_two_functions_come_one_after_the_other(case: Any, recorded: Any, tools: Any) -> None:
    one = case(TWO)
    first, second = one.task.targets
    async with tools(recorded(TWO)) as opened:
        found = await _found(one, opened, [f"```rust\n{_body(one, one.reference, first)}\n```"])
        # Nobody says that it verifies while the other one does not.
        assert (found.visible, found.usage.model_calls > 0) == (False, True)
        assert _body(one, one.text, second) in found.program


async def test_what_was_not_proved_is_the_best_there_is(
    case: Any, recorded: Any, tools: Any
) -> None:
    one = case(ONE)
    async with tools(recorded(BODY)) as opened:
        found = await _found(one, opened, ["no code at all"])
        assert (found.visible, found.stop) == (False, "finished")
        assert (await one.score(found.program or one.text, opened)).passed is False


async def test_without_verus(case: Any, tools: Any) -> None:
    async with tools(None) as opened:
        with pytest.raises(Missing, match=r"[Vv]erus"):
            await case(ONE).score(case(ONE).reference, opened)


async def test_strategies(case: Any, tools: Any) -> None:
    one = case(ONE)
    usable = {name for name in registry.STRATEGIES if not one.unmet(registry.build(name, {}))}
    assert set(registry.STRATEGIES) - usable == {"mbr", "self-consistency", "s-star"}
    assert not one.unmet(registry.build("self-consistency", {"by": "text"}))
    assert "oracle" in one.unmet(registry.build("revision", {"oracle": True}))
    sought = Sought(ScriptedModel([""]), registry.build("mbr", {}), "mbr", Budget(), 0)
    async with tools(None) as opened:
        with pytest.raises(BadInput, match="a proof is not executed"):
            await one.search(sought, opened)


def _body(one: Any, text: str, path: str = "") -> str:
    body = find(text, path or one.task.targets[-1]).body
    assert body is not None
    return body.of(text)


def _as_answered(one: Any) -> str:
    """The reference as it stands in the file once a model has answered with its last body."""
    text: str = one.task.text
    for path in one.task.targets:
        function = find(text, path)
        text = replace_body(text, function, level(_body(one, one.reference, path)))
    return text


class _Kept(io.StringIO):
    text: Any = ""

    def close(self) -> None:
        if not self.closed:
            self.text = self.getvalue()
        super().close()
