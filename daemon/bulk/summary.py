"""The figures of many verdicts: how many, of what kind, and pass@k."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from statistics import fmean

from synthd.daemon.bulk.result import Scored, Verdict
from synthd.synth.metrics.passing import Tally, each_pass_at_k, possible

KS = (1, 10, 100)


@dataclass(frozen=True, slots=True)
class Count:
    what: str
    number: int


@dataclass(frozen=True, slots=True)
class PassAtK:
    """value: the mean over the tasks that have a verdict at all."""

    k: int
    value: float


@dataclass(frozen=True, slots=True)
class Summary:
    """outcomes: every kind that occurred, the most frequent first. tasks: how many have at least
    one verdict. undecided is counted here and nowhere else: neither in pass@k nor as rejected.
    undecided_why: the most frequent first."""

    judged: int
    accepted: int
    rejected: int
    undecided: int
    in_process: int
    outcomes: tuple[Count, ...]
    tasks: int
    pass_at: tuple[PassAtK, ...]
    undecided_samples: tuple[int, ...]
    undecided_why: tuple[Count, ...]


def summarize(results: Iterable[Scored]) -> Summary:
    verdicts: Counter[Verdict] = Counter()
    outcomes: Counter[str] = Counter()
    decided: Counter[str] = Counter()
    right: Counter[str] = Counter()
    undecided: list[int] = []
    errors: Counter[str] = Counter()
    in_process = 0
    for one in results:
        verdicts[one.verdict] += 1
        outcomes[one.outcome.value] += 1
        in_process += one.in_process
        if one.verdict is Verdict.UNDECIDED:
            undecided.append(one.sample)
            errors[one.error] += 1
        else:
            decided[one.task_id] += 1
            right[one.task_id] += one.verdict is Verdict.ACCEPTED
    return Summary(
        judged=verdicts.total(),
        accepted=verdicts[Verdict.ACCEPTED],
        rejected=verdicts[Verdict.REJECTED],
        undecided=verdicts[Verdict.UNDECIDED],
        in_process=in_process,
        outcomes=tuple(Count(*pair) for pair in outcomes.most_common()),
        tasks=len(decided),
        pass_at=_pass_at(decided, right),
        undecided_samples=tuple(sorted(undecided)),
        undecided_why=tuple(Count(*pair) for pair in errors.most_common()),
    )


def _pass_at(decided: Mapping[str, int], right: Mapping[str, int]) -> tuple[PassAtK, ...]:
    """For the k that every task has enough samples for."""
    tallies = [Tally(task, n, right[task]) for task, n in decided.items()]
    return tuple(PassAtK(k, fmean(each_pass_at_k(tallies, k))) for k in possible(tallies, KS))
