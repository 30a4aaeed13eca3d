"""Fine-tuning on answers alone: what is learned, by which parameters, and what is written."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from synthd.synth.learning.loading import load, weights_sha256
from synthd.synth.learning.sft.config import SftConfig
from synthd.synth.learning.sft.data import Data, Dialogue, encode, read
from synthd.synth.learning.sft.kinds import ADAPTER, attach, load_adapter
from synthd.synth.learning.sft.settings import Peft, Shape
from synthd.synth.learning.sft.task import SftTask, padded
from synthd.synth.learning.sft.writing import write
from synthd.synth.learning.training.errors import BadData
from synthd.synth.learning.training.loop import train
from synthd.synth.learning.training.settings import TrainingSettings
from synthd.synth.ports import Message

SHAPE = Shape(rank=4, reduction=8)
LAYERS, HIDDEN, INNER, KEYS, VOCABULARY = 4, 32, 64, 16, 259
RATES = {Peft.FULL: 1e-2, Peft.PREFIX: 1e-1, Peft.IA3: 1e-1, Peft.LN: 1e-1}


def dialogue(said: str, answer: str) -> Dialogue:
    return Dialogue((Message("user", said), Message("assistant", answer)))


@pytest.fixture
def data(tiny: Callable[..., Any]) -> Data:
    told = [dialogue("abc", "xyz" * 3), dialogue("a longer question", "x1")]
    return encode(told, tiny().tokenizer, 200)


def task(model: Any, kind: Peft, data: Data) -> SftTask:
    return SftTask("test", attach(model, kind, SHAPE, 0), data.examples)


def settings(kind: Peft, **more: Any) -> TrainingSettings:
    return TrainingSettings(lr=RATES.get(kind, 2e-2), epochs=15, batch=2, device="cpu", **more)


def test_the_loss_is_that_of_the_answer_and_its_end_alone(
    tiny: Callable[..., Any], data: Data
) -> None:
    """Against one token at a time in float64, without padding or masks."""
    made = tiny(dtype="float64")
    sft = task(made.model, Peft.FULL, data)
    means = []
    for one in data.examples:
        assert one.completion[-1] == made.tokenizer.eos_token_id
        with torch.no_grad():
            said = torch.log_softmax(made.model(torch.tensor([one.ids])).logits[0], -1)
        each = [-said[at - 1, one.ids[at]].item() for at in range(one.prompt, len(one.ids))]
        means.append(math.fsum(each) / len(each))
    found = sft.loss(sft.module, (0, 1)).mean.item()
    assert found == pytest.approx(sum(means) / 2, rel=1e-9)
    assert sft.loss(sft.module, (1,)).mean.item() == pytest.approx(means[1], rel=1e-9)


def test_padding_that_is_the_end_token_hides_no_end(tiny: Callable[..., Any], data: Data) -> None:
    end = tiny().tokenizer.eos_token_id
    _, mask, labels = padded(data.examples, end)
    for row, one in zip(labels, data.examples, strict=True):
        learned = [int(label) for label in row if label != -100]
        assert learned == list(one.completion)
        assert learned[-1] == end
    assert mask.sum(1).tolist() == [len(one.ids) for one in data.examples]


# Of a model of 4 layers; LoRA of 4 on q and v of the last quarter; bottlenecks of 32 / 8.
TRAINED = {
    Peft.LORA: 4 * (HIDDEN + HIDDEN) + 4 * (HIDDEN + KEYS),
    Peft.ADAPTER: LAYERS * 2 * (2 * HIDDEN * 4 + 4 + HIDDEN),
    Peft.IA3: LAYERS * (KEYS + KEYS + INNER),
    Peft.LN: (2 * LAYERS + 1) * HIDDEN,
    Peft.PREFIX: 10 * LAYERS * 2 * KEYS,
}


@pytest.mark.parametrize("kind", list(Peft))
def test_each_way_trains_what_it_says_and_nothing_else(
    kind: Peft, tiny: Callable[..., Any], data: Data, tmp_path: Path
) -> None:
    made = tiny(layers=LAYERS)
    whole = sum(one.numel() for one in made.model.parameters())
    sft = task(made.model, kind, data)
    trained = sum(one.numel() for one in sft.module.parameters() if one.requires_grad)
    assert trained == TRAINED.get(kind, whole)
    losses = train(sft, settings(kind), tmp_path).losses
    assert losses[-1] < losses[0] - 0.01
    frozen = {id(one) for one in sft.module.parameters() if not one.requires_grad}
    fresh = dict(tiny(layers=LAYERS).model.named_parameters())
    for name, one in made.model.named_parameters():
        if id(one) in frozen:
            assert torch.equal(one, fresh[name.replace(".base_layer", "")]), name


@pytest.mark.parametrize("kind", list(Peft))
def test_what_is_written_says_what_was_trained(
    kind: Peft, tiny: Callable[..., Any], data: Data, tmp_path: Path
) -> None:
    base = tiny(layers=LAYERS).saved(tmp_path / "base")
    loaded = load(base, device="cpu")
    sft = task(loaded.model, kind, data)
    train(sft, settings(kind), tmp_path / "checkpoints")
    ids = torch.arange(20)[None]
    with torch.no_grad():
        trained = sft.module(input_ids=ids).logits
        own = tiny(layers=LAYERS).model(input_ids=ids).logits
    assert (trained - own).abs().max() > 1e-3
    out = tmp_path / "out"
    out.mkdir()
    config = SftConfig(
        base=base, name="hf/base", sha256="b", data=base, data_sha256="d", out=out, peft=kind,
        shape={"rank": 4, "reduction": 8}, training={"lr": 1.0},
    )  # fmt: skip
    write(sft.module, loaded.tokenizer, config, torch.float32)
    with torch.no_grad():
        if kind.loads:
            again = load(out, device="cpu")
            assert weights_sha256(out) != weights_sha256(base)
            assert again.model.config.synthd_base["sha256"] == "b"
            assert torch.allclose(again.model(input_ids=ids).logits, trained, atol=1e-5)
        if kind is not Peft.FULL:
            bare = load(base, device="cpu").model
            adapted = load_adapter(bare, out / ADAPTER).eval()
            assert torch.allclose(adapted(input_ids=ids).logits, trained, atol=1e-5)


def test_checkpointing_of_gradients_changes_no_loss(
    tiny: Callable[..., Any], data: Data, tmp_path: Path
) -> None:
    made = []
    for place, switch in enumerate((False, True)):
        sft = task(tiny().model, Peft.FULL, data)
        told = settings(Peft.FULL, gradient_checkpointing=switch)
        made.append(train(sft, told, tmp_path / str(place)).losses)
    assert made[0] == pytest.approx(made[1], rel=1e-4)


def test_data_that_is_none_is_refused_with_its_line(
    tiny: Callable[..., Any], tmp_path: Path
) -> None:
    path = tmp_path / "chats.jsonl"
    good = '{"messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}]}'
    for bad, why in (
        ("no json", "write"),
        ('{"messages": [{"role": "user", "content": "a"}]}', "the last message is the assistant's"),
        (good.replace('"b"', '" "'), "says something"),
        (good.replace('"user"', '"tool"'), "a role of"),
    ):
        path.write_text(f"{good}\n\n{bad}\n")
        with pytest.raises(BadData, match=f"line 3: .*{why}"):
            list(read(path))
    path.write_text(good)
    with pytest.raises(BadData, match="more than 3 tokens"):
        encode(tuple(read(path)), tiny().tokenizer, 3)
