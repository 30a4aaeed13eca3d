"""Deadlines and retries, the same for every backend."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable

import pytest

from synthd.synth.models.errors import ModelError, ModelFailed, WrongKey
from synthd.synth.models.retry import Patience, Transient, patiently
from synthd.synth.models.stream import Piece, Tokens
from synthd.synth.ports import Finish, Prompt, unheard

Step = Piece | Exception | float  # a float: seconds of silence
END = Piece(finish=Finish.STOP, tokens=Tokens(3, 2))


class Streams:
    """Opens the given streams one after the other, the last one again and again."""

    def __init__(self, *streams: list[Step]) -> None:
        self.streams = streams
        self.opened = 0
        self.closed = 0

    async def __call__(self) -> AsyncGenerator[Piece, None]:
        steps = self.streams[min(self.opened, len(self.streams) - 1)]
        self.opened += 1
        try:
            for step in steps:
                if isinstance(step, Exception):
                    raise step
                if isinstance(step, float):
                    await asyncio.sleep(step)
                else:
                    yield step
        finally:
            self.closed += 1


def busy() -> Transient:
    return Transient(ModelFailed("busy"))


async def draw(
    streams: Streams, prompt: Prompt, patience: Patience, heard: Callable[[str], None] = unheard
) -> str:
    return (await patiently("m", streams, prompt, heard, patience)).text


async def test_a_passing_trouble_is_tried_again(prompt: Prompt, hasty: Patience) -> None:
    streams = Streams([busy()], [busy()], [Piece("hi"), END])
    assert await draw(streams, prompt, hasty) == "hi"
    assert streams.opened == streams.closed == 3


async def test_but_not_for_ever(prompt: Prompt, hasty: Patience) -> None:
    streams = Streams([busy()])
    with pytest.raises(ModelFailed, match=r"^busy$"):
        await draw(streams, prompt, hasty)
    assert streams.opened == 3


async def test_what_will_not_pass_is_not_tried_again(prompt: Prompt, hasty: Patience) -> None:
    streams = Streams([WrongKey("no")], [Piece("hi"), END])
    with pytest.raises(WrongKey):
        await draw(streams, prompt, hasty)
    assert streams.opened == 1


@pytest.mark.parametrize("trouble", [[busy()], [60.0], []], ids=["error", "silence", "end"])
async def test_half_an_answer_is_not_paid_for_twice(prompt: Prompt, trouble: list[Step]) -> None:
    patience = Patience(first_token=30, next_token=0.05, pause=0.01)
    streams = Streams([Piece("ha"), *trouble], [Piece("hi"), END])
    heard: list[str] = []
    with pytest.raises(ModelFailed):
        await draw(streams, prompt, patience, heard.append)
    assert streams.opened == streams.closed == 1 and heard == ["ha"]


async def test_a_model_that_never_begins(prompt: Prompt) -> None:
    patience = Patience(first_token=0.05, next_token=30, tries=2, pause=0.01)
    streams = Streams([60.0])
    with pytest.raises(ModelFailed, match=r"did not begin to answer for 0.05 s"):
        await draw(streams, prompt, patience)
    assert streams.opened == streams.closed == 2


async def test_the_first_token_may_take_longer_than_the_next(prompt: Prompt) -> None:
    patience = Patience(first_token=30, next_token=0.05)
    assert await draw(Streams([0.2, Piece("hi"), END]), prompt, patience) == "hi"


async def test_cancelling_closes_the_stream(prompt: Prompt, hasty: Patience) -> None:
    streams = Streams([Piece("ha"), 60.0])
    talking = asyncio.Event()
    call = asyncio.create_task(draw(streams, prompt, hasty, lambda _: talking.set()))
    await talking.wait()
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    assert streams.closed == 1


async def test_tokens_are_estimated_where_nobody_counts(prompt: Prompt, hasty: Patience) -> None:
    streams = Streams([Piece("a"), Piece("b"), Piece(finish=Finish.LENGTH)])
    completion = await patiently("m", streams, prompt, unheard, hasty)
    assert not completion.counted
    assert completion.finish is Finish.LENGTH
    assert completion.completion_tokens == 2 and 10 < completion.prompt_tokens < 40


async def test_errors_are_model_errors(prompt: Prompt, hasty: Patience) -> None:
    with pytest.raises(ModelError, match="answered with nothing"):
        await draw(Streams([END]), prompt, hasty)
