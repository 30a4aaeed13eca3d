"""FTTT: what is learned from "Your answer is incorrect.", and that nothing else changes."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from synthd.synth.ports import Message
from synthd.synth.tuning import Edit, Lesson, Lora, Tuning

torch = pytest.importorskip("torch")

from synthd.synth.learning import fttt  # noqa: E402
from synthd.synth.learning.adapter import adapted  # noqa: E402
from synthd.synth.learning.exercise import Exercise, exercise  # noqa: E402
from synthd.synth.learning.fttt import Adapters, Diverged  # noqa: E402
from synthd.synth.learning.loading import parameters_sha256  # noqa: E402
from synthd.synth.learning.tuned import CannotTune, Stopped  # noqa: E402

SENTENCE = "Your answer is incorrect."
ASKED = (Message("system", "Be short."), Message("user", "Double x."))
LESSON = Lesson(ASKED, "return x", SENTENCE)
REFLECTED = replace(LESSON, reflection="It gives x, not two times x.")
LESSONS = (LESSON, Lesson(ASKED, "return x + 2", SENTENCE), replace(REFLECTED, completion="pass"))
FAST = Lora(lr=1e-2, dropout=0.0)


@pytest.fixture(scope="module")
def small(tiny: Callable[..., Any]) -> Any:
    """In float64, also where a Qwen2 normalises in 32 bits: what differs is not rounding."""
    made = tiny(3, "float64")
    for parent in list(made.model.modules()):
        for name, norm in list(parent.named_children()):
            if type(norm).__name__ == "Qwen2RMSNorm":
                wide = torch.nn.RMSNorm(norm.weight.shape, norm.variance_epsilon)
                parent.register_module(name, wide.to(torch.float64))
    return made


@pytest.fixture
def base(small: Any) -> Iterator[Any]:
    """The same, and the proof that the test left its weights and its modules alone."""
    before, names = parameters_sha256(small.model), list(small.model.state_dict())
    yield small
    assert parameters_sha256(small.model) == before
    assert list(small.model.state_dict()) == names


def full(model: Any, task: Exercise) -> list[float]:
    """−log p of each token of F but its first, by one run of everything without a cache."""
    ids = torch.tensor([task.context + task.feedback])
    with torch.no_grad():
        logits = model(input_ids=ids, use_cache=False).logits[0]
    found = []
    first = len(task.context)
    for place in range(first + 1, ids.shape[1]):
        row = logits[place - 1]
        top = row.max()
        found.append((top + (row - top).exp().sum().log() - row[ids[0, place]]).item())
    return found


def merged(model: Any, weights: dict[str, Any], scale: float) -> Any:
    """A copy whose matrices have the low-rank product added to them: no adapter is left."""
    other = copy.deepcopy(model)
    for name, a in weights.items():
        if ".lora_A." not in name:
            continue
        b = weights[name.replace(".lora_A.", ".lora_B.")]
        linear = other.get_submodule(name.split(".lora_A.")[0])
        with torch.no_grad():
            linear.weight += scale * b @ a
    return other


def learned_weights(base: Any, tuning: Tuning) -> dict[str, Any]:
    """The adapter's own, by name."""
    with Adapters(base.model, base.tokenizer).applied(tuning):
        named = base.model.named_parameters()
        return {name: p.detach().clone() for name, p in named if ".lora_" in name}


