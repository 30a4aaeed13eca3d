"""OpTune's numbers against others that were come to by other ways."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from synthd.synth.learning.loading import loaded, parameters_sha256
from synthd.synth.learning.optune import hooks, saving, sequences
from synthd.synth.learning.optune.applying import Edits
from synthd.synth.learning.optune.errors import NothingToEdit, WrongOptimizer
from synthd.synth.learning.optune.examples import Example
from synthd.synth.learning.optune.matrices import Matrix, edited, fingerprint
from synthd.synth.learning.optune.network import Normalisation, Optimizer
from synthd.synth.learning.optune.task import Base
from synthd.synth.learning.tuned import CannotTune
from synthd.synth.ports import Message
from synthd.synth.tuning import Edit, Lesson, Tuning

WRONG = "Your answer is incorrect."


def lesson(question: str = "Add a and b.", answer: str = "a - b") -> Lesson:
    return Lesson((Message("user", question),), answer, WRONG)


def based(tiny: Any) -> Base:
    found = edited(tiny.model)
    model = loaded(tiny.model, tiny.tokenizer)
    return Base(model, found, fingerprint(tiny.model, found), 512)


def shaken(base: Base, seed: int = 0) -> Optimizer:
    """An optimizer that is not at its beginning: nothing of it is zero or the same."""
    torch.manual_seed(seed)
    optimizer = Optimizer(base.matrices).to_compute(base.loaded.dtype, base.loaded.device)
    with torch.no_grad():
        for value in optimizer.parameters():
            value.add_(0.05 * torch.randn_like(value))
    for words in ("x", "y * 2", "return b"):
        captured, _ = base.captured(Example("t", lesson(answer=words), False, "s"))
        optimizer.train()(captured.of)
    return optimizer.eval()


def saved(folder: Path, base: Base, optimizer: Optimizer) -> Edit:
    config = saving.Config(
        base=saving.BaseSpec(name="tiny", fingerprint=base.fingerprint),
        matrices=saving.specs(base.matrices),
        rank=optimizer.rank,
        dropout=optimizer.dropout,
        longest=base.longest,
    )
    told = saving.write(folder, optimizer, config)
    return Edit(str(folder), told.weights_sha256)


def close(found: Any, wanted: Any) -> float:
    """Relative error of the whole, by norms."""
    a, b = np.asarray(found, dtype=np.float64), np.asarray(wanted, dtype=np.float64)
    return float(np.linalg.norm(a - b) / np.linalg.norm(b))


def surprise(model: Any, ids: torch.Tensor) -> torch.Tensor:
    """Of all tokens, the mean; transformers' own loss is of 32 bits."""
    told = torch.log_softmax(model(input_ids=ids).logits[0, :-1], -1)
    return -told[range(ids.shape[1] - 1), ids[0, 1:]].mean()


def by_weights(base: Base, ids: torch.Tensor) -> list[np.ndarray[Any, Any]]:
    """The gradient of each edited weight, which is Σ δ uᵀ whatever the tokens are."""
    model = base.loaded.model
    weights = [model.get_parameter(f"{one.name}.weight") for one in base.matrices]
    for weight in weights:
        weight.requires_grad_(True)
    gradients = torch.autograd.grad(surprise(model, ids), weights)
    for weight in weights:
        weight.requires_grad_(False)
    return [each.numpy() for each in gradients]


def by_numpy(
    state: dict[str, Any], place: int, matrix: Matrix, u: Any, delta: Any
) -> np.ndarray[Any, Any]:
    """α·ΔW of one matrix as the paper writes it, a token at a time."""

    def at(name: str) -> Any:
        return state[f"transforms.{matrix.rows}x{matrix.columns}.{name}"].numpy()

    def normal(row: Any, of: str) -> Any:
        deviation = np.sqrt(at(f"{of}.squares") / (at(f"{of}.count") - 1))
        return (row - at(f"{of}.mean")) / (deviation + 1e-7)

    total: np.ndarray[Any, Any] = np.zeros(matrix.shape)
    for one, other in zip(u, delta, strict=True):
        if not one.any() or not other.any():
            continue
        z = np.concatenate([normal(one, "inputs"), normal(other, "gradients")])
        g = z + at("up.weight") @ (at("down.weight") @ z) + at("up.bias")
        total += np.outer(g[matrix.columns :], g[: matrix.columns])
    return float(state["alpha"][place]) * total


