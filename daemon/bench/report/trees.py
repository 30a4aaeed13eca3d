"""Search trees of a run, for the page: read from its folder, drawn, and told node by node."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from synthd.daemon.bench.folder.folder import RunFolder
from synthd.daemon.bench.folder.layout import trace_path
from synthd.daemon.bench.record import Key
from synthd.daemon.bench.report.columns import Is, Search
from synthd.daemon.exits import BadInput
from synthd.daemon.showing import facts, words
from synthd.daemon.showing.page import embedded
from synthd.daemon.showing.tree_drawing import tree_svg
from synthd.synth.trace.decode import NotATrace, decode
from synthd.synth.trace.records import Recorded
from synthd.synth.trace.tree import tree

MOST = 500
_MOST_LETTERS = 24_000_000  # of all trees together: a browser opens the page in a few seconds


@dataclass(frozen=True, slots=True)
class Drawn:
    """svg and data: "" where the search has no trace; then there is its program alone."""

    anchor: str
    told: str = ""
    svg: str = ""
    data: str = ""
    program: str = ""


@dataclass(slots=True)
class Trees:
    """folders: of the runs by name. Draws until it has MOST, or too much text."""

    folders: Mapping[str, Path]
    drawn: dict[tuple[str, Key], Drawn] = field(default_factory=dict)
    _texts: dict[str, int] = field(default_factory=dict)
    _letters: int = 0

    def draw(self, searches: Iterable[tuple[str, Search]]) -> None:
        """searches: with the names of their runs, those that matter most first."""
        with ExitStack() as stack:
            opened: dict[str, RunFolder] = {}
            for run, search in searches:
                if len(self.drawn) >= MOST or self._letters > _MOST_LETTERS:
                    return
                if run not in self.folders:
                    continue
                if run not in opened:
                    reader = RunFolder.open(self.folders[run], writer=False)
                    opened[run] = stack.enter_context(reader)
                found = self._of(opened[run], search)
                if found is not None:
                    self._letters += len(found.svg) + len(found.data) + len(found.program)
                    self.drawn[run, search.key] = found

    @property
    def texts(self) -> str:
        """JSON of what prompts say: every message is on the page only once."""
        return embedded({"texts": list(self._texts)})

    def _of(self, folder: RunFolder, search: Search) -> Drawn | None:
        anchor = f"{len(self.drawn)}-{search.key.digest[:12]}"
        recorded = None
        if Is.TRACED in search.flags:
            recorded = _recorded(folder.layout.root / trace_path(search.key))
        if recorded is not None:
            grown = tree(recorded)
            found = facts.search_facts(recorded, grown)
            for node in found["nodes"]:
                for message in node["prompt"]:
                    text = message.pop("content")
                    if text not in self._texts:
                        self._texts[text] = len(self._texts)
                        self._letters += len(text)
                    message["text"] = self._texts[text]
            data = embedded({"nodes": found["nodes"], "best": found["best"]})
            usage, seconds = words.spent(recorded)
            told = f"{words.ending(recorded.end)}: {words.cost(usage, seconds)}"
            return Drawn(anchor, told, tree_svg(grown, f"tree-{anchor}"), data)
        program = _program(folder, search.program) if search.program else ""
        return Drawn(anchor, program=program) if program else None


def command(folder: Path | None, key: Key) -> str:
    """How its tree is shown."""
    where = folder / trace_path(key) if folder else Path(trace_path(key))
    return f"synthd show {where}"


def _recorded(path: Path) -> Recorded | None:
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            return decode(file)
    except (OSError, NotATrace):
        return None


def _program(folder: RunFolder, sha256: str) -> str:
    try:
        return folder.program(sha256)
    except BadInput:
        return ""
