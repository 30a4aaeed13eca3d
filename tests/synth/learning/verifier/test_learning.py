"""A verifier learns what there is to learn, and nothing where there is nothing."""

from __future__ import annotations

import pytest
import torch

from synthd.synth.learning.loading import load, parameters_sha256
from synthd.synth.learning.training.errors import NotFinite, OtherTraining
from synthd.synth.learning.verifier import saved
from synthd.synth.learning.verifier.description import BadVerifier, Base, Data
from synthd.synth.learning.verifier.examining import examined
from synthd.synth.learning.verifier.features import features
from synthd.synth.learning.verifier.network import padded, trainable
from synthd.synth.learning.verifier.reading import tokens
from synthd.synth.learning.verifier.settings import Loss, Tune
from synthd.synth.learning.verifier.train import finish
from synthd.synth.learning.verifier.training import trained


def silent(_: object) -> None:
    pass


def accuracy(made):
    return examined(made.verifier, made.parts.train, made.parts.held_out, seed=1).held_out.value


@pytest.mark.parametrize("loss", list(Loss))
def test_it_learns_what_makes_programs_right(wanted, groups, loss) -> None:
    assert accuracy(trained(wanted(groups(), loss=loss), silent, silent)) >= 0.95


def test_of_labels_by_chance_it_learns_nothing_that_holds_elsewhere(wanted, groups) -> None:
    made = trained(wanted(groups(shuffled=True)), silent, silent)
    found = examined(made.verifier, made.parts.train, made.parts.held_out, seed=1)
    assert found.held_out.value < 0.8 < 0.95
    assert found.held_out.low < 0.6


def test_shared_prefixes_change_nothing(tiny_directory) -> None:
    base = load(tiny_directory, device="cpu", dtype="float32")
    backbone = base.model.base_model.double()
    programs = ["return 1", "return 1 + 2 + 3", "x = 5\nreturn x", "return 1"]
    rows = [tokens(base.tokenizer, "Write it.", one, 2048) for one in programs]
    together = features(backbone, rows, base.device)
    for row, found in zip(rows, together, strict=True):
        alone = backbone(input_ids=torch.tensor([row])).last_hidden_state[0, -1]
        assert torch.allclose(found.double(), alone, rtol=1e-5, atol=1e-6)
    assert torch.equal(together[0], together[3]) and not torch.equal(together[0], together[1])


def test_a_batch_says_of_each_program_what_it_says_alone(tiny_directory) -> None:
    reward = trainable(load(tiny_directory, device="cpu"), Tune.FULL, 1).double().eval()
    rows = [(1, 2, 3), (4, 5, 6, 7, 8), (9,)]
    together = reward(*padded(rows))
    alone = torch.cat([reward(*padded([row])) for row in rows])
    assert torch.allclose(together, alone, rtol=1e-8)


def test_gradients_of_the_whole_network(tiny_directory) -> None:
    reward = trainable(load(tiny_directory, device="cpu"), Tune.FULL, 1).double()
    ids, lengths = padded([(1, 2, 3), (4, 5)])
    weight = reward.backbone.layers[0].self_attn.v_proj.weight
    reward(ids, lengths).sum().backward()
    place = int(weight.grad.abs().argmax())
    told = weight.grad.flatten()[place].item()

    def moved(by: float) -> float:
        with torch.no_grad():
            weight.view(-1)[place] += by
            found = reward(ids, lengths).sum().item()
            weight.view(-1)[place] -= by
        return found

    # The model's own norms work in float32: a smaller step would be lost in their last digits.
    step = 1e-3
    assert (moved(step) - moved(-step)) / (2 * step) == pytest.approx(told, rel=1e-2)


def test_an_adapter_learns_and_leaves_the_base_alone(wanted, groups, tiny_directory) -> None:
    few = groups(8)
    asked = wanted(few, tune=Tune.LORA, pairs=8, epochs=2, batch=16, lr=2e-2)
    made = trained(asked, silent, silent)
    assert made.losses[-1] < made.losses[0]
    found = examined(made.verifier, made.parts.train, made.parts.held_out, seed=1)
    finish(asked, made, found, Base(name=str(tiny_directory), sha256=""), Data(sha256="0"))
    again = saved.opened(asked.out, tiny_directory, device="cpu")
    said = made.verifier.rewards("Function 3.", ["return 1", "return 2"])
    assert again.rewards("Function 3.", ["return 1", "return 2"]) == pytest.approx(said, rel=1e-5)
    kept = load(tiny_directory, device="cpu")
    assert parameters_sha256(made.verifier._base.model) == parameters_sha256(kept.model)


def test_what_is_saved_says_the_same_and_knows_its_base(
    wanted, groups, tiny, tiny_directory, tmp_path
) -> None:
    asked = wanted(groups(6), epochs=1)
    made = trained(asked, silent, silent)
    found = examined(made.verifier, made.parts.train, made.parts.held_out, seed=1)
    finish(asked, made, found, Base(name=str(tiny_directory), sha256=""), Data(sha256="0"))
    again = saved.opened(asked.out, tiny_directory, device="cpu")
    said = made.verifier.rewards("Function 3.", ["return 1", "return 2"])
    assert again.rewards("Function 3.", ["return 1", "return 2"]) == said
    other = tiny(7).saved(tmp_path / "other")
    with pytest.raises(BadVerifier, match="give the model that it was trained"):
        saved.opened(asked.out, other)
    (asked.out / "head.safetensors").write_bytes(b"")
    with pytest.raises(BadVerifier, match="changed or is cut"):
        saved.opened(asked.out, tiny_directory)


def test_no_number_is_no_verifier(wanted, groups) -> None:
    with pytest.raises(NotFinite):
        trained(wanted(groups(4), lr=1e300, epochs=3), silent, silent)


def test_checkpoints_of_other_data_are_not_gone_on_with(wanted, groups) -> None:
    trained(wanted(groups(4), epochs=1), silent, silent)
    with pytest.raises(OtherTraining, match="other data"):
        trained(wanted(groups(5), epochs=1), silent, silent)
