"""The worked examples verify, wherever a real Verus is installed to say so."""

from __future__ import annotations

import os
import shutil
import subprocess

import pytest

from synthd.synth.prompts.verus.examples import EXAMPLES


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.name)
def test_examples_verify(example, tmp_path) -> None:
    program = os.environ.get("VERUS_PATH") or shutil.which("verus")
    if not program:
        pytest.skip("no Verus: set VERUS_PATH")
    path = tmp_path / "program.rs"
    path.write_text(example.program)
    ran = subprocess.run([program, str(path)], capture_output=True, text=True, timeout=120)
    assert ran.returncode == 0 and " 0 errors" in ran.stdout, ran.stderr
