"""The engine of `hf/…`: what it draws is what the model says, and it leaves nothing behind."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest
import pytest_asyncio

from synthd.synth.models.embedded import EmbeddedModel
from synthd.synth.models.engine import Engine, EngineSettings
from synthd.synth.models.errors import ContextTooLong, ModelFailed, NoModel, UnknownModel
from synthd.synth.ports import Completion, Finish, Message, Prompt, Sampling, continues, tunes
from synthd.synth.tuning import Lesson, Lora, Tuning

pytestmark = pytest.mark.asyncio(loop_scope="module")

ASK: Prompt = (Message("system", "You are terse."), Message("user", "Say naïve 漢字 🙂."))
OTHERS: tuple[Prompt, ...] = (
    ASK,
    (Message("user", "a"),),
    (Message("user", "a much longer question " * 6),),
    (Message("user", "and another one"),),
)


@dataclass(frozen=True)
class Reaching:
    """A client of an engine of its own."""

    client: httpx.AsyncClient
    model: EmbeddedModel

    async def counts(self) -> dict[str, int]:
        return dict((await self.client.get("/v1/counts")).json())

    async def weights(self) -> str:
        return str((await self.client.get("/v1/weights")).json()["sha256"])


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def reaching(model: EmbeddedModel) -> Reaching:
    await model.start()
    engine = await model._running()
    return Reaching(engine.client, model)


async def endless(model: EmbeddedModel) -> Prompt:
    """One to which the likeliest answer has no end: it goes round in a circle."""
    for letter in "abcdefghijklmnopqrstuvwxyz":
        prompt: Prompt = (Message("user", letter),)
        if (await model.complete(prompt, sampling(150))).finish is Finish.LENGTH:
            return prompt
    raise AssertionError("every answer has an end")


def sampling(tokens: int = 24, temperature: float = 0.0, seed: int = 1, **more: Any) -> Sampling:
    return Sampling(temperature, tokens, seed, **more)


async def test_draws_what_transformers_draws(reaching: Reaching, tiny: Callable[..., Any]) -> None:
    """Greedy as `generate`, log-probabilities as an independent forward, seeds, batches, bytes."""
    import torch

    model, own = reaching.model, tiny()
    assert (continues(model), tunes(model), model.slots) == (True, True, 4)
    assert model.endpoint == "this machine (transformers, cpu)"
    before = await reaching.weights()
    heard: list[str] = []
    said = await model.complete(ASK, sampling(logprobs=True), heard.append)
    assert "".join(heard) == said.text == "".join(said.pieces)
    ids = own.tokenizer.apply_chat_template(
        [{"role": m.role, "content": m.content} for m in ASK],
        add_generation_prompt=True,
        return_dict=True,
        return_tensors="pt",
    )["input_ids"]
    out = own.model.generate(
        ids, attention_mask=torch.ones_like(ids), do_sample=False, max_new_tokens=24
    )[0]
    drawn = out[ids.shape[1] :]
    assert (said.prompt_tokens, said.completion_tokens) == (ids.shape[1], len(drawn))
    raw = own.tokenizer.decode(drawn, skip_special_tokens=True)
    assert said.text.rstrip("\N{REPLACEMENT CHARACTER}") == raw.rstrip("\N{REPLACEMENT CHARACTER}")
    with torch.no_grad():
        logits = own.model(out[None]).logits[0, ids.shape[1] - 1 : -1]
    wanted = logits.log_softmax(-1).gather(1, drawn[:, None])[:, 0].tolist()
    assert said.logprobs == pytest.approx(wanted[: len(said.logprobs or ())], abs=1e-4)

    singles = [await model.complete(ask, sampling()) for ask in OTHERS]
    together = await asyncio.gather(*(model.complete(ask, sampling()) for ask in OTHERS))
    assert [each.text for each in together] == [each.text for each in singles]
    assert len({each.text for each in singles}) == len(OTHERS), "they can be told apart"

    async def warm(seed: int, top_p: float | None = None) -> Completion:
        return await model.complete(ASK, sampling(16, 1.0, seed, top_p=top_p))

    several = await asyncio.gather(*(warm(seed) for seed in range(4)))
    again = [await warm(seed) for seed in range(4)]
    assert [each.text for each in several] == [each.text for each in again]
    assert len({each.text for each in several}) == 4
    assert (await warm(5, top_p=1e-6)).text == (await model.complete(ASK, sampling(16))).text
    assert await reaching.weights() == before


async def test_a_prompt_is_read_once(reaching: Reaching) -> None:
    model = reaching.model
    ask: Prompt = (Message("user", "Who has asked this before? Nobody has, as far as I know."),)

    async def read() -> int:
        return (await reaching.counts())["read"]

    before = await read()
    first = await model.complete(ask, sampling(3, 1.0, 1))
    begun = await read()
    assert 0 < begun - before <= first.prompt_tokens
    await asyncio.gather(*(model.complete(ask, sampling(3, 1.0, seed)) for seed in range(4)))
    assert await read() == begun
    more: Prompt = (Message("user", ask[0].content + " And now?"),)
    longer = await model.complete(more, sampling(12))
    assert 0 < await read() - begun < longer.prompt_tokens / 2
    for letter in "abcdefgh":  # what was kept is pushed out, and read anew
        await model.complete((Message("user", letter * 300),), sampling(12))
    assert (await model.complete(more, sampling(12))).text == longer.text


async def test_goes_on_with_an_answer_that_was_begun(reaching: Reaching) -> None:
    whole = await reaching.model.complete(OTHERS[3], sampling(12, logprobs=True))
    begun = "".join(whole.pieces[:5])
    if not begun.isprintable() or "\N{REPLACEMENT CHARACTER}" in begun:
        begun = "word "
    rest = await reaching.model.complete((*OTHERS[3], Message("assistant", begun)), sampling(7))
    assert rest.prompt_tokens == whole.prompt_tokens + len(begun.encode())


async def test_limits(reaching: Reaching) -> None:
    model = reaching.model
    said = await model.complete(ASK, sampling(5))
    assert (said.finish, said.completion_tokens) == (Finish.LENGTH, 5)
    with pytest.raises(ContextTooLong, match=r"512 tokens"):
        await model.complete((Message("user", "x" * 600),), sampling())
    ended = await model.complete(await endless(model), sampling(1000))
    assert ended.finish is Finish.LENGTH
    assert ended.prompt_tokens + ended.completion_tokens == 512


async def test_who_goes_away_is_drawn_no_more(reaching: Reaching) -> None:
    model = reaching.model
    prompt = await endless(model)
    talking = asyncio.Event()
    call = asyncio.create_task(model.complete(prompt, sampling(400), lambda _: talking.set()))
    async with asyncio.timeout(60):
        await talking.wait()
        before = (await reaching.counts())["drawn"]
        call.cancel()
        await asyncio.wait([call])
        while (await reaching.counts())["running"]:  # noqa: ASYNC110  another process
            await asyncio.sleep(0.01)
    drawn = (await reaching.counts())["drawn"]
    await asyncio.sleep(0.1)
    assert call.cancelled() and drawn < before + 390
    assert (await reaching.counts())["drawn"] == drawn


def lesson(said: str) -> Lesson:
    return Lesson(ASK, said, "Your answer is incorrect.")


async def test_tuned_calls_are_drawn_in_their_turn(reaching: Reaching) -> None:
    """By other weights than the model's own, which stay what they are; as alone, so together."""
    pytest.importorskip("peft", reason="the extra `train` is not installed")
    model, before = reaching.model, await reaching.weights()
    method = Lora(lr=0.05, dropout=0.0)
    one = Tuning(method, (lesson("wrong"),))
    two = Tuning(method, (lesson("wrong"), lesson("wrong again")))

    async def ask(tuning: Tuning | None) -> Completion:
        return await model.complete(ASK, sampling(logprobs=True, tuning=tuning))

    own, first, second = [await ask(each) for each in (None, one, two)]
    assert own.learned == () and own.logprobs is not None
    assert [(each.lesson, each.step) for each in second.learned] == [(0, 0), (1, 0)]
    assert first.learned[0].loss == pytest.approx(second.learned[0].loss)
    assert len({each.logprobs for each in (own, first, second)}) == 3
    mixed = await asyncio.gather(*(ask(each) for each in (two, None, one, two)))
    for found, alone in zip(mixed, (second, own, first, second), strict=True):
        assert found.text == alone.text
        assert found.logprobs == pytest.approx(alone.logprobs, abs=1e-4)
    assert await reaching.weights() == before
    wrong = Tuning(Lora(targets=("no_such_layer",)), (lesson("wrong"),))
    with pytest.raises(ModelFailed, match="cannot_tune"):
        await ask(wrong)
    assert (await ask(None)).text == own.text


