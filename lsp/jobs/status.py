"""`synthd/status`: what a status bar shows of this session."""

from __future__ import annotations

from dataclasses import dataclass, field

from synthd.lsp import wire
from synthd.lsp.changes import Changes
from synthd.lsp.editor import Editor
from synthd.lsp.engine import Forecast, Options
from synthd.lsp.errands import Errands
from synthd.lsp.jobs.choosing import Choosing
from synthd.lsp.jobs.table import Job, Jobs, State
from synthd.lsp.pace import Pace

EVENT = "status"


@dataclass(slots=True)
class Status:
    editor: Editor
    jobs: Jobs
    choosing: Choosing
    errands: Errands
    changes: Changes
    _options: Options = field(default_factory=Options)
    _forecast: Forecast | None = None
    _pace: Pace[None] = field(init=False)

    def __post_init__(self) -> None:
        self._pace = Pace(self._send)
        self.changes.connected.subscribe(self._look)
        self.changes.configured.subscribe(self._look)
        self.changes.job.subscribe(self._moved)
        self.changes.closing.subscribe(lambda _: self._pace.end())

    def _look(self, _: None) -> None:
        """What the next job would run with, which making the engine may take a while for."""
        if EVENT in self.editor.events:
            self._pace.tell(None)
            self.errands.start(self._ask(), "ask for the status")

    def _moved(self, job: Job) -> None:
        if EVENT in self.editor.events:
            self._pace.tell(None)
            if job.state is State.ERROR:
                self.errands.start(self._ask(), "ask for the status")

    async def _ask(self) -> None:
        try:
            self._options = await self.choosing.options()
            self._forecast = await self.choosing.forecast()
        except TimeoutError:
            return
        self._pace.tell(None)

    def _send(self, _: None) -> None:
        self.editor.notify(wire.STATUS, self._payload())

    def _payload(self) -> wire.Payload:
        running = [job for job in self.jobs if job.state in (State.RUNNING, State.APPLYING)]
        ready = [job for job in self.jobs if job.state is State.READY]
        options, forecast = self._options, self._forecast
        current = next((one for one in options.models if one.name == options.model), None)
        state, message = "idle", current.note if current else ""
        if ready:
            state, message = "ready", ready[-1].message
        elif running:
            state, message = "busy", running[-1].message
        elif forecast and forecast.problem:
            state, message = "problem", forecast.problem
        elif current and not current.ready:
            state = "problem"
        shown = running[-1].progress if running else None
        return wire.said(
            state=state,
            jobs=len(running) + len(ready),
            model=(shown.model if shown else "") or options.model,
            endpoint=(shown.endpoint if shown else "") or (forecast.endpoint if forecast else ""),
            strategy=(shown.strategy if shown else "") or options.strategy,
            message=message,
        )
