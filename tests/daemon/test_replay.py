"""`synthd synth --cache` and `--replay`: the same search again, with nobody there to ask."""

from __future__ import annotations

import pytest

STUB = '''def double(x):
    """Twice x.

    >>> double(2)
    4
    >>> double(-3)
    -6
    """
    ...
'''
RIGHT = "```python\ndef double(x):\n    return x * 2\n```"
WRONG = "```python\ndef double(x):\n    return x * x\n```"
SAME = ("status", "grade", "code", "checks", "certificate", "labels", "message")


def cost(report):
    return {name: report["cost"][name] for name in ("model_calls", "completion_tokens", "programs")}


@pytest.fixture
def recorded(shell):
    """A search that took several calls, and its report."""
    shell.file(STUB)

    def say(prompt):
        if "Do not write code" in prompt:
            return "Multiply by two."
        return RIGHT if "How to fix it" in prompt else WRONG

    shell.model.say = say
    first = shell.run("synth", "work.py::double", "--json", "--cache")
    assert first.code == 0, first.err
    (report,) = first.objects
    assert report["cost"]["model_calls"] >= 6
    return report


def test_a_replay_asks_nobody_and_finds_the_same(shell, recorded) -> None:
    shell.model.prompts.clear()
    ended = shell.run("synth", "work.py::double", "--json", "--replay")
    assert ended.code == 0, ended.err
    (report,) = ended.objects
    assert shell.model.prompts == []
    assert [report[name] for name in SAME] == [recorded[name] for name in SAME]
    assert cost(report) == cost(recorded)


def test_weights_that_were_pulled_again_are_asked_again(shell, recorded) -> None:
    assert recorded["certificate"]["model"]["identity"] == "old"
    shell.model.prompts.clear()
    assert shell.run("synth", "work.py::double", "--cache").code == 0
    assert shell.model.prompts == []
    shell.model.digest = "new"
    ended = shell.run("synth", "work.py::double", "--json", "--cache")
    (report,) = ended.objects
    assert len(shell.model.prompts) >= 6
    assert report["certificate"]["model"]["identity"] == "new"


def test_a_replay_goes_by_the_weights_that_answered(shell, recorded) -> None:
    shell.model.digest = "new"
    shell.environment |= {"OLLAMA_HOST": "http://127.0.0.1:9"}  # where nobody listens
    ended = shell.run("synth", "work.py::double", "--json", "--replay")
    assert ended.code == 0, ended.err
    (report,) = ended.objects
    assert [report[name] for name in SAME if name != "certificate"] == [
        recorded[name] for name in SAME if name != "certificate"
    ]
    assert report["certificate"]["model"]["identity"] == "old"


def test_without_the_option_nothing_is_kept(shell) -> None:
    shell.file(STUB)
    shell.model.say = lambda prompt: RIGHT
    assert shell.run("synth", "work.py::double").code == 0
    assert not list(shell.home.rglob("searches"))
    ended = shell.run("synth", "work.py::double", "--replay")
    assert ended.code == 3 and "nothing is recorded for call 1" in ended.err
    assert "run it once more with --cache" in ended.err


def test_a_cut_answer_is_named_in_a_replay_and_fetched_again_with_the_cache(
    shell, recorded
) -> None:
    entries = list(shell.home.rglob("completions/*/*.json"))
    assert len(entries) >= 6
    for path in entries:
        path.write_bytes(path.read_bytes()[:-20])
    ended = shell.run("synth", "work.py::double", "--replay")
    assert ended.code == 3 and "nothing is recorded for call 1 " in ended.err
    shell.model.prompts.clear()
    assert shell.run("synth", "work.py::double", "--cache").code == 0
    assert len(shell.model.prompts) >= 6
    assert shell.run("synth", "work.py::double", "--replay").code == 0
