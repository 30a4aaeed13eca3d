"""OpTune learns: solutions of unseen tasks become likelier, and of another family's they do not."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import torch

from synthd.synth.learning.loading import loaded, parameters_sha256
from synthd.synth.learning.optune import hooks
from synthd.synth.learning.optune.examples import FEEDBACK, Example
from synthd.synth.learning.optune.matrices import edited, fingerprint
from synthd.synth.learning.optune.network import Optimizer
from synthd.synth.learning.optune.task import Base, OptuneTask, likelihoods
from synthd.synth.learning.training.loop import train
from synthd.synth.learning.training.settings import TrainingSettings
from synthd.synth.ports import Message
from synthd.synth.tuning import Lesson


def lesson(question: str, answer: str) -> Lesson:
    return Lesson((Message("user", question),), answer, FEEDBACK)


def based(tiny: Any) -> Base:
    found = edited(tiny.model)
    model = loaded(tiny.model, tiny.tokenizer)
    return Base(model, found, fingerprint(tiny.model, found), 512)


LETTERS = "bcdfghjklmnp"


def family(answers: Callable[[str], str], names: Sequence[str]) -> list[Example]:
    """Tasks of one kind: the wrong attempt repeats a letter, the right one says another of it."""
    return [
        Example(name, lesson(f"Say {name}.", f"no {name}"), False, f"yes {answers(name)}")
        for name in names
    ]


def learn(base: Base, examples: Sequence[Example], folder: Path, **more: Any) -> Optimizer:
    torch.manual_seed(0)
    optimizer = Optimizer(base.matrices).to_compute(base.loaded.dtype, base.loaded.device)
    told: dict[str, Any] = {"lr": 1e-2, "epochs": 10, "accumulation": 4, "device": "cpu", **more}
    settings = TrainingSettings(precision="float32", skip_not_finite=True, **told)
    train(OptuneTask(base, optimizer, examples, "data"), settings, folder)
    return optimizer


def test_a_trained_edit_makes_solutions_of_unseen_tasks_likelier(tiny: Any, tmp_path: Path) -> None:
    base = based(tiny(8))
    before = parameters_sha256(base.loaded.model)
    seen, unseen = LETTERS[:9], LETTERS[9:]
    held_out = family(str, unseen)

    def measured(examples: Sequence[Example], name: str) -> Any:
        return likelihoods(base, learn(base, examples, tmp_path / name), held_out)

    right = measured(family(str, seen), "right")
    # The control: as much training on solutions of another family teaches nothing of this one.
    shuffled = [
        Example(one.task, one.lesson, one.correct, "".join(reversed(f"#{one.solution}#".upper())))
        for one in family(str, seen)
    ]
    wrong = measured(shuffled, "wrong")
    assert right.trained > max(right.untrained, right.unedited) + 0.2
    assert wrong.trained < right.trained - 0.2
    assert right.unedited == wrong.unedited
    assert parameters_sha256(base.loaded.model) == before


def test_the_same_seed_gives_the_same_weights(tiny: Any, tmp_path: Path) -> None:
    base = based(tiny(9))
    examples = family(str, LETTERS[:5])
    whole = learn(base, examples, tmp_path / "whole", epochs=4, accumulation=2)
    again = learn(base, examples, tmp_path / "again", epochs=4, accumulation=2)
    other = learn(base, examples, tmp_path / "other", epochs=4, accumulation=2, seed=1)
    assert state(whole) == state(again) != state(other)


def test_what_is_no_number_is_left_out_and_counted(tiny: Any, tmp_path: Path) -> None:
    base = based(tiny(10))
    examples = family(str, LETTERS[:4])
    optimizer = Optimizer(base.matrices)
    task = OptuneTask(Broken(base, "d"), optimizer, examples, "data")
    settings = TrainingSettings(
        lr=1e-3, epochs=2, precision="float32", device="cpu", skip_not_finite=True
    )
    result = train(task, settings, tmp_path)
    assert (result.steps, result.skipped) == (8, 2)
    assert all(bool(value.isfinite().all()) for value in optimizer.state_dict().values())
    assert not torch.equal(optimizer.alpha.data, Optimizer(base.matrices).alpha.data)


class Broken(Base):
    """A base that finds no number in the attempts of one task."""

    def __init__(self, base: Base, task: str) -> None:
        super().__init__(base.loaded, base.matrices, base.fingerprint, base.longest)
        object.__setattr__(self, "task", task)

    def captured(self, example: Example) -> tuple[hooks.Capture, int]:
        found, tokens = Base.captured(self, example)
        if example.task != self.task:  # type: ignore[attr-defined]
            return found, tokens
        of = tuple(hooks.Captured(one.inputs * torch.nan, one.gradients) for one in found.of)
        return hooks.Capture(found.loss, of), tokens


def state(optimizer: Optimizer) -> list[tuple[str, bytes]]:
    return [(name, value.numpy().tobytes()) for name, value in optimizer.state_dict().items()]
