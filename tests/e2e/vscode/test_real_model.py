"""The short story with the real 0.5B model. What it writes is judged by Python's own doctest."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.real_model

ADD = '''def add(a: int, b: int) -> int:
    """Return the sum of a and b.

    >>> add(1, 2)
    3
    >>> add(-5, 5)
    0
    >>> add(10, 7)
    17
    """
    ...
'''


async def test_what_the_lens_says_is_true(
    user: Any, weights: Mapping[str, str], open_windows: Callable[..., Any]
) -> None:
    file = user.write("add.py", ADD)
    user.environment.update(weights)
    async with open_windows(user, {"synthd.model": weights["SYNTHD_MODEL"]}) as opened:
        window = await opened("add.py")
        await window.lens("Synthesize · 3 examples").wait_for()
        begun = time.monotonic()
        await window.lens("Synthesize").click()
        await window.toast("synthd: add").wait_for()
        window.measured("real model: first visible progress", begun)
        await window.diff()
        window.measured("real model: preview", begun)
        await window.picture("real-diff")
        await window.press("Control+Alt+Enter")
        await window.lens("✓").wait_for()
        await window.press("Control+s")
        saved = window.disk("add.py")
        await window.until("it is on the disk", lambda text: text != ADD, saved)
        await window.picture("real-verified")
    assert file.read_text().startswith(ADD.removesuffix("    ...\n"))
    assert _passes(file)


def _passes(file: Path) -> bool:
    command = [sys.executable, "-m", "doctest", str(file)]
    return subprocess.run(command, stdin=subprocess.DEVNULL, timeout=60).returncode == 0
