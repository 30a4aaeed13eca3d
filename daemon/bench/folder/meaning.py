"""Whether two experiments can share a folder: more of everything may come, and what has a name
there keeps its meaning."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError

from synthd.daemon.bench.experiment import Experiment, ModelSpec, SuiteSpec
from synthd.daemon.bench.record import SCHEMA
from synthd.daemon.exits import BadInput

T = TypeVar("T")


class Differs(Exception):
    """what: in words. was, now: of it."""

    def __init__(self, what: str, was: object, now: object) -> None:
        super().__init__(f"{what} was {was}, and now would be {now}")


def read(path: Path) -> Experiment:
    """Raises BadInput."""
    try:
        experiment = Experiment.model_validate_json(path.read_bytes())
    except OSError as error:
        raise BadInput(f"{path}: {error.strerror or error}") from None
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise BadInput(
            f"{path} is no experiment that this synthd reads ({place}: {first['msg']}); "
            "use the synthd that wrote it, or name another folder"
        ) from None
    if experiment.schema_version != SCHEMA:
        raise BadInput(
            f"{path} is of version {experiment.schema_version}, and this synthd reads {SCHEMA}; "
            "use the synthd that wrote it, or name another folder"
        )
    return experiment


def merged(was: Experiment, now: Experiment) -> Experiment:
    """All of both, what was there first. Raises Differs."""
    _same("the budget of a search", was.budget.model_dump_json(), now.budget.model_dump_json())
    _same("slots, completions drawn at once,", was.slots, now.slots)
    _same("the learned verifier", _ranked(was), _ranked(now))
    for one in was.strategies:
        for other in now.strategies:
            if one.label == other.label:
                _same(f"strategy {one.label}", one.model_dump_json(), other.model_dump_json())
    return was.model_copy(
        update={
            "suites": _suites(was.suites, now.suites),
            "strategies": _union(was.strategies, now.strategies, lambda one: one.label),
            "models": _models(was.models, now.models),
            "seeds": _union(was.seeds, now.seeds, lambda one: one),
            "samples": max(was.samples, now.samples),
            "judge": _known("the judge", was.judge, now.judge),
            "verifier": now.verifier,
        }
    )


def _ranked(one: Experiment) -> str:
    """The same verifier may lie elsewhere tomorrow."""
    return one.verifier.identity if one.verifier else "none"


def _suites(was: Iterable[SuiteSpec], now: Iterable[SuiteSpec]) -> tuple[SuiteSpec, ...]:
    """Slices of one suite stand beside each other; all are of the same data."""
    together = [*was, *now]
    data: dict[str, str] = {}
    for one in together:
        what = f"the data of suite {one.name} (sha256)"
        data[one.name] = _known(what, data.get(one.name, ""), one.sha256)
    listed: dict[str, str] = {}
    for one in together:
        if one.subset is not None:
            ids = ", ".join(one.subset.tasks)
            _same(f"what {one.text} names", listed.setdefault(one.text, ids), ids)
    found = [one.model_copy(update={"sha256": data[one.name]}) for one in together]
    return _union(found, (), lambda one: one.text)


def _models(was: Iterable[ModelSpec], now: Iterable[ModelSpec]) -> tuple[ModelSpec, ...]:
    """The same model may be served elsewhere tomorrow."""
    found = {one.name: one for one in was}
    for one in now:
        before = found.get(one.name)
        if before is not None:
            what = f"model {one.name}"
            identity = _known(f"the weights of {what}", before.identity, one.identity)
            if before.price is not None and one.price is not None:
                _same(f"the price of {what}", before.price, one.price)
            price = before.price or one.price
            one = one.model_copy(update={"identity": identity, "price": price})
        found[one.name] = one
    return tuple(found.values())


def _union(was: Iterable[T], now: Iterable[T], name: Callable[[T], object]) -> tuple[T, ...]:
    found: dict[object, T] = {}
    for one in [*was, *now]:
        found.setdefault(name(one), one)
    return tuple(found.values())


def _known(what: str, was: str, now: str) -> str:
    """Of two texts that say the same, or nothing."""
    if was and now:
        _same(what, was, now)
    return was or now


def _same(what: str, was: object, now: object) -> None:
    if was != now:
        raise Differs(what, was, now)
