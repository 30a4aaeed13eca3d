"""A worker that asks, begins from a body, and is told what to cut off."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest

from synthd.daemon.jobs.messages import Answered, Asking, Diverged, Prune, Settled
from synthd.daemon.jobs.spec import Options

LARGEST = '''import math


def largest(xs: list[int]) -> int:
    """The largest of xs.

    >>> largest([3, 5, 1])
    5
    """
    ...


after = math.pi
'''
ZERO, RAISING = "return max(xs) if xs else 0", "return max(xs)"
SETTINGS = {"tested_seconds": 20.0}


def program(body: str) -> str:
    return f"```python\ndef largest(xs: list[int]) -> int:\n    {body}\n```"


@pytest.fixture
def differing(model: Any) -> Any:
    bodies = iter([ZERO])
    model.say = lambda prompt: program(next(bodies, RAISING))
    return model


def asked(attempt: Any) -> bool:
    return bool(attempt.of(Asking))


@pytest.mark.parametrize("said", ["0", "raises ValueError"])
async def test_an_answer_stands_in_the_docstring_of_the_edit(
    desk: Any, differing: Any, said: str
) -> None:
    order = desk.order(
        LARGEST, function="largest", settings=SETTINGS, options=Options(hasty=True, ask=True)
    )
    attempt = await desk.run(
        order, until=asked, act=lambda w, _: w.send(Answered(number=1, value=said))
    )
    (question,) = attempt.of(Asking)
    assert question.call == "largest([])" and "which is right?" in question.text
    assert {choice.value for choice in question.choices} == {"0", "raises ValueError"}
    assert attempt.end.status == "verified", attempt.end.message
    start, stop, text = attempt.end.replacement
    whole = LARGEST[:start] + text + LARGEST[stop:]
    assert whole.startswith(LARGEST[: LARGEST.index('"""')]), "before it nothing is touched"
    assert whole.endswith("\n\n\nafter = math.pi\n")
    doctest = ">>> largest([])\n    0" if said == "0" else "Traceback (most recent call last):"
    assert doctest in whole
    assert (ZERO in whole, f"    {RAISING}\n" in whole) == (said == "0", said != "0")
    # What was certified is what will stand there.
    code = attempt.end.code
    assert code in whole
    facts = attempt.end.report["certificate"]
    assert facts["code_sha256"] == hashlib.sha256(code.encode()).hexdigest()
    assert facts["file_sha256"] == hashlib.sha256(whole.encode()).hexdigest()


async def test_another_attempt_asks_nothing_twice(desk: Any, differing: Any, again: Any) -> None:
    order = desk.order(LARGEST, function="largest", settings=SETTINGS, options=Options(ask=True))
    first = await desk.run(
        order, until=asked, act=lambda w, _: w.send(Answered(number=1, value="0"))
    )
    second = await desk.run(again(order, first))
    assert second.of(Asking) == []
    assert second.end.replacement == first.end.replacement
    assert second.of(Diverged) == [] and len(second.lines) == len(first.lines)


async def test_what_stays_open_is_in_the_report(desk: Any, differing: Any) -> None:
    order = desk.order(LARGEST, function="largest", settings=SETTINGS, options=Options(ask=True))
    attempt = await desk.run(
        order, until=asked, act=lambda w, _: w.send(Answered(number=1, value=None))
    )
    assert attempt.end.status == "verified"
    assert attempt.end.report["question"]["call"] == "largest([])"
    start, _, _ = attempt.end.replacement
    assert start > LARGEST.index("5\n    "), "only the body"


async def test_an_editors_job_asks_only_where_that_is_wanted(desk: Any, differing: Any) -> None:
    options = Options(hasty=True, ask=True)
    quick = desk.order(LARGEST, function="largest", settings={"ask": False}, options=options)
    quick = quick.model_copy(
        update={"spec": quick.spec.model_copy(update={"settings": {"strategy": "seidr"}})}
    )
    assert (await desk.run(quick)).of(Asking) == []
    wanted = quick.model_copy(
        update={
            "folder": str(desk.folder),
            "spec": quick.spec.model_copy(update={"settings": {"strategy": "seidr", "ask": True}}),
        }
    )
    differing.say = iter_of(ZERO, RAISING)
    attempt = await desk.run(
        wanted, until=asked, act=lambda w, _: w.send(Answered(number=1, value=None))
    )
    assert len(attempt.of(Asking)) == 1


def iter_of(*bodies: str) -> Any:
    held = iter(bodies)
    return lambda prompt: program(next(held, bodies[-1]))


def bodied(stub: str, body: str) -> str:
    return stub.replace("    ...\n", f"    {body}\n")


async def test_a_repair_begins_from_the_body_that_stands_there(
    desk: Any, model: Any, stub: str, right: str
) -> None:
    model.say = lambda prompt: right
    text = bodied(stub, "return x + 2")
    attempt = await desk.run(desk.order(text, options=Options(repair=True, hasty=True)))
    assert attempt.end.status == "verified", attempt.end.message
    first = model.prompts[0]
    assert "return x + 2" in first and "double(-3)" in first
    start, stop, put = attempt.end.replacement
    assert text[:start] + put + text[stop:] == bodied(stub, "return x * 2")


async def test_a_body_that_is_right_is_verified_without_a_model(
    desk: Any, model: Any, stub: str
) -> None:
    text = bodied(stub, "y = x  # as it is\n\n    return (y +\n            y)")
    attempt = await desk.run(desk.order(text, options=Options(repair=True, hasty=True)))
    end = attempt.end
    assert (end.status, end.grade) == ("verified", "examples"), end.message
    assert end.message == (
        "double is verified as it stands: it passes all 2 checks. No model was asked."
    )
    assert model.prompts == [] and end.report["cost"]["model_calls"] == 0
    start, stop, put = end.replacement
    assert text[:start] + put + text[stop:] == text, "the edit changes nothing"


async def test_the_best_partial_program_is_labelled(desk: Any, model: Any, stub: str) -> None:
    model.say = lambda prompt: "```python\ndef double(x):\n    return 4\n```"
    attempt = await desk.run(desk.order(settings={"max_programs": 2}))
    assert attempt.end.status == "unsolved" and attempt.end.replacement is None
    start, stop, put = attempt.end.partial
    whole = stub[:start] + put + stub[stop:]
    assert "# synthd: not verified: passes 1 of 2 checks" in whole and "return 4" in whole


async def test_what_is_cut_off_is_in_the_trace(
    desk: Any, model: Any, wrong: str, again: Any
) -> None:
    model.say = lambda prompt: wrong
    order = desk.order(settings={"strategy": "revision", "max_programs": 20})

    def tried(attempt: Any) -> bool:
        return any('"kind":"tried"' in line for line in attempt.lines)

    attempt = await desk.run(order, until=tried, act=lambda w, _: w.send(Prune(node="draft.0")))
    assert [line for line in attempt.lines if line.startswith('{"kind":"pruned"')]
    assert attempt.end.status == "unsolved" and len(model.prompts) < 15
    calls = len(model.prompts)
    rest = await desk.run(again(order, attempt))
    assert rest.of(Diverged) == [] and len(rest.lines) == len(attempt.lines)
    assert len(model.prompts) == calls
    assert isinstance(rest.said[0], Settled)
