"""The programs of this folder, with what a judge should say about each.

programs/ holds those that must not pass, honest/ those that must; tasks/ what they pretend to
solve. A program begins with comment lines:

    # about: what it does
    # row: which row of the list of cheats it stands for
    # task: a folder of tasks/ (digit_sum without it)
    # expect: the outcomes that are right, each perhaps with its detail: killed(SIGSEGV)
    # needs: a package without which it means nothing
    # peers: boxed (others' judges get it only where nothing can be harmed), or never
    # where: NAME = "expression", for text that a source file cannot hold; no newline at the end
"""

from __future__ import annotations

import copy
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
_HEADER = re.compile(r"# (about|row|task|expect|needs|peers|where): (.*)")


@dataclass(frozen=True, slots=True)
class Task:
    name: str  # also the function's
    check: str
    reference: str

    def calls(self) -> list[tuple[tuple[object, ...], object]]:
        """The arguments of every call that the tests make, and what the reference gives."""
        seen: list[tuple[tuple[object, ...], object]] = []
        names: dict[str, Callable[..., object]] = {}
        exec(self.reference, names)
        exec(self.check, names)
        reference = names[self.name]

        def noted(*args: object) -> object:
            kept = copy.deepcopy(args)  # what the reference does to them is not given to others
            value = reference(*args)
            seen.append((kept, value))
            return value

        names["check"](noted)
        return seen


@dataclass(frozen=True, slots=True)
class Expected:
    outcome: str
    detail: str = ""

    def __str__(self) -> str:
        return f"{self.outcome}({self.detail})" if self.detail else self.outcome


@dataclass(frozen=True, slots=True)
class Cheat:
    name: str
    about: str
    row: str
    task: Task
    text: str
    expected: tuple[Expected, ...]
    honest: bool
    needs: str
    peers: str  # "", "boxed", "never"

    def right(self, outcome: str, detail: str) -> bool:
        return any(e.outcome == outcome and e.detail in detail for e in self.expected)


def load_task(name: str) -> Task:
    folder = HERE / "tasks" / name
    check, reference = (folder / part for part in ("check.py", "reference.py"))
    return Task(name, check.read_text("utf-8"), reference.read_text("utf-8"))


def load(path: Path) -> Cheat:
    text = path.read_text("utf-8")
    head: dict[str, str] = {}
    for line in text.splitlines():
        found = _HEADER.fullmatch(line)
        if found is None:
            break
        head[found[1]] = found[2]
    honest = path.parent.name == "honest"
    return Cheat(
        name=path.stem,
        about=head["about"],
        row=head["row"],
        task=load_task(head.get("task", "digit_sum")),
        text=_filled_in(text, head.get("where", "")),
        expected=tuple(map(_expected, (head.get("expect") or "pass").split(", "))),
        honest=honest,
        needs=head.get("needs", ""),
        peers=head.get("peers", ""),
    )


def catalogue() -> list[Cheat]:
    """All of them, in the order of the rows: C1, C2, …, C15, then the others."""
    paths = [*(HERE / "programs").glob("*.py"), *(HERE / "honest").glob("*.py")]
    return sorted(map(load, paths), key=lambda cheat: (cheat.honest, *_order(cheat)))


def _order(cheat: Cheat) -> tuple[int, str]:
    return (int(cheat.row[1:]) if cheat.row.startswith("C") else 99, cheat.name)


def _expected(text: str) -> Expected:
    outcome, _, detail = text.rstrip(")").partition("(")
    return Expected(outcome, detail)


def _filled_in(text: str, where: str) -> str:
    """The program after its header's last line, whose names stand for what it says."""
    if not where:
        return text
    body = text.split(f"# where: {where}\n")[1].rstrip("\n")
    for name, value in eval(f"dict({where})").items():
        body = re.sub(rf"{name}(?!\w)|(?<![A-Z]){name}", lambda _, value=value: value, body)
    return body
