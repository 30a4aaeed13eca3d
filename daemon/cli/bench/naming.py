"""How one search is named to a user."""

from __future__ import annotations

from synthd.daemon.bench.record import Key
from synthd.daemon.report import Wire


class KeyReport(Wire):
    suite: str
    task: str
    strategy: str
    model: str
    seed: int
    sample: int

    @classmethod
    def of(cls, key: Key) -> KeyReport:
        return cls(
            suite=key.suite,
            task=key.task,
            strategy=key.strategy,
            model=key.model,
            seed=key.seed,
            sample=key.sample,
        )


def named(key: Key) -> str:
    return (
        f"{key.suite} {key.task}, {key.strategy}, {key.model}, seed {key.seed}, sample {key.sample}"
    )


def verdict(passed: bool | None) -> str:
    return "no verdict" if passed is None else "pass" if passed else "fail"
