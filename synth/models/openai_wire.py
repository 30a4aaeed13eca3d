"""The part of OpenAI's chat API that llama.cpp's server speaks, over httpx."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from synthd.synth.models import failures
from synthd.synth.models.stream import Piece, Tokens, likely
from synthd.synth.ports import Finish, Prompt, Sampling
from synthd.synth.tuning import Learned

if TYPE_CHECKING:
    import httpx

DONE = "[DONE]"


def body(prompt: Prompt, sampling: Sampling) -> dict[str, object]:
    # Without an alternative to each token, llama.cpp tells no log-probability at all.
    logprobs = {"logprobs": True, "top_logprobs": 1} if sampling.logprobs else {}
    return {
        "messages": [{"role": m.role, "content": m.content} for m in prompt],
        "temperature": sampling.temperature,
        "max_tokens": sampling.max_tokens,
        "seed": sampling.seed,
        "stream": True,
        "stream_options": {"include_usage": True},
        "cache_prompt": True,
        **logprobs,
        **({} if sampling.top_p is None else {"top_p": sampling.top_p}),
        **({} if sampling.tuning is None else {"tuning": asdict(sampling.tuning)}),
    }


async def chat(
    client: httpx.AsyncClient, backend: failures.Backend, request: dict[str, object]
) -> AsyncGenerator[Piece, None]:
    """Stream one completion. Closing the generator closes the connection, which stops the server.

    Raises Transient or a ModelError.
    """
    import httpx

    try:
        async with client.stream("POST", "/v1/chat/completions", json=request) as response:
            if response.status_code != 200:
                said = _message(await response.aread())
                raise failures.status(backend, response.status_code, said)
            async for event in _events(response):
                if error := event.get("error"):
                    raise failures.status(backend, error.get("code", 500), _told(error))
                yield _piece(event)
    except (httpx.HTTPError, ValueError, LookupError, AttributeError) as error:
        raise failures.broken(backend, f"{type(error).__name__} {error}") from error


async def _events(response: httpx.Response) -> AsyncGenerator[Any, None]:
    """The JSON of each server-sent event.

    Lines are cut at line feeds alone: httpx's own aiter_lines also cuts at characters that may
    stand unescaped in JSON, such as U+2028.
    """
    rest = b""
    async for data in response.aiter_bytes():
        *lines, rest = (rest + data).split(b"\n")
        for line in lines:
            field, _, value = line.decode().partition(":")
            if value.strip() == DONE:
                return
            if field == "data":
                yield json.loads(value)
            elif field == "error":
                yield {"error": json.loads(value)}


def _piece(event: Any) -> Piece:
    text, finish, tokens, told = "", None, None, None
    if event.get("choices"):
        choice = event["choices"][0]
        text = choice["delta"].get("content") or ""
        told = choice.get("logprobs")
        if choice.get("finish_reason"):
            finish = Finish.LENGTH if choice["finish_reason"] == "length" else Finish.STOP
    if usage := event.get("usage"):
        tokens = Tokens(usage["prompt_tokens"], usage["completion_tokens"])
    # Not OpenAI's: what a tuned call learned (models/hf/).
    learned = tuple(Learned(**row) for row in event.get("learned", ()))
    return Piece(text, finish, tokens, likely(told), learned=learned)


def _told(error: Any) -> str:
    return f"{error.get('type', 'error')}: {error.get('message', error)}"


def _message(answer: bytes) -> str:
    """An error's kind and message, or whatever else was sent."""
    try:
        return _told(json.loads(answer)["error"])
    except (ValueError, LookupError, TypeError, AttributeError):
        return answer.decode(errors="replace")
