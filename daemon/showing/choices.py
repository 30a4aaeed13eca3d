"""The words about a choice among programs: the groups, their members, and what tells them apart."""

from __future__ import annotations

from synthd.daemon.showing import words
from synthd.synth.events import Did, Group, Parting
from synthd.synth.observation import Happened
from synthd.synth.trace.tree import Choice, Tree

_ELSE = {
    Happened.TIMEOUT: "does not end in time",
    Happened.DIED: "dies",
    Happened.INVALID: "does not take it",
    Happened.UNKNOWN: "could not be run",
}
_LONGEST = 120
_LETTERS = 26


def heading(choice: Choice, tree: Tree) -> str:
    """Which program was taken, by what, from how many."""
    what = "the result was chosen"
    if choice.chosen is not None:
        what = f"chose {words.title(tree.nodes[choice.chosen])}"
    if not choice.groups:
        return f"{what}: {choice.by or 'nothing was compared'}"
    programs = sum(len(group.nodes) for group in choice.groups)
    number = words.count(programs, "program")
    groups = words.count(len(choice.groups), "group")
    return f"{what} of {number} in {groups}, by {choice.by}"


def letter(place: int) -> str:
    """How a group is called: A to Z, then AA."""
    name = ""
    while place >= 0:
        name = chr(ord("A") + place % _LETTERS) + name
        place = place // _LETTERS - 1
    return name


def figures(group: Group) -> str:
    return ", ".join(f"{name} {figure(value)}" for name, value in group.figures)


def figure(value: float) -> str:
    return f"{value:.4g}"


def parting(parting: Parting) -> str:
    """What each group does on it: "f([]): 0 in A, C; raises IndexError in B"."""
    told = "; ".join(
        f"{does(did)} in {', '.join(letter(place) for place in did.groups)}"
        for did in parting.outcomes
    )
    return f"{short(parting.call)}: {told}"


def does(did: Did) -> str:
    if did.happened is Happened.RETURNED:
        return short(did.shown)
    return f"raises {short(did.shown)}" if did.happened is Happened.RAISED else _ELSE[did.happened]


def of_group(parting: Parting, place: int) -> str:
    """What one group does on it; "" where it was not executed on it."""
    return next((does(did) for did in parting.outcomes if place in did.groups), "")


def short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
