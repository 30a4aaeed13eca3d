"""The grade `tested`, as a user meets it: when it is given, why it is not, and what is asked."""

from __future__ import annotations

import hashlib
import os
import pty
import signal
import subprocess
import sys
from collections.abc import Iterable, Iterator

import pytest

from synthd.daemon.engine import LocalEngine
from synthd.lsp.engine import Request
from synthd.lsp.jobs.table import Job
from synthd.lsp.wire import notification

DOUBLE = '''def double(x: int) -> int:
    """Twice x.

    >>> double(2)
    4
    """
    ...
'''
LARGEST = '''def largest(xs: list[int]) -> int:
    """The largest of xs.{more}

    >>> largest([3, 5, 1])
    5
    """
    ...
'''
ZERO = "return max(xs) if xs else 0"
RAISING = "return max(xs)"
EXPLICIT = 'if not xs:\n        raise ValueError("empty")\n    return sorted(xs)[-1]'


def saying(bodies: Iterable[str], head: str = "def double(x: int) -> int:"):
    """One program an answer, the last one for ever."""
    held = list(bodies)
    line: Iterator[str] = iter(held)
    return lambda prompt: f"```python\n{head}\n    {next(line, held[-1])}\n```"


def listing(*bodies: str):
    return saying(bodies, "def largest(xs: list[int]) -> int:")


def synthesized(shell, *options: str):
    ended = shell.run("synth", "work.py", "--json", *options)
    assert "Traceback" not in ended.err
    (report,) = ended.objects
    return report


def answered(shell, typed: str, *options: str) -> tuple[int, str, str]:
    """`synthd synth --ask` at a terminal where this was typed."""
    master, slave = pty.openpty()
    try:
        os.write(master, typed.encode())
        process = subprocess.run(
            [sys.executable, "-m", "synthd.daemon", "synth", "work.py", "--ask", *options],
            cwd=shell.folder,
            env=shell.variables(),
            stdin=slave,
            capture_output=True,
            text=True,
            timeout=120,
        )
    finally:
        os.close(master)
        os.close(slave)
    return process.returncode, process.stdout, process.stderr


def test_a_second_program_that_agrees_on_a_hundred_inputs_earns_it(shell) -> None:
    shell.file(DOUBLE)
    shell.model.say = saying(["return x * 2", "return 2 * x"])
    report = synthesized(shell)
    assert (report["status"], report["grade"], report["untested"]) == ("verified", "tested", "")
    assert "return x * 2" in report["code"] and report["question"] is None
    facts = report["certificate"]["tested"]
    assert report["certificate"]["grade"] == "tested" and facts["inputs"] >= 100
    second = report["code"].replace("x * 2", "2 * x")
    assert facts["second_sha256"] == hashlib.sha256(second.encode()).hexdigest()
    assert facts["seed"] == 0 and len(facts["checked"]) == 4
    assert 2 <= report["cost"]["programs"] <= 5, "every draft is counted"
    assert report["cost"]["model_calls"] == len(shell.model.prompts)


def test_it_is_seen_on_the_terminal(shell) -> None:
    shell.file(DOUBLE)
    shell.model.say = saying(["return x * 2", "return 2 * x"])
    ended = shell.run("synth", "work.py")
    assert ended.code == 0, ended.err
    assert "verified (grade: tested)" in ended.out and "generated inputs" in ended.out


def test_a_repetition_from_the_cache_comes_to_the_same(shell) -> None:
    shell.file(DOUBLE)
    shell.model.say = saying(["return x * 2", "return 2 * x"])
    first = synthesized(shell, "--cache")
    shell.model.prompts.clear()
    again = synthesized(shell, "--replay")
    assert shell.model.prompts == []
    assert first["grade"] == again["grade"] == "tested"
    assert first["certificate"] == again["certificate"]


def test_a_crash_that_nobody_announced_forfeits_it(shell) -> None:
    shell.file(LARGEST.format(more=""))
    shell.model.say = listing("return sorted(xs)[-1]", "return list(sorted(xs))[-1]")
    report = synthesized(shell)
    assert (report["status"], report["grade"]) == ("verified", "examples")
    assert "largest([]) raises IndexError" in report["untested"]
    assert report["question"] is None and report["certificate"]["tested"] is None


