"""Options that several commands have, each declared once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Json = Annotated[bool, typer.Option("--json", help="Machine-readable: one JSON object a line.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Nothing but problems and the result.")]
Data = Annotated[
    Path | None, typer.Option(help="Folder of the data sets. Default: SYNTHD_DATASETS.")
]
Targets = Annotated[
    list[str],
    typer.Argument(metavar="FILE[::FUNCTION]...", help="FILE alone means every stub in it."),
]


def _absolute(name: str | None) -> str | None:
    """A folder is said from where the user is; a daemon is elsewhere."""
    from synthd.synth.models.names import absolute

    return None if name is None else absolute(name)


ModelName = Annotated[
    str | None,
    typer.Option(help="E.g. qwen2.5-coder:1.5b, ollama/NAME, hf/./FOLDER.", callback=_absolute),
]
Programs = Annotated[int | None, typer.Option(min=1, help="Default: 24.")]
Seed = Annotated[int | None, typer.Option(min=0, help="Default: 0.")]
Examples = Annotated[
    list[str] | None, typer.Option(help="One more check, e.g. 'f(2) == 4'. Repeatable.")
]
Tests = Annotated[
    list[Path] | None,
    typer.Option(help="A pytest-style file whose asserts call the function. Repeatable."),
]
Sets = Annotated[
    list[str] | None,
    typer.Option("--set", help="A strategy's parameter, e.g. seidr.beam_width=4. Repeatable."),
]
Python = Annotated[Path | None, typer.Option(help="The project's interpreter.")]
Replace = Annotated[bool, typer.Option(help="Also functions that have a body.")]
AcceptUntested = Annotated[
    bool, typer.Option(help="Synthesize also without any example; grade: unknown.")
]
Unsafe = Annotated[
    bool, typer.Option(help="Run generated code WITHOUT a sandbox where there is none.")
]
Tested = Annotated[
    bool,
    typer.Option("--tested/--no-tested", help="Also try what is verified on generated inputs."),
]
Gate = Annotated[
    str | None, typer.Option(help="Rust: strict (default), or paper, the papers' rules.")
]
