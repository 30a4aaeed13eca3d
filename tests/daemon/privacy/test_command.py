"""`synthd privacy` as users run it: it names all there is, and deletes what it is told to."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from synthd.daemon.jobs.store.store import open_store

WORDS = "a word of the user's source"


class Home:
    def __init__(self, root: Path) -> None:
        self.root = root
        self.state = root / "state" / "synthd"
        self.database = self.state / "jobs" / "jobs.sqlite"
        self.environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(root / "home"),
            "TMPDIR": str(root / "tmp"),
            "XDG_STATE_HOME": str(root / "state"),
            "XDG_CACHE_HOME": str(root / "cache"),
            "XDG_CONFIG_HOME": str(root / "config"),
            "XDG_DATA_HOME": str(root / "data"),
            "SYNTHD_RUNTIME_DIR": str(root / "run"),
            "COLUMNS": "140",
        }
        (root / "tmp").mkdir()

    def put(self, name: str, text: str = WORDS) -> Path:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def run(self, *options: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "synthd.daemon", "privacy", *options],
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
        )

    def kept(self) -> dict[str, Any]:
        return {one["what"]: one for one in json.loads(self.run("--json").stdout)["kept"]}

    def rows(self, table: str) -> int:
        with contextlib.closing(sqlite3.connect(self.database)) as connection:
            return int(connection.execute(f"SELECT COUNT(*) FROM {table}").fetchone()[0])

    def files(self) -> set[str]:
        return {str(path.relative_to(self.root)) for path in self.root.rglob("*") if path.is_file()}


@pytest.fixture
def home(tmp_path):
    return Home(tmp_path)


def fill(home: Home, state: str = "done") -> None:
    """Something everywhere."""
    for name in (
        "state/synthd/runs/a.jsonl",
        "state/synthd/critiques/a.jsonl",
        "state/synthd/logs/daemon-x.log",
        "state/synthd/crashes/1-2.json",
        "state/synthd/jobs/bbbbbbbb/completions/x",
        "state/synthd/jobs/jobs.sqlite.damaged-1",
        "cache/synthd/searches/completions/x",
        "state/synthd/of-a-newer-one/x",
        "data/synthd/models/qwen2.5-coder-0.5b-instruct-q4_k_m.gguf",
        "data/synthd/models/mine.gguf",
        "proofs/repairs.jsonl",
        "proofs/mine.rs",
    ):
        home.put(name)
    home.put("config/synthd/config.toml", f'keep_exemplars = "{home.root}/proofs"\n')
    scratch = home.put("tmp/synthd-abc/program.py")
    os.utime(scratch.parent, (1e9, 1e9))
    asyncio.run(_rows(home, state))


async def _rows(home: Home, state: str) -> None:
    async with open_store(home.state / "jobs") as store:

        def do(connection: sqlite3.Connection) -> None:
            connection.execute(
                "INSERT INTO jobs (id, client, created, changed, state, priority, path, owner) "
                "VALUES ('bbbbbbbb', '', 0, 0, ?, 'batch', '', '')",
                (state,),
            )
            connection.execute("INSERT INTO specs VALUES ('bbbbbbbb', ?)", (WORDS,))
            connection.execute("INSERT INTO events VALUES ('bbbbbbbb', 0, ?)", (WORDS,))
            connection.execute(
                "INSERT OR REPLACE INTO certificates VALUES ('p', 'f', '{}', '', '', 0)"
            )

        await store.write(do)


MINE = {
    "config/synthd/config.toml",
    "data/synthd/models/qwen2.5-coder-0.5b-instruct-q4_k_m.gguf",
    "data/synthd/models/mine.gguf",
    "proofs/mine.rs",
}


def test_everything_that_is_kept_is_named_with_its_size(home):
    fill(home)
    kept = home.kept()
    for what in (
        "config jobs certificates runs critiques searches exemplars logs crashes weights scratch "
        "other"
    ).split():
        assert kept[what]["bytes"] > 0, what
    assert "source text" in kept["jobs"]["contains"] and "source" not in kept["logs"]["contains"]
    assert kept["other"]["where"] == str(home.state)
    named = sum(one["things"] for what, one in kept.items() if what != "certificates")
    assert named == len(home.files() - {"data/synthd/models/mine.gguf", "proofs/mine.rs"})
    table = home.run().stdout
    assert all(what in table for what in kept) and "Nothing is sent anywhere" in table


def test_looking_makes_nothing(home):
    before = home.files()
    assert home.run().returncode == 0
    assert home.files() == before


def test_all_is_all_but_config_and_weights_and_what_is_not_ours(home):
    fill(home)
    done = home.run("--delete", "all", "--yes")
    assert (done.returncode, done.stderr) == (0, "")
    assert home.files() == MINE
    assert home.run("--delete", "weights", "--delete", "config", "--yes").returncode == 0
    assert home.files() == {"data/synthd/models/mine.gguf", "proofs/mine.rs"}


def test_jobs_and_certificates_go_one_without_the_other(home):
    fill(home)
    (told,) = map(json.loads, home.run("--delete", "jobs", "--yes", "--json").stdout.splitlines())
    assert (told["deleted"], told["problem"]) == ("jobs", "")
    assert (home.rows("certificates"), home.rows("jobs")) == (1, 0)
    assert not (home.state / "jobs" / "bbbbbbbb").exists()
    for path in (home.state / "jobs").iterdir():
        assert WORDS.encode() not in path.read_bytes(), path
    fill(home)
    assert home.run("--delete", "certificates", "--yes").returncode == 0
    assert (home.rows("certificates"), home.rows("jobs")) == (0, 1)


@pytest.mark.parametrize("state", ["queued", "running", "paused"])
def test_jobs_that_are_not_over_are_not_deleted_unasked(state, home):
    fill(home, state)
    done = home.run("--delete", "all", "--yes")
    assert done.returncode == 3 and "one job is not over" in done.stderr
    assert home.rows("jobs") == 1 and (home.state / "runs" / "a.jsonl").exists()
    assert home.run("--delete", "logs", "--yes").returncode == 0  # no daemon runs: nobody minds
    assert home.run("--delete", "jobs", "--yes", "--now").returncode == 0
    assert home.rows("jobs") == 0


def test_it_asks_and_without_a_terminal_it_refuses(home):
    fill(home)
    before = home.files()
    done = home.run("--delete", "all")
    assert done.returncode == 2 and "--yes" in done.stderr
    done = home.run("--delete", "everything", "--yes")
    assert done.returncode == 2 and "there are config, jobs" in done.stderr
    assert home.files() == before


def test_links_go_and_what_they_lead_to_stays(home):
    elsewhere = home.put("elsewhere/precious")
    (home.state).mkdir(parents=True)
    (home.state / "runs").symlink_to(elsewhere.parent)
    (home.state / "logs").mkdir()
    (home.state / "logs" / "x").symlink_to(elsewhere)
    assert home.run("--delete", "all", "--yes").returncode == 0
    assert elsewhere.read_text() == WORDS
    assert not (home.state / "runs").is_symlink() and not (home.state / "logs").exists()


def test_wrong_settings_hinder_nothing(home):
    fill(home)
    home.put("config/synthd/config.toml", "max_programs = -1\n")
    assert home.kept()["runs"]["bytes"] > 0
    assert home.run("--delete", "runs", "--yes").returncode == 0


def test_every_place_that_the_code_asks_for_is_known():
    """Who adds a folder of platformdirs has to add it to the places, and to this list."""
    root = Path(__file__).parents[3]
    asking = {
        str(path.relative_to(root))
        for layer in ("daemon", "lsp", "synth", "sandbox")
        for path in (root / layer).rglob("*.py")
        if "platformdirs" in path.read_text() and "import" in path.read_text()
    }
    assert asking == {
        "daemon/critiquing/record.py",
        "daemon/locations.py",
        "daemon/picked.py",
        "daemon/privacy/places.py",
        "daemon/service/status.py",
        "daemon/thin/places.py",
        "lsp/showing/shown.py",
    }
