"""Programs of which a letter decides whether they are right, and a training on them."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from synthd.synth.learning.training.settings import TrainingSettings
from synthd.synth.learning.verifier import data
from synthd.synth.learning.verifier.data import Group
from synthd.synth.learning.verifier.settings import Loss, Tune
from synthd.synth.learning.verifier.training import Wanted


@pytest.fixture(scope="session")
def groups() -> Callable[..., list[Group]]:
    """Right programs add, wrong ones subtract; shuffled: labels by chance, of the same programs."""

    def make(number: int = 24, *, shuffled: bool = False, each: int = 4) -> list[Group]:
        draw = random.Random(5)

        def program(sign: str) -> str:
            name, value = draw.choice("abcdefgh"), draw.randrange(1000)
            return f"{name} = {value}\nreturn {name} {sign} {draw.choice('xyz')}"

        found = []
        for place in range(number):
            all_of_them = [program("+") for _ in range(each)] + [program("-") for _ in range(each)]
            if shuffled:
                draw.shuffle(all_of_them)
            right, wrong = all_of_them[:each], all_of_them[each:]
            found.append(Group(f"t{place:02}", f"Function {place}.", tuple(right), tuple(wrong)))
        return found

    return make


@pytest.fixture
def wanted(tiny_directory: Path, tmp_path: Path) -> Callable[..., Wanted]:
    def make(
        groups: list[Group],
        name: str = "out",
        tune: Tune = Tune.HEAD,
        loss: Loss = Loss.BT,
        held_out: float = 0.25,
        pairs: int = 32,
        **training: object,
    ) -> Wanted:
        out = tmp_path / name
        out.mkdir(exist_ok=True)
        data.write(out / "data.jsonl", data.split(groups, held_out, 1))
        numbers = {"lr": 1e-2, "epochs": 10, "batch": 64, "schedule": "linear", "seed": 1}
        return Wanted(
            base=tiny_directory,
            data=out / "data.jsonl",
            out=out,
            folder=out / "checkpoints",
            features=tmp_path / "features",
            tune=tune,
            loss=loss,
            pairs=pairs,
            max_tokens=2048,
            training=TrainingSettings(**{**numbers, "device": "cpu", **training}),
        )

    return make
