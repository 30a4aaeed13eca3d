"""`synthd models …`: every command with its options. What they do is imported when they run."""

from __future__ import annotations

from typing import Annotated

import typer

from synthd.daemon.cli.options import Json

models_app = typer.Typer(help="Lists, fetches and removes models.", no_args_is_help=True)


@models_app.command("list")
def models_list(json: Json = False) -> None:
    """Models that can be used now, and those that can be fetched."""
    from synthd.daemon.cli import models as command

    command.list_models(json=json)


@models_app.command("pull")
def models_pull(
    name: Annotated[str, typer.Argument(help="E.g. qwen2.5-coder:1.5b, ollama/NAME.")],
) -> None:
    """Download a model's weights; resumes, and checks them before use."""
    from synthd.daemon.cli import models as command

    command.pull_model(name)


@models_app.command("rm")
def models_rm(name: Annotated[str, typer.Argument()]) -> None:
    """Delete a model's weights from this machine."""
    from synthd.daemon.cli import models as command

    command.remove(name)


@models_app.command("default")
def models_default(
    name: Annotated[str | None, typer.Argument(help="Without a name: show it.")] = None,
) -> None:
    """Set the model that is used when none is named."""
    from synthd.daemon.cli import models as command

    command.default(name)
