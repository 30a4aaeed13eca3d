"""What a job is, as it is kept: enough to run it again, and nothing that is secret.

Credentials never get here: a job's environment is split before (`kept_environment`), and what
looks like a secret is held in memory alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from synthd.daemon.jobs.states import Priority

SCHEMA = 1


class Wire(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Proving(StrEnum):
    """Of a Rust function that has a body: how much of it may be another one."""

    ALL = "all"  # code and proof
    PROOF = "proof"  # the code stays, token for token
    INVARIANTS = "invariants"  # only what its loops lack is added
    ANEW = "anew"  # all of it, and what stands there is not looked at


class Options(Wire):
    """As on the command line of `synthd synth`."""

    examples: tuple[str, ...] = ()
    tests: tuple[str, ...] = ()
    parameters: tuple[str, ...] = ()  # of --set
    replace: bool = False
    accept_untested: bool = False
    unsafe: bool = False
    hasty: bool = False  # an editor's: take the first program that passes, unless told otherwise
    ask: bool = False  # whoever submits it answers what the checks leave open
    repair: bool = False  # begin from the body that stands there
    proof: Proving = Proving.ALL


class Spec(Wire):
    """One function of one text. Either function (its qualified name) or offset (code points)
    says which; path is where the text is from, which may differ from what is on disk."""

    schema_version: int = Field(default=SCHEMA, alias="schema", serialization_alias="schema")
    kind: Literal["synthesize"] = "synthesize"
    path: str
    text: str
    function: str | None = None
    offset: int | None = None
    workspace: str | None = None
    trusted: bool = True
    priority: Priority = Priority.INTERACTIVE
    options: Options = Options()
    settings: Mapping[str, object] = {}  # given for this job, over those of files
    environment: Mapping[str, str] = {}  # kept_environment of whoever submitted it

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)
