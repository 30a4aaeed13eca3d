"""Calls in both directions between the tester and the candidate, one at a time.

Arguments that can change are sent with every call and brought up to date by the answer, so
that a function that sorts a list in place sorts the caller's list.
"""

from __future__ import annotations

import json
import types
from collections.abc import Callable
from typing import Any, Protocol

from synthd.sandbox.inside import remote
from synthd.sandbox.inside.cells import ATOMS, BadValue, Node, from_cell, to_cell
from synthd.sandbox.inside.decode import Decoder
from synthd.sandbox.inside.encode import MUTABLE, Encoder, TooLarge
from synthd.sandbox.inside.names import Names
from synthd.sandbox.inside.remote import Opaque, Stop
from synthd.sandbox.inside.wire import LIMIT, Frame, Op


class Carrier(Protocol):
    """What takes frames to the other side and brings its answers."""

    def send(self, op: int, number: int, payload: bytes = b"") -> None: ...

    def receive(self) -> Frame: ...


_STOPS = frozenset(["fail", "runtime_error", "resource_limit", "infra_error", "timeout", "killed"])
_MALFORMED = (
    BadValue,
    ArithmeticError,
    AttributeError,
    LookupError,
    TypeError,
    ValueError,
    RecursionError,
    MemoryError,
)
_ROOM = LIMIT * 3 // 4


