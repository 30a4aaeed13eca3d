"""A worker's job from outside: what it says, in which order, and how it ends."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Callable, Iterator

import pytest

from synthd.daemon.jobs.messages import Ended, Gone, Happened, Progressed, Settled, Stopped
from synthd.daemon.jobs.spec import Options
from synthd.synth.trace.decode import decode

TYPED = '''def double(x: int) -> int:
    """Twice x.

    >>> double(2)
    4
    >>> double(-3)
    -6
    """
    ...
'''


@pytest.fixture
def searching(model, right, wrong):
    """Ten calls of the model until a repair passes."""

    def say(prompt: str) -> str:
        if "Do not write code" in prompt:
            return "Multiply by two."
        return right if "How to fix it" in prompt else wrong

    model.say = say
    return model


async def test_a_job_from_its_start_to_a_verified_edit(desk, searching, stub) -> None:
    attempt = await desk.run(desk.order())
    assert isinstance(attempt.said[0], Settled) and isinstance(attempt.end, Ended)
    assert attempt.said[-1] is attempt.end
    settled, end = attempt.settled, attempt.end
    assert (settled.function, settled.model, settled.slots) == ("double", "ollama/coder", 2)
    assert settled.endpoint == f"Ollama at {searching.url}" and settled.weights == ""
    assert settled.sandbox != "none" and settled.settings["model"] == "ollama/coder"
    assert (end.status, end.grade) == ("verified", "examples")
    begin, stop, text = end.replacement
    assert "return x * 2" in stub[:begin] + text + stub[stop:]
    assert end.report["certificate"]["verdict"] == "accepted" and end.report["run"] == "job"
    told = decode(iter(line + "\n" for line in attempt.lines))
    assert told.end is not None and told.end.stop == "solved" and told.damaged == 0
    assert [m.seq for m in attempt.of(Happened)] == list(range(len(attempt.lines)))
    assert len(searching.prompts) == told.end.usage.model_calls == 10


async def test_progress_is_told_in_words_and_not_too_often(desk, searching) -> None:
    searching.seconds_per_word = 0.02
    began = time.monotonic()
    attempt = await desk.run(desk.order())
    told = attempt.of(Progressed)
    assert 2 <= len(told) <= 1 + 8 * (time.monotonic() - began)
    last = told[-1]
    assert last.message.startswith(f"seidr · {last.programs} of 24 programs · best ")
    assert last.message.endswith(" s") and " tokens · " in last.message
    assert last.programs >= 4 and last.best >= 0.5 and 0 < last.fraction <= 1


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"trusted": False}, "not trusted"),
        ({"function": "triple"}, "triple"),
        ({"options": Options(parameters=("seidr.nothing=1",))}, "nothing"),
        ({"text": f"import nothing\n{TYPED}"}, "nothing"),
    ],
    ids=["trust", "function", "parameter", "import"],
)
async def test_what_a_user_can_cause_is_an_error_with_its_reason(desk, given, why) -> None:
    attempt = await desk.run(desk.order(**given))
    assert isinstance(attempt.end, Ended) and attempt.end.status == "error"
    assert why in attempt.end.message and attempt.end.replacement is None


async def test_a_function_is_found_by_its_place_too(desk, searching, stub) -> None:
    attempt = await desk.run(desk.order(function=None, offset=stub.index("Twice")))
    assert attempt.end.status == "verified" and attempt.settled.function == "double"


async def test_who_is_in_haste_gets_the_first_that_passes(desk, model, right) -> None:
    model.say = lambda prompt: right
    options = Options(hasty=True)
    start = desk.order(options=options)
    given = {n: v for n, v in start.spec.settings.items() if n != "tested_seconds"}
    spec = start.spec.model_copy(update={"settings": given | {"strategy": "auto"}})
    attempt = await desk.run(start.model_copy(update={"spec": spec}))
    assert attempt.settled.settings["tested_seconds"] == 0.0
    assert attempt.settled.settings["parameters"]["auto"]["agree"] == 1
    assert attempt.end.status == "verified" and len(model.prompts) <= 2


async def test_an_answer_is_tried_on_other_inputs_where_that_is_wanted(desk, model) -> None:
    bodies = iter(["x * 2", "x + x", "2 * x", "x * 2", "x + x", "2 * x"])
    head = "def double(x: int) -> int:"
    model.say = lambda prompt: f"```python\n{head}\n    return {next(bodies)}\n```"
    attempt = await desk.run(desk.order(TYPED, settings={"tested_seconds": 20.0}))
    assert attempt.end.grade == "tested", attempt.end.report["untested"]


async def test_a_model_that_is_not_there_stops_the_job_until_it_is(
    desk, model, again, right
) -> None:
    model.say = lambda prompt: right
    nowhere = {"OLLAMA_HOST": "http://127.0.0.1:9"}
    first = await desk.run(start := desk.order(environment=nowhere))
    assert isinstance(first.end, Stopped) and "ollama serve" in first.end.why
    # No line of an end: the search has not ended.
    assert [json.loads(line)["kind"] for line in first.lines] == ["run", "asked"]
    start = start.model_copy(
        update={"environment": {**start.environment, "OLLAMA_HOST": model.url}}
    )
    second = await desk.run(again(start, first))
    assert second.end.status == "verified" and second.lines[0].startswith('{"kind":"run"')


async def test_a_refused_lease_stops_it_with_the_daemons_reason(desk) -> None:
    desk.refused = "the engine crashed 3 times"
    attempt = await desk.run(desk.order())
    assert isinstance(attempt.end, Stopped) and "the engine crashed 3 times" in attempt.end.why


async def test_what_cannot_be_kept_stops_it_before_it_pays_for_more(desk, searching) -> None:
    start = desk.order()
    (desk.folder / "job" / "completions").write_text("no folder")
    attempt = await desk.run(start)
    assert isinstance(attempt.end, Stopped) and "could not be kept" in attempt.end.why
    assert len(searching.prompts) <= 2
    (desk.folder / "job" / "completions").unlink()
    attempt = await desk.run(start)
    assert attempt.end.status == "verified"


async def test_a_budget_that_is_spent_ends_it_unsolved(desk, model, wrong) -> None:
    model.say = lambda prompt: wrong
    attempt = await desk.run(desk.order(settings={"max_programs": 3}))
    assert (attempt.end.status, attempt.end.grade) == ("unsolved", "partial")
    assert "x * x" in attempt.end.code and attempt.end.replacement is None
    assert not attempt.of(Gone)


@pytest.fixture
def small_disk(desk) -> Iterator[Callable[[], None]]:
    """The job's folder is a disk that is full soon; what makes it larger."""
    folder = desk.folder / "job"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=48k,mode=700", "tmpfs", str(folder)]
    if subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("only root can make a small disk")
    larger = [*mount[:3], "-o", "remount,size=4m", "tmpfs", str(folder)]
    yield lambda: subprocess.run(larger, check=True)
    subprocess.run(["umount", str(folder)], check=True)


async def test_a_full_disk_stops_it_and_what_was_kept_is_not_paid_for_again(
    desk, small_disk, searching, again
) -> None:
    first = await desk.run(start := desk.order())
    assert isinstance(first.end, Stopped), first.end
    assert "No space left" in first.end.why and "resume the job" in first.end.why
    small_disk()
    asked = len(searching.prompts)
    kept = sum(1 for _ in (desk.folder / "job").rglob("completions/*/*.json"))
    assert 0 < kept < 10
    second = await desk.run(again(start, first))
    assert second.end.status == "verified"
    assert len(searching.prompts) - asked <= 10 - kept
