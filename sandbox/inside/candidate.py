"""The candidate's process: computes what it is asked, and knows nothing else.

No expected value, no test and no example ever comes here. Whatever the candidate does to this
process, it can only change the values that it answers with.
"""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable
from typing import Any

from synthd.sandbox.inside import loading, owned, telling
from synthd.sandbox.inside.awaiting import Loop, is_awaited
from synthd.sandbox.inside.capture import Printed
from synthd.sandbox.inside.names import Names
from synthd.sandbox.inside.peer import Peer
from synthd.sandbox.inside.wire import Channel, Op


class Candidate:
    def __init__(self, channel: Channel, order: dict[str, Any]) -> None:
        self._channel = channel
        self._order = order
        self._raw: Callable[..., Any] | None = None
        self._loop = Loop()
        self._out = Printed(0)
        names = Names(order["roots"], strict=False)
        first = int(order["first_handle"])
        self._peer = Peer(channel, names, self.perform, said=self._said, first_handle=first)

    def run(self) -> None:
        self._listen()
        failed = self._load()
        if failed is not None:
            self._channel.send(Op.FAILED, 0, json.dumps(failed).encode())
            return
        self._channel.send(Op.READY, 0)
        while True:
            frame = self._channel.receive()
            if frame.op == Op.CALL:
                self._listen()
                self._peer.serve(frame)

    def _load(self) -> list[Any] | None:
        """None, or [kind, message, line]."""
        order, path = self._order, self._order["path"]
        change = loading.capturing(order["qualname"], order["line"])
        presets = {loading.CAPTURE: self._capture}
        try:
            module = loading.load(order["module"], path, order.pop("source"), change, presets)
            vars(module).pop(loading.CAPTURE, None)
        except loading.CannotCompile as error:
            return ["compile", *error.args]
        except MemoryError:
            return ["memory", "memory", None]
        except BaseException as error:
            return ["import", telling.describe(error), telling.line_in(path, error)]
        if self._raw is None:
            return ["import", "{} is not defined".format(order["qualname"]), None]
        return None

    def _capture(self, function: Callable[..., Any]) -> Callable[..., Any]:
        self._raw = function
        return function

    def _listen(self) -> None:
        self._out = Printed(int(self._order["output_bytes"]))
        sys.stdout = self._out
        sys.stdin = io.StringIO()

    def _said(self) -> dict[str, Any]:
        return {"printed": self._out.text(), "dropped": self._out.dropped}

    def perform(self, do: str, handle: int, args: Any, kwargs: Any) -> Any:
        if do == "target":
            assert self._raw is not None
            return self._finish(self._raw, self._raw(*args, **kwargs))
        held = self._peer.exported(handle)
        if do in ("call", "method"):
            function, args = owned.callee(held, do, args)
            return self._finish(function, function(*args, **kwargs))
        if do == "anext":
            return self._loop.advance(held)
        return owned.use(held, do, args)

    def _finish(self, function: Any, value: Any) -> Any:
        return self._loop.run(value) if is_awaited(function, value) else value
