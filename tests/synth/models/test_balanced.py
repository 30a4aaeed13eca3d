"""Many endpoints of one model: by free slots, in the order of asking, past those that break."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import pytest

from synthd.synth.models.balanced import Balanced, Differing
from synthd.synth.models.errors import ConnectionRefused, ModelFailed, Unavailable, WrongKey
from synthd.synth.models.ollama import OllamaModel
from synthd.synth.models.retry import Patience
from synthd.synth.models.scripted import ScriptedModel
from synthd.synth.ports import Completion, Message, Prompt, Sampling, unheard

SAMPLING = Sampling(temperature=0.0, max_tokens=100, seed=1)


def asking(what: str) -> Prompt:
    return (Message("user", what),)


class Gated:
    """Answers with its endpoint's name, once the gate is open; breaks as it is told to."""

    continues = False

    def __init__(self, endpoint: str, slots: int = 1, name: str = "m", identity: str = "") -> None:
        self.endpoint, self.slots, self.name, self.identity = endpoint, slots, name, identity
        self.gate = asyncio.Event()
        self.gate.set()
        self.called = asyncio.Event()
        self.error: Exception | None = None
        self.begins = False
        self.asked: list[str] = []
        self.running = 0
        self.closed = False

    async def identify(self) -> str:
        return self.identity

    async def complete(
        self, prompt: Prompt, sampling: Sampling, heard: Callable[[str], None] = unheard
    ) -> Completion:
        self.asked.append(prompt[-1].content)
        self.called.set()
        self.running += 1
        try:
            if self.begins:
                heard("half")
            await self.gate.wait()
            await asyncio.sleep(0)
            if self.error is not None:
                raise self.error
        finally:
            self.running -= 1
        return await ScriptedModel([self.endpoint]).complete(prompt, sampling, heard)

    async def aclose(self) -> None:
        self.closed = True


@pytest.fixture
def told() -> list[str]:
    return []


async def said(model: Balanced, what: str = "?") -> str:
    return (await model.complete(asking(what), SAMPLING)).text


async def settle() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


async def test_one_endpoint_is_that_endpoint(told: list[str]) -> None:
    model = Balanced([ScriptedModel(["hello"], slots=3, continues=True)], told.append)
    assert (model.name, model.slots, model.continues) == ("local/scripted", 3, True)
    assert model.endpoint == "this machine (scripted)"
    assert await said(model) == "hello"
    with pytest.raises(ModelFailed, match="the script ends"):
        await said(model)
    assert told == []
    await model.aclose()


async def test_calls_go_where_most_slots_are_free(told: list[str]) -> None:
    small, large = Gated("small", 1), Gated("large", 3)
    model = Balanced([small, large], told.append)
    assert model.slots == 4
    small.gate.clear()
    large.gate.clear()
    calls = [asyncio.create_task(said(model, str(n))) for n in range(6)]
    await settle()
    assert (small.asked, large.asked) == (["2"], ["0", "1", "3"])
    small.gate.set()
    await settle()
    assert small.asked == ["2", "4", "5"]  # who waited came in the order of asking
    large.gate.set()
    assert await asyncio.gather(*calls) == ["large", "large", "small", "large", "small", "small"]


async def test_a_cancelled_call_frees_its_slot_and_its_place(told: list[str]) -> None:
    only = Gated("only")
    model = Balanced([only], told.append)
    only.gate.clear()
    first, second, third = (asyncio.create_task(said(model, name)) for name in "abc")
    await settle()
    second.cancel()
    await settle()
    first.cancel()  # its slot is handed over in this turn of the loop ...
    await asyncio.wait([first, second])
    only.gate.set()
    assert await third == "only" and only.asked == ["a", "c"]
    assert await said(model) == "only" and only.running == 0


async def test_a_slot_that_was_just_handed_to_a_cancelled_call_is_not_lost(told: list[str]) -> None:
    only = Gated("only")
    model = Balanced([only], told.append)
    only.gate.clear()
    first, second = (asyncio.create_task(said(model, name)) for name in "ab")
    await settle()
    only.gate.set()
    first.add_done_callback(lambda _: second.cancel())
    await asyncio.wait([first, second])
    assert await asyncio.wait_for(said(model, "c"), 30) == "only"


async def test_past_an_endpoint_that_broke(told: list[str]) -> None:
    bad, good = Gated("bad", 2), Gated("good", 1)
    bad.error = ConnectionRefused("nothing answers at bad: start it")
    model = Balanced([bad, good], told.append, pause=1000)
    assert [await said(model) for _ in range(3)] == ["good"] * 3
    assert len(bad.asked) == 1, "set aside"
    assert told == [
        "bad is set aside for 120 s; its call goes to another endpoint: "
        "nothing answers at bad: start it"
    ]


async def test_who_broke_once_for_many_calls_is_set_aside_once(told: list[str]) -> None:
    bad, good = Gated("bad", 9), Gated("good", 2)
    bad.gate.clear()
    model = Balanced([bad, good], told.append, pause=1000)
    calls = [asyncio.create_task(said(model, str(n))) for n in range(4)]
    await settle()
    assert bad.running == 4
    bad.error = Unavailable("broke")
    bad.gate.set()
    assert await asyncio.gather(*calls) == ["good"] * 4
    assert good.asked == ["0", "1", "2", "3"] and len(told) == 1