def test_a_crash_that_the_docstring_announces_is_what_it_should_do(shell) -> None:
    shell.file(LARGEST.format(more=" Raises IndexError where there is none."))
    shell.model.say = listing("return sorted(xs)[-1]", "return list(sorted(xs))[-1]")
    assert synthesized(shell)["grade"] == "tested"


def test_a_value_of_another_type_forfeits_it_before_a_second_program_is_drawn(shell) -> None:
    shell.file(DOUBLE)
    shell.model.say = saying(['return x * 2 if x < 50 else "many"'])
    report = synthesized(shell)
    assert (report["grade"], report["cost"]["model_calls"]) == ("examples", 1)
    assert "gives 'many', which is not of its return type" in report["untested"]


def test_a_program_that_remembers_forfeits_it(shell) -> None:
    shell.file(DOUBLE)
    memory = 'double.n = getattr(double, "n", 0) + 1\n    return x * 2 + (double.n > 60)'
    shell.model.say = saying([memory])
    report = synthesized(shell)
    assert report["grade"] == "examples" and "in another order" in report["untested"]


def test_the_same_program_again_is_no_second_one(shell) -> None:
    shell.file(DOUBLE)
    shell.model.say = saying(["return x * 2", "return (x*2)  # twice"])
    report = synthesized(shell)
    assert report["grade"] == "examples"
    assert "of 4 more drafts none is another program that passes" in report["untested"]


@pytest.mark.parametrize(
    ("stub", "options", "says"),
    [
        (DOUBLE, ["--max-programs", "1"], "nothing of the budget is left"),
        (DOUBLE.replace("x: int", "x: bool"), [], "different inputs could be made"),
        (DOUBLE, ["--no-tested"], ""),
    ],
)
def test_without_the_means_no_second_program_is_drawn(shell, stub, options, says) -> None:
    shell.file(stub)
    shell.model.say = saying(["return x * 2"])
    report = synthesized(shell, *options)
    assert (report["grade"], report["cost"]["model_calls"]) == ("examples", 1)
    assert says in report["untested"] and bool(says) == bool(report["untested"])


def test_what_the_search_drafted_itself_is_the_second_program(shell) -> None:
    """By default several drafts vote, and none is drawn in vain."""
    shell.file(DOUBLE)
    shell.environment["SYNTHD_STRATEGY"] = "auto"
    shell.model.say = saying(["return x * 2", "return x + x"])
    report = synthesized(shell)
    assert report["grade"] == "tested"
    voting = report["cost"]["model_calls"]
    shell.file(DOUBLE)
    shell.model.say = saying(["return x * 2", "return x + x"])
    assert synthesized(shell, "--no-tested")["cost"]["model_calls"] == voting


def test_a_list_of_the_examples_never_rises(shell) -> None:
    shell.file(DOUBLE.replace("4\n", "4\n    >>> double(3)\n    6\n"))
    shell.model.say = saying(["return {2: 4, 3: 6}.get(x, 0)"])
    report = synthesized(shell, "--max-programs", "2")
    assert (report["grade"], report["labels"]) == ("examples", ["tabulates-examples"])
    assert "only lists the answers" in report["untested"]


def test_where_two_programs_differ_the_smallest_input_is_a_question(shell) -> None:
    shell.file(LARGEST.format(more=""))
    shell.model.say = listing(ZERO, RAISING)
    report = synthesized(shell)
    assert (report["status"], report["grade"]) == ("verified", "examples")
    assert "differs on largest([])" in report["untested"]
    question = report["question"]
    assert question["call"] == "largest([])"
    assert [(a["value"], a["raises"]) for a in question["answers"]] == [
        ("0", ""),
        ("", "ValueError"),
    ]
    assert ZERO in question["answers"][0]["code"] and RAISING in question["answers"][1]["code"]
    shell.model.say = listing(ZERO, RAISING)
    ended = shell.run("synth", "work.py")
    assert "for largest([]) one program gives 0, another raises ValueError" in ended.out