def test_what_is_edited_is_found_by_names_and_the_published_size_comes_out(tiny: Any) -> None:
    model = tiny(layers=3).model
    assert [(one.name, one.shape) for one in edited(model)] == [
        ("model.layers.1.self_attn.q_proj", (32, 32)),
        ("model.layers.1.self_attn.v_proj", (16, 32)),
        ("model.layers.2.self_attn.q_proj", (32, 32)),
        ("model.layers.2.self_attn.v_proj", (16, 32)),
    ]
    eight = [Matrix(f"{n}", 4096 if n % 2 else 1024, 4096) for n in range(4)]
    with torch.device("meta"):
        assert sum(one.numel() for one in Optimizer(eight).parameters()) == 270_336 + 168_960 + 4
    with pytest.raises(NothingToEdit, match="q_proj and v_proj"):
        edited(torch.nn.Linear(2, 2))


def test_what_is_captured_is_the_gradient_of_the_weights(tiny: Any) -> None:
    base = based(tiny(1, "float64", layers=3))
    ids = sequences.tensor(sequences.lesson(base.loaded.tokenizer, lesson()), torch.device("cpu"))
    captured = hooks.capture(base.loaded.model, base.matrices, ids)
    wanted = by_weights(base, ids)
    for one, gradient in zip(captured.of, wanted, strict=True):
        assert close(one.gradients.T @ one.inputs, gradient) < 1e-6
    # After the last token nothing is foreseen: it has no gradient, and is left out.
    assert {len(one.inputs) for one in captured.of} == {ids.shape[1] - 1}


def test_an_edit_is_what_the_paper_says_to_the_last_digits(tiny: Any, tmp_path: Path) -> None:
    base = based(tiny(2, "float64"))
    model = base.loaded.model
    optimizer = shaken(base)
    ids = sequences.tensor(sequences.lesson(base.loaded.tokenizer, lesson()), torch.device("cpu"))
    seen: list[tuple[Any, Any]] = []

    def watch(name: str) -> Any:
        def hook(module: Any, given: Any, output: torch.Tensor) -> None:
            output.requires_grad_(True)
            output.retain_grad()
            seen.append((given[0].detach(), output))

        return model.get_submodule(name).register_forward_hook(hook)

    handles: list[Any] = [watch(one.name) for one in base.matrices]
    surprise(model, ids).backward()  # type: ignore[no-untyped-call]
    for handle in handles:
        handle.remove()
    wanted = [
        by_numpy(optimizer.state_dict(), place, one, u[0].numpy(), out.grad[0].numpy())
        for place, (one, (u, out)) in enumerate(zip(base.matrices, seen, strict=True))
    ]
    captured = hooks.capture(model, base.matrices, ids)
    with torch.no_grad():
        found = optimizer(captured.of)
    for one, other in zip(found, wanted, strict=True):
        assert close(one, other) < 1e-6

    # Applied, the model says what one with these weights says; and afterwards what it said.
    edit = saved(tmp_path, base, optimizer)
    before, raw = parameters_sha256(model), model(input_ids=ids).logits
    with Edits(model, base.loaded.tokenizer).applied(Tuning(edit, (lesson(),))) as learned:
        changed = model(input_ids=ids).logits
        assert parameters_sha256(model) == before
    norm = np.sqrt(sum(np.linalg.norm(one) ** 2 for one in wanted))
    assert learned[0].gradient_norm == pytest.approx(norm, rel=1e-8)
    assert learned[0].kl > 0 and learned[0].loss == pytest.approx(captured.loss)
    assert torch.equal(model(input_ids=ids).logits, raw)
    assert not model.model.layers[0].self_attn.q_proj._forward_hooks
    weights = [model.get_parameter(f"{one.name}.weight") for one in base.matrices]
    for weight, one in zip(weights, wanted, strict=True):
        weight.data += torch.from_numpy(one)
    assert close(model(input_ids=ids).logits, changed) < 1e-6
    assert close(raw, changed) > 1e-4


def test_accumulated_edits_are_each_made_on_the_weights_edited_before(
    tiny: Any, tmp_path: Path
) -> None:
    base = based(tiny(3, "float64"))
    model, tokenizer = base.loaded.model, base.loaded.tokenizer
    edit = saved(tmp_path, base, shaken(base))
    both = lesson(answer="b"), lesson(answer="a * b")
    ids = sequences.tensor(sequences.lesson(tokenizer, both[1]), torch.device("cpu"))

    def said(*lessons: Lesson, accumulate: bool) -> Any:
        how = Edit(edit.optimizer, edit.sha256, accumulate)
        with Edits(model, tokenizer).applied(Tuning(how, lessons)) as learned:
            return model(input_ids=ids).logits, learned

    alone, told = said(*both, accumulate=False)
    assert [one.lesson for one in told] == [1]
    assert torch.equal(alone, said(both[1], accumulate=False)[0])
    together, told = said(*both, accumulate=True)
    assert [one.lesson for one in told] == [0, 1]

    # By hand: the first edit goes into the weights, the second is made of that model.
    optimizer, _ = saving.read(tmp_path)
    optimizer.to_compute(torch.float64, torch.device("cpu"))
    for each in both:
        seen = sequences.tensor(sequences.lesson(tokenizer, each), torch.device("cpu"))
        captured = hooks.capture(model, base.matrices, seen)
        with torch.no_grad():
            for one, change in zip(base.matrices, optimizer(captured.of), strict=True):
                model.get_parameter(f"{one.name}.weight").data += change
    assert close(together, model(input_ids=ids).logits) < 1e-6
    assert close(together, alone) > 1e-4


