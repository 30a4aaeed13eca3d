"""Which model and strategy later jobs run with: what there is, and what was picked."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from synthd.lsp.editor import Editor
from synthd.lsp.engine import Forecast, Option, Options, Request
from synthd.lsp.lazy import LazyEngine

ANSWER = 30.0  # seconds: making the engine may take some of them
PICK = 300.0
MOST = 12  # models in one question


@dataclass(slots=True)
class Choosing:
    """about: a request of this session that is about no function."""

    editor: Editor
    engine: LazyEngine
    about: Callable[[], Request]
    picked: Callable[[], None]

    async def options(self) -> Options:
        async with asyncio.timeout(ANSWER):
            return await self.engine.options(self.about())

    async def forecast(self) -> Forecast | None:
        """Of a job that says nothing of its own."""
        async with asyncio.timeout(ANSWER):
            return await self.engine.forecast(self.about())

    async def pick(self, model: str, strategy: str) -> Options:
        """Empty: that stays."""
        if model or strategy:
            async with asyncio.timeout(ANSWER):
                await self.engine.choose(model, strategy)
            self.picked()
        return await self.options()

    async def ask(self) -> None:
        """The user, who asked by name for a choice and gave none."""
        options = await self.options()
        titles = {_title(one, options.model): one.name for one in options.models[:MOST]}
        if not titles:
            self.editor.inform("there is no model to pick from; `synthd model list` says more")
            return
        title = await self.editor.choose("Which model for the next jobs?", [*titles], PICK)
        if title:
            await self.pick(titles[title], "")
            self.editor.inform(f"the next jobs run with {titles[title]}")


def _title(one: Option, current: str) -> str:
    marks = [one.note, "" if one.ready else "not installed", "now" if one.name == current else ""]
    more = ", ".join(mark for mark in marks if mark)
    return f"{one.name} ({more})" if more else one.name
