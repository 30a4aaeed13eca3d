"""A file is replaced whole, or not at all."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from synthd.daemon.writing import NotWritten, replace


def test_bytes_mode_and_links_are_kept(tmp_path: Path) -> None:
    real = tmp_path / "real.py"
    real.write_bytes(b"old\r\n")
    real.chmod(0o750)
    link = tmp_path / "link.py"
    link.symlink_to(real)
    replace(link, b"old\r\n", b"\xef\xbb\xbfnew\r\n")
    assert link.is_symlink()
    assert real.read_bytes() == b"\xef\xbb\xbfnew\r\n"
    assert stat.S_IMODE(real.stat().st_mode) == 0o750
    assert sorted(os.listdir(tmp_path)) == ["link.py", "real.py"]


def test_a_file_that_changed_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "f.py"
    path.write_bytes(b"typed meanwhile")
    with pytest.raises(NotWritten, match="changed while synthd worked"):
        replace(path, b"old", b"new")
    assert path.read_bytes() == b"typed meanwhile"


def test_a_file_that_is_gone_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(NotWritten, match="No such file"):
        replace(tmp_path / "gone.py", b"old", b"new")
    assert os.listdir(tmp_path) == []
