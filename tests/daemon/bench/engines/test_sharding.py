"""Which shard a job is, and what its command is."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from synthd.daemon.bench.engines.sharding import of_cluster, script, shard_command
from synthd.daemon.bench.engines.slurm_options import SlurmOptions
from synthd.daemon.exits import BadInput


@pytest.mark.parametrize(
    ("environment", "shard"),
    [
        ({"SLURM_ARRAY_TASK_ID": "0", "SLURM_ARRAY_TASK_COUNT": "4"}, "0/4"),
        (
            {
                "SLURM_ARRAY_TASK_ID": "7",
                "SLURM_ARRAY_TASK_COUNT": "4",
                "SLURM_ARRAY_TASK_MIN": "1",
                "SLURM_ARRAY_TASK_MAX": "7",
                "SLURM_ARRAY_TASK_STEP": "2",
                "TASK_ID": "3",
            },
            "3/4",
        ),
        ({"TASK_ID": "1", "TASK_COUNT": "500"}, "0/500"),
        ({"TASK_ID": "500", "TASK_COUNT": "500"}, "499/500"),
        ({"TASK_ID": "0", "TASK_COUNT": "5", "TASK_MIN": "0"}, "0/5"),
    ],
)
def test_which_shard_a_job_is(environment: dict[str, str], shard: str) -> None:
    assert of_cluster(environment) == shard


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ({}, "neither SLURM_ARRAY_TASK_ID nor TASK_ID"),
        ({"TASK_ID": "3"}, "TASK_COUNT is not set"),
        ({"TASK_ID": "three", "TASK_COUNT": "4"}, "no number"),
        ({"TASK_ID": "0", "TASK_COUNT": "4"}, "not from 1 to 4; set TASK_MIN"),
        ({"TASK_ID": "5", "TASK_COUNT": "4"}, "not from 1 to 4"),
        (
            {
                "SLURM_ARRAY_TASK_ID": "7",
                "SLURM_ARRAY_TASK_COUNT": "2",
                "SLURM_ARRAY_TASK_MIN": "3",
                "SLURM_ARRAY_TASK_MAX": "7",
            },
            "array with gaps; write --shard I/N",
        ),
    ],
)
def test_what_does_not_say_which(environment: dict[str, str], said: str) -> None:
    with pytest.raises(BadInput, match=said):
        of_cluster(environment)


def test_a_shard_has_the_run_s_command_but_for_where_and_how() -> None:
    arguments = ["--suite", "humaneval", "--engine", "slurm", "--slurm=time=1:00", "--out", "r"]
    arguments += ["--slurm", "mem=4G", "--submit-only", "--log", "wandb:p", "--json", "-j", "3"]
    command = shard_command(arguments, Path("/r"), 2, 5)
    assert command[1:5] == ["-m", "synthd.daemon", "bench", "run"]
    assert command[5:9] == ["--suite", "humaneval", "-j", "3"]
    assert command[9:] == ["--shard", "2/5", "--out", "/r/shards/2", "--quiet"]


def test_the_script_is_one_that_bash_reads(tmp_path: Path) -> None:
    options = SlurmOptions.parse(["partition=gpu", "cpus=8", "gres=gpu:1", "parallel=16"])
    out = tmp_path / "a run"
    text = script(["--suite", "humaneval[:5]", "--out", "x"], out, 40, options)
    assert "#SBATCH --array=0-39%16\n" in text
    assert "#SBATCH --partition=gpu\n#SBATCH --gres=gpu:1\n#SBATCH --cpus-per-task=8\n" in text
    said = text.replace("exec ", "printf '%s\\n' ")
    ran = subprocess.run(
        ["bash", "-c", said], env={"SLURM_ARRAY_TASK_ID": "7"}, capture_output=True, text=True
    )
    assert ran.stdout.splitlines()[1:] == [
        *("-m", "synthd.daemon", "bench", "run", "--suite", "humaneval[:5]"),
        *("--shard", "7/40", "--out", f"{out}/shards/7", "--quiet"),
    ]


@pytest.mark.parametrize(
    "text", ["partition", "=gpu", "time=", "x\n#SBATCH=1", "mem=4G\nrm -rf", "array=1-3", "cpus=0"]
)
def test_options_that_are_none(text: str) -> None:
    with pytest.raises(BadInput, match="--slurm"):
        SlurmOptions.parse([text])


def test_what_submitit_is_asked() -> None:
    options = SlurmOptions.parse(["time=2:00:00", "mem=4G", "cpus=3", "licenses=x:1"])
    assert options.submitit() == {
        "name": "synthd-bench",
        "cpus_per_task": 3,
        "slurm_array_parallelism": 256,
        "slurm_time": "2:00:00",
        "slurm_mem": "4G",
        "slurm_additional_parameters": {"licenses": "x:1"},
    }
    with pytest.raises(BadInput, match="how long"):
        SlurmOptions.parse(["mem=4G"]).submitit()
