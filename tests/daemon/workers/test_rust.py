"""A worker's job for a Rust function: as for Python, with Verus (a stand-in) as the judge."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from synthd.daemon.jobs.messages import Cancel, Diverged, Ended, Gone, Start
from synthd.daemon.jobs.spec import Options, Proving

WORK = """use vstd::prelude::*;

verus! {

/// Counts up to n.
fn count(n: u32) -> (r: u32)
    requires n < 100,
    ensures r == n,
{
    unimplemented!()
}

fn main() {
}

} // verus!
"""
BARE = """{
    let mut i = 0;
    while i < n {
        i += 1;
    }
    i
}"""
BODY = BARE.replace(
    "while i < n {",
    "while i < n\n        invariant\n            i <= n,\n        decreases n - i,\n    {",
)
STUB = "{\n    unimplemented!()\n}"
REACHABLE = {"contains": "assert(false)", "answer": {"outcome": "refuted", "verified": 3}}
RIGHT = {"contains": ["i += 1", "decreases"], "answer": {"outcome": "proved", "verified": 5}}
WEAK = {
    "contains": "i += 2",
    "answer": {
        "outcome": "refuted",
        "at": "i += 2",
        "message": "possible arithmetic underflow/overflow",
        "label": "",
        "verified": 2,
    },
}


def fenced(body: str) -> str:
    return f"```rust\n{body}\n```\n"


@pytest.fixture
def order(desk, verus_stand_in) -> Callable[..., Start]:
    """A Start for `count`, with a Verus that has these answers."""

    def made(*rules, text: str = WORK, default="refuted", **given) -> Start:
        place = verus_stand_in(rules=[REACHABLE, *rules], default=default)
        settings = {"strategy": "treefinement", **given.pop("settings", {})}
        start = desk.order(text, function=given.pop("function", "count"), **given)
        path = str(Path(start.spec.path).with_suffix(".rs"))
        spec = start.spec.model_copy(update={"path": path, "settings": settings})
        environment = {**start.environment, "VERUS_PATH": str(place)}
        return start.model_copy(update={"spec": spec, "environment": environment})

    return made


@pytest.fixture
def mending(model):
    """A weak body first, the right one once it is told of the error."""
    weak = fenced(BODY.replace("i += 1", "i += 2"))
    model.say = lambda prompt: fenced(BODY) if "underflow" in prompt else weak
    return model


def applied(text: str, change: tuple[int, int, str]) -> str:
    return text[: change[0]] + change[2] + text[change[1] :]


async def test_a_stub_becomes_a_verified_edit(desk, order, mending) -> None:
    text = WORK.replace("\n", "\r\n")
    attempt = await desk.run(order(WEAK, RIGHT, text=text))
    settled, end = attempt.settled, attempt.end
    assert isinstance(end, Ended) and (end.status, end.grade) == ("verified", "proved"), end
    assert (settled.function, settled.strategy) == ("count", "treefinement")
    assert settled.settings["max_seconds"] == 600.0, "where the user names none"
    assert applied(text, end.replacement) == WORK.replace(STUB, BODY).replace("\n", "\r\n")
    assert end.report["certificate"]["prover"]["seeds"] == [0, 2713] and end.partial is None
    assert any("underflow" in line for line in attempt.lines), "the trace has what Verus said"


@pytest.mark.parametrize("answers", [0, 2])
async def test_a_killed_job_goes_on_and_pays_for_nothing_twice(
    desk, order, mending, again, all_gone, answers
) -> None:
    start = order(WEAK, RIGHT, settings={"parameters": {"treefinement": {"drafts": 3, "width": 1}}})

    def answered(attempt) -> int:
        return sum('"kind":"answered"' in line for line in attempt.lines)

    first = await desk.run(
        start,
        lambda a: answered(a) == answers and len(a.lines) > 1,
        lambda worker, attempt: os.kill(worker.pid, signal.SIGKILL),
    )
    assert first.end is None and all_gone(first.tree)
    kept = sum(1 for _ in (desk.folder / "job" / "completions").rglob("*.json"))
    before = len(mending.prompts)
    second = await desk.run(again(start, first))
    assert second.end.status == "verified" and not second.of(Diverged)
    assert second.end.report["cost"]["model_calls"] == len(mending.prompts) - before + kept
    mending.prompts.clear()
    third = await desk.run(again(start, second))
    assert mending.prompts == [] and third.end.replacement == second.end.replacement
    assert not third.of(Diverged)


async def test_cancelled_while_verus_runs(desk, order, model, all_gone) -> None:
    """Its solver ends with it."""
    model.say = lambda prompt: fenced(BODY)
    start, tree, at = order({"contains": "decreases", "answer": "hang"}), set(), []

    async def cancel(worker, attempt) -> None:
        while not any(each.name() == "z3" for each in tree):
            tree.update(psutil.Process(attempt.pid).children(recursive=True))
            await asyncio.sleep(0.02)
        at.append(time.monotonic())
        worker.send(Cancel())

    tasks = []
    attempt = await desk.run(
        start,
        lambda a: bool(a.lines),
        lambda *known: tasks.append(asyncio.create_task(cancel(*known))),
    )
    await tasks[0]
    assert isinstance(attempt.end, Gone) and all_gone(tree, 2.0)
    assert time.monotonic() - at[0] < 4.0


async def test_the_code_stays_where_only_the_proof_is_wanted(desk, order, model) -> None:
    answers = [BODY.replace("let mut i = 0", "let mut i: u32 = 7 - 7"), BODY]
    model.say = lambda _: fenced(answers[min(len(model.prompts), 2) - 1])
    text = WORK.replace(STUB, BARE)
    attempt = await desk.run(order(RIGHT, text=text, options=Options(proof=Proving.PROOF)))
    assert attempt.end.status == "verified", attempt.end
    assert applied(text, attempt.end.replacement) == WORK.replace(STUB, BODY)
    assert "token for token" in model.prompts[0]


async def test_only_invariants_are_taken(desk, order, model) -> None:
    answer = BODY.replace("let mut i = 0;", "let mut i = 0; assert(i == 0);")
    model.say = lambda _: fenced(answer)
    text = WORK.replace(STUB, BARE)
    attempt = await desk.run(order(RIGHT, text=text, options=Options(proof=Proving.INVARIANTS)))
    assert attempt.end.status == "verified", attempt.end
    assert applied(text, attempt.end.replacement) == WORK.replace(STUB, BODY)
    assert "only add to its loops" in model.prompts[0]
    assert any("only the clauses" in line for line in attempt.lines)


async def test_a_body_that_fails_is_where_a_repair_begins(desk, order, mending) -> None:
    text = WORK.replace(STUB, BODY.replace("i += 1", "i += 2"))
    place = text.index("while")
    options = Options(repair=True)
    attempt = await desk.run(
        order(WEAK, RIGHT, text=text, options=options, function=None, offset=place)
    )
    assert attempt.end.status == "verified" and attempt.settled.function == "count"
    assert "underflow" in mending.prompts[0]


async def test_the_best_that_is_not_proved_is_labelled(desk, order, model) -> None:
    model.say = lambda _: fenced(BODY.replace("i += 1", "i += 2"))
    attempt = await desk.run(order(WEAK, settings={"max_programs": 2}))
    end = attempt.end
    assert (end.status, end.grade, end.replacement) == ("unsolved", "partial", None)
    assert "// synthd: not verified" in applied(WORK, end.partial)


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"trusted": False}, "not trusted"),
        ({"function": "triple"}, "triple"),
        ({"options": Options(examples=("count(1) == 1",))}, "for Python"),
        ({"options": Options(proof=Proving.INVARIANTS)}, "stub"),
        ({"text": WORK.replace(STUB, BODY)}, "already has a body"),
        ({"text": WORK.replace(STUB, "{ n }"), "options": Options(proof=Proving.INVARIANTS)},
         "no loop"),
        ({"text": "fn count() {}"}, "verus!"),
        ({"function": None, "offset": 0}, "no function here"),
        ({"environment": {"VERUS_PATH": "/nowhere"}}, "VERUS_PATH"),
    ],
)  # fmt: skip
async def test_what_a_user_can_cause_is_an_error_with_its_reason(desk, order, given, why) -> None:
    environment = given.pop("environment", {})
    start = order(**given)
    start = start.model_copy(update={"environment": {**start.environment, **environment}})
    attempt = await desk.run(start)
    assert isinstance(attempt.end, Ended) and attempt.end.status == "error"
    assert why in attempt.end.message, attempt.end.message


async def test_a_model_that_is_not_there_stops_the_job_until_it_is(
    desk, order, mending, again
) -> None:
    start = order(WEAK, RIGHT)
    away = {**start.environment, "OLLAMA_HOST": "http://127.0.0.1:9"}
    first = await desk.run(start.model_copy(update={"environment": away}))
    assert first.end.say == "stopped" and "ollama serve" in first.end.why
    second = await desk.run(again(start, first))
    assert second.end.status == "verified"


async def test_what_stands_there_is_not_looked_at_where_it_is_written_anew(
    desk, order, model
) -> None:
    model.say = lambda _: fenced(BODY)
    text = WORK.replace(STUB, "{\n    n / 7\n}")
    attempt = await desk.run(order(RIGHT, text=text, options=Options(proof=Proving.ANEW)))
    assert attempt.end.status == "verified", attempt.end
    assert applied(text, attempt.end.replacement) == WORK.replace(STUB, BODY)
    assert all("n / 7" not in prompt for prompt in model.prompts)