def test_the_outer_gradient_is_that_of_finite_differences(tiny: Any) -> None:
    base = based(tiny(4, "float64"))
    optimizer = shaken(base)
    example = Example("t", lesson(), False, "a + b")
    captured, _ = base.captured(example)

    def loss() -> torch.Tensor:
        return base.loss(example, optimizer(captured.of))[0]

    loss().backward()  # type: ignore[no-untyped-call]
    up = next(value for name, value in optimizer.named_parameters() if name.endswith("up.weight"))
    down = next(v for name, v in optimizer.named_parameters() if name.endswith("down.weight"))
    for value, step in ((optimizer.alpha, 3e-3), (up, 0.05), (down, 0.05)):
        gradient = value.grad
        assert gradient is not None
        place = int(gradient.abs().argmax())
        flat = value.data.reshape(-1)
        kept = flat[place].item()
        around = {}
        for shift in (-2, -1, 1, 2):
            flat[place] = kept + shift * step
            around[shift] = loss().item()
        flat[place] = kept
        # Of fourth order: transformers' norms are of 32 bits, so steps cannot be small.
        slope = (8 * (around[1] - around[-1]) - (around[2] - around[-2])) / (12 * step)
        assert gradient.reshape(-1)[place].item() == pytest.approx(slope, rel=1e-5)


def test_normalisation_is_that_of_all_tokens_at_once_and_stays_fixed_afterwards() -> None:
    rng = np.random.default_rng(0)
    rows = 1e4 + rng.normal(size=(500, 3)) * [1e-3, 1.0, 1e3]
    running = Normalisation(3)
    for part in np.split(rows, [1, 7, 8, 300]):
        running.add(torch.from_numpy(part))
    running.add(torch.full((2, 3), torch.nan))  # is in no figure
    wanted = (rows - rows.mean(0)) / (rows.std(0, ddof=1) + 1e-7)
    assert close(running(torch.from_numpy(rows)), wanted) < 1e-6
    other = Normalisation(3)
    other.load_state_dict(running.state_dict())
    assert torch.equal(other(torch.from_numpy(rows)), running(torch.from_numpy(rows)))
    assert int(other.count) == 500


def test_before_training_an_edit_is_that_of_the_normalised_alone(tiny: Any) -> None:
    base = based(tiny(5, "float64"))
    optimizer = shaken(base)
    fresh = optimizer.untrained()
    captured, _ = base.captured(Example("t", lesson(), False, "s"))
    first, one = fresh.transforms["32x32"], captured.of[0]
    u, delta = first.inputs(one.inputs), first.gradients(one.gradients)  # type: ignore[operator]
    assert close(fresh(captured.of)[0].detach(), 1e-4 * delta.T @ u) < 1e-6
    assert close(optimizer(captured.of)[0].detach(), fresh(captured.of)[0].detach()) > 0.01


def test_an_optimizer_of_another_base_is_refused_and_so_are_other_bytes(
    tiny: Any, tmp_path: Path
) -> None:
    base = based(tiny(6))
    edit = saved(tmp_path, base, shaken(base))
    other = tiny(7)
    tuning = Tuning(edit, (lesson(),))
    refused = pytest.raises(WrongOptimizer, match=r"trained for another model \(tiny\)")
    with refused, Edits(other.model, other.tokenizer).applied(tuning):
        pass
    half = tiny(6)  # the same weights at another precision are the same base
    with Edits(half.model.bfloat16(), half.tokenizer).applied(tuning) as learned:
        assert learned[0].kl >= 0
    changed = Tuning(Edit(edit.optimizer, "0" * 64), (lesson(),))
    with (
        pytest.raises(WrongOptimizer, match="other bytes"),
        Edits(half.model, half.tokenizer).applied(changed),
    ):
        pass
    nowhere = Tuning(Edit(str(tmp_path / "none"), ""), (lesson(),))
    with (
        pytest.raises(CannotTune, match="synthd train optune"),
        Edits(*pair(half)).applied(nowhere),
    ):
        pass


def pair(tiny: Any) -> tuple[Any, Any]:
    return tiny.model, tiny.tokenizer