def test_a_crash_where_another_program_gives_a_value_is_a_question_too(shell) -> None:
    shell.file(LARGEST.format(more=""))
    shell.model.say = listing(RAISING, ZERO)
    report = synthesized(shell)
    assert "largest([]) raises ValueError" in report["untested"]
    assert [a["value"] or a["raises"] for a in report["question"]["answers"]] == ["ValueError", "0"]


def test_without_a_terminal_nothing_is_asked_and_that_is_said(shell) -> None:
    shell.file(LARGEST.format(more=""))
    shell.model.say = listing(ZERO, RAISING)
    ended = shell.run("synth", "work.py", "--ask")
    assert ended.code == 0
    assert "standard input is no terminal, so no question will be asked" in ended.err
    assert "which is right?" in ended.out


def test_an_answer_is_a_check_and_picks_the_program_that_fits(shell) -> None:
    shell.file(LARGEST.format(more=""))
    drafts, others = listing(ZERO, RAISING), listing(EXPLICIT)
    shell.model.say = lambda prompt: (others if "ValueError" in prompt else drafts)(prompt)
    code, out, err = answered(shell, "2\n")
    assert code == 0, err
    assert "question 1: for largest([]) one program gives 0" in err
    assert f"+    {RAISING}" in out and "verified (grade: tested)" in out
    assert "✓ largest([])" in out
    assert "which is right?" not in out


def test_an_answer_that_no_program_gives_is_searched_for(shell) -> None:
    shell.file(LARGEST.format(more=""))

    def say(prompt: str) -> str:
        # The answer is in the prompt, as a check like the others.
        if "largest([])" in prompt and "KeyError" in prompt:
            return listing('if not xs:\n        raise KeyError("none")\n    return max(xs)')(prompt)
        return drafts(prompt)

    drafts = listing(ZERO, "return max(xs, default=-1)")
    shell.model.say = say
    code, out, err = answered(shell, "3\nKeyError\n", "--write")
    assert code == 0, out + err
    assert 'raise KeyError("none")' in (shell.folder / "work.py").read_text()


@pytest.mark.parametrize("typed", ["s\n", "9\nskip\n", "\x04"])
def test_a_question_may_be_left_open(shell, typed) -> None:
    shell.file(LARGEST.format(more=""))
    shell.model.say = listing(ZERO, RAISING)
    code, out, _ = answered(shell, typed)
    assert code == 0
    assert f"+    {ZERO}" in out and "which is right?" in out


def test_ctrl_c_at_a_question_ends_all_at_once(shell) -> None:
    shell.file(LARGEST.format(more=""))
    shell.model.say = listing(ZERO, RAISING)
    master, slave = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "synthd.daemon", "synth", "work.py", "--ask"],
        cwd=shell.folder,
        env=shell.variables(),
        stdin=slave,
        stdout=subprocess.DEVNULL,
        stderr=slave,
        start_new_session=True,
    )
    os.close(slave)
    try:
        seen = b""
        while b"which? " not in seen:
            seen += os.read(master, 4096)
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=60) == 130
    finally:
        process.kill()
        process.wait()
        os.close(master)


async def test_an_editor_gets_the_question_with_the_end_of_the_job(shell, monkeypatch) -> None:
    text = LARGEST.format(more="")
    path = shell.file(text)
    shell.model.say = listing(ZERO, RAISING)
    for name, value in shell.variables().items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("SYNTHD_TESTED_SECONDS", "20")  # an editor does not wait for it by default
    engine = LocalEngine()
    try:
        request = Request(str(path), text, text.index("largest"), str(shell.folder))
        result = await engine.synthesize(request, lambda progress: None)
    finally:
        await engine.close()
    told = notification(Job("j", path.as_uri(), result=result))
    assert (told["status"], told["grade"]) == ("verified", "examples")
    assert told["report"]["question"]["call"] == "largest([])"
