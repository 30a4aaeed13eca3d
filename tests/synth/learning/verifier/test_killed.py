"""A training that is killed and begun again comes to the weights of one that was not."""

from __future__ import annotations

import dataclasses
import json
import signal
import subprocess
import sys

import pytest

from synthd.synth.learning.verifier.training import trained

COMMAND = (sys.executable, "-P", "-m", "synthd.synth.learning.verifier.train")


def config_of(asked, file):
    training = dataclasses.asdict(asked.training)
    told = {
        "base": {"name": str(asked.base), "sha256": ""},
        "base_folder": str(asked.base),
        "data": str(asked.data),
        "described": {"sha256": "0"},
        "out": str(asked.out),
        "checkpoints": str(asked.folder),
        "features": str(asked.features),
        "tune": asked.tune.value,
        "loss": asked.loss.value,
        "pairs": asked.pairs,
        "max_tokens": asked.max_tokens,
        "training": training,
    }
    file.write_text(json.dumps(told))
    return file


def begun(file):
    pipe = subprocess.PIPE
    return subprocess.Popen(
        [*COMMAND, str(file)], stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, text=True
    )


@pytest.mark.soak
def test_killed_in_the_middle(patient, wanted, groups, tmp_path) -> None:
    few = groups(6)
    numbers = {"epochs": 200, "checkpoint_every": 5, "precision": "float32"}
    whole = wanted(few, "whole", **numbers)
    trained(whole, lambda _: None, lambda _: None)
    cut = wanted(few, "cut", **numbers)
    file = config_of(cut, tmp_path / "config.json")
    with begun(file) as process:
        steps = 0
        for line in process.stdout:
            steps = json.loads(line).get("progress", {}).get("step", 0)
            if steps >= 12:
                process.send_signal(signal.SIGKILL)
                break
    assert steps >= 12 and not (cut.out / "config.json").exists()
    resumed = 0
    with begun(file) as process:
        for line in process.stdout:
            resumed = resumed or json.loads(line).get("progress", {}).get("step", 0)
    assert resumed > 10, "it went on"
    assert (cut.out / "config.json").exists()
    assert (cut.out / "head.safetensors").read_bytes() == (
        whole.out / "head.safetensors"
    ).read_bytes()
