"""What can go wrong with jobs, each with a sentence that says what to do.

JobsError
├── UnknownJob    no such job, or several whose ids begin so
├── NotNow        the job's state does not allow it
├── Needs         a variable is missing without which the job cannot go on
├── Secret        what would be kept has a credential in it
├── NoRoom        the disk, or the store's own limit, is full: nothing was written
└── NoStore       the store cannot be used
    └── NewerStore    a newer synthd made it
"""

from __future__ import annotations


class JobsError(Exception):
    """kind: for programs, as in the answers of the daemon."""

    kind = "jobs"


class UnknownJob(JobsError):
    kind = "unknown_job"


class NotNow(JobsError):
    kind = "not_now"


class Needs(JobsError):
    kind = "needs"


class Secret(JobsError):
    kind = "secret"


class NoRoom(JobsError):
    kind = "no_room"


class NoStore(JobsError):
    kind = "no_store"


class NewerStore(NoStore):
    kind = "newer_store"
