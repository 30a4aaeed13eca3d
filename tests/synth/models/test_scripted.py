"""The model that tests and demonstrations are made with."""

from __future__ import annotations

import asyncio

import pytest

from synthd.synth.models.errors import EmptyAnswer, ModelFailed
from synthd.synth.models.scripted import ScriptedModel
from synthd.synth.ports import Finish, Prompt, Sampling

SAMPLING = Sampling(temperature=0.0, max_tokens=100, seed=1)


async def test_says_its_lines_in_order_and_to_the_letter(prompt: Prompt) -> None:
    lines = ["  def f(x):\n\treturn x\n\n", "two"]
    model = ScriptedModel(lines)
    heard: list[str] = []
    first = await model.complete(prompt, SAMPLING, heard.append)
    second = await model.complete(prompt, SAMPLING)
    assert [first.text, second.text] == lines
    assert "".join(heard) == lines[0] and len(heard) > 2
    assert first.finish is Finish.STOP and first.counted
    assert (second.prompt_tokens, second.completion_tokens) == (12, 1)
    assert model.calls == 2
    with pytest.raises(ModelFailed, match="the script ends after 2 answers"):
        await model.complete(prompt, SAMPLING)


async def test_may_answer_by_what_it_was_asked(prompt: Prompt) -> None:
    model = ScriptedModel(lambda said, how, call: f"{len(said)} {how.seed} {call}")
    assert (await model.complete(prompt, SAMPLING)).text == "2 1 0"
    assert (await model.complete(prompt, SAMPLING)).text == "2 1 1"


async def test_max_tokens_cuts(prompt: Prompt) -> None:
    cut = await ScriptedModel(["a b c d"]).complete(prompt, Sampling(0, 2, 0))
    assert (cut.text, cut.finish, cut.completion_tokens) == ("a b", Finish.LENGTH, 2)


async def test_tells_how_likely_its_words_were_where_asked(prompt: Prompt) -> None:
    asked = Sampling(0, 9, 0, logprobs=True)
    told = await ScriptedModel(["a bb"]).complete(prompt, asked)
    assert (told.logprobs, told.pieces) == ((-0.1, -0.2), ("a", " bb"))
    assert (await ScriptedModel(["a bb"]).complete(prompt, SAMPLING)).logprobs is None
    assert (await ScriptedModel(["a"], logprob=None).complete(prompt, asked)).logprobs is None


async def test_saying_nothing_is_an_error(prompt: Prompt) -> None:
    with pytest.raises(EmptyAnswer) as raised:
        await ScriptedModel(["\n "]).complete(prompt, SAMPLING)
    assert raised.value.prompt_tokens == 12


async def test_a_cancelled_call_stops_talking(prompt: Prompt) -> None:
    heard: list[str] = []
    model = ScriptedModel(["word " * 1000], seconds_per_token=0.001)
    talking = asyncio.Event()

    def listen(piece: str) -> None:
        heard.append(piece)
        talking.set()

    call = asyncio.create_task(model.complete(prompt, SAMPLING, listen))
    await talking.wait()
    assert model.running == 1
    call.cancel()
    await asyncio.wait([call])
    said = len(heard)
    await asyncio.sleep(0.05)
    assert call.cancelled() and len(heard) == said and model.running == 0
