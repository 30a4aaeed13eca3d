"""`synthd daemon …`: the commands with their options."""

from __future__ import annotations

from typing import Annotated

import typer

from synthd.daemon.cli.options import Json

daemon_app = typer.Typer(
    help="The background process that editors and jobs share; it starts by itself.",
    no_args_is_help=True,
)
Now = Annotated[
    bool, typer.Option("--now", help="Pause running jobs; the next daemon goes on with them.")
]


@daemon_app.command()
def start() -> None:
    """Start it, if it does not run."""
    from synthd.daemon.cli import daemon as command

    command.start()


@daemon_app.command()
def stop(
    now: Now = False,
    all_: Annotated[
        bool, typer.Option("--all", help="Also daemons of other builds of synthd.")
    ] = False,
) -> None:
    """End it, after the jobs that it runs."""
    from synthd.daemon.cli import daemon as command

    command.stop(now=now, everyone=all_)


@daemon_app.command()
def restart(now: Now = False) -> None:
    """Stop it and start it again."""
    from synthd.daemon.cli import daemon as command

    command.restart(now=now)


@daemon_app.command()
def status(json: Json = False) -> None:
    """What it does. Exit status 1 where none runs."""
    from synthd.daemon.cli import daemon as command

    command.status(json=json)


@daemon_app.command()
def logs(
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on as it is written.")] = False,
    lines: Annotated[int, typer.Option("--lines", "-n", min=0, help="How many at first.")] = 50,
) -> None:
    """Show its log, which holds neither source text nor secrets."""
    from synthd.daemon.cli import daemon as command

    command.logs(follow=follow, lines=lines)


@daemon_app.command()
def run() -> None:
    """Be the daemon, in the foreground: for systemd and launchd."""
    from synthd.daemon.cli import daemon as command

    command.run()
