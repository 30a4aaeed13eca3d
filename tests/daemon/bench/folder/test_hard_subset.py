"""`synthd bench hard-subset`: the tasks that greedy fails, and searches over exactly these."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from synthd.daemon.bench.asking import Asked, from_options
from synthd.daemon.bench.experiment import Experiment, ModelSpec, SuiteSpec
from synthd.daemon.bench.folder.folder import RunFolder
from synthd.daemon.bench.hard import file as hard
from synthd.daemon.bench.hard.finding import Wanted, find
from synthd.daemon.bench.hard.fitting import told
from synthd.daemon.bench.record import Key, Kind
from synthd.daemon.bench.selecting import select
from synthd.daemon.bench.suites import catalogue
from synthd.daemon.exits import BadInput

TASKS = {"humaneval[:5]": tuple(f"HumanEval/{number}" for number in range(5))}


def searched(path: Path, strategy: str) -> list[str]:
    return sorted(r.task for r in RunFolder.records(path) if r.strategy == strategy)


@pytest.fixture
def stubs(tmp_path: Path) -> Path:
    """Four functions, and what is held out of them."""
    folder = tmp_path / "stubs"
    folder.mkdir()
    for name in "abcd":
        text = f'def {name}(x: int) -> int:\n    """Add one.\n\n    >>> {name}(1)\n    2\n    """\n'
        (folder / f"{name}.py").write_text(text)
        held_out = f"from {name} import {name}\n\ndef test_it():\n    assert {name}(2) == 3\n"
        (folder / f"test_{name}.py").write_text(held_out)
    return folder


def answer(prompt: str) -> str:
    """Right for a and c; for b what only the example bears out; for d nothing."""
    name = next(name for name in "abcd" if f"def {name}(" in prompt)
    return {"b": "```python\n    return 2\n```", "d": "no"}.get(
        name, "```python\n    return x + 1\n```"
    )


def test_greedy_is_searched_and_its_failures_are_searched_again(shell, stubs: Path) -> None:
    shell.model.say = answer
    suite, hard_ones = f"files:{stubs}", ("b.py::b", "d.py::d")
    more = ("--judges", "1", "--quiet")
    made = shell.run("bench", "hard-subset", "--suite", suite, "--out", "hard.json", *more)
    assert made.code == 0, made.err
    assert "2 of 4 tasks fail (greedy)" in made.out
    path = shell.folder / "hard.json"
    (subset,) = hard.read(path).subsets
    assert (subset.tasks, subset.of) == (hard_ones, 4)
    assert (subset.model, subset.identity) == ("ollama/coder", "old")
    assert subset.strategy.parameters == {"n": 1, "temperature": 0.0}
    asked = len(shell.model.prompts)
    again = shell.run("bench", "hard-subset", "hard.json.run", "--out", "again.json", "--json")
    assert again.objects[0]["subsets"][0]["tasks"] == list(hard_ones)
    assert hard.read(shell.folder / "again.json") == hard.read(path)
    assert len(shell.model.prompts) == asked  # a finished run is read, and no model asked

    run = ("bench", "run", "--strategy", "best-of-n", "--max-programs", "2", *more)
    ended = shell.run(*run, "--suite", f"{suite}[@hard.json]", "--out", "a")
    assert ended.code == 0, ended.err
    assert searched(shell.folder / "a", "best-of-n") == list(hard_ones)
    assert "say less about" not in ended.err
    told = shell.run("bench", "report", "a", "--format", "md", "--json").objects[0]["settings"]
    (said,) = (words for what, words in told.items() if what.endswith("[@hard.json]"))
    assert said.startswith("2 of 4 tasks that ollama/coder (weights old) fails by greedy")
    shell.model.digest = "new"  # other weights under the same name
    other = shell.run(*run, "--suite", f"{suite}[@hard.json]", "--out", "b")
    assert (other.code, "were found with other weights of ollama/coder" in other.err) == (2, True)
    shell.model.digest = "old"
    path.unlink()  # a run knows what its suite was
    resumed = shell.run("bench", "resume", "a", "--json", "--judges", "1")
    assert resumed.objects[-1]["total"] == 2, resumed.err


def test_a_file_of_other_data_weights_or_tasks(
    tmp_path: Path, filled: Callable[[Path], Path], stubs: Path
) -> None:
    suite = f"files:{stubs}"
    (found,) = find([filled(tmp_path / "r")], Wanted("greedy"))
    right = found.model_copy(
        update={
            "suite": suite,
            "sha256": catalogue.load(suite, None, {}).sha256,
            "tasks": ("a.py::a", "c.py::c"),
        }
    )

    def begun(cut: str = "", **other: object) -> tuple[tuple[str, ...], list[str]]:
        """The tasks of a run with such a file, and what it says."""
        file = hard.HardFile(subsets=(right.model_copy(update=other),))
        hard.write(tmp_path / "h.json", file)
        text = f"{suite}[@{tmp_path}/h.json]{cut}"
        asked = from_options(Asked((text,), ("greedy",), models=("ollama/coder",)), None)
        selected = select(asked, None, {})
        models = (asked.models[0].model_copy(update={"identity": "old"}),)
        return selected.tasks[text], list(told(asked.model_copy(update={"models": models})))

    assert begun() == (("a.py::a", "c.py::c"), [])
    assert begun("[1:]") == (("c.py::c",), [])
    for other, said in (
        ({"sha256": "ab" * 32}, "were found in other data of files:"),
        ({"identity": "new"}, "were found with other weights of ollama/coder"),
        ({"tasks": ("a.py::z",)}, "has no task 'a.py::z'"),
        ({"tasks": ()}, "no task of the 4 is in it"),
        ({"suite": "mbpp"}, f"has no subset of {suite}: it is of mbpp"),
    ):
        with pytest.raises(BadInput) as problem:
            begun(**other)
        assert said in str(problem.value)
    (line,) = begun(model="ollama/larger")[1]
    assert "that ollama/larger fails by greedy, which say less about ollama/coder" in line


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no file of `synthd bench hard-subset`"),
        ('{"schema": 7, "kind": "hard-subset", "subsets": []}', "of version 7"),
        ('{"schema": 1, "subsets": [{"suite": 3}]}', "subsets.0.suite"),
        (None, "hard-subset … --out"),
    ],
)
def test_what_is_no_such_file(tmp_path: Path, text: str | None, said: str) -> None:
    path = tmp_path / "h.json"
    if text is not None:
        path.write_text(text)
    with pytest.raises(BadInput) as problem:
        hard.filled(SuiteSpec(text=f"humaneval[@{path}]"), ["m"])
    assert said in str(problem.value) and str(path) in str(problem.value)
    if text is not None:
        with pytest.raises(BadInput, match="is there and no hard subset"):
            hard.write(path, hard.HardFile(subsets=()))
        assert path.read_text() == text


def test_a_run_that_is_not_finished_has_no_subset(
    tmp_path: Path, experiment: Experiment, keys: list[Key], made: Callable[..., Any]
) -> None:
    path = tmp_path / "run"
    last = [key for key in keys if key.strategy == "greedy"][-1]
    with RunFolder.open(path, experiment) as folder:
        folder.note_tasks(TASKS)
        for key in keys:
            assert folder.append(
                made(key, **({"kind": "infra", "error": "x"} if key == last else {}))
            )
    with pytest.raises(BadInput, match="1 of 5 searches of greedy on humaneval with ollama/coder"):
        find([path], Wanted("greedy"))
    assert find([path], Wanted("seidr"))  # of which nothing is missing
    with pytest.raises(BadInput, match="no searches of auto, only of greedy, seidr"):
        find([path], Wanted("auto"))


def test_the_last_verdict_counts_and_one_of_several_searches_is_enough(
    tmp_path: Path, experiment: Experiment, made: Callable[..., Any]
) -> None:
    path = tmp_path / "run"
    asked = experiment.model_copy(update={"seeds": (0, 1)})
    with RunFolder.open(path, asked) as folder:
        folder.note_tasks(TASKS)
        for key in asked.keys(TASKS):
            passed = key.task == "HumanEval/1" and key.seed == 1
            assert folder.append(made(key, passed=passed))
            if key.task == "HumanEval/2":  # the judge had been wrong
                assert folder.append(made(key, passed=True, kind=Kind.REJUDGED))
    (subset,) = find([path], Wanted("greedy"))
    assert subset.tasks == ("HumanEval/0", "HumanEval/3", "HumanEval/4")


def test_of_several_models_the_one_that_is_searched_with(
    tmp_path: Path, experiment: Experiment, made: Callable[..., Any]
) -> None:
    path = tmp_path / "run"
    models = tuple(ModelSpec(name=f"ollama/{name}") for name in "abc")
    asked = experiment.model_copy(update={"models": models})
    with RunFolder.open(path, asked) as folder:
        folder.note_tasks(TASKS)
        for key in asked.keys(TASKS):
            assert folder.append(made(key, passed=key.model == "ollama/a"))
    found = find([path], Wanted("greedy"))
    assert [len(one.tasks) for one in found] == [0, 5, 5]
    assert find([path], Wanted("greedy", models=("ollama/b",))) == found[1:2]
    hard.write(tmp_path / "h.json", hard.HardFile(subsets=found))
    spec = SuiteSpec(text=f"humaneval[@{tmp_path}/h.json]")
    assert hard.filled(spec, ["ollama/b"]).subset == found[1]
    for models_asked in (["ollama/x"], ["ollama/a", "ollama/b"]):
        with pytest.raises(BadInput, match="several models"):
            hard.filled(spec, models_asked)
    with pytest.raises(BadInput, match="bench merge"):
        find([path, path], Wanted("greedy"))
