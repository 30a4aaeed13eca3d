"""Lists and the like that the tests got from an object over there, and may have changed.

`root.children.append(node)` changes the object that it is an attribute of; here it changes what
came back as that attribute. Before anything else is asked, the change is brought to the owner.
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator
from typing import Any

from synthd.sandbox.inside.encode import TooLarge

_KINDS = frozenset([list, dict, set, bytearray])
_OURS = 2  # references to a value that only we still have: a variable, an argument
_MOST = 1000


class Taken:
    """Those that somebody may still change. The owner's own changes do not come here."""

    def __init__(self) -> None:
        self._values: list[tuple[int, str, Any, str]] = []

    def note(self, handle: int, name: str, value: Any, mark: Callable[[Any], str]) -> None:
        if type(value) not in _KINDS or len(self._values) >= _MOST:
            return
        with contextlib.suppress(TooLarge):
            self._values.append((handle, name, value, mark(value)))

    def changed(self, mark: Callable[[Any], str]) -> Iterator[tuple[int, str, Any]]:
        if not self._values:
            return
        kept, self._values = self._values, []
        changed: list[tuple[int, str, Any]] = []
        while kept:
            handle, name, value, before = kept.pop(0)
            try:
                now = mark(value)
            except TooLarge:
                now = ""
            if now != before:
                changed.append((handle, name, value))
            if sys.getrefcount(value) > _OURS + (now != before):
                self._values.append((handle, name, value, now))
            del value
        yield from changed
