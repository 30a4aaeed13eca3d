"""The daemon's parts, put together: jobs, their workers and engines, what is watched, editors."""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from functools import partial

from synthd.daemon import config
from synthd.daemon.config import BadConfig
from synthd.daemon.engines.keeper import Care, Keeper
from synthd.daemon.engines.settled import hf_options
from synthd.daemon.jobs import control
from synthd.daemon.jobs.manager import Jobs, open_jobs
from synthd.daemon.jobs.messages import LastRight
from synthd.daemon.jobs.view import JobView
from synthd.daemon.locations import user_config_file
from synthd.daemon.retention import Retention
from synthd.daemon.service.calls import Body, Methods
from synthd.daemon.service.setting import Folders
from synthd.daemon.settings import DaemonSettings
from synthd.daemon.thin.build import SHORT
from synthd.daemon.watching.certificates import Certificates
from synthd.daemon.watching.configs import Change, Configs
from synthd.daemon.watching.watching import Watching, open_watching
from synthd.daemon.workers.configured import Configured
from synthd.daemon.workers.process import Processes


@dataclass(frozen=True, slots=True)
class Assembled:
    jobs: Jobs
    keeper: Keeper
    observed: Watching

    @property
    def certificates(self) -> Certificates:
        return self.observed.certificates

    @property
    def methods(self) -> Methods:
        return control.methods(self.jobs) | self.observed.methods()

    @property
    def configs(self) -> Configs:
        return self.observed.configs

    def running(self) -> Sequence[JobView]:
        return self.jobs.running

    def drain(self) -> None:
        self.jobs.drain()

    def models(self) -> Sequence[Body]:
        return [asdict(loaded) for loaded in self.keeper.loaded()]

    def watching(self) -> Body:
        return self.observed.status()

    def notes(self) -> Sequence[str]:
        return [*self.jobs.notes(), *self.observed.configs.problems()]

    def idle_minutes(self) -> float:
        return self.observed.configs.settings.daemon.idle_minutes


@asynccontextmanager
async def assemble(folders: Folders, build: str) -> AsyncIterator[Assembled]:
    """Raises JobsError, whose text is for the user."""
    settings = await asyncio.to_thread(_settings)
    keeper = Keeper(Care(idle=60 * settings.model_idle_minutes))
    workers = Configured(Processes())
    async with contextlib.AsyncExitStack() as stack:
        stack.push_async_callback(keeper.aclose)
        jobs = await stack.enter_async_context(
            open_jobs(
                folders.jobs,
                workers,
                keeper,
                at_once=settings.jobs_at_once,
                owner=build[:SHORT],
            )
        )
        observed = await stack.enter_async_context(open_watching(jobs.store, os.environ))
        workers.files = partial(_last_right, observed.configs)

        keeper.hf = hf_options(observed.configs.settings)

        def heed(change: Change) -> None:
            now = observed.configs.settings.daemon
            keeper.hf = hf_options(observed.configs.settings)
            jobs.run_at_once(now.jobs_at_once)
            keeper.unload_after(60 * now.model_idle_minutes)

        stack.callback(observed.configs.subscribe(heed))
        retention = Retention(jobs, folders.state, lambda: observed.configs.settings.daemon)
        await stack.enter_async_context(retention.running())
        yield Assembled(jobs, keeper, observed)


def _last_right(configs: Configs) -> list[LastRight]:
    return [
        LastRight(path=layer.where, values=layer.values, problem=problem)
        for layer, problem in configs.wrong()
    ]


def _settings() -> DaemonSettings:
    """As they are at the start. A wrong file is told by what watches it, and stops nothing."""
    try:
        return config.load(None, user_config_file(), os.environ, {}).settings.daemon
    except BadConfig:
        return DaemonSettings()
