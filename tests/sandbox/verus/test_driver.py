"""The way of a release's driver, with the real rustup and the real rustc in place of Verus' own."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from synthd.sandbox.level import Level
from synthd.sandbox.verus.command import flags, order
from synthd.sandbox.verus.found import find
from synthd.sandbox.verus.process import run
from synthd.sandbox.verus.run import Ending, VerusLimits

DRIVER = """#!/bin/sh
if [ "$1" = --version ]; then
  echo '{{"verus": {{"version": "0.2026.07.24.a9", "toolchain": "{toolchain}", "commit": "a9"}}}}'
  exit 0
fi
[ "$1" = --help ] && exit 0
rustup toolchain list >&2 || exit 7
exec rustup run {toolchain} -- "$(dirname "$0")/rust_verify" "$@"
"""
# What rust_verify does: a compiler's work in the folder it was started in, and temporary files.
VERIFY = """#!/bin/sh
mktemp >&2 || exit 8
rustc --edition 2021 -o compiled "$1" >&2 || exit 9
[ -r /etc/shadow ] && cat /etc/shadow >&2 && exit 10
touch "$RUSTUP_HOME/left" 2>/dev/null && exit 11
echo '{{}}'
"""
PROGRAM = 'fn main() { println!("{}", 1 + 1); }\n'


@pytest.fixture
def toolchain() -> str:
    """Of the real rustup, its default, or a skip."""
    if shutil.which("rustup") is None:
        pytest.skip("no rustup")
    told = subprocess.run(
        ["rustup", "toolchain", "list"], capture_output=True, text=True, check=False, timeout=60
    )
    lines = [line for line in told.stdout.splitlines() if "default" in line]
    if told.returncode or not lines:
        pytest.skip("rustup has no default toolchain")
    return lines[0].split()[0]


async def test_rustup_and_rustc_work_in_there(tmp_path: Path, toolchain: str, level: Level) -> None:
    folder = tmp_path / "release"
    folder.mkdir()
    for name, text in (("verus", DRIVER), ("rust_verify", VERIFY), ("z3", "#!/bin/sh\n")):
        (folder / name).write_text(text.format(toolchain=toolchain))
        (folder / name).chmod(0o755)
    installation = await find(str(folder), dict(os.environ))
    words = flags(installation, VerusLimits())
    ran = await run(order(installation, words), {"program.rs": PROGRAM}, level, VerusLimits())
    assert (ran.ending, ran.code) == (Ending.EXITED, 0), ran.stderr
    assert ran.stdout.strip() == "{}"
