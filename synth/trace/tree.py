"""The tree of a recorded search: what was drawn from what, what it cost, and what it came to."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from synthd.synth.attempt import Attempt
from synthd.synth.events import (
    Answered,
    Asked,
    Chose,
    Group,
    Observed,
    Parting,
    Pruned,
    Tried,
    Tuned,
)
from synthd.synth.observation import Observation
from synthd.synth.trace.records import Recorded
from synthd.synth.tuning import Learned


@dataclass(frozen=True, slots=True)
class Node:
    """A program, or a call that gave none (an explanation, a critique, one that was cut off).

    index: its place in Tree.nodes. number: the how manieth program, 0 for none. parent: what it
    hangs under; maker: the program that it was made from. began, ended: seconds.
    unjudged: it should have been a program, but the search was over before it was judged. pruned:
    the user has cut it off. learned: what each step had done to the weights that drew it; fresh:
    those of them that no earlier call was told of.
    """

    index: int
    name: str
    parent: int | None
    maker: int | None
    began: float
    ended: float | None = None
    asked: Asked | None = None
    answered: Answered | None = None
    attempt: Attempt | None = None
    number: int = 0
    observations: tuple[Observation, ...] = ()
    unjudged: bool = False
    pruned: bool = False
    learned: tuple[Learned, ...] = ()
    fresh: tuple[Learned, ...] = ()

    @property
    def purpose(self) -> str:
        return self.asked.purpose if self.asked else "program"

    @property
    def temperature(self) -> float:
        if self.asked:
            return self.asked.temperature
        return self.attempt.candidate.temperature if self.attempt else 0.0

    @property
    def tokens(self) -> int:
        return self.answered.completion_tokens if self.answered else 0

    @property
    def prompt_tokens(self) -> int:
        return self.answered.prompt_tokens if self.answered else 0


@dataclass(frozen=True, slots=True)
class Choice:
    """One program taken of several, by indices. members: those of each group that are known."""

    chosen: int | None
    by: str
    groups: tuple[Group, ...]
    members: tuple[tuple[int, ...], ...]
    partings: tuple[Parting, ...]

    @property
    def group(self) -> int | None:
        """The place of the group that the chosen one is in."""
        return next((p for p, each in enumerate(self.members) if self.chosen in each), None)


@dataclass(frozen=True, slots=True)
class Tree:
    """nodes: in the order they began, so that a parent stands before its children.

    best: the result's index; where the search did not end, that of the best program so far.
    """

    nodes: tuple[Node, ...]
    children: tuple[tuple[int, ...], ...]
    roots: tuple[int, ...]
    best: int | None
    choices: tuple[Choice, ...] = ()

    def walk(self) -> list[tuple[Node, int]]:
        """Every node with its depth, children below their parent."""
        found: list[tuple[Node, int]] = []
        waiting = [(index, 0) for index in reversed(self.roots)]
        while waiting:
            index, depth = waiting.pop()
            found.append((self.nodes[index], depth))
            waiting.extend((child, depth + 1) for child in reversed(self.children[index]))
        return found


def tree(recorded: Recorded) -> Tree:
    growing = _Growing()
    for entry in recorded.entries:
        match entry.event:
            case Asked():
                growing.asked(entry.event, entry.at)
            case Tuned():
                growing.tuned(entry.event)
            case Answered():
                growing.answered(entry.event, entry.at)
            case Tried():
                growing.tried(entry.event, entry.at)
            case Observed():
                growing.observed(entry.event)
            case Chose():
                growing.chose(entry.event)
            case Pruned():
                growing.pruned(entry.event)
    growing.close()
    nodes = growing.nodes
    children: list[list[int]] = [[] for _ in nodes]
    for node in nodes:
        if node.parent is not None:
            children[node.parent].append(node.index)
    roots = tuple(node.index for node in nodes if node.parent is None)
    best = _best(recorded, growing)
    return Tree(tuple(nodes), tuple(map(tuple, children)), roots, best, tuple(growing.choices))


@dataclass(slots=True)
class _Growing:
    nodes: list[Node] = field(default_factory=list)
    _calls: dict[int, int] = field(default_factory=dict)  # call → index
    _asked: dict[str, int] = field(default_factory=dict)  # name → its latest call
    programs: dict[str, int] = field(default_factory=dict)  # name → its latest program
    choices: list[Choice] = field(default_factory=list)
    _told: set[Learned] = field(default_factory=set)  # steps, whatever time they took

    def asked(self, event: Asked, at: float) -> None:
        maker = self.programs.get(event.parent) if event.parent else None
        parent = self._stem(event.node, maker)
        index = len(self.nodes)
        self.nodes.append(Node(index, event.node, parent, maker, at, asked=event))
        self._calls[event.call] = index
        self._asked[event.node] = index

    def _stem(self, name: str, maker: int | None) -> int | None:
        """The call whose name this one continues (an explanation, of its repairs), or the maker."""
        for end in range(len(name) - 1, 0, -1):
            if name[end] in "./" and (index := self._asked.get(name[:end])) is not None:
                stem = self.nodes[index]
                about_the_same = stem.attempt is None and stem.maker == maker
                return index if about_the_same else maker
        return maker

    def tuned(self, event: Tuned) -> None:
        index = self._calls.get(event.call)
        if index is not None:
            # An engine that was begun again takes its steps again: the same, in other times.
            steps = {replace(step, seconds=0.0): step for step in event.learned}
            fresh = tuple(step for same, step in steps.items() if same not in self._told)
            self._told.update(steps)
            self._change(index, learned=event.learned, fresh=fresh)

    def answered(self, event: Answered, at: float) -> None:
        index = self._calls.get(event.call)
        if index is not None:
            self._change(index, answered=event, ended=at)

    def tried(self, event: Tried, at: float) -> None:
        candidate = event.attempt.candidate
        index = self._asked.get(candidate.node)
        if index is None or self.nodes[index].attempt is not None:
            parent = candidate.parent
            maker = self.programs.get(parent.candidate.node) if parent else None
            index = len(self.nodes)
            self.nodes.append(Node(index, candidate.node, maker, maker, at))
        self._change(index, attempt=event.attempt, number=event.programs, ended=at)
        self.programs[candidate.node] = index

    def observed(self, event: Observed) -> None:
        index = self.programs.get(event.node)
        if index is not None:
            seen = self.nodes[index].observations + event.observations
            self._change(index, observations=seen)

    def chose(self, event: Chose) -> None:
        """At once: a name may come again in a later round."""
        members = tuple(
            tuple(self.programs[name] for name in group.nodes if name in self.programs)
            for group in event.groups
        )
        chosen = self.programs.get(event.node)
        self.choices.append(Choice(chosen, event.by, event.groups, members, event.partings))

    def pruned(self, event: Pruned) -> None:
        index = self.programs.get(event.node, self._asked.get(event.node))
        if index is not None:
            self._change(index, pruned=True)

    def close(self) -> None:
        """No more will come."""
        drawn = {node.purpose for node in self.nodes if node.attempt is not None}
        for node in self.nodes:
            if node.answered and node.attempt is None and node.purpose in drawn:
                self._change(node.index, unjudged=True)

    def _change(self, index: int, **new: object) -> None:
        self.nodes[index] = dataclasses.replace(self.nodes[index], **new)  # type: ignore[arg-type]


def _best(recorded: Recorded, growing: _Growing) -> int | None:
    end = recorded.end
    if end is not None:
        numbered = [node.index for node in growing.nodes if node.number == end.number > 0]
        return numbered[0] if numbered else growing.programs.get(end.best)
    judged = [(node, node.attempt) for node in growing.nodes if node.attempt is not None]
    if not judged:
        return None
    node, _ = max(judged, key=lambda pair: (pair[1].rank, -pair[0].number))
    return node.index


@dataclass(frozen=True, slots=True)
class Step:
    """The best score so far, when this many tokens and seconds were spent."""

    tokens: int
    seconds: float
    best: float
    accepted: bool


def progress(recorded: Recorded) -> Sequence[Step]:
    """A step for each judged program, in the order in which they were judged."""
    steps: list[Step] = []
    tokens, best, accepted = 0, 0.0, False
    for entry in recorded.entries:
        match entry.event:
            case Answered():
                tokens += entry.event.completion_tokens
            case Tried():
                best = max(best, entry.event.attempt.score)
                accepted = accepted or entry.event.attempt.accepted
                steps.append(Step(tokens, entry.at, best, accepted))
            case _:
                pass
    return steps
