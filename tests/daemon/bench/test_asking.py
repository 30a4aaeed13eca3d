"""What a user writes becomes the experiment that was meant, or a sentence on what is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synthd.daemon.bench.asking import Asked, from_file, from_options
from synthd.daemon.bench.experiment import Slice
from synthd.daemon.exits import BadInput

FILE = """
suites = ["humaneval[:50]", "mbpp[HumanEval/1,2]"]
models = ["ollama/a", { name = "openai/b", endpoints = ["http://x:1", "http://y:1"] }]
seeds = 2
samples = 3

[budget]
tokens = 500

[[strategies]]
name = "greedy"

[[strategies]]
name = "seidr"
label = "SEIDR"
parameters = { beam_width = [2, 4], ranking = "lexicase", drafts_per_prompt = [1, 2] }
"""


def asked(**given: object) -> Asked:
    told = {"suites": ("humaneval",), "strategies": ("greedy",), "models": ("ollama/a",)}
    return Asked(**{**told, **given})  # type: ignore[arg-type]


def test_a_file_with_a_grid(tmp_path: Path) -> None:
    path = tmp_path / "e.toml"
    path.write_text(FILE)
    found = from_file(path)
    assert [one.label for one in found.strategies] == [
        "greedy",
        "SEIDR beam_width=2 drafts_per_prompt=1",
        "SEIDR beam_width=2 drafts_per_prompt=2",
        "SEIDR beam_width=4 drafts_per_prompt=1",
        "SEIDR beam_width=4 drafts_per_prompt=2",
    ]
    assert found.strategies[0].name == "best-of-n"
    assert found.strategies[4].parameters["ranking"] == "lexicase"
    assert found.seeds == (0, 1) and found.samples == 3 and found.budget.tokens == 500
    assert found.models[1].endpoints == ("http://x:1", "http://y:1")
    tasks = {"humaneval[:50]": ("t1", "t2"), "mbpp[HumanEval/1,2]": ("2",)}
    keys = list(found.keys(tasks))
    assert len(keys) == len(set(keys)) == 3 * 2 * 3 * 2 * 5
    assert keys[0].seed == keys[0].sample == 0 and keys[-1].sample == 2


def test_the_command_line_means_the_same_as_a_file(tmp_path: Path) -> None:
    path = tmp_path / "e.toml"
    path.write_text(
        'suites = ["humaneval", "mbpp[:5]"]\nmodels = ["ollama/a"]\nseeds = [0, 7]\n'
        '[[strategies]]\nname = "seidr"\nparameters = {beam_width = 3, heat = 0.5}\n'
    )
    told = asked(
        suites=("humaneval,mbpp[:5]",),
        strategies=("seidr",),
        sets=("seidr.beam_width=3", "seidr.heat=0.5"),
        seeds="0,7",
    )
    assert from_options(told, None) == from_file(path)


def test_ids_may_have_commas_between_them() -> None:
    found = from_options(asked(suites=("humaneval[HumanEval/1,HumanEval/3],mbpp",)), None)
    assert [suite.text for suite in found.suites] == ["humaneval[HumanEval/1,HumanEval/3]", "mbpp"]
    assert found.suites[0].slice.ids == ("HumanEval/1", "HumanEval/3")


def test_the_configured_model_serves_where_none_is_named() -> None:
    assert from_options(asked(models=()), "ollama/z").models[0].name == "ollama/z"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"strategies": ("sedir",)}, "Did you mean seidr?"),
        ({"strategies": ("seidr,seidr",)}, "two strategies are called seidr"),
        ({"strategies": ()}, "at least one --suite and one --strategy"),
        ({"sets": ("seidr.beam_width=2",)}, "no --strategy is seidr"),
        ({"sets": ("greedy.m=2",)}, "has no parameter 'm'"),
        ({"sets": ("greedy",)}, "write STRATEGY.PARAMETER=VALUE"),
        ({"models": ()}, "name one with --model"),
        ({"seeds": "many"}, "write how many, or which"),
        ({"seeds": "1,1"}, "a seed is there twice"),
        ({"seeds": "0"}, "there are no seeds"),
        ({"suites": ("humaneval[:5",)}, "write SUITE"),
        ({"suites": ("humaneval[::0]",)}, "steps of 0"),
        ({"endpoints": ("http://me:secret@x:1",)}, "no password may be in it"),
        ({"price": "3"}, "write PROMPT,COMPLETION"),
        ({"price": "-1,2"}, "write PROMPT,COMPLETION"),
    ],
)
def test_what_is_wrong_is_said(given: dict[str, object], said: str) -> None:
    with pytest.raises(BadInput, match=r".") as problem:
        from_options(asked(**given), None)
    assert said in str(problem.value) and "secret" not in str(problem.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("suites = [", "not TOML"),
        ('suites = ["a"]\n', "strategies: Field required"),
        ('suites = ["a"]\nstrategies = ["greedy"]\nsede = 3\n', "sede: Extra inputs"),
        ('suites = ["a"]\nstrategies = ["greedy"]\n[budget]\ntokens = 0\n', "budget.tokens"),
    ],
)
def test_what_is_wrong_in_a_file_is_said(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "e.toml"
    path.write_text(text)
    with pytest.raises(BadInput) as problem:
        from_file(path)
    assert said in str(problem.value) and str(path) in str(problem.value)


@given(st.none() | st.integers(0, 9), st.none() | st.integers(0, 9), st.none() | st.integers(1, 4))
def test_slices_are_pythons(start: int | None, stop: int | None, step: int | None) -> None:
    def shown(number: int | None) -> str:
        return "" if number is None else str(number)

    ids = tuple("abcdefg")
    text = f"s[{shown(start)}:{shown(stop)}:{shown(step)}]"
    assert Slice.parse(text).of(ids) == ids[start:stop:step]
