"""An Ollama server: is it there, which models has it, get one, drop one. All with deadlines."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from synthd.synth.models import failures
from synthd.synth.models.errors import ModelError, ModelFailed
from synthd.synth.models.retry import Transient
from synthd.synth.models.scrub import address, without_secrets

if TYPE_CHECKING:
    import ollama

T = TypeVar("T")

DEFAULT_HOST = "http://127.0.0.1:11434"
LOOPBACK = re.compile(r"(//|^)(localhost|127\.|\[?::1|0\.0\.0\.0|:)")
# Best first; a name that has none of these is not thought to write code.
CODE = ("coder", "codellama", "codestral", "devstral", "code", "qwen")
SILENCE = 120.0  # while pulling: verifying a large file is silent for a while


@dataclass(frozen=True, slots=True)
class PullStep:
    """total is 0 where Ollama does not tell one."""

    status: str
    completed: int = 0
    total: int = 0


def host_from(environ: Mapping[str, str]) -> str:
    return environ.get("OLLAMA_HOST", "").strip() or DEFAULT_HOST


def connect(host: str) -> ollama.AsyncClient:
    """The official client. It must be closed."""
    import ollama

    # A proxy meant for the web must not get what goes to this machine's own server.
    return ollama.AsyncClient(host, trust_env=not LOOPBACK.search(host))


def described(model: str, host: str) -> failures.Backend:
    where = f"Ollama at {address(host)}"
    return failures.Backend(
        model=f"ollama/{model}",
        where=where,
        start="start it with `ollama serve`, or set OLLAMA_HOST to where it runs",
        key="set OLLAMA_API_KEY",
        get=f"run `synthd models pull ollama/{model}`",
    )


def failed(backend: failures.Backend, error: Exception) -> Transient | ModelError:
    """What the client's exceptions mean."""
    import httpx

    try:
        import ollama
    except ValueError:  # it reads the variable as soon as it is imported
        return ModelFailed("OLLAMA_HOST is no address: write it as http://HOST:PORT, or unset it")
    if isinstance(error, ollama.ResponseError):
        code = error.status_code if error.status_code > 0 else 500  # -1: in mid-stream
        return failures.status(backend, code, without_secrets(error.error))
    if isinstance(error, (httpx.ConnectError, httpx.ConnectTimeout, ConnectionError)):
        return failures.refused(backend)
    if isinstance(error, httpx.HTTPError):
        return failures.broken(backend, f"{type(error).__name__} {without_secrets(str(error))}")
    said = without_secrets(str(error))
    return ModelFailed(f"{backend.where} failed: {type(error).__name__} {said}")


async def is_running(host: str, deadline: float = 2.0) -> bool:
    try:
        await models(host, deadline)
    except Exception:
        return False
    return True


async def models(host: str, deadline: float = 5.0) -> list[str]:
    """What `ollama list` shows. Raises ModelError."""

    async def listed(client: ollama.AsyncClient) -> list[str]:
        return [model.model for model in (await client.list()).models if model.model]

    return await _ask(host, "?", listed, deadline)


async def digest(host: str, model: str, deadline: float = 5.0) -> str:
    """The SHA-256 of the model's manifest, which names its weights and its template; "" where the
    server has no such model, or tells none. Raises ModelError."""

    async def found(client: ollama.AsyncClient) -> str:
        wanted = {_full(model), model.lower()}
        listed = (await client.list()).models
        return next((m.digest or "" for m in listed if (m.model or "").lower() in wanted), "")

    return await _ask(host, model, found, deadline)


def _full(model: str) -> str:
    """As the server lists it: without a tag it is the latest."""
    name = model.lower()
    return name if ":" in name.rpartition("/")[2] else f"{name}:latest"


async def remove(host: str, model: str, deadline: float = 30.0) -> None:
    """Raises ModelError."""

    async def removed(client: ollama.AsyncClient) -> None:
        await client.delete(model)

    await _ask(host, model, removed, deadline)


async def pull(host: str, model: str) -> AsyncGenerator[PullStep, None]:
    """Let Ollama fetch a model. Closing the generator stops it; Ollama resumes the next time.

    Raises ModelError.
    """
    backend = described(model, host)
    client = None
    try:
        client = connect(host)
        async with aclosing(await client.pull(model, stream=True)) as steps:  # type: ignore[type-var]
            while True:
                async with asyncio.timeout(SILENCE):
                    step = await anext(steps, None)
                if step is None:
                    return
                yield PullStep(step.status or "", step.completed or 0, step.total or 0)
    except TimeoutError:
        raise ModelFailed(f"{backend.where} went silent while pulling {model}") from None
    except Exception as error:
        raise _final(failed(backend, error)) from error
    finally:
        if client is not None:
            await client.close()  # type: ignore[no-untyped-call]


def code_model(names: list[str]) -> str | None:
    """The one to use where the user named none."""
    for mark in CODE:
        for name in names:
            if mark in name.lower() and "embed" not in name.lower():
                return name
    return None


async def _ask(
    host: str, model: str, question: Callable[[ollama.AsyncClient], Awaitable[T]], deadline: float
) -> T:
    backend = described(model, host)
    try:
        client = connect(host)
        try:
            async with asyncio.timeout(deadline):
                return await question(client)
        finally:
            await client.close()  # type: ignore[no-untyped-call]
    except TimeoutError:
        raise ModelFailed(f"{backend.where} did not answer within {deadline:g} s") from None
    except Exception as error:
        raise _final(failed(backend, error)) from error


def _final(error: Transient | ModelError) -> ModelError:
    return error.error if isinstance(error, Transient) else error
