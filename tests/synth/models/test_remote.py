"""litellm against a server on this machine: every way to fail, and no key in any message."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from typing import Any

import pytest

from synthd.synth.models.errors import (
    ConnectionRefused,
    ContextTooLong,
    EmptyAnswer,
    ModelError,
    ModelFailed,
    UnknownModel,
    WrongKey,
)
from synthd.synth.models.remote import RemoteModel
from synthd.synth.models.retry import Patience
from synthd.synth.ports import Finish, Prompt, Sampling

# litellm looks at fields of pydantic models in a way that pydantic is about to drop.
pytestmark = pytest.mark.filterwarnings("ignore:Accessing the 'model_:DeprecationWarning")
KEY = "sk-very-secret-0123456789"
SAMPLING = Sampling(temperature=0.3, max_tokens=40, seed=7)
Make = Callable[[str], RemoteModel]


def error(message: str, code: str = "") -> dict[str, Any]:
    return {"error": {"message": message, "type": "error", "code": code}}


@pytest.fixture
async def make(hasty: Patience) -> AsyncIterator[Make]:
    made: list[RemoteModel] = []

    def remote(base: str) -> RemoteModel:
        made.append(RemoteModel("openai/m", base, KEY, patience=hasty))
        return made[-1]

    yield remote
    for model in made:
        await model.aclose()


async def test_top_p_is_sent_only_where_it_is_asked_for(
    server: Any, make: Make, prompt: Prompt
) -> None:
    server.openai("Hello")
    model = make(server.url)
    await model.complete(prompt, SAMPLING)
    await model.complete(prompt, replace(SAMPLING, top_p=0.95))
    bare, asked = server.requests
    assert "top_p" not in bare and asked["top_p"] == 0.95


async def test_which_version_answered_is_told_where_the_server_says_it(
    server: Any, make: Make, prompt: Prompt
) -> None:
    server.openai("Hello", fingerprint="fp_44")
    server.openai("Hello")
    model = make(server.url)
    told = [(await model.complete(prompt, SAMPLING)).fingerprint for _ in range(2)]
    assert told == ["fp_44", ""]
    assert not hasattr(model, "identity"), "its name is all that is known of it"


async def test_streams_with_the_sampling_that_was_asked(
    server: Any, make: Make, prompt: Prompt
) -> None:
    server.openai("Hello", " world", finish="length")
    heard: list[str] = []
    model = make(server.url)
    completion = await model.complete(prompt, SAMPLING, heard.append)
    assert completion.text == "Hello world" and heard == ["Hello", " world"]
    assert completion.finish is Finish.LENGTH
    assert (completion.prompt_tokens, completion.completion_tokens) == (7, 5)
    assert completion.counted
    (asked,) = server.requests
    assert (asked["temperature"], asked["max_tokens"], asked["seed"]) == (0.3, 40, 7)
    assert asked["messages"][0] == {"role": "system", "content": prompt[0].content}
    assert server.keys == [f"Bearer {KEY}"]
    assert model.name == "openai/m" and model.endpoint == server.url


async def test_log_probabilities_where_they_are_asked_for(
    server: Any, make: Make, prompt: Prompt
) -> None:
    server.openai("Hel", "lö", logprob=-0.5)
    model = make(server.url)
    completion = await model.complete(prompt, replace(SAMPLING, logprobs=True))
    assert completion.logprobs == (-0.5, -0.5) and completion.pieces == ("Hel", "lö")
    assert server.requests[0]["logprobs"] is True
    server.openai("Hel", "lö")
    completion = await model.complete(prompt, replace(SAMPLING, logprobs=True))
    assert completion.logprobs is None, "this one does not tell"
    await model.complete(prompt, SAMPLING)
    assert not server.requests[2].get("logprobs")


async def test_tokens_that_nobody_told_are_estimates(
    server: Any, make: Make, prompt: Prompt
) -> None:
    server.openai("Hello", " world", usage=False)
    completion = await make(server.url).complete(prompt, SAMPLING)
    assert completion.completion_tokens == 2 and not completion.counted


@pytest.mark.parametrize(
    ("status", "body", "expected", "says"),
    [
        (401, error(f"Incorrect API key: {KEY}"), WrongKey, "set OPENAI_API_KEY"),
        (403, error("not yours"), WrongKey, "refused the key for openai/m"),
        (404, error("The model `m` does not exist"), UnknownModel, "check the name's spelling"),
        (400, error("m is not a valid model ID"), UnknownModel, "does not have 'openai/m'"),
        (
            400,
            error("This model's maximum context length is 9 tokens", "context_length_exceeded"),
            ContextTooLong,
            "the prompt does not fit openai/m",
        ),
        (400, error("exceeds the available context size"), ContextTooLong, "shorten"),
        (400, error(f"bad temperature, says {KEY}"), ModelFailed, "bad temperature"),
        (429, error("You exceeded your current quota", "insufficient_quota"), ModelFailed, "429"),
    ],
)
async def test_what_will_not_pass(
    server: Any,
    make: Make,
    prompt: Prompt,
    status: int,
    body: object,
    expected: type[ModelError],
    says: str,
) -> None:
    server.refuses(status, body)
    with pytest.raises(expected) as raised:
        await make(server.url).complete(prompt, SAMPLING)
    message = str(raised.value)
    assert type(raised.value) is expected and says in message
    assert KEY not in message and "\n" not in message
    assert len(server.requests) == 1


@pytest.mark.parametrize("status", [429, 500, 503])
async def test_what_may_pass(server: Any, make: Make, prompt: Prompt, status: int) -> None:
    server.refuses(status, error("later"), Retry_After="0")
    server.openai("Hello")
    assert (await make(server.url).complete(prompt, SAMPLING)).text == "Hello"
    assert len(server.requests) == 2


async def test_a_server_that_only_fails(server: Any, make: Make, prompt: Prompt) -> None:
    server.refuses(500, error("boom"))
    with pytest.raises(ModelFailed, match=r"openai/m failed with status 500: .*boom"):
        await make(server.url).complete(prompt, SAMPLING)
    assert len(server.requests) == 3


async def test_nobody_listens(nobody: str, make: Make, prompt: Prompt) -> None:
    with pytest.raises(ConnectionRefused, match=f"nothing answers at {nobody}: check"):
        await make(nobody).complete(prompt, SAMPLING)


async def test_an_empty_answer_tells_its_cost(server: Any, make: Make, prompt: Prompt) -> None:
    server.openai()
    with pytest.raises(EmptyAnswer) as raised:
        await make(server.url).complete(prompt, SAMPLING)
    assert (raised.value.prompt_tokens, raised.value.completion_tokens) == (7, 5)


async def test_half_an_answer_is_not_an_answer(server: Any, make: Make, prompt: Prompt) -> None:
    """litellm itself reports a connection that broke as finished."""
    server.openai("def f(", after="cut")
    with pytest.raises(ModelFailed):
        await make(server.url).complete(prompt, SAMPLING)
    assert len(server.requests) == 1


async def test_cancelling_reaches_the_server(server: Any, make: Make, prompt: Prompt) -> None:
    server.openai("and on", after="hang")
    talking = asyncio.Event()
    call = asyncio.create_task(make(server.url).complete(prompt, SAMPLING, lambda _: talking.set()))
    await talking.wait()
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    assert await asyncio.to_thread(server.dropped.wait, 10)


async def test_a_provider_that_does_not_exist(hasty: Patience, prompt: Prompt) -> None:
    with pytest.raises(UnknownModel, match="check the name's spelling"):
        await RemoteModel("nonsense/m", patience=hasty).complete(prompt, SAMPLING)


async def test_a_key_that_is_missing(
    monkeypatch: pytest.MonkeyPatch, hasty: Patience, prompt: Prompt
) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    with pytest.raises(WrongKey, match="set OPENAI_API_KEY"):
        await RemoteModel("openai/m", patience=hasty).complete(prompt, SAMPLING)


def test_litellm_is_imported_late_and_quietly(server: Any) -> None:
    """Only by the first call; and nothing is printed, whatever fails."""
    server.refuses(500, error("boom"))
    program = f"""
import asyncio, sys
from synthd.synth.models.remote import RemoteModel
from synthd.synth.models.retry import Patience
from synthd.synth.ports import Message, Sampling
model = RemoteModel("openai/m", {server.url!r}, "k", patience=Patience(tries=1))
assert "litellm" not in sys.modules and "httpx" not in sys.modules
async def main():
    try:
        await model.complete((Message("user", "hi"),), Sampling(0, 1, 0))
    except Exception as error:
        print(type(error).__name__)
    await model.aclose()
asyncio.run(main())
"""
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, timeout=120)
    assert (ran.stdout, ran.stderr) == (b"Unavailable\n", b"")
