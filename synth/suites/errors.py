"""Why a suite or a file of samples cannot be used, in words that tell the user what to do.

SuiteError
├── UnknownSuite     no suite has this name
├── SuiteMissing     its data file is not in the data folder, or there is no data folder
├── SuiteDamaged     the data file is not what it should be
└── BadSamples       a line of a samples file cannot be used
"""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path

WHERE = (
    "Name the folder that holds humaneval/, mbpp/, evalplus/, humaneval-x/, gsm8k/ and so on "
    "with --data, or in the environment variable SYNTHD_DATASETS."
)


class SuiteError(Exception):
    """str() is for the user."""


class UnknownSuite(SuiteError):
    def __init__(self, name: str, names: Sequence[str]) -> None:
        near = get_close_matches(name, names, n=1)
        hint = f" Did you mean {near[0]}?" if near else ""
        super().__init__(f"No suite is called {name!r}.{hint} There are: {', '.join(names)}.")
        self.name = name


class SuiteMissing(SuiteError):
    pass


class SuiteDamaged(SuiteError):
    def __init__(self, path: Path, line: int, reason: str) -> None:
        place = f"{path}, line {line}" if line else str(path)
        super().__init__(f"{place}: {reason}. Get the file again.")
        self.path, self.line = path, line


class BadSamples(SuiteError):
    def __init__(self, path: Path, line: int, reason: str) -> None:
        super().__init__(f"{path}, line {line}: {reason}")
        self.path, self.line = path, line
