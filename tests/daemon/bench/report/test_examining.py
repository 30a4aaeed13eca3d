"""What of a run's tasks stands elsewhere, and reports without it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from synthd.daemon.bench.experiment import Experiment, SuiteSpec
from synthd.daemon.bench.record import Record
from synthd.daemon.bench.report.examining import Asked, examine, exemplar_texts
from synthd.daemon.bench.report.figuring import Wanted
from synthd.daemon.bench.report.tabulate import Source, tabulate
from synthd.daemon.exits import BadInput
from synthd.synth.metrics.interval import Bootstrap
from synthd.synth.proving.exemplars import Fix
from synthd.synth.store import exemplars

STUB = '''def {name}({arguments}):
    """{text}

    >>> {name}({example})
    1
    """
'''
SEEN = (
    "The number of pairs of neighbours in a row of lamps of which exactly one is on, where the "
    "last lamp of the row is also the neighbour of the first."
)


@pytest.fixture
def stubs(tmp_path: Path) -> Path:
    folder = tmp_path / "stubs"
    folder.mkdir()
    texts = {"lamps": SEEN, "sums": "The sum of all numbers that divide this one."}
    for name, text in texts.items():
        stub = STUB.format(name=name, arguments="row", text=text, example="[1]")
        (folder / f"{name}.py").write_text(stub)
    return folder


def test_tasks_that_an_exemplar_shows_are_left_out_when_asked(
    stubs: Path,
    tmp_path: Path,
    experiment: Callable[..., Experiment],
    record: Callable[..., Record],
) -> None:
    prompt = tmp_path / "prompt.txt"
    prompt.write_text(f"An example. {SEEN} It is written so: …")
    suite = f"files:{stubs}"
    asked = experiment(strategies=("a",), seeds=1)
    asked = asked.model_copy(update={"suites": (SuiteSpec(text=suite),)})
    plain = examine([Source("run", (), asked)], Asked())
    (facts,) = plain.facts
    assert facts.split and not plain.tables and not plain.exclude
    found = examine([Source("run", (), asked)], Asked(exemplars=(prompt,), exclude=True))
    (left_out,) = found.exclude[suite]
    assert "lamps" in left_out
    (table,) = found.tables
    assert [(row[0], row[2], row[-1]) for row in table.rows] == [(left_out, "prompt.txt", "yes")]
    records = [
        record(left_out, suite=suite, passed=True),
        record("sums", suite=suite, passed=False),
    ]
    report = tabulate(
        [Source("run", records, asked)],
        Wanted(bootstrap=Bootstrap(100)),
        suites=found.facts,
        exclude=found.exclude,
    ).report
    assert report.figures[0].solved.mean == 0 and report.figures[0].searches == 1
    assert any("1 task left out" in line for line in report.told)


def test_repairs_that_were_kept_are_exemplars(tmp_path: Path) -> None:
    exemplars.add(tmp_path / "kept", [Fix("fn f() { wrong }", "it fails", "{ right }")])
    (text,) = exemplar_texts(tmp_path / "kept")
    assert text.code == "fn f() { wrong }\n{ right }" and text.language == "verus"
    (tmp_path / "state.json").write_text("{}")
    for path in (tmp_path / "state.json", tmp_path / "nothing.txt"):
        with pytest.raises(BadInput):
            exemplar_texts(path)