async def test_after_its_while_one_call_tries_it_again(told: list[str]) -> None:
    bad, good = Gated("bad", 4), Gated("good", 1)
    bad.error = Unavailable("broke")
    model = Balanced([bad, good], told.append, pause=0.05)
    assert await said(model) == "good"
    bad.error = None
    bad.called.clear()
    bad.gate.clear()
    good.gate.clear()
    calls = [asyncio.create_task(said(model, str(n))) for n in range(4)]
    await bad.called.wait()
    await settle()
    assert bad.running == 1 and good.running == 1
    bad.gate.set()
    assert sorted(await asyncio.gather(*calls[1:])) == ["bad"] * 3
    good.gate.set()
    assert await calls[0] == "good"


async def test_each_failure_sets_it_aside_for_longer(told: list[str]) -> None:
    bad, good = Gated("bad", 4), Gated("good", 1)
    bad.error = Unavailable("broke")
    model = Balanced([bad, good], told.append, pause=0.01)
    while len(told) < 3:
        assert await said(model) == "good"
        await asyncio.sleep(0.01)
    assert [line.split()[5] for line in told[:3]] == ["0.01", "0.02", "0.04"]


async def test_all_down_is_the_last_error_and_no_wait(told: list[str]) -> None:
    both = Gated("a"), Gated("b")
    model = Balanced(both, told.append, pause=1000)
    for one in both:
        one.error = ConnectionRefused(f"nothing answers at {one.endpoint}")
    for _ in range(2):  # also once both are set aside
        with pytest.raises(ConnectionRefused):
            await said(model)
    assert [len(one.asked) for one in both] == [2, 2]
    for one in both:
        one.error = None
    assert await said(model) in ("a", "b")


async def test_what_is_wrong_everywhere_is_tried_once(told: list[str]) -> None:
    first, second = Gated("first", 2), Gated("second", 1)
    first.error = WrongKey("no")
    model = Balanced([first, second], told.append)
    with pytest.raises(WrongKey):
        await said(model)
    assert second.asked == [] and told == []


async def test_half_an_answer_is_not_paid_for_twice(told: list[str]) -> None:
    first, second = Gated("first", 2), Gated("second", 1)
    first.begins, first.error = True, Unavailable("broke")
    model = Balanced([first, second], told.append, pause=1000)
    with pytest.raises(Unavailable):
        await said(model)
    assert second.asked == [] and len(told) == 1
    assert await said(model) == "second"


async def test_different_models_are_refused(told: list[str]) -> None:
    with pytest.raises(Differing, match=r"different models: a has m, b has n"):
        Balanced([Gated("a"), Gated("b", name="n")], told.append)
    with pytest.raises(Differing, match=r"different weights: a has 12, b has 34"):
        Balanced([Gated("a", identity="12"), Gated("b", identity="34")], told.append)
    with pytest.raises(ValueError, match="at least one"):
        Balanced([], told.append)


async def test_weights_that_were_exchanged_are_refused(told: list[str]) -> None:
    first, second = Gated("a", 2, identity="12"), Gated("b", 1)
    model = Balanced([first, second], told.append, pause=0.001)
    assert await model.agreed() == model.identity == "12"
    first.error = Unavailable("broke")
    assert await said(model) == "b"
    first.error, first.identity = None, "34"
    while len(told) < 2:
        assert await said(model) == "b"
        await asyncio.sleep(0.01)
    assert "a has other weights now (34): give it those of the others (12)" in told[1]
    second.identity = "56"
    assert await model.identify() == ""
    with pytest.raises(Differing):
        await said(model)


async def test_closing_closes_all(told: list[str]) -> None:
    both = Gated("a"), Gated("b")
    await Balanced(both, told.append).aclose()
    assert all(one.closed for one in both)


@pytest.fixture
def other_server(server: Any) -> Iterator[Any]:
    other = type(server)()
    yield other
    other.close()


@pytest.fixture
async def two(
    server: Any, other_server: Any, told: list[str], hasty: Patience
) -> AsyncIterator[Balanced]:
    model = Balanced(
        [
            OllamaModel("m", server.url, slots=3, patience=hasty),
            OllamaModel("m", other_server.url, slots=2, patience=hasty),
        ],
        told.append,
        pause=1000,
    )
    yield model
    await model.aclose()


async def test_two_servers_share_the_calls(two: Balanced, server: Any, other_server: Any) -> None:
    server.ollama("one", done={"done_reason": "stop"})
    other_server.ollama("two", done={"done_reason": "stop"})
    texts = await asyncio.gather(*(said(two, str(n)) for n in range(20)))
    assert texts.count("one") == len(server.requests) >= 3
    assert texts.count("two") == len(other_server.requests) >= 2


async def test_one_of_two_servers_fails(
    two: Balanced, server: Any, other_server: Any, told: list[str]
) -> None:
    server.refuses(503, {"error": "loading"})
    other_server.ollama("two", done={"done_reason": "stop"})
    assert await asyncio.gather(*(said(two, str(n)) for n in range(8))) == ["two"] * 8
    assert len(server.requests) <= 3 * 3, "three calls were there when it broke, three tries each"
    assert len(told) == 1 and told[0].startswith(f"Ollama at {server.url} is set aside")


async def test_one_of_two_servers_goes_away(server: Any, told: list[str], hasty: Patience) -> None:
    leaving = type(server)()
    leaving.ollama("one", done={"done_reason": "stop"})
    server.ollama("two", done={"done_reason": "stop"})
    models = [OllamaModel("m", url, patience=hasty) for url in (leaving.url, server.url)]
    model = Balanced(models, told.append, pause=1000)
    try:
        assert await said(model) == "one"
    finally:
        leaving.close()
    assert [await said(model) for _ in range(3)] == ["two"] * 3
    assert len(told) == 1
    await model.aclose()
