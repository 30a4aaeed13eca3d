"""What a killed process has left of its runs of Verus goes with a later one."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from synthd.sandbox.verus.process import sweep


def test_only_old_folders_of_dead_processes_go(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    names = {
        f"synthd-verus-{dead.pid}-abc_def1": False,
        f"synthd-verus-{os.getpid()}-abc_def1": True,
        f"synthd-verus-{dead.pid}-fresh": True,
        "synthd-verus-other": True,
        f"another-{dead.pid}-abc": True,
    }
    for name in names:
        (tmp_path / name).mkdir()
        (tmp_path / name / "program.rs").write_text("fn main() {}")
        if "fresh" not in name:
            os.utime(tmp_path / name, (1, 1))
    sweep()
    assert {name: (tmp_path / name).exists() for name in names} == names
