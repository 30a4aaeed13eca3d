"""The user's story with the real 0.5B model: a command, a verified function, the evidence.

The test does not say which program the model writes: it runs what was written with Python's own
doctest, in a process of its own, and looks at what synthd claimed.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

pytestmark = pytest.mark.real_model

STORY = '''"""Numbers."""


def clamp(value: int, low: int, high: int) -> int:
    """The nearest number to value that is not below low and not above high.

    >>> clamp(5, 0, 10)
    5
    >>> clamp(-3, 0, 10)
    0
    >>> clamp(12, 0, 10)
    10
    """
    ...


class Counter:
    """Counts words."""

    def count(self, text: str) -> dict[str, int]:
        """How often each word occurs in text; words are divided by spaces.

        >>> Counter().count("a b a")
        {'a': 2, 'b': 1}
        >>> Counter().count("")
        {}
        """
        # TODO


LIMIT = 3  # after both
'''


def synthd(folder: Path, variables: Mapping[str, str], *arguments: str):
    return subprocess.run(
        [sys.executable, "-m", "synthd.daemon", *arguments],
        cwd=folder,
        env={**os.environ, "XDG_CONFIG_HOME": str(folder / "config"), **variables},
        capture_output=True,
        text=True,
        timeout=600,
    )


def processes(folder: Path) -> set[str]:
    """Command lines of engines and sandboxes that a run in this folder started."""
    found = set()
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                command = (entry / "cmdline").read_text().replace("\0", " ")
                known = command + (entry / "environ").read_text(errors="replace")
            except OSError:
                continue
            if ("engine_child" in command or "boot.py" in command) and str(folder) in known:
                found.add(f"{entry.name} {command[:200]}")
    return found


def test_stubs_become_verified_code(tmp_path: Path, weights: Mapping[str, str]) -> None:
    path = tmp_path / "story.py"
    path.write_text(STORY)
    # Generous: other tests may load the machine.
    done = synthd(
        tmp_path, weights, "synth", "story.py", "--write", "--json", "--max-seconds", "280"
    )
    reports = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 0, done.stdout + done.stderr
    assert [report["function"] for report in reports] == ["clamp", "Counter.count"]
    text = path.read_text()
    for report in reports:
        assert report["status"] == "verified"
        assert report["grade"] == ("examples" if report["untested"] else "tested")
        assert report["cost"]["completion_tokens"] > 10
        facts = report["certificate"]
        assert facts["code_sha256"] == hashlib.sha256(report["code"].encode()).hexdigest()
        assert len(facts["model"]["identity"]) == 64
    assert reports[-1]["certificate"]["file_sha256"] == hashlib.sha256(text.encode()).hexdigest()
    assert text.startswith(STORY[: STORY.index("    ...")]) and text.endswith(
        "LIMIT = 3  # after both\n"
    )
    judged = subprocess.run(
        [sys.executable, "-m", "doctest", "story.py"], cwd=tmp_path, capture_output=True, text=True
    )
    assert (judged.returncode, judged.stdout) == (0, "")
    assert processes(tmp_path) == set(), "neither the engine nor a sandbox is left"


def test_what_cannot_be_done_is_not_called_done(tmp_path: Path, weights: Mapping[str, str]) -> None:
    """Examples that no rule explains: an honest search ends unsolved, within its budget."""
    path = tmp_path / "odd.py"
    path.write_text(
        'def odd(x: int) -> int:\n    """\n    >>> odd(1)\n    8271\n    >>> odd(2)\n    -13\n'
        "    >>> odd(3)\n    990017\n    >>> odd(4)\n    4\n    >>> odd(5)\n    77\n"
        '    """\n    ...\n'
    )
    options = ("--max-programs", "2", "--max-tokens", "400", "--json")
    done = synthd(tmp_path, weights, "synth", "odd.py", *options)
    (report,) = (json.loads(line) for line in done.stdout.splitlines())
    cost = report["cost"]
    assert 0 < cost["programs"] <= 2 and 0 < cost["completion_tokens"] <= 400
    if report["status"] == "verified":
        assert report["labels"] == ["tabulates-examples"], report
    else:
        assert (done.returncode, report["status"]) == (1, "unsolved")
    assert path.read_text().endswith("    ...\n")
