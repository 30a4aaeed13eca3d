"""Makes a report of run folders, and its files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from synthd.daemon.bench.report import plots, sources
from synthd.daemon.bench.report.comparing import Compared, compare
from synthd.daemon.bench.report.examining import Asked, examine
from synthd.daemon.bench.report.figuring import Wanted
from synthd.daemon.bench.report.markdown import markdown
from synthd.daemon.bench.report.page import BEGINNING, page
from synthd.daemon.bench.report.separated import separated
from synthd.daemon.bench.report.table import Table
from synthd.daemon.bench.report.tables import curves, ledger, tables
from synthd.daemon.bench.report.tabulate import Tabulated, tabulate
from synthd.daemon.exits import BadInput, Missing
from synthd.synth.metrics.passing import TooFewSamples

NAME = "report"


class Format(StrEnum):
    HTML = "html"
    MARKDOWN = "md"
    CSV = "csv"
    SVG = "svg"
    PNG = "png"


PLOTS = (Format.SVG, Format.PNG)


@dataclass(frozen=True, slots=True)
class Made:
    """folders: of the runs, by the names that arms have. compared: of two runs. extra: tables of
    what was looked into besides."""

    tabulated: Tabulated
    folders: Mapping[str, Path]
    compared: Compared | None = None
    extra: tuple[Table, ...] = ()


def make(folders: Sequence[Path], wanted: Wanted, asked: Asked) -> Made:
    """Raises BadInput and Missing."""
    runs = sources.sources(folders)
    examined = examine(runs, asked)
    try:
        found = tabulate(runs, wanted, suites=examined.facts, exclude=examined.exclude)
    except TooFewSamples as few:
        raise BadInput(str(few)) from None
    named = [run.name if len(runs) > 1 else "" for run in runs]
    compared = None
    if len(runs) == 2:
        first, second = ((run.name, run.experiment) for run in runs if run.experiment is not None)
        compared = compare(found.report.figures, found.arms, first, second, wanted)
    return Made(found, dict(zip(named, folders, strict=True)), compared, examined.tables)


def write(made: Made, folder: Path, formats: Sequence[Format]) -> tuple[Path, ...]:
    """The files that were written. Plots are left out where matplotlib is not there, unless nothing
    else was asked for. Raises BadInput and Missing."""
    report = made.tabulated.report
    drawable = plots.available()
    if not drawable and set(formats) <= set(PLOTS):
        raise Missing(plots.HOW)
    files: dict[str, bytes] = {}
    shown = (*tables(report), *made.extra)
    drawn = plots.plots(report) if drawable else ()
    if Format.HTML in formats:
        held = tuple(plots.Drawn(plot, plots.svg(plot)) for plot in drawn)
        text = page(
            made.tabulated, made.folders, drawn=held, compared=made.compared, extra=made.extra
        )
        files[f"{NAME}.html"] = text.encode("ascii", "xmlcharrefreplace")
    if Format.MARKDOWN in formats:
        files[f"{NAME}.md"] = _utf8(markdown(report, shown))
    if Format.CSV in formats:
        for table in (*shown, ledger(report.figures), curves(report.figures)):
            files[f"{_file(table.key)}.csv"] = _utf8(separated(table))
    for plot in drawn:
        if Format.SVG in formats:
            files[f"{_file(plot.name)}.svg"] = _utf8(plots.standing_svg(plot))
        if Format.PNG in formats:
            files[f"{_file(plot.name)}.png"] = plots.png(plot)
    return _written(folder, files)


def _written(folder: Path, files: Mapping[str, bytes]) -> tuple[Path, ...]:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _is_ours(folder / f"{NAME}.html")
        for name, content in files.items():
            (folder / name).write_bytes(content)
    except OSError as error:
        raise BadInput(f"{error.filename or folder}: {error.strerror}") from None
    return tuple(folder / name for name in files)


def _is_ours(path: Path) -> None:
    """Over a report of ours, never over anything else."""
    if path.is_file() and path.stat().st_size:
        with path.open("rb") as file:
            if file.read(len(BEGINNING)) != BEGINNING.encode():
                raise BadInput(f"{path} is there and no report of synthd's: name another --out")


def _file(name: str) -> str:
    return "".join(letter if letter.isalnum() or letter in "-_.+" else "_" for letter in name)


def _utf8(text: str) -> bytes:
    return text.encode("utf-8", "replace")