@pytest.mark.parametrize("lesson", [LESSON, REFLECTED], ids=["fttt", "fttt+"])
def test_the_loss_and_its_parts_are_those_of_the_paper(base: Any, lesson: Lesson) -> None:
    """Against weights with the adapter merged into them, run without a cache, in one piece."""
    method = replace(FAST, reflection_weight=0.5)
    before = LESSONS[:2]
    weights = learned_weights(base, Tuning(method, before))
    task = exercise(base.tokenizer, lesson)
    each = full(merged(base.model, weights, method.alpha / method.rank), task)
    fixed = each[: task.fixed - 1]
    feedback = sum(fixed) / len(fixed)
    wanted = feedback
    with Adapters(base.model, base.tokenizer).applied(Tuning(method, (*before, lesson))) as told:
        last = told[-1]
    assert last.feedback_loss == pytest.approx(feedback, rel=1e-9)
    if lesson.reflection:
        rest = each[task.fixed - 1 :]
        assert len(fixed) > 20 and len(rest) > 20
        assert last.reflection_loss == pytest.approx(sum(rest) / len(rest), rel=1e-5)
        wanted += 0.5 * sum(rest) / len(rest)
    else:
        assert last.reflection_loss is None
    assert last.loss == pytest.approx(wanted, rel=1e-5)
    plain = full(base.model, task)
    assert sum(plain[: len(fixed)]) / len(fixed) != pytest.approx(feedback, rel=1e-3), "the control"


def test_gradients_are_the_differences_of_the_loss_where_the_context_is_constant(
    base: Any,
) -> None:
    task = exercise(base.tokenizer, REFLECTED)
    tuning = Tuning(FAST, LESSONS)
    weights = learned_weights(base, tuning)
    said = torch.tensor([task.feedback])
    with adapted(base.model, FAST) as adapter:
        with torch.no_grad():
            for name, parameter in adapter.parameters.items():
                parameter.copy_(weights[name])
            context = torch.tensor([task.context])
            cache = base.model(input_ids=context, use_cache=True).past_key_values

        def constant() -> float:
            with torch.no_grad():
                past = copy.deepcopy(cache)
                logits = base.model(input_ids=said, past_key_values=past, use_cache=True).logits[0]
            each = -logits[:-1].log_softmax(-1).gather(-1, said[0, 1:, None])[:, 0]
            return (each[: task.fixed - 1].mean() + each[task.fixed - 1 :].mean()).item()

        def moving() -> float:
            return fttt.loss(base.model, task).total.item()

        fttt.loss(base.model, task).total.backward()
        missed = 0
        for parameter in adapter.parameters.values():
            place = int(parameter.grad.abs().argmax())
            gradient = parameter.grad.flatten()[place].item()
            found = [difference(parameter, place, of) for of in (constant, moving)]
            assert found[0] == pytest.approx(gradient, rel=1e-5)
            missed += found[1] != pytest.approx(gradient, rel=1e-3)
        assert missed, "were the context not constant, the check would fail"


def difference(parameter: Any, place: int, of: Callable[[], float], by: float = 1e-5) -> float:
    flat = parameter.data.view(-1)
    was = flat[place].item()
    found = []
    for move in (by, -by):
        flat[place] = was + move
        found.append(of())
    flat[place] = was
    return (found[0] - found[1]) / (2 * by)


def test_the_divergence_is_from_the_models_own_weights_over_the_question(base: Any) -> None:
    long = (Message("user", "Double x, " + "and again " * 20),)  # more than is run at once
    tuning = Tuning(FAST, (replace(LESSON, prompt=long),))
    weights = learned_weights(base, tuning)
    with Adapters(base.model, base.tokenizer).applied(tuning) as told:
        pass
    ids = torch.tensor([exercise(base.tokenizer, tuning.lessons[0]).prompt])
    with torch.no_grad():
        p = merged(base.model, weights, 4.0)(input_ids=ids).logits[0].log_softmax(-1)
        q = base.model(input_ids=ids).logits[0].log_softmax(-1)
    wanted = (p.exp() * (p - q)).sum(-1).mean().item()
    assert ids.shape[1] > 200 and wanted > 0
    assert told[0].kl == pytest.approx(wanted, rel=1e-5)


