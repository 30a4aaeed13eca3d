"""What can go wrong between a program and the daemon; str() says what happened and what to do.

SynthdError
├── NoDaemon      there is none, and none could be started
├── Lost          the connection ended before the answer; a job that was submitted goes on
├── Refused       the daemon's own word; `kind` is for programs
├── NoSource      there is no text of the function to work on
└── Unfinished    the job has no result; `job` says how it stands
    ├── Failed       it could not be done as it was asked for
    ├── Paused       it waits for something; mend that, then `resume`
    └── Cancelled    somebody has cancelled it
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from synthd.daemon.client.jobs import Job


class SynthdError(Exception):
    pass


class NoDaemon(SynthdError):
    pass


class Lost(SynthdError):
    pass


class Refused(SynthdError):
    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


class NoSource(SynthdError):
    pass


class Unfinished(SynthdError):
    def __init__(self, message: str, job: Job) -> None:
        super().__init__(message)
        self.job = job


class Failed(Unfinished):
    pass


class Paused(Unfinished):
    pass


class Cancelled(Unfinished):
    pass
