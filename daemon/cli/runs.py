"""`synthd show`: what searches did."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from synthd.daemon.cli.running import finish
from synthd.daemon.cli.screen import out
from synthd.daemon.exits import BadInput, Exit
from synthd.daemon.locations import runs_dir
from synthd.daemon.traces.finding import find, load, newest, summaries
from synthd.synth.trace.tree import tree


@dataclass(frozen=True, slots=True)
class Options:
    run: str | None
    json: bool = False
    html: Path | None = None
    limit: int = 20


def main(options: Options) -> NoReturn:
    finish(lambda: _main(options))


async def _main(options: Options) -> Exit:
    if options.run is None:
        if options.html is not None:
            raise BadInput("--html is for one run: `synthd show last --html FILE`")
        _list(options)
    else:
        _show(options, options.run)
    return Exit.VERIFIED


def _list(options: Options) -> None:
    from synthd.daemon.showing import facts, terminal

    found = summaries(newest(runs_dir())[: options.limit])
    if options.json:
        for summary in found:
            print(facts.text(facts.summary_facts(summary)))
    elif found:
        terminal.show_list(out(), found)
    else:
        out().print(f"no search is kept in {runs_dir()} yet", markup=False)


def _show(options: Options, wanted: str) -> None:
    from synthd.daemon.showing import facts, page, terminal

    recorded = load(find(runs_dir(), wanted))
    grown = tree(recorded)
    if options.html is not None:
        _write(options.html, page.page(recorded, grown))
    if options.json:
        print(facts.text(facts.search_facts(recorded, grown)))
    elif options.html is not None:
        out().print(f"written to {options.html}", markup=False)
    else:
        terminal.show_tree(out(), recorded, grown)


def _write(path: Path, text: str) -> None:
    """Over a page of ours, never over anything else."""
    from synthd.daemon.showing.page import BEGINNING

    try:
        if path.is_file() and path.stat().st_size:
            with path.open("rb") as file:
                if file.read(len(BEGINNING)) != BEGINNING.encode():
                    raise BadInput(f"--html {path}: it exists and is no page of synthd's")
        path.write_bytes(text.encode("ascii", "xmlcharrefreplace"))
    except OSError as error:
        raise BadInput(f"--html {path}: {error.strerror}") from None
