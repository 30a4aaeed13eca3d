"""What the checks of one program found: counts, a letter for each, and the first that failed."""

from __future__ import annotations

from typing import Any

from synthd.sandbox.inside.report import short

MOST = 20  # cases that are told in full
LETTERS = {
    "pass": ".",
    "fail": "F",
    "compile_error": "C",
    "runtime_error": "E",
    "timeout": "T",
    "killed": "K",
    "resource_limit": "R",
    "infra_error": "?",
}


class Tally:
    def __init__(self, declared: int) -> None:
        self._declared = declared
        self._letters: list[str] = []
        self._cases: list[list[str]] = []
        self.error = ""

    def passes(self) -> None:
        self._letters.append(".")

    def fails(self, name: str, outcome: str, *texts: str, executed: bool = True) -> None:
        """texts: given, expected, got, detail. executed: the check itself was run, and counts."""
        if executed:
            self._letters.append(LETTERS[outcome])
        if len(self._cases) < MOST:
            self._cases.append([name, outcome, *map(short, texts)])

    def told(self, **more: Any) -> dict[str, Any]:
        return {
            "letters": "".join(self._letters),
            "cases": self._cases,
            "declared": self._declared,
            "error": self.error,
            **more,
        }


def outcome_of(ended: dict[str, Any]) -> tuple[str, str]:
    """What it says about a check that the candidate's process ended."""
    how = ended["how"]
    if how == "cpu":
        return "timeout", "more than {:g} s of CPU time".format(ended["seconds"])
    if how == "wall":
        return "timeout", "no answer within {:g} s".format(ended["seconds"])
    if how == "total":
        return "timeout", "all checks together take more than {:g} s".format(ended["seconds"])
    if how == "signal":
        return "killed", str(ended["name"])
    if how == "exit":
        return "runtime_error", "exited with status {} before returning".format(ended["code"])
    if how == "closed":
        return "runtime_error", "closed the channel to the judge"
    if how == "garbage":
        return "runtime_error", "wrote into the channel to the judge"
    if how == "output":
        return "resource_limit", "output: more than {} bytes".format(ended["bytes"])
    return "infra_error", str(ended)


LOADING = {"compile": "compile_error", "memory": "resource_limit"}  # else runtime_error
