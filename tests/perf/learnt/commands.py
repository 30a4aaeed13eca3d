"""`synthd …` as a user types it: told on the screen, and kept in a log beside the results."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Commands:
    """home: where results and log.txt are. more: for every command that reads data sets."""

    home: Path
    data: Path | None

    def run(self, *arguments: object, reads: bool = False) -> str:
        """Its stdout. Each may be stopped, and goes on when it is run again. Raises SystemExit with
        its exit code."""
        words = [str(one) for one in arguments]
        if reads and self.data is not None:
            words += ["--data", str(self.data)]
        began = time.monotonic()
        self._log(f"$ synthd {' '.join(words)}")
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", "synthd.daemon", *words],
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            out, _ = process.communicate()
        except KeyboardInterrupt:
            process.wait()  # it has had the same signal, and leaves all as it should be
            raise
        self._log(f"  {time.monotonic() - began:.0f} s, exit {process.returncode}")
        if process.returncode:
            raise SystemExit(process.returncode)
        return out

    def experiment(self, name: str, content: Mapping[str, Any]) -> Path:
        """A file for `bench run`."""
        path = self.home / f"{name}.toml"
        path.write_text("".join(f"{key} = {_toml(value)}\n" for key, value in content.items()))
        return path

    def report(self, run: Path) -> dict[str, Any]:
        """The figures of a run, whose tables and plots are in its folder `report`."""
        told: dict[str, Any] = json.loads(
            self.run("bench", "report", run, "--format", "md,csv,svg", "--json").splitlines()[-1]
        )
        return told

    def _log(self, line: str) -> None:
        print(line, file=sys.stderr, flush=True)
        with (self.home / "log.txt").open("a") as file:
            print(time.strftime("%Y-%m-%d %H:%M:%S"), line, file=file)


def _toml(value: object) -> str:
    """JSON's numbers, truths and texts are TOML's, too; tables are not."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key} = {_toml(one)}" for key, one in value.items()) + "}"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "[" + ", ".join(map(_toml, value)) + "]"
    return json.dumps(value)