class Peer:
    """perform does what the other side asks for; heard gets what that printed, said tells ours.

    stopped is the first reason why a call could not be answered, until someone takes it off:
    a check that swallowed the Stop has failed all the same.
    """

    def __init__(
        self,
        channel: Carrier,
        names: Names,
        perform: Callable[..., Any],
        heard: Callable[[str, int], None] = lambda text, dropped: None,
        said: Callable[[], dict[str, Any]] = dict,
        first_handle: int = 0,
    ) -> None:
        self._channel = channel
        self._names = names
        self._perform = perform
        self._heard = heard
        self._said = said
        self._next_handle = first_handle
        self._next_call = 0
        self.stopped: Stop | None = None
        self.refused = False  # whether an answer was only the reason why there is none
        self._exports: dict[int, Any] = {}
        self._handles: dict[int, int] = {}
        self._proxies: dict[int, Any] = {}
        self._proxied: dict[int, int] = {}

    @property
    def holds_any(self) -> bool:
        """Whether an object stayed on the other side, or one of ours was given away."""
        return bool(self._proxies or self._exports)

    def exported(self, handle: object) -> Any:
        if handle not in self._exports:
            raise Stop("runtime_error", "the process that held this object has ended")
        return self._exports[handle]

    def ask(self, do: str, handle: int, *args: Any, **kwargs: Any) -> Any:
        try:
            return self._ask(do, handle, args, kwargs)
        except Stop as stop:
            self.stopped = self.stopped or stop
            raise

    def _ask(self, do: str, handle: int, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        encoder = Encoder(self._names, self._give, _ROOM)
        try:
            roots = [encoder.root(args), encoder.root(kwargs)]
            body = _dump({"do": do, "handle": handle, "roots": roots, "nodes": encoder.nodes})
        except TooLarge:
            raise Stop("infra_error", "the arguments of a call are larger than 12 MiB") from None
        self._next_call += 1
        number = self._next_call
        self._channel.send(Op.CALL, number, body)
        while True:
            frame = self._channel.receive()
            if frame.op == Op.CALL:
                self.serve(frame)
            elif frame.op == Op.RESULT and frame.number == number:
                return self.accept(frame.payload, encoder.objects)

    def accept(self, payload: bytes, objects: list[Any]) -> Any:
        try:
            body = json.loads(payload)
            if "stop" in body:
                outcome, detail = body["stop"]
                raise Stop(outcome if outcome in _STOPS else "fail", str(detail))
            self._heard(str(body.get("printed", "")), int(body.get("dropped", 0)))
            if body["failed"] is False and not body["nodes"] and not body["updates"]:
                cell = body["value"]
                if type(cell) is not list or type(cell[0]) is str:
                    return from_cell(cell)
            updates = {int(index): node for index, node in body["updates"].items()}
            decoder = self._decoder(body["nodes"], objects, updates)
            failed, value = body["failed"], decoder.roots([body["value"]])[0]
        except _MALFORMED as e:
            raise Stop("fail", f"the answer cannot be rebuilt: {e}") from None
        if not failed:
            return value
        if not isinstance(value, BaseException):
            raise Stop("fail", "the answer cannot be rebuilt: not an exception")
        raise value

    def reply(self, frame: Frame, failed: bool, value: Any) -> None:
        """Answer with a value of which the other side has no part yet."""
        body = {"failed": failed, "updates": {}, "nodes": []}
        try:
            if not failed and type(value) in ATOMS:
                body["value"] = to_cell(value)
            else:
                encoder = Encoder(self._names, self._give, _ROOM)
                body["value"], body["nodes"] = encoder.root(value), encoder.nodes
            body.update(self._said())
            self._channel.send(Op.RESULT, frame.number, _dump(body))
        except TooLarge:
            self._stop(frame, "resource_limit", "the result is larger than 12 MiB")
        except MemoryError:
            self._stop(frame, "resource_limit", "memory")
        except Exception as error:
            self._stop(frame, "runtime_error", f"the result cannot be described: {error!r}")

    def serve(self, frame: Frame) -> None:
        try:
            body = json.loads(frame.payload)
            decoder = self._decoder(body["nodes"])
            (args, kwargs), do, handle = decoder.roots(body["roots"]), body["do"], body["handle"]
        except _MALFORMED as error:
            self._stop(frame, "fail", f"the call cannot be rebuilt: {error}")
            return
        try:
            failed, value = False, self._perform(do, handle, args, kwargs)
        except MemoryError:
            self._stop(frame, "resource_limit", "memory")
            return
        except Stop as stop:
            self._stop(frame, stop.outcome, stop.detail)
            return
        except BaseException as error:
            failed, value = True, error
        self._answer(frame, decoder, failed, value)

    def _answer(self, frame: Frame, decoder: Decoder, failed: bool, value: Any) -> None:
        try:
            encoder = Encoder(self._names, self._give, _ROOM, decoder.objects)
            body = {"failed": failed, "value": encoder.root(value)}
            body["updates"] = dict(self._changes(encoder, decoder))
            body["nodes"] = encoder.nodes
            body.update(self._said())
            self._channel.send(Op.RESULT, frame.number, _dump(body))
        except TooLarge:
            self._stop(frame, "resource_limit", "the result is larger than 12 MiB")
        except MemoryError:
            self._stop(frame, "resource_limit", "memory")
        except Exception as error:
            self._stop(frame, "runtime_error", f"the result cannot be described: {error!r}")

    def _changes(self, encoder: Encoder, decoder: Decoder) -> Any:
        for index, node in enumerate(list(decoder.nodes)):
            if node[0] in MUTABLE and not isinstance(decoder.objects[index], Opaque):
                now = encoder.again(index)
                if json.dumps(now) != json.dumps(node):
                    yield str(index), now

    def _stop(self, frame: Frame, outcome: str, detail: str) -> None:
        self.refused = True
        self._channel.send(Op.RESULT, frame.number, _dump({"stop": [outcome, detail]}))

    def _decoder(
        self,
        nodes: list[Node],
        known: list[Any] | None = None,
        updates: dict[int, Node] | None = None,
    ) -> Decoder:
        return Decoder(self._names, self._take, _stranger, nodes, known, updates)

    def _give(self, value: Any, _: str) -> Node:
        handle = self._proxied.get(id(value))
        if handle is not None:
            return ["yours", handle]
        handle = self._handles.get(id(value))
        if handle is None:
            self._next_handle += 1
            handle = self._handles[id(value)] = self._next_handle
            self._exports[handle] = value
        cls = type(value)
        foreign = self._names.exists(cls)
        return ["token", [handle, _nature(value), cls.__qualname__, foreign]]

    def _take(self, node: Node) -> Any:
        if node[0] == "yours":
            return self.exported(node[1])
        handle, nature, name, foreign = node[1]
        if type(handle) is not int:
            raise BadValue("not a handle")
        if handle not in self._proxies:
            proxy = self._proxy(handle, nature, str(name), bool(foreign))
            self._proxies[handle] = proxy
            self._proxied[id(proxy)] = handle
        return self._proxies[handle]

    def _proxy(self, handle: int, nature: object, name: str, foreign: bool) -> Any:
        if nature == "call":
            return remote.RemoteCallable(self.ask, handle)
        if nature == "generator":
            return remote.remote_generator(self.ask, handle)
        if nature == "asyncgen":
            return remote.remote_async_generator(self.ask, handle)
        if nature == "iterator":
            return remote.RemoteIterator(self.ask, handle)
        return Opaque(name, "infra_error" if foreign else "fail")


def step(target: Any, do: str, args: tuple[Any, ...]) -> tuple[bool, Any]:
    """One step of an iterator that stayed here: (whether it goes on, the value)."""
    try:
        if do == "send":
            return True, target.send(*args)
        if do == "throw":
            return True, target.throw(*args)
        return True, next(target)
    except StopIteration as stop:
        return False, stop.value


def _nature(value: Any) -> str:
    cls = type(value)
    if isinstance(value, types.GeneratorType):
        return "generator"
    if isinstance(value, types.AsyncGeneratorType):
        return "asyncgen"
    if hasattr(cls, "__next__") and hasattr(cls, "__iter__"):
        return "iterator"
    return "call" if callable(value) else "opaque"


def _stranger(name: str) -> Opaque:
    return Opaque(name, "fail")


def _dump(body: Any) -> bytes:
    data = json.dumps(body, separators=(",", ":")).encode("ascii")
    if len(data) > LIMIT:
        raise TooLarge
    return data
