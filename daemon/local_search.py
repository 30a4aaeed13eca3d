"""A search in this process, for whoever watches it: its trace, its questions, what is cut off."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, field

from synthd.daemon.jobs.messages import Progressed
from synthd.daemon.setup import Setup
from synthd.daemon.showing import nodes as drawing
from synthd.daemon.traces.kept import Told
from synthd.daemon.workers.questions import asking, check_of
from synthd.lsp.engine import Ask, Choice, Node, Progress, Question, Tell
from synthd.synth.problem import Check
from synthd.synth.pruning import Pruning
from synthd.synth.testing.findings import Question as Open

BETWEEN = 0.125  # seconds: at most eight pictures a second
PATIENCE = 900.0  # seconds; whoever has left gets what there is


@dataclass(slots=True, eq=False)
class LocalSearch:
    """A Sink of its trace."""

    id: str
    lines: list[str] = field(default_factory=list)
    pruning: Pruning = field(default_factory=Pruning)
    over: bool = False
    _news: asyncio.Event = field(default_factory=asyncio.Event)

    def write(self, text: str) -> int:
        self.lines.append(text)
        self._stir()
        return len(text)

    def flush(self) -> None:
        """Nothing is held back."""

    def close(self) -> None:
        self.over = True
        self._stir()

    def told(self) -> Told:
        return Told(self.id, self)

    async def watch(self) -> AsyncGenerator[Sequence[Node], None]:
        while True:
            news, over = self._news, self.over
            yield await asyncio.to_thread(drawing.shown, tuple(self.lines))
            if over:
                return
            await asyncio.sleep(BETWEEN)
            await news.wait()

    def _stir(self) -> None:
        self._news.set()
        self._news = asyncio.Event()


@dataclass(frozen=True, slots=True)
class Telling:
    """From what a worker would say of its progress to what an editor is told."""

    id: str
    function: str
    setup: Setup
    tell: Tell

    def __call__(self, told: Progressed) -> None:
        model = self.setup.model
        self.tell(
            Progress(
                message=told.message,
                fraction=told.fraction,
                job=self.id,
                function=self.function,
                strategy=self.setup.strategy_name,
                model=model.name,
                endpoint=model.endpoint,
                programs=told.programs,
                max_programs=self.setup.budget.programs,
                passed=told.passed,
                total=told.total,
                tokens=told.tokens,
                seconds=told.seconds,
            )
        )


@dataclass(frozen=True, slots=True)
class Asking:
    """An Asker: puts questions to an editor."""

    ask: Ask

    async def __call__(self, question: Open, number: int) -> Check | None:
        told = asking(question, number)
        choices = tuple(Choice(each.label, each.value) for each in told.choices)
        try:
            async with asyncio.timeout(PATIENCE):
                said = await self.ask(Question(told.text, told.call, choices))
        except Exception:  # an editor that cannot ask leaves it open
            return None
        return check_of(question.call, said, number) if said is not None else None