async def test_strangers_are_refused(reaching: Reaching) -> None:
    body = {"messages": [{"role": "user", "content": "hi"}], "max_tokens": 1, "stream": True}
    async with httpx.AsyncClient(base_url=reaching.client.base_url) as stranger:
        for headers in ({}, {"Authorization": "Bearer guess"}):
            for ask in (
                stranger.post("/v1/chat/completions", json=body, headers=headers),
                stranger.get("/v1/weights", headers=headers),
            ):
                assert (await ask).status_code == 401
    bad = await reaching.client.post("/v1/chat/completions", json={**body, "temperature": -1})
    assert bad.status_code == 400 and "temperature" in bad.text
    unknown = {**body, "tuning": {"method": {"rank": 4}, "lessons": []}}
    assert (await reaching.client.post("/v1/chat/completions", json=unknown)).status_code == 400


async def test_what_cannot_be_loaded(settings: EngineSettings, tmp_path: Path) -> None:
    async def refused(kind: type[Exception], match: str, **changed: Any) -> None:
        with pytest.raises(kind, match=match):
            await Engine.launch(replace(settings, **changed))

    await refused(UnknownModel, "no model in", weights=tmp_path / "none")
    await refused(NoModel, "no config.json", weights=tmp_path)
    (tmp_path / "config.json").write_text("{}")
    (tmp_path / "pytorch_model.bin").write_bytes(b"\x80\x04.")
    await refused(NoModel, "other formats are not loaded", weights=tmp_path)
    header = b'{"w":{"dtype":"F32","shape":[1000000000,1000],"data_offsets":[0,0]}}'
    (tmp_path / "model.safetensors").write_bytes(len(header).to_bytes(8, "little") + header)
    await refused(NoModel, r"1000\.00 billion weights .* needs 37\d\d\.\d GiB", weights=tmp_path)


async def test_closing_leaves_no_process(
    settings: EngineSettings, engines: Callable[[], list[psutil.Process]]
) -> None:
    there = set(engines())
    model = EmbeddedModel(settings)
    starting = asyncio.create_task(model.start())
    while set(engines()) == there:  # noqa: ASYNC110  another process, nothing tells us
        await asyncio.sleep(0.01)
    await model.aclose()
    assert set(engines()) == there
    with pytest.raises(ModelFailed, match="stopped"):
        await starting
