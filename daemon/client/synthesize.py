"""One call from a function to verified code, for scripts and notebooks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Unpack

from synthd.daemon.client.client import Client
from synthd.daemon.client.result import Result
from synthd.daemon.client.wanted import Options


def synthesize(
    func_or_source: Callable[..., Any] | str,
    *,
    function: str | None = None,
    progress: bool = True,
    client: Client | None = None,
    **options: Unpack[Options],
) -> Result:
    """Write a function so that its examples pass, and give back code with its evidence.

    func_or_source: a function (its docstring has the examples, its body may be `...`),
    "FILE::NAME", or source text, where `function` says which one if it has several.

    examples: more of them, "f(2) == 4". tests: pytest-style files. strategy, model, max_programs,
    max_seconds, max_tokens, seed, parameters ("seidr.beam_width=4"), settings: over those of config
    files. replace: also a function that has a body. write: put verified code into its file. batch:
    others who wait go first. accept_untested, unsafe, workspace: as on the command line.

    Nothing of the code runs in this process; see Result.load. Raises SynthdError
    (synthd.daemon.client.errors); interrupting it cancels the job.
    """
    if client is not None:
        return client.synthesize(func_or_source, function=function, progress=progress, **options)
    with Client() as own:
        return own.synthesize(func_or_source, function=function, progress=progress, **options)