def test_a_further_lesson_costs_one_step_and_gives_what_learning_all_anew_gives(
    base: Any,
) -> None:
    method = replace(FAST, dropout=0.3, seed=5)
    kept = Adapters(base.model, base.tokenizer)
    for count in (1, 2, 3, 3):
        with kept.applied(Tuning(method, LESSONS[:count])) as told:
            grown = {n: p.detach().clone() for n, p in base.model.named_parameters()}
            assert [(one.lesson, one.step) for one in told] == [(i, 0) for i in range(count)]
        assert kept.steps == count
    anew = Adapters(base.model, base.tokenizer)
    with anew.applied(Tuning(method, LESSONS)) as again:
        assert anew.steps == 3
        for name, parameter in base.model.named_parameters():
            assert torch.equal(parameter, grown[name]), name
    assert [replace(one, seconds=0) for one in told] == [replace(one, seconds=0) for one in again]
    other = learned_weights(base, Tuning(replace(method, seed=6), LESSONS))
    assert any(not torch.equal(grown[name], other[name]) for name in other)


def test_what_is_forgotten_is_learned_again_with_the_same_result(base: Any) -> None:
    few = Adapters(base.model, base.tokenizer, most=1)
    tunings = [Tuning(replace(FAST, seed=seed, steps=2), LESSONS[:2]) for seed in (1, 2)]
    found: list[list[Any]] = []
    for tuning in tunings * 2:
        with few.applied(tuning):
            found.append([p.detach().clone() for p in base.model.parameters()])
    assert few.steps == 16, "two lessons of two steps, four times"
    for first, second in zip(found[:2], found[2:], strict=True):
        assert all(torch.equal(a, b) for a, b in zip(first, second, strict=True))


def test_plain_calls_between_tuned_ones_are_the_models_own(base: Any) -> None:
    ids = torch.tensor([exercise(base.tokenizer, LESSON).prompt])

    def drawn() -> Any:
        with torch.no_grad():
            return base.model(input_ids=ids).logits

    own = drawn()
    adapters = Adapters(base.model, base.tokenizer)
    fresh = Tuning(replace(FAST, lr=0.0), (LESSON,))
    for method in (FAST, replace(FAST, dropout=0.5, seed=9)):
        with adapters.applied(Tuning(method, (LESSON,))):
            tuned = drawn()
            assert torch.equal(tuned, drawn()), "nothing is dropped out while it is drawn from"
        assert not torch.equal(tuned, own)
        assert torch.equal(drawn(), own)
    with adapters.applied(fresh) as told:
        assert torch.equal(drawn(), own), "a fresh adapter changes nothing"
    assert told[0].kl == 0 and told[0].gradient_norm > 0


def test_weights_that_diverge_are_an_error_that_says_what_to_do(tiny: Callable[..., Any]) -> None:
    small = tiny(3)
    own = parameters_sha256(small.model)
    adapters = Adapters(small.model, small.tokenizer)
    with (
        pytest.raises(Diverged, match=r"lesson 2: .* below 1e\+30 \(lr\)|lesson 1: .*nan"),
        adapters.applied(Tuning(Lora(lr=1e30), LESSONS)),
    ):
        pass
    assert parameters_sha256(small.model) == own
    assert not any("lora" in name for name, _ in small.model.named_modules())


def test_stopped_between_two_steps_it_keeps_what_was_learned(base: Any) -> None:
    adapters = Adapters(base.model, base.tokenizer)
    tuning = Tuning(FAST, LESSONS)
    with pytest.raises(Stopped), adapters.applied(tuning, lambda: adapters.steps == 2):
        pass
    with adapters.applied(tuning):
        assert adapters.steps == 3


def test_the_last_layers_alone_and_other_matrices(base: Any) -> None:
    names = learned_weights(base, Tuning(replace(FAST, layers=1), (LESSON,)))
    assert len(names) == 4 and all(".layers.1.self_attn." in name for name in names)
    names = learned_weights(base, Tuning(replace(FAST, targets=("o_proj",), rank=2), (LESSON,)))
    assert all(".o_proj." in name and 2 in p.shape for name, p in names.items())
    for method in (replace(FAST, targets=("nothing",)), replace(FAST, rank=0), Edit("o", "0")):
        with (
            pytest.raises(CannotTune),
            Adapters(base.model, base.tokenizer).applied(Tuning(method, (LESSON,))),
        ):
            pass


