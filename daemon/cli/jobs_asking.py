"""Runs a command of `synthd jobs` against the daemon, to its exit code."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import NoReturn

import typer

from synthd.daemon.cli.screen import complain
from synthd.daemon.client.client import Client
from synthd.daemon.client.errors import Refused, SynthdError
from synthd.daemon.exits import Exit, Failure

# What the daemon refuses because of what was asked for.
USAGE = {"unknown_job", "bad_request", "too_big", "not_now"}


def finish(work: Callable[[Client], Exit]) -> NoReturn:
    try:
        # It connects, and starts a daemon, with the first question.
        with contextlib.closing(Client()) as client:
            code = work(client)
    except KeyboardInterrupt:
        complain("interrupted; the daemon goes on with its jobs")
        code = Exit.INTERRUPTED
    except BrokenPipeError:
        code = Exit.INTERRUPTED
    except Refused as error:
        complain(str(error))
        code = Exit.USAGE if error.kind in USAGE else Exit.ENVIRONMENT
    except SynthdError as error:
        complain(str(error))
        code = Exit.ENVIRONMENT
    except Failure as error:
        complain(str(error))
        code = error.code
    raise typer.Exit(int(code))
