"""How any backend's failure becomes one line that says what to do: the same for all of them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from synthd.synth.models.errors import (
    CannotContinue,
    ConnectionRefused,
    ContextTooLong,
    ModelError,
    ModelFailed,
    Unavailable,
    UnknownModel,
    WrongKey,
)
from synthd.synth.models.retry import Transient

# Beyond this, a provider's message is cut: some send a page of HTML.
LONGEST_MESSAGE = 300
TRANSIENT = {408, 409, 425, 429, 500, 502, 503, 504, 529}
NO_CONTEXT = re.compile(
    r"exceed_context_size|context_length"
    r"|(context|input|prompt)\W.{0,40}(length|size|window|too long)"
    r"|too many tokens|maximum context|prompt is too long",
    re.IGNORECASE | re.DOTALL,
)
NO_MODEL = re.compile(
    r"model\b.{0,80}(not found|does ?n[o']t exist|not supported|is not a valid)"
    r"|(not found|unknown|invalid|no such|not a valid) model|llm provider not provided",
    re.IGNORECASE | re.DOTALL,
)
NO_KEY = re.compile(
    r"missing.{0,60}(credential|api.?key)|(invalid|incorrect) api.?key|api.?key not valid",
    re.IGNORECASE,
)
NO_PREFILL = re.compile(r"prefill|last message .{0,40}assistant", re.IGNORECASE)
NO_MONEY = re.compile(r"insufficient_quota|quota|billing|credit", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Backend:
    """Who failed, and what a user can do about it."""

    model: str
    where: str
    start: str  # ... if nobody listens there
    key: str  # ... if the key is refused
    get: str  # ... if the model is not there


def refused(backend: Backend) -> ConnectionRefused:
    return ConnectionRefused(f"nothing answers at {backend.where}: {backend.start}")


def broken(backend: Backend, what: str) -> Transient:
    """A connection that was there and broke."""
    what = " ".join(what.split())[:LONGEST_MESSAGE]
    return Transient(
        Unavailable(f"{backend.model}: the connection to {backend.where} broke ({what})")
    )


def status(
    backend: Backend, code: int, message: str, retry_after: float = 0.0
) -> Transient | ModelError:
    """What an HTTP status and the message that came with it mean."""
    said = " ".join(message.split())[:LONGEST_MESSAGE]
    if code in (401, 403) or NO_KEY.search(message):
        return WrongKey(f"{backend.where} refused the key for {backend.model}: {backend.key}")
    if code in (400, 422, 500) and NO_PREFILL.search(message):
        return CannotContinue(f"{backend.model} does not go on with an answer ({said})")
    if 400 <= code < 500 and NO_CONTEXT.search(message):
        return ContextTooLong(
            f"the prompt does not fit {backend.model}: shorten the docstring or its context, "
            f"or use a model with a longer context ({said})"
        )
    if code == 404 or (code in (400, 422) and NO_MODEL.search(message)):
        return UnknownModel(f"{backend.where} does not have {backend.model!r}: {backend.get}")
    failed = f"{backend.model} failed with status {code}: {said}"
    if code in TRANSIENT and not (code == 429 and NO_MONEY.search(message)):
        return Transient(Unavailable(failed), retry_after)
    return ModelFailed(failed)
