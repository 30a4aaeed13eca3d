"""The part of OpenAI's chat API that llama.cpp's server speaks, over httpx."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator
from typing import TYPE_CHECKING, Any

from synthd.synth.models.errors import ContextTooLong, ModelError, ModelFailed, WrongKey
from synthd.synth.models.retry import Transient
from synthd.synth.models.stream import Piece, Tokens
from synthd.synth.ports import Finish, Prompt, Sampling

if TYPE_CHECKING:
    import httpx

BUSY = {408, 429, 500, 502, 503, 504}
DONE = "[DONE]"


def body(prompt: Prompt, sampling: Sampling) -> dict[str, object]:
    return {
        "messages": [{"role": m.role, "content": m.content} for m in prompt],
        "temperature": sampling.temperature,
        "max_tokens": sampling.max_tokens,
        "seed": sampling.seed,
        "stream": True,
        "stream_options": {"include_usage": True},
        "cache_prompt": True,
    }


async def chat(
    client: httpx.AsyncClient, model: str, request: dict[str, object]
) -> AsyncGenerator[Piece, None]:
    """Stream one completion. Closing the generator closes the connection, which stops the server.

    Raises Transient or a ModelError.
    """
    import httpx

    try:
        async with client.stream("POST", "/v1/chat/completions", json=request) as response:
            if response.status_code != 200:
                raise _refusal(model, response.status_code, await response.aread())
            async for event in _events(response):
                yield _piece(model, event)
    except httpx.HTTPError as error:
        what = f"{type(error).__name__} {error}".strip()
        raise Transient(ModelFailed(f"{model}: the connection failed ({what})")) from error


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


def _piece(model: str, event: Any) -> Piece:
    if "error" in event:
        raise _refusal(model, event["error"].get("code", 500), json.dumps(event).encode())
    text, finish, tokens = "", None, None
    if event.get("choices"):
        choice = event["choices"][0]
        text = choice["delta"].get("content") or ""
        if choice.get("finish_reason"):
            finish = Finish.LENGTH if choice["finish_reason"] == "length" else Finish.STOP
    if usage := event.get("usage"):
        tokens = Tokens(usage["prompt_tokens"], usage["completion_tokens"])
    return Piece(text, finish, tokens)


def _refusal(model: str, status: int, answer: bytes) -> Transient | ModelError:
    kind, message = _reason(answer)
    if kind == "exceed_context_size_error":
        return ContextTooLong(f"the prompt does not fit {model}: {message}")
    if status in (401, 403):
        return WrongKey(f"{model} refused our key: {message}")
    failed = ModelFailed(f"{model} failed with status {status}: {message}")
    return Transient(failed) if status in BUSY else failed


def _reason(answer: bytes) -> tuple[str, str]:
    try:
        error = json.loads(answer)["error"]
        return str(error.get("type", "")), str(error.get("message", error))
    except (ValueError, KeyError, AttributeError, TypeError):
        return "", answer[:200].decode(errors="replace").strip()
