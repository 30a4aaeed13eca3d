"""The Ollama backend against a server that speaks its protocol: every way to fail."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from typing import Any

import pytest

from synthd.synth.models import ollama_server
from synthd.synth.models.errors import (
    ConnectionRefused,
    ContextTooLong,
    EmptyAnswer,
    ModelError,
    ModelFailed,
    UnknownModel,
    WrongKey,
)
from synthd.synth.models.ollama import OllamaModel
from synthd.synth.models.ollama_server import PullStep
from synthd.synth.models.retry import Patience
from synthd.synth.ports import Finish, Message, Prompt, Sampling

SAMPLING = Sampling(temperature=0.3, max_tokens=40, seed=7)
DONE = {"done_reason": "length", "prompt_eval_count": 11, "eval_count": 3}
Make = Callable[[str], OllamaModel]


@pytest.fixture
async def make(hasty: Patience) -> AsyncIterator[Make]:
    made: list[OllamaModel] = []

    def ollama(host: str) -> OllamaModel:
        made.append(OllamaModel("coder:1b", host, patience=hasty))
        return made[-1]

    yield ollama
    for model in made:
        await model.aclose()


async def test_streams_with_the_sampling_that_was_asked(
    server: Any, make: Make, prompt: Prompt
) -> None:
    server.ollama("Hel", "lo", done=DONE)
    heard: list[str] = []
    model = make(server.url)
    completion = await model.complete(prompt, SAMPLING, heard.append)
    assert completion.text == "Hello" and heard == ["Hel", "lo"]
    assert completion.finish is Finish.LENGTH and completion.counted
    assert (completion.prompt_tokens, completion.completion_tokens) == (11, 3)
    (asked,) = server.requests
    options = {"temperature": 0.3, "num_predict": 40, "seed": 7, "num_ctx": 4096}
    assert asked["options"] == options and asked["model"] == "coder:1b"
    assert model.name == "ollama/coder:1b" and model.endpoint == f"Ollama at {server.url}"


async def test_log_probabilities_where_they_are_asked_for(
    server: Any, make: Make, prompt: Prompt
) -> None:
    server.ollama("Hel", "lö", logprob=-0.5)
    model = make(server.url)
    completion = await model.complete(prompt, replace(SAMPLING, logprobs=True))
    assert completion.logprobs == (-0.5, -0.5) and completion.pieces == ("Hel", "lö")
    assert server.requests[0]["logprobs"] is True
    server.ollama("Hel", "lö")
    completion = await model.complete(prompt, replace(SAMPLING, logprobs=True))
    assert completion.logprobs is None, "this one does not tell"
    await model.complete(prompt, SAMPLING)
    assert not server.requests[2].get("logprobs")


async def test_top_p_is_sent_only_where_it_is_asked_for(
    server: Any, make: Make, prompt: Prompt
) -> None:
    server.ollama("Hello")
    model = make(server.url)
    await model.complete(prompt, SAMPLING)
    await model.complete(prompt, replace(SAMPLING, top_p=0.95))
    bare, asked = (request["options"] for request in server.requests)
    assert "top_p" not in bare and asked["top_p"] == 0.95


def tags(*models: tuple[str, str]) -> dict[str, Any]:
    return {"models": [{"model": name, "digest": digest} for name, digest in models]}


@pytest.mark.parametrize(
    ("wanted", "digest"),
    [("coder:1b", "aa"), ("Coder:1B", "aa"), ("hub/coder", "cc"), ("coder", ""), ("other", "")],
)
async def test_the_servers_digest_says_which_weights_these_are(
    server: Any, hasty: Patience, wanted: str, digest: str
) -> None:
    server.refuses(200, tags(("coder:1b", "aa"), ("coder:7b", "bb"), ("hub/coder:latest", "cc")))
    assert await OllamaModel(wanted, server.url, patience=hasty).identify() == digest


async def test_weights_that_were_pulled_again_are_others(server: Any, make: Make) -> None:
    server.refuses(200, tags(("coder:1b", "old")))
    server.refuses(200, tags(("coder:1b", "new")))
    model = make(server.url)
    assert [await model.identify(), await model.identify()] == ["old", "new"]


async def test_a_server_that_does_not_say_which_weights(
    server: Any, make: Make, nobody: str
) -> None:
    server.refuses(200, {"models": [{"model": "coder:1b"}]})
    server.refuses(404, {"error": "not found"})
    model = make(server.url)
    assert [await model.identify(), await model.identify()] == ["", ""]
    assert await make(nobody).identify() == ""


async def test_a_server_that_never_says_it_is_not_waited_for(server: Any) -> None:
    server.ollama("x", after="hang")
    with pytest.raises(ModelFailed, match=r"did not answer within 0\.2 s"):
        await ollama_server.digest(server.url, "coder:1b", deadline=0.2)


async def test_a_server_that_does_not_count(server: Any, make: Make, prompt: Prompt) -> None:
    server.ollama("Hel", "lo")
    completion = await make(server.url).complete(prompt, SAMPLING)
    assert completion.completion_tokens == 2 and not completion.counted


async def test_the_context_grows_with_the_prompt(server: Any, make: Make) -> None:
    """Ollama would cut the prompt silently."""
    server.ollama("ok")
    model = make(server.url)
    for characters in (100, 20_000, 100):
        await model.complete((Message("user", "x" * characters),), SAMPLING)
    assert [asked["options"]["num_ctx"] for asked in server.requests] == [4096, 12288, 12288]


@pytest.mark.parametrize(
    ("status", "message", "expected", "says"),
    [
        (404, "model 'coder:1b' not found", UnknownModel, "run `synthd models pull ollama/coder:"),
        (401, "unauthorized", WrongKey, "set OLLAMA_API_KEY"),
        (400, "the input length exceeds the context length", ContextTooLong, "shorten"),
        (400, "no", ModelFailed, "ollama/coder:1b failed with status 400: no"),
    ],
)
async def test_what_will_not_pass(
    server: Any,
    make: Make,
    prompt: Prompt,
    status: int,
    message: str,
    expected: type[ModelError],
    says: str,
) -> None:
    server.refuses(status, {"error": message})
    with pytest.raises(expected) as raised:
        await make(server.url).complete(prompt, SAMPLING)
    assert type(raised.value) is expected and says in str(raised.value)
    assert len(server.requests) == 1


async def test_what_may_pass(server: Any, make: Make, prompt: Prompt) -> None:
    server.refuses(503, {"error": "server busy, please try again"})
    server.ollama("Hello")
    assert (await make(server.url).complete(prompt, SAMPLING)).text == "Hello"


async def test_nobody_listens(nobody: str, make: Make, prompt: Prompt) -> None:
    with pytest.raises(ConnectionRefused, match=f"at {nobody}: start it with `ollama serve`"):
        await make(nobody).complete(prompt, SAMPLING)


async def test_an_empty_answer_tells_its_cost(server: Any, make: Make, prompt: Prompt) -> None:
    server.ollama(done=DONE)
    with pytest.raises(EmptyAnswer) as raised:
        await make(server.url).complete(prompt, SAMPLING)
    assert (raised.value.prompt_tokens, raised.value.completion_tokens) == (11, 3)


@pytest.mark.parametrize("status", [200, 404])
async def test_not_an_ollama(server: Any, make: Make, prompt: Prompt, status: int) -> None:
    server.refuses(status, ["welcome"])
    with pytest.raises(ModelError):
        await make(server.url).complete(prompt, SAMPLING)


async def test_half_an_answer_is_not_an_answer(server: Any, make: Make, prompt: Prompt) -> None:
    server.ollama("def f(", after="cut")
    with pytest.raises(ModelFailed):
        await make(server.url).complete(prompt, SAMPLING)
    assert len(server.requests) == 1


async def test_cancelling_reaches_the_server(server: Any, make: Make, prompt: Prompt) -> None:
    server.ollama("and on", after="hang")
    talking = asyncio.Event()
    call = asyncio.create_task(make(server.url).complete(prompt, SAMPLING, lambda _: talking.set()))
    await talking.wait()
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    assert await asyncio.to_thread(server.dropped.wait, 10)


async def test_what_a_server_has(server: Any, nobody: str) -> None:
    server.refuses(200, {"models": [{"model": "llama3:8b"}, {"model": "coder:1b"}]})
    assert await ollama_server.is_running(server.url)
    assert await ollama_server.models(server.url) == ["llama3:8b", "coder:1b"]
    assert not await ollama_server.is_running(nobody)
    with pytest.raises(ConnectionRefused):
        await ollama_server.models(nobody)


async def test_a_server_that_does_not_answer_in_time(server: Any) -> None:
    server.openai("…", after="hang")
    assert not await ollama_server.is_running(server.url, deadline=0.2)
    with pytest.raises(ModelFailed, match=r"did not answer within 0.2 s"):
        await ollama_server.models(server.url, deadline=0.2)


async def test_pulling(server: Any, nobody: str) -> None:
    server.refuses(200, {"status": "pulling", "completed": 5, "total": 10})
    server.refuses(200, {"error": "pull model manifest: file does not exist"})
    steps = [step async for step in ollama_server.pull(server.url, "m")]
    assert steps == [PullStep("pulling", 5, 10)]
    with pytest.raises(ModelError, match="manifest"):
        async for _ in ollama_server.pull(server.url, "m"):
            pass
    with pytest.raises(ConnectionRefused):
        async for _ in ollama_server.pull(nobody, "m"):
            pass


async def test_removing(server: Any) -> None:
    server.refuses(200, {})
    server.refuses(404, {"error": "model 'm' not found"})
    await ollama_server.remove(server.url, "m")
    with pytest.raises(UnknownModel):
        await ollama_server.remove(server.url, "m")


@pytest.mark.parametrize(
    ("names", "chosen"),
    [
        ([], None),
        (["llama3:8b", "mistral"], None),
        (["qwen2.5:7b", "codellama:7b", "qwen2.5-coder:3b", "deepseek-coder"], "qwen2.5-coder:3b"),
        (["llama3:8b", "codellama:7b"], "codellama:7b"),
        (["nomic-embed-code", "starcoder2:3b"], "starcoder2:3b"),
    ],
)
def test_the_model_that_writes_code(names: list[str], chosen: str | None) -> None:
    assert ollama_server.code_model(names) == chosen


@pytest.mark.parametrize("value", ["", "  ", None])
def test_the_host_of_the_environment(value: str | None) -> None:
    environ = {} if value is None else {"OLLAMA_HOST": value}
    assert ollama_server.host_from(environ) == "http://127.0.0.1:11434"
    assert ollama_server.host_from({"OLLAMA_HOST": "box:1234"}) == "box:1234"


def test_a_password_in_the_host_is_not_shown() -> None:
    assert OllamaModel("m", "http://me:secret@box:1").endpoint == "Ollama at http://box:1"
