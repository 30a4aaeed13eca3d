"""What may be learned from, whether it fits, and what is told of both."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from synthd.daemon.bench.case import BenchSuite, Split
from synthd.daemon.bench.suites import catalogue
from synthd.daemon.exits import BadInput, Missing
from synthd.daemon.learning import guard, memory
from synthd.daemon.learning.launching import Launch, held
from synthd.synth.metrics.overlap import Text


def test_every_suite_has_a_rule() -> None:
    assert set(guard.RULES) == set(catalogue.names())


@pytest.mark.parametrize(
    ("suite", "task", "why"),
    [
        ("mbpp", "600", "MBPP's tasks 601–974 are for training"),
        ("mbpp-full", "11", "its README"),
        ("mbpp-full", "Mbpp/510", "its README"),
        ("mbpp", "975", "its README"),
        ("mbpp+", "601", "MBPP\\+ is"),
        ("humaneval", "HumanEval/0", "HumanEval has no training part"),
        ("humaneval+", "HumanEval/0", "no training part"),
        ("humaneval-x-rust", "Rust/0", "no training part"),
        ("gsm8k", "1", "GSM8K's test split"),
        ("math500", "1", "MATH's test split"),
        ("psb2", "gcd", "test rows"),
        ("verus-bench", "x", "no training part"),
        ("livecodebench", "1", "no rule says"),
    ],
)
def test_held_out_tasks_are_refused_with_the_rule(suite: str, task: str, why: str) -> None:
    with pytest.raises(BadInput, match=why):
        guard.require(suite, [task])


def test_training_parts_and_own_tasks_are_allowed() -> None:
    guard.require("mbpp", ["601", "974"])
    guard.require("mbpp-full", [str(number) for number in range(601, 975)])
    guard.require("files:tasks", ["anything"])
    guard.require("exported:job.json", ["x"])
    with pytest.raises(BadInput, match="mbpp 510 and 1 more"):
        guard.require("mbpp", ["601", "510", "3"])


def test_a_licence_that_forbids_it_is_named() -> None:
    suite = BenchSuite("own", "", "MIT", "1", "", Split("", "", ""), ())
    for licence in ("MIT", "CC-BY-4.0 (google-research-datasets/mbpp)", "Apache-2.0"):
        guard.require_licence(replace(suite, licence=licence))
    for licence in ("CC-BY-NC-4.0", "CC BY-ND", "for non-commercial use", "no licence"):
        with pytest.raises(BadInput, match="its licence is"):
            guard.require_licence(replace(suite, licence=licence))


def test_the_training_part_of_mbpp_is_a_suite() -> None:
    data = datasets()
    ids = [case.id for case in catalogue.load("mbpp-train", data, {}).cases]
    assert ids == [str(number) for number in range(601, 975)]
    guard.require("mbpp-train", ids)


def test_a_task_that_stands_in_an_evaluation_is_told_of() -> None:
    data = datasets()
    case = catalogue.load("humaneval", data, {}).cases[0]
    own = "Count the lighthouses of a map that are taller than the tallest ship in its harbour."
    told = guard.contamination([Text("copied", case.text), Text("own", own)], data, {})
    assert [one.task for one in told.found] == ["copied"]
    assert "copied in humaneval HumanEval/0" in told.told
    assert "data is not here" in guard.contamination([Text("own", own)], Path("/none"), {}).told


GB = 10**9
SHAPE = memory.Shape(parameters=494 * 10**6, layers=24, hidden=896, inner=4864, vocabulary=151936)


def test_what_cannot_fit_is_refused_with_figures_and_what_would() -> None:
    full = memory.Need(SHAPE, SHAPE.parameters, batch=4, length=2048)
    assert full.weights == 4 * SHAPE.parameters
    assert full.optimizer == 12 * SHAPE.parameters
    memory.require(full, memory.Room(200 * GB, "this machine"))
    memory.require(full, memory.Room(None, "this machine"))
    with pytest.raises(Missing, match=r"optimizer 5\.93 GB.*16\.00 GB free\. --batch 1.*would fit"):
        memory.require(full, memory.Room(16 * GB, "this machine"))
    with pytest.raises(Missing, match="--peft lora"):
        memory.require(full, memory.Room(7 * GB, "this machine"))
    with pytest.raises(Missing, match="Nothing here makes it fit"):
        memory.require(full, memory.Room(GB, "the GPU"))


def test_less_is_needed_by_less() -> None:
    full = memory.Need(SHAPE, SHAPE.parameters, batch=2, length=1024)
    for smaller in (
        replace(full, batch=1),
        replace(full, length=512),
        replace(full, checkpointing=True),
        replace(full, trained=memory.trained_by("lora", SHAPE)),
        replace(full, learning=memory.last_quarter(SHAPE)),
    ):
        assert smaller.bytes < full.bytes


def test_what_would_fit_is_said_in_the_commands_own_words() -> None:
    words = memory.Words("--tune lora", "--max-tokens")
    full = memory.Need(SHAPE, SHAPE.parameters, batch=4, length=2048, words=words)
    with pytest.raises(Missing, match="--tune lora --batch 1"):
        memory.require(full, memory.Room(7 * GB, "this machine"))
    with pytest.raises(Missing, match="--max-tokens 512"):
        memory.require(full, memory.Room(4 * GB, "this machine"))


def test_a_models_shape_is_read_without_loading_it(tiny_directory: Path, tmp_path: Path) -> None:
    shape = memory.shape_of(tiny_directory)
    assert (shape.layers, shape.hidden, shape.inner) == (2, 32, 64)
    assert shape.parameters > 30_000
    with pytest.raises(BadInput):
        memory.shape_of(tmp_path)


def test_a_folder_is_one_trainings_at_a_time(tmp_path: Path) -> None:
    with held(tmp_path / "out"):
        with pytest.raises(BadInput, match="another training writes there"), held(tmp_path / "out"):
            pass
    with held(tmp_path / "out"):
        pass


def test_several_gpus_are_accelerates_business(tmp_path: Path) -> None:
    one = Launch("synthd.x", {}, tmp_path).command
    two = Launch("synthd.x", {}, tmp_path, gpus=2).command
    assert one[-2:] == ("synthd.x", str(tmp_path / "training.json"))
    assert "accelerate.commands.launch" in two
    assert two[two.index("--num_processes") + 1] == "2"


def datasets() -> Path:
    """SYNTHD_DATASETS, or a folder beside the checkout; or a skip with the reason."""
    beside = Path(__file__).parents[4] / "shared" / "datasets"
    folder = Path(os.environ.get("SYNTHD_DATASETS") or beside)
    if not (folder / "mbpp").is_dir():
        pytest.skip(f"no data sets in {folder}: set SYNTHD_DATASETS")
    return folder
