"""What only some cases need, opened when the first of them comes: a prover, a comparer of answers.

Whoever makes the Tools closes it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from typing import Any, TypeVar

T = TypeVar("T")


class Opened:
    def __init__(self) -> None:
        self._stack = AsyncExitStack()
        self._known: dict[str, Any] = {}
        self._opening = asyncio.Lock()

    async def get(self, name: str, make: Callable[[], AbstractAsyncContextManager[T]]) -> T:
        """The one of this name; made and entered where there is none yet. Raises what that does."""
        async with self._opening:
            if name not in self._known:
                self._known[name] = await self._stack.enter_async_context(make())
            one: T = self._known[name]
            return one

    async def aclose(self) -> None:
        async with self._opening:
            self._known.clear()
            await self._stack.aclose()
