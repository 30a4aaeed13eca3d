"""All that the daemon watches: settings, certified functions, weights."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from synthd.daemon.exits import Failure
from synthd.daemon.jobs.store.store import Store
from synthd.daemon.locations import models_dir, user_config_file
from synthd.daemon.service.calls import Methods
from synthd.daemon.watching import control
from synthd.daemon.watching.again import Verifying
from synthd.daemon.watching.certificates import Certificates, Parts
from synthd.daemon.watching.configs import Configs
from synthd.daemon.watching.observing import Observing
from synthd.daemon.watching.record import Standing
from synthd.daemon.watching.shelf import Shelf
from synthd.daemon.watching.weights import InstalledWeights


@dataclass(frozen=True, slots=True)
class Watching:
    observing: Observing
    configs: Configs
    certificates: Certificates
    weights: InstalledWeights

    def status(self) -> dict[str, Any]:
        """For `synthd daemon status`; nothing is read for it."""
        standing = [kept.standing for kept in self.certificates.all()]
        return {
            "certificates": {one.value: standing.count(one) for one in Standing},
            "config_problems": self.configs.problems(),
            "weights": list(self.weights.names),
            "note": self.observing.note,
        }

    def methods(self) -> Methods:
        return control.methods(self.certificates)


@asynccontextmanager
async def open_watching(
    store: Store, environment: Mapping[str, str], user_file: Path | None = None
) -> AsyncIterator[Watching]:
    """store: the one of the jobs, which has the table of certificates. environment: the daemon's
    own. Raises JobsError where the store cannot be read."""
    config_file = user_file or user_config_file()
    async with (
        Observing() as observing,
        Configs(observing, config_file, environment) as configs,
        InstalledWeights(observing, lambda: models_dir(configs.settings)) as weights,
    ):
        parts = Parts(
            shelf=Shelf(store),
            observing=observing,
            verify=Verifying(environment),
            reverify=lambda: configs.settings.daemon.reverify,
            verus=lambda: _verus(configs, environment),
        )
        end = configs.subscribe(lambda change: weights.again())
        try:
            async with Certificates(parts) as certificates:
                yield Watching(observing, configs, certificates, weights)
        finally:
            end()


async def _verus(configs: Configs, environment: Mapping[str, str]) -> tuple[str, str]:
    from synthd.daemon.verus.installed import tool

    try:
        found = await tool(configs.settings, environment)
    except Failure:
        return "", ""
    return found.installation.version, str(found.installation.program)
