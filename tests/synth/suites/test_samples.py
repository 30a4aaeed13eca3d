"""Files of samples."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from synthd.synth.suites.errors import BadSamples
from synthd.synth.suites.samples import read_samples
from synthd.synth.suites.task import Suite

Load = Callable[[str], Suite]


def written(folder: Path, *lines: object) -> Path:
    path = folder / "samples.jsonl"
    texts = [line if isinstance(line, str) else json.dumps(line) for line in lines]
    path.write_text("".join(f"{text}\n" for text in texts), encoding="utf-8")
    return path


def test_a_completion_continues_the_prompt(tmp_path: Path, suite: Load) -> None:
    humaneval = suite("humaneval")
    path = written(tmp_path, {"task_id": "HumanEval/0", "completion": "    return 1\n", "n": 3})
    (sample,) = read_samples(path, humaneval)
    assert sample.program.text == humaneval.tasks[0].prompt + "    return 1\n"


def test_a_solution_is_a_whole_program(tmp_path: Path, suite: Load) -> None:
    path = written(tmp_path, {"task_id": "Mbpp/2", "solution": "x = 1", "completion": "y"})
    (sample,) = read_samples(path, suite("mbpp+"))
    assert (sample.program.text, sample.task.id) == ("x = 1", "Mbpp/2")


@pytest.mark.parametrize("spelled", [2, "2", "Mbpp/2", "MBPP/2"])
def test_spellings_of_mbpp(spelled: object, tmp_path: Path, suite: Load) -> None:
    path = written(tmp_path, "", {"task_id": spelled, "completion": "def f(): ...\n"})
    for name in ("mbpp", "mbpp-full"):
        (sample,) = read_samples(path, suite(name))
        assert (sample.line, sample.task.id) == (2, "2")
        assert sample.program.text == "def f(): ...\n"


def test_packed(tmp_path: Path, suite: Load) -> None:
    plain = written(tmp_path, *({"task_id": f"HumanEval/{n}", "completion": ""} for n in range(9)))
    packed = tmp_path / "samples.jsonl.gz"
    packed.write_bytes(gzip.compress(plain.read_bytes()))
    read = list(read_samples(packed, suite("humaneval")))
    assert [sample.line for sample in read] == list(range(1, 10))
    assert read == list(read_samples(plain, suite("humaneval")))


def test_lines_before_a_bad_one_are_given(tmp_path: Path, suite: Load) -> None:
    good = {"task_id": "HumanEval/1", "completion": ""}
    samples = read_samples(written(tmp_path, good, "{"), suite("humaneval"))
    assert next(samples).task.id == "HumanEval/1"
    with pytest.raises(BadSamples, match=r"samples\.jsonl, line 2: not JSON"):
        next(samples)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("[1]", "not an object"),
        ({"completion": ""}, "task_id is not there"),
        ({"task_id": "HumanEval/164", "completion": ""}, "no task HumanEval/164; one is"),
        ({"task_id": "CPP/1", "completion": ""}, "no task CPP/1"),
        ({"task_id": 1, "completion": ""}, "no task 1"),
        ({"task_id": "HumanEval/1"}, "neither completion nor solution"),
        ({"task_id": "HumanEval/1", "completion": 5}, "completion of HumanEval/1 is not text"),
    ],
)
def test_bad_lines(line: object, said: str, tmp_path: Path, suite: Load) -> None:
    with pytest.raises(BadSamples, match=said) as caught:
        list(read_samples(written(tmp_path, line), suite("humaneval")))
    assert caught.value.line == 1


def test_files_that_cannot_be_read(tmp_path: Path, suite: Load) -> None:
    with pytest.raises(BadSamples, match="cannot be read"):
        list(read_samples(tmp_path / "none.jsonl", suite("humaneval")))
    cut = tmp_path / "cut.jsonl.gz"
    cut.write_bytes(gzip.compress(b'{"task_id": "HumanEval/1", "completion": ""}\n' * 99)[:-9])
    with pytest.raises(BadSamples, match="cannot be read"):
        list(read_samples(cut, suite("humaneval")))
    latin = tmp_path / "latin.jsonl"
    latin.write_bytes(b'{"task_id": "\xe9"}\n')
    with pytest.raises(BadSamples, match="cannot be read"):
        list(read_samples(latin, suite("humaneval")))
