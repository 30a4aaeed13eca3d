"""What supervisors are given parses, and runs what there is."""

import os
import plistlib
import shutil
import subprocess
from configparser import ConfigParser
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[3] / "packaging"
UNIT = FOLDER / "systemd" / "synthd.service"


def unit() -> ConfigParser:
    parser = ConfigParser(interpolation=None)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read_string(UNIT.read_text())
    return parser


def test_systemd_runs_the_daemon() -> None:
    assert unit()["Service"]["ExecStart"].endswith("/synthd daemon run")


def test_systemd_leaves_the_sandbox_alone() -> None:
    """Each of these keeps bubblewrap from its namespaces, or from a fresh /proc."""
    harmful = ("Protect", "Private", "Restrict", "SystemCall", "ProcSubset", "MemoryDeny", "Root")
    allowed = {"RestartPreventExitStatus"}
    assert [key for key in unit()["Service"] if key.startswith(harmful)] == []
    assert allowed <= set(unit()["Service"])


def test_systemd_finds_nothing_wrong(tmp_path: Path) -> None:
    program = shutil.which("systemd-analyze")
    if program is None:
        pytest.skip("no systemd-analyze here")
    unit = tmp_path / "synthd.service"
    unit.write_text(UNIT.read_text().replace("%h/.local/bin/synthd", "/bin/true"))
    done = subprocess.run(
        [program, "--user", "verify", unit],
        env={**os.environ, "XDG_RUNTIME_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_launchd_runs_the_daemon() -> None:
    with (FOLDER / "launchd" / "synthd.plist").open("rb") as file:
        told = plistlib.load(file)
    assert told["ProgramArguments"][1:] == ["daemon", "run"]
    assert told["Umask"] == 0o077
    assert told["KeepAlive"] == {"SuccessfulExit": False}
