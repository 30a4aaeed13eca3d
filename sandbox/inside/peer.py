"""Calls in both directions between the tester and the candidate, one at a time.

Arguments that can change are sent with every call and brought up to date by the answer, so
that a function that sorts a list in place sorts the caller's list.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, NoReturn, Protocol

from synthd.sandbox.inside import lent, owned, remote
from synthd.sandbox.inside.cells import ATOMS, BadValue, Node, from_cell, to_cell
from synthd.sandbox.inside.decode import Decoder
from synthd.sandbox.inside.encode import MUTABLE, Encoder, TooLarge
from synthd.sandbox.inside.mending import Taken
from synthd.sandbox.inside.names import Names
from synthd.sandbox.inside.objects import remote_object
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
# How most answers begin: they are read and written without the rest.
_SILENT = {"printed": "", "dropped": 0}
ATOM = b'{"failed":false,"updates":{},"nodes":[],"printed":"","dropped":0,"value":'


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
        stranger: Callable[[str], Any] | None = None,
    ) -> None:
        """stranger: what stands for an instance of a class that cannot be named here."""
        self._channel = channel
        self._names = names
        self._perform = perform
        self._heard = heard
        self._said = said
        self._stranger = stranger or _stranger
        self._next_handle = first_handle
        self._next_call = 0
        self.stopped: Stop | None = None
        self.refused = False  # whether an answer was only the reason why there is none
        self._exports: dict[int, Any] = {}
        self._handles: dict[int, int] = {}
        self._proxies: dict[int, Any] = {}
        self._proxied: dict[int, int] = {}
        self._taken = Taken()
        self._shared: tuple[str, list[str]] | None = None
        self._relied: frozenset[str] = frozenset()

    def share(self, module: str, names: list[str], relied: frozenset[str] = frozenset()) -> None:
        """Of the program's module only these are here, too: all else of it stays over there.

        relied: the program's classes that the tests count on. Not to be comparable is no fault
        of theirs.
        """
        self._shared, self._relied = (module, names), relied

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
            for holder, name, value in self._taken.changed(self._mark):
                self._ask("mend", holder, (name, value), {})
            return self._ask(do, handle, args, kwargs)
        except Stop as stop:
            self.stopped = self.stopped or stop
            raise

    def stop(self, stop: Stop) -> NoReturn:
        self.stopped = self.stopped or stop
        raise stop

    def attribute(self, handle: int, name: str) -> Any:
        """Of an object over there; changes of a list that it holds are brought back to it."""
        found = self.ask("get", handle, name)
        if type(found) is not tuple or len(found) != 2:
            self.stop(Stop("fail", "the answer cannot be rebuilt: not an attribute"))
        is_value, value = found
        if is_value is not True:
            return remote.RemoteMethod(self.ask, handle, name)
        if self._names.strict:
            self._taken.note(handle, name, value, self._mark)
        return value

    def _mark(self, value: Any) -> str:
        encoder = Encoder(self._names, self._give, _ROOM)
        return json.dumps([encoder.root(value), encoder.nodes])

    def _ask(self, do: str, handle: int, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        encoder = Encoder(self._names, self._give, _ROOM)
        try:
            roots = [encoder.root(args), encoder.root(kwargs)]
            whole = {"do": do, "handle": handle, "roots": roots, "nodes": encoder.nodes}
            if self._shared is not None and self._next_call == 0:
                whole["shared"] = self._shared
            body = _dump(whole)
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
        failed, value, awaited = self._rebuilt(payload, objects)
        if awaited:
            return _later(failed, value)
        if failed:
            raise value
        return value

    def _rebuilt(self, payload: bytes, objects: list[Any]) -> tuple[bool, Any, bool]:
        try:
            if payload.startswith(ATOM):
                cell = json.loads(payload[len(ATOM) : -1].decode("ascii"))
                if type(cell) is not list or type(cell[0]) is str:
                    return False, from_cell(cell), False
            body = json.loads(payload.decode("ascii"))
            if "stop" in body:
                outcome, detail = body["stop"]
                raise Stop(outcome if outcome in _STOPS else "fail", str(detail))
            self._heard(str(body.get("printed", "")), int(body.get("dropped", 0)))
            failed, awaited = bool(body["failed"]), bool(body.get("awaited"))
            cell = body["value"]
            if not failed and not body["nodes"] and not body["updates"]:
                if type(cell) is not list or type(cell[0]) is str:
                    return False, from_cell(cell), awaited
            updates = {int(index): node for index, node in body["updates"].items()}
            decoder = self._decoder(body["nodes"], objects, updates)
            value = decoder.roots([cell])[0]
        except _MALFORMED as e:
            raise Stop("fail", f"the answer cannot be rebuilt: {e}") from None
        if failed and not isinstance(value, BaseException):
            raise Stop("fail", "the answer cannot be rebuilt: not an exception")
        return failed, value, awaited

    def reply(self, frame: Frame, failed: bool, value: Any) -> None:
        """Answer with a value of which the other side has no part yet."""
        said = self._said()
        try:
            if not failed and type(value) in ATOMS and said == _SILENT:
                cell = json.dumps(to_cell(value), separators=(",", ":")).encode("ascii")
                if len(cell) < _ROOM:
                    self._channel.send(Op.RESULT, frame.number, ATOM + cell + b"}")
                    return
            encoder = Encoder(self._names, self._give, _ROOM)
            body = {"failed": failed, "updates": {}, "value": encoder.root(value)}
            body["nodes"] = encoder.nodes
            body.update(said)
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
            if "shared" in body and not self._names.strict:
                self._names.share(*body["shared"])
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
        return Decoder(self._names, self._take, self._stranger, nodes, known, updates)

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
        nature, able = (lent if self._names.strict else owned).nature(value)
        foreign = self._names.strict or self._names.is_foreign(cls)
        about = [cls.__module__, cls.__qualname__, foreign, able]
        return ["token", [handle, nature, *about]]

    def _take(self, node: Node) -> Any:
        if node[0] == "yours":
            return self.exported(node[1])
        handle, nature, *about = node[1]
        if type(handle) is not int:
            raise BadValue("not a handle")
        if handle not in self._proxies:
            proxy = self._proxy(handle, nature, *about)
            self._proxies[handle] = proxy
            self._proxied[id(proxy)] = handle
        return self._proxies[handle]

    def _proxy(
        self, handle: int, nature: object, module: object, name: object, foreign: object, able: Any
    ) -> Any:
        if nature == "call":
            return remote.RemoteCallable(self.ask, handle)
        if nature == "generator":
            return remote.remote_generator(self.ask, handle)
        if nature == "asyncgen":
            return remote.remote_async_generator(self.ask, handle)
        if nature == "iterator":
            return remote.RemoteIterator(self.ask, handle)
        blameless = bool(foreign) or str(name).split(".")[0] in self._relied
        outcome = "infra_error" if blameless else "fail"
        if nature == "object":
            return remote_object(self, handle, outcome, str(module), str(name), list(able))
        return Opaque(str(name), outcome)


async def _later(failed: bool, value: Any) -> Any:
    """What the tests get of an async function: as with any other they must await it."""
    if failed:
        raise value
    return value


def _stranger(name: str) -> Opaque:
    return Opaque(name, "fail")


def _dump(body: Any) -> bytes:
    data = json.dumps(body, separators=(",", ":")).encode("ascii")
    if len(data) > LIMIT:
        raise TooLarge
    return data
