"""Verifies a function again as it stands in its file: `synthd verify` in a child process, so that
neither the loop nor a judge of some job has to do with it."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from synthd.daemon.jobs.secrets import kept_environment
from synthd.daemon.watching.record import Record

SECONDS = 180.0
_MOST_SAID = 1 << 22


class NotAgain(Exception):
    """It could not be verified: why."""


@dataclass(frozen=True, slots=True)
class Verifying:
    """environment: the daemon's; secrets in it are no business of a verification."""

    environment: Mapping[str, str]
    seconds: float = SECONDS

    async def __call__(self, record: Record) -> Mapping[str, Any]:
        """The report, as `synthd verify --json` prints it. Raises NotAgain."""
        command = [sys.executable, "-P", "-m", "synthd.daemon", *arguments(record)]
        try:
            async with asyncio.timeout(self.seconds), self._child(command) as child:
                assert child.stdout is not None
                said = await child.stdout.read(_MOST_SAID)
                await child.wait()
        except TimeoutError:
            raise NotAgain(f"it took longer than {self.seconds:g} s") from None
        except OSError as error:
            raise NotAgain(f"it could not be started: {error.strerror or error}") from None
        try:
            report = json.loads(said.splitlines()[0])
        except (IndexError, ValueError):
            raise NotAgain(f"synthd verify ended with status {child.returncode}") from None
        if not isinstance(report, dict):
            raise NotAgain("synthd verify gave no report")
        return report

    @contextlib.asynccontextmanager
    async def _child(self, command: list[str]) -> AsyncIterator[asyncio.subprocess.Process]:
        """It and all that it started is gone when this is left."""
        child = await asyncio.create_subprocess_exec(
            *command,
            cwd="/",
            env=kept_environment(self.environment),
            stdin=DEVNULL,
            stdout=PIPE,
            stderr=DEVNULL,
            start_new_session=True,
        )
        try:
            yield child
        finally:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(child.pid, signal.SIGKILL)
            await asyncio.shield(child.wait())


def arguments(record: Record) -> list[str]:
    target = f"{record.path}::{record.function}"
    more = [f"--tests={path}" for path in record.tests]
    more += [f"--example={text}" for text in record.examples]
    if record.python and Path(record.path).suffix == ".py":
        more.append(f"--python={record.python}")
    return ["verify", "--json", *more, "--", target]