MISTRAL = (
    "<s>{% for m in messages %}{% if m['role'] == 'user' %}[INST] {{ m['content'] }} [/INST]"
    "{% elif m['role'] == 'assistant' %} {{ m['content'] | trim }}</s>{% endif %}{% endfor %}"
)


@pytest.mark.parametrize(
    ("template", "before", "after"),
    [
        (None, "<|im_end|>\n<|im_start|>user\n", "<|im_end|>"),
        (MISTRAL, "</s>[INST] ", " [/INST]"),
    ],
    ids=["ChatML", "Mistral"],
)
def test_the_feedback_is_what_the_models_own_chat_goes_on_with(
    tiny: Callable[..., Any], template: str | None, before: str, after: str
) -> None:
    tokenizer = tiny().tokenizer
    tokenizer.chat_template = template or tokenizer.chat_template
    task = exercise(tokenizer, LESSON)
    assert tokenizer.decode(task.feedback) == f"{before}{SENTENCE}{after}"
    assert task.fixed == len(task.feedback) and not task.reflects
    assert tokenizer.decode(task.answer) == "return x"
    longer = exercise(tokenizer, replace(REFLECTED, reflection=" Wrong: “é”.\n"))
    assert tokenizer.decode(longer.feedback[: longer.fixed]) == before + SENTENCE
    assert tokenizer.decode(longer.feedback[longer.fixed :]) == f" Wrong: “é”.{after}"


def test_a_template_that_hides_the_feedback_is_refused(tiny: Callable[..., Any]) -> None:
    tokenizer = tiny().tokenizer
    tokenizer.chat_template = "{{ messages[0]['content'] }}{% if messages|length > 1 %}{{ messages[-2]['content'] }}{% endif %}"  # noqa: E501
    with pytest.raises(CannotTune, match="chat template"):
        exercise(tokenizer, LESSON)


def test_a_wrong_answer_that_is_repeated_becomes_less_likely(tiny: Callable[..., Any]) -> None:
    """The model was trained to say it; the control learns the same lessons without a step."""
    repeating = tiny(0)
    trained(repeating, LESSON)

    def probability() -> float:
        return math.exp(likelihood(repeating, LESSON))

    before = probability()
    assert before > 0.9
    adapters = Adapters(repeating.model, repeating.tokenizer)

    def after(method: Lora) -> float:
        with adapters.applied(Tuning(method, (LESSON,) * 6)):
            return probability()

    def halved(now: float) -> bool:
        return now < before / 2

    assert halved(after(FAST))
    assert not halved(after(replace(FAST, lr=0.0))), "the control must fail"
    assert probability() == before, "and of the base it is as before"


def trained(one: Any, lesson: Lesson) -> None:
    """All weights, on the attempt, until it is what the model says."""
    task = exercise(one.tokenizer, lesson)
    ids = torch.tensor([task.context])
    optimizer = torch.optim.Adam(one.model.parameters(), lr=1e-2)
    for _ in range(90):
        logits = one.model(input_ids=ids).logits[0, len(task.prompt) - 1 : -1]
        loss = torch.nn.functional.cross_entropy(logits, ids[0, len(task.prompt) :])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()


def likelihood(one: Any, lesson: Lesson) -> float:
    task = exercise(one.tokenizer, lesson)
    ids = torch.tensor([task.context])
    with torch.no_grad():
        logits = one.model(input_ids=ids).logits[0, len(task.prompt) - 1 : -1]
    each = logits.log_softmax(-1).gather(-1, ids[0, len(task.prompt) :, None])
    return float(each.sum())
