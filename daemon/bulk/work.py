"""One command's programs: where they come from, and how they are judged to a log and figures."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from synthd.daemon.bulk.log import ResultsLog
from synthd.daemon.bulk.result import Given, Origin, Result, Scored, Verdict, result
from synthd.daemon.bulk.running import Item, Judge, judge_all
from synthd.daemon.exits import Missing
from synthd.sandbox.programs import Exchange, Exchanges, Language, Program, ProgramReport

_TRIVIAL = {Language.CPP: "int main() { return 0; }\n", Language.RUST: "fn main() {}\n"}
_SILENT = Exchanges((Exchange("", ""),))


class Source(Protocol):
    """Can be read more than once, a piece at a time: it may be longer than memory."""

    @property
    def languages(self) -> frozenset[Language]: ...

    @property
    def tasks(self) -> int:
        """Of the suite, whether or not there are programs for them; 0 where there is none."""
        ...

    @property
    def needs(self) -> frozenset[tuple[Language, str]]:
        """Headers and crates that programs need besides the compiler."""
        ...

    def given(self) -> Iterable[Given]: ...

    def items(self, wanted: Callable[[int], bool], lacking: frozenset[str]) -> Iterable[Item]:
        """Of those samples that are wanted; with an excuse where a need of theirs is lacking."""
        ...


@dataclass(frozen=True, slots=True)
class Done:
    """scored: all, with what a log had before. now: how many were judged this time."""

    scored: Mapping[int, Scored]
    now: int
    seconds: float

    @property
    def rate(self) -> float:
        return self.now / self.seconds if self.seconds > 0 else 0.0


def left(known: Mapping[int, Scored], *, retry_undecided: bool) -> Callable[[int], bool]:
    """Which samples are still to be judged."""

    def wanted(sample: int) -> bool:
        before = known.get(sample)
        return before is None or (retry_undecided and before.verdict is Verdict.UNDECIDED)

    return wanted


async def work(
    source: Source,
    origin: Origin,
    judge: Judge,
    log: ResultsLog | None,
    progress: Callable[[Result], None],
    *,
    wanted: Callable[[int], bool],
    in_flight: int,
) -> Done:
    """Raises Missing where nothing can be judged, or results cannot be kept."""
    for language in sorted(source.languages):
        await _usable(judge, language)
    lacking = [need for lang, need in sorted(source.needs) if not await _has(judge, lang, need)]
    scored = dict(log.known) if log else {}
    began, before = time.monotonic(), 0

    def told(item: Item, report: ProgramReport) -> None:
        nonlocal before
        found = result(item.given, origin, report)
        if log is not None:
            try:
                log.append(found)
            except OSError as error:
                raise Missing(f"{log.path} cannot be written: {error.strerror}") from None
        scored[found.sample] = found.scored
        before += 1
        progress(found)

    await judge_all(source.items(wanted, frozenset(lacking)), judge, told, in_flight=in_flight)
    return Done(scored, before, time.monotonic() - began)


async def _usable(judge: Judge, language: Language) -> None:
    """A missing compiler is said once, before anything is judged."""
    if language not in _TRIVIAL:
        return
    report = await judge.judge(Program(language, _TRIVIAL[language]), _SILENT)
    if not report.accepted:
        detail = report.error or next((case.detail for case in report.cases), "")
        raise Missing(f"programs in {language} cannot be judged here: {detail}")


async def _has(judge: Judge, language: Language, need: str) -> bool:
    line = f"#include <{need}>\n"
    if language is Language.RUST:
        line = f"extern crate {need.removeprefix('crate ')};\n"
    report = await judge.judge(Program(language, line + _TRIVIAL[language]), _SILENT)
    return report.accepted
