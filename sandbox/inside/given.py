"""A child that has one function of ours, which works on text of others.

The function's module comes as text: what is confined sees no files of ours. The runner loads it
and tries it once on our own examples, so that its children have everything warm.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from synthd.sandbox.inside.wire import Channel, Op

_READY: dict[tuple[str, str], Callable[[Any], Any]] = {}


def prepare(order: dict[str, Any]) -> None:
    """In the runner: its children find the function as it is afterwards."""
    try:
        found = _loaded(str(order["source"]), str(order["function"]))
        for example in order["examples"]:
            found(example)
    except Exception:
        _READY.clear()  # each child says what is wrong


def _loaded(source: str, function: str) -> Callable[[Any], Any]:
    key = (source, function)
    if key not in _READY:
        names: dict[str, Any] = {"__name__": "given"}
        exec(compile(source, "given", "exec"), names)
        _READY[key] = names[function]
    return _READY[key]


class Given:
    def __init__(self, channel: Channel, load: dict[str, Any]) -> None:
        self._channel = channel
        self._source = str(load["source"])
        self._function = str(load["function"])
        self._argument = load["argument"]

    def run(self) -> None:
        """Says RESULT with the value, or FAILED with the exception, once."""
        try:
            value = _loaded(self._source, self._function)(self._argument)
            said, op = json.dumps(value), Op.RESULT
        except BaseException as error:
            said, op = f"{type(error).__name__}: {error}"[:1000], Op.FAILED
        self._channel.send(op, 0, said.encode("utf-8", "replace"))
