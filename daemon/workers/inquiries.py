"""What a session and its verifying worker say to each other: one JSON object a line.

The session speaks first (Attend). As for jobs (daemon/jobs/messages.py): the worker leaves when its
input ends, and runs nothing of a workspace itself, its sandboxes do.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from synthd.daemon.jobs.spec import Wire
from synthd.lsp.verdicts import Inquiry, Judging, Known, Verified

NOT_TRUSTED = "this workspace is not trusted, and verifying runs its code; trust it first"


class Attend(Wire):
    """environment: the session's whole one; never written anywhere."""

    say: Literal["attend"] = "attend"
    environment: Mapping[str, str] = Field(repr=False)


class Inquire(Wire):
    say: Literal["inquire"] = "inquire"
    number: int
    inquiry: Inquiry = Field(repr=False)


class Drop(Wire):
    """Nobody wants to know any more."""

    say: Literal["drop"] = "drop"
    number: int


class Begun(Wire):
    """A function's turn has come."""

    say: Literal["begun"] = "begun"
    number: int
    judging: Judging


class Judged(Wire):
    """One verdict, of those that Found has, too."""

    say: Literal["judged"] = "judged"
    number: int
    known: Known = Field(repr=False)


class Found(Wire):
    say: Literal["found"] = "found"
    number: int
    verified: Verified = Field(repr=False)


class Dropped(Wire):
    """Nothing of that one runs any more."""

    say: Literal["dropped"] = "dropped"
    number: int


ToVerifier = Annotated[Attend | Inquire | Drop, Field(discriminator="say")]
FromVerifier = Annotated[Begun | Judged | Found | Dropped, Field(discriminator="say")]
TO_VERIFIER: TypeAdapter[ToVerifier] = TypeAdapter(ToVerifier)
FROM_VERIFIER: TypeAdapter[FromVerifier] = TypeAdapter(FromVerifier)


def line(message: ToVerifier | FromVerifier) -> bytes:
    return message.model_dump_json().encode() + b"\n"
