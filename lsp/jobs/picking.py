"""Synthesizing with a model and a strategy that the user picks for this one job."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from synthd.lsp.arguments import BadRequest, Order
from synthd.lsp.engine import Option
from synthd.lsp.session import Session

PATIENCE = 300.0  # seconds for each question
MOST = 12  # choices in one question


async def synthesize_with(session: Session, order: Order) -> None:
    """What is said already is not asked for."""
    editor = session.editor
    try:
        options = await session.choosing.options()
        model, strategy = order.model, order.strategy
        if not model:
            model = await _picked(session, "Which model?", options.models, options.model)
        if model and not strategy:
            every = options.strategies
            strategy = await _picked(session, "Which strategy?", every, options.strategy)
        if model and strategy:
            session.synthesize(replace(order, model=model, strategy=strategy))
    except BadRequest as why:
        editor.warn(str(why))
    except TimeoutError:
        editor.warn("the models could not be listed; `synthd doctor` may say why")


async def _picked(session: Session, question: str, every: Sequence[Option], current: str) -> str:
    """The current one first; empty where none was picked."""
    ordered = sorted((one for one in every if one.ready), key=lambda one: one.name != current)
    if len(ordered) == 1:
        return ordered[0].name
    titles = {f"{one.name} ({one.note})" if one.note else one.name: one for one in ordered[:MOST]}
    if not titles:
        session.editor.warn("there is nothing to pick from; `synthd doctor` says what is missing")
        return ""
    title = await session.editor.choose(question, [*titles], PATIENCE)
    return titles[title].name if title else ""
