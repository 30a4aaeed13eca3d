"""Async functions and generators of a candidate, run to their next value."""

from __future__ import annotations

import types
from typing import Any

_CO_COROUTINE = 0x80  # inspect.CO_COROUTINE, without its megabyte


class Loop:
    """One event loop for all calls, so that an async generator lives on between them."""

    def __init__(self) -> None:
        self._loop: Any = None

    def run(self, coroutine: Any) -> Any:
        # Not at the start: what a server has imported, each fork copies.
        import asyncio

        if self._loop is None or self._loop.is_closed():
            self._loop = asyncio.new_event_loop()
        return self._loop.run_until_complete(coroutine)

    def advance(self, generator: Any) -> tuple[bool, Any]:
        """Whether it goes on, and its next value."""

        async def one() -> tuple[bool, Any]:
            try:
                return True, await generator.__anext__()
            except StopAsyncIteration:
                return False, None

        result: tuple[bool, Any] = self.run(one())
        return result


def is_awaited(function: Any, value: Any) -> bool:
    """Of a result: that of an async function. A coroutine from any other is only an object."""
    code = getattr(getattr(function, "__func__", function), "__code__", None)
    declared = isinstance(code, types.CodeType) and bool(code.co_flags & _CO_COROUTINE)
    return declared and type(value) is types.CoroutineType
