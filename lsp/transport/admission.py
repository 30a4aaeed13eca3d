"""What a message is, before anything is made of it: JSON-RPC's own rules, and the protocol's order.

A request always gets an answer, also one that cannot be understood; a notification or an answer
never does.
"""

from __future__ import annotations

import json
from collections.abc import Container, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from lsprotocol import types
from pygls.exceptions import (
    JsonRpcException,
    JsonRpcInvalidRequest,
    JsonRpcMethodNotFound,
    JsonRpcParseError,
    JsonRpcServerNotInitialized,
)

Id = int | str


class Kind(Enum):
    REQUEST = "request"
    NOTIFICATION = "notification"
    ANSWER = "answer"


class Refused(Exception):
    """Answer this, to the id if there is one that can be told."""

    def __init__(self, error: JsonRpcException, id: Id | None = None) -> None:
        super().__init__(str(error))
        self.error = error
        self.id = id


class Ignored(Exception):
    """Nothing that an answer could be given to; str() is for the log."""


@dataclass(frozen=True, slots=True)
class Message:
    kind: Kind
    raw: dict[str, Any]
    id: Id = ""  # of a request, or of the request that this answers
    method: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """Where the connection stands. running: ids of requests that are not answered yet. methods:
    those that somebody answers."""

    initialized: bool
    shut_down: bool
    running: Container[Id]
    methods: Container[str]


def read(body: bytes) -> dict[str, Any]:
    """Raises Refused."""
    try:
        raw = json.loads(body)
    except RecursionError:
        raise Refused(JsonRpcParseError("The message is nested too deeply.")) from None
    except ValueError:
        raise Refused(JsonRpcParseError("The message is not JSON.")) from None
    if not isinstance(raw, dict):
        raise Refused(JsonRpcInvalidRequest("A message is one JSON object."))
    return raw


def admit(raw: dict[str, Any], standing: Standing) -> Message:
    """Raises Refused or Ignored."""
    if "method" not in raw:
        return _answer(raw)
    id = _id(raw)
    method = raw["method"]
    if raw.get("jsonrpc") != "2.0":
        raise Refused(JsonRpcInvalidRequest('A message says "jsonrpc": "2.0".'), id)
    if not isinstance(method, str):
        raise Refused(JsonRpcInvalidRequest("A method is a string."), id)
    if "id" not in raw:
        return _notification(raw, method, standing)
    if id is None:
        raise Refused(JsonRpcInvalidRequest("An id is a number or a string."))
    try:
        _check_request(method, id, standing)
    except JsonRpcException as refusal:
        raise Refused(refusal, id) from None
    return Message(Kind.REQUEST, raw, id, method)


def _answer(raw: Mapping[str, Any]) -> Message:
    if raw.get("jsonrpc") == "2.0" and ("result" in raw) != ("error" in raw):
        id = _id(raw)
        if id is not None:
            return Message(Kind.ANSWER, dict(raw), id)
        raise Ignored("an answer to nothing")
    if "id" in raw and "result" not in raw and "error" not in raw:
        raise Refused(JsonRpcInvalidRequest("A request names its method."), _id(raw))
    raise Ignored("a message that is neither a request nor an answer")


def _notification(raw: dict[str, Any], method: str, standing: Standing) -> Message:
    if _takes_answer(method):
        raise Ignored("a request without an id")
    if not standing.initialized and method != types.EXIT:
        raise Ignored("a notification before initialize")
    if standing.shut_down and method != types.EXIT:
        raise Ignored("a notification after shutdown")
    return Message(Kind.NOTIFICATION, raw, method=method)


def _check_request(method: str, id: Id, standing: Standing) -> None:
    if not standing.initialized and method != types.INITIALIZE:
        raise JsonRpcServerNotInitialized("The first request must be initialize.")
    if standing.shut_down:
        raise JsonRpcInvalidRequest("The server is shutting down.")
    if standing.initialized and method == types.INITIALIZE:
        raise JsonRpcInvalidRequest("The connection is initialized already.")
    if id in standing.running:
        raise JsonRpcInvalidRequest("A request with this id is not answered yet.")
    if _tells_only(method):
        raise JsonRpcInvalidRequest(f"{method} is a notification: send it without an id.")
    if method not in standing.methods:
        raise JsonRpcMethodNotFound.of(method)


def _takes_answer(method: str) -> bool:
    known = types.METHOD_TO_TYPES.get(method)
    return known is not None and known[1] is not None


def _tells_only(method: str) -> bool:
    known = types.METHOD_TO_TYPES.get(method)
    return known is not None and known[1] is None


def _id(raw: Mapping[str, Any]) -> Id | None:
    """Numbers are the protocol's integers; true is none."""
    id = raw.get("id")
    if isinstance(id, str) or (isinstance(id, int) and not isinstance(id, bool)):
        return id
    return None
