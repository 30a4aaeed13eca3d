"""The user's story with the real 0.5B model in transformers: `hf/local/…`, made from the GGUF."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

STORY = '''def double(x: int) -> int:
    """Twice x.

    >>> double(2)
    4
    >>> double(-3)
    -6
    """
    ...
'''


@pytest.mark.real_model
def test_a_function_is_written_and_verified(weights: Mapping[str, str], tmp_path: Path) -> None:
    pytest.importorskip("transformers", reason="the extra `train` is not installed")
    (tmp_path / "work.py").write_text(STORY)
    command = ["synth", "work.py::double", "--no-tested", "--json", "--max-seconds", "900"]
    ended = subprocess.run(
        [
            sys.executable,
            "-m",
            "synthd.daemon",
            *command,
            "--model",
            f"hf/{weights['SYNTHD_MODEL']}",
        ],
        cwd=tmp_path,
        env={**os.environ, "XDG_CONFIG_HOME": str(tmp_path / "config"), **weights},
        capture_output=True,
        text=True,
        timeout=1500,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    told = [json.loads(line) for line in ended.stdout.splitlines() if line.startswith("{")]
    assert any("verified" in json.dumps(each) for each in told), ended.stdout
    note = Path(weights["SYNTHD_MODELS_DIR"]) / "hf/local/qwen2.5-coder-0.5b/converted.json"
    assert len(json.loads(note.read_text())["sha256"]) == 64
