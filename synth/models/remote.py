"""Any model that litellm speaks to. Prompts leave this machine, so only where the user says so.

litellm takes seconds to import and contacts the network while at it unless told not to.
"""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import aclosing
from typing import Any

from synthd.synth.models import failures
from synthd.synth.models.errors import ModelError, ModelFailed
from synthd.synth.models.retry import Patience, Transient, patiently
from synthd.synth.models.scrub import address, without_secrets
from synthd.synth.models.stream import Piece, Tokens, likely
from synthd.synth.ports import Completion, Finish, Prompt, Sampling, unheard

# "litellm.BadRequestError: OpenAIException - …": litellm's classes mean nothing to a user.
WRAPPING = re.compile(r"\b(litellm\.)?[A-Za-z]*(Error|Exception)(:| -) ")


class RemoteModel:
    """Known by its name alone: a provider may exchange what stands behind it, and answers that are
    kept stay. Where it says which version answered, that is in each answer (`fingerprint`).

    base: where an OpenAI-compatible server listens, for `openai/…` names.

    key: instead of the one that litellm finds in the environment.
    """

    def __init__(
        self,
        name: str,
        base: str = "",
        key: str = "",
        slots: int = 4,
        patience: Patience | None = None,
    ) -> None:
        self._name = name
        self._base = base
        self._key = key
        self._slots = slots
        self._patience = patience or Patience()
        self._backend = _described(name, base)
        self._free = asyncio.Semaphore(slots)

    @property
    def name(self) -> str:
        return self._name

    @property
    def endpoint(self) -> str:
        return self._backend.where

    @property
    def slots(self) -> int:
        return self._slots

    async def complete(
        self, prompt: Prompt, sampling: Sampling, heard: Callable[[str], None] = unheard
    ) -> Completion:
        async with self._free:
            # Before the deadlines start: importing is not the model's fault.
            await asyncio.to_thread(_litellm)
            return await patiently(
                self.name, lambda: self._stream(prompt, sampling), prompt, heard, self._patience
            )

    async def aclose(self) -> None:
        """litellm keeps one pool of connections for all models of this process; it is closed."""
        import sys

        if "litellm" in sys.modules:
            from litellm.llms.custom_httpx.async_client_cleanup import close_litellm_async_clients

            await close_litellm_async_clients()  # type: ignore[no-untyped-call]

    async def _stream(self, prompt: Prompt, sampling: Sampling) -> AsyncGenerator[Piece, None]:
        litellm = _litellm()
        try:
            stream = await litellm.acompletion(
                model=self._name,
                messages=[{"role": m.role, "content": m.content} for m in prompt],
                temperature=sampling.temperature,
                max_tokens=sampling.max_tokens,
                seed=sampling.seed,
                **({"logprobs": True} if sampling.logprobs else {}),
                **({} if sampling.top_p is None else {"top_p": sampling.top_p}),
                stream=True,
                stream_options={"include_usage": True},
                api_base=self._base or None,
                api_key=self._key or None,
                drop_params=True,  # not every provider takes a seed
                num_retries=0,  # retry.py's business
                max_retries=0,
            )
            async with aclosing(stream):
                async for chunk in stream:
                    yield _piece(chunk)
            yield _end(stream)
        except (Transient, ModelError):
            raise
        except Exception as error:
            # `from None`: litellm's exceptions carry requests with their headers.
            raise self._failed(error) from None

    def _failed(self, error: Exception) -> Transient | ModelError:
        import httpx
        import openai

        causes = list(_causes(error))
        if any(isinstance(cause, (httpx.ConnectError, ConnectionRefusedError)) for cause in causes):
            return failures.refused(self._backend)
        # What breaks in mid-stream comes wrapped.
        error = getattr(error, "original_exception", None) or error
        said = without_secrets(WRAPPING.sub("", str(error)), self._key)
        code = getattr(error, "status_code", None)
        if isinstance(code, int) and not isinstance(error, openai.APIConnectionError):
            headers = getattr(getattr(error, "response", None), "headers", {})
            return failures.status(self._backend, code, said, _seconds(headers.get("retry-after")))
        if isinstance(error, (openai.APIError, httpx.HTTPError)):
            return failures.broken(self._backend, said)
        return ModelFailed(f"{self._name} failed: {type(error).__name__} {said}")


def _litellm() -> Any:
    """Import it, quiet and offline. The variable must be there before the import."""
    os.environ.setdefault("LITELLM_LOCAL_MODEL_COST_MAP", "True")
    import logging

    import litellm

    litellm.suppress_debug_info = True
    litellm.telemetry = False
    litellm.disable_streaming_logging = True
    for name in ("LiteLLM", "LiteLLM Proxy", "LiteLLM Router"):
        # It has handlers of its own, which would write over a progress bar.
        logging.getLogger(name).setLevel(logging.CRITICAL)
    return litellm


def _piece(chunk: Any) -> Piece:
    if not chunk.choices:
        return Piece()
    choice = chunk.choices[0]
    told: Any = getattr(choice, "logprobs", None)
    told = told.model_dump() if hasattr(told, "model_dump") else told
    fingerprint = str(getattr(chunk, "system_fingerprint", None) or "")
    return Piece(choice.delta.content or "", likely=likely(told), fingerprint=fingerprint)


def _end(stream: Any) -> Piece:
    """What the provider itself said about the end.

    litellm makes up what is missing: a connection that broke becomes the finish "stop", and a
    usage that was not told becomes its own estimate. So look at what it received.
    """
    tokens = None
    for chunk in stream.chunks:
        if usage := getattr(chunk, "usage", None):
            tokens = Tokens(usage.prompt_tokens, usage.completion_tokens)
    if (reason := stream.received_finish_reason) is None and tokens is None:
        return Piece()
    return Piece(finish=Finish.LENGTH if reason == "length" else Finish.STOP, tokens=tokens)


def _described(name: str, base: str) -> failures.Backend:
    provider = name.partition("/")[0]
    return failures.Backend(
        model=name,
        where=address(base) if base else f"{provider} (over the network)",
        start="check that it runs, and that this machine reaches it",
        key=f"set {provider.upper().replace('-', '_')}_API_KEY to a key that is valid there",
        get="check the name's spelling, and that the key may use it",
    )


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _seconds(header: str | None) -> float:
    try:
        return float(header or 0)
    except ValueError:  # a date
        return 0.0
