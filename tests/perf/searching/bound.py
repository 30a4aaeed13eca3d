"""What the best scheduler could have made of a search: of its steps, and what each had to wait for.

A step waits for the step whose node its own continues, for the verdict on its parent, and for what
its method has to wait for besides, said here for each (BARRIERS). Everything else could be at once,
but for calls of the model, which have its slots. The same steps are then scheduled as well as it
gets: those first that most must wait for.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import count

from synthd.synth.events import Answered, Asked, Event, Observed, Tried

# Methods that look at all programs of one depth before they go on to the next.
GENERATIONS = ("seidr", "multi-turn", "treefinement")
# Methods whose first draft is drawn alone.
GREEDY_FIRST = ("seidr", "auto")
# Methods that look at all their programs before they select among them, in phases.
SELECTING = ("mbr", "self-consistency", "s-star", "best-of-n", "beam")


@dataclass(slots=True)
class Step:
    """after: the places of the steps that it waits for, all of them earlier ones."""

    node: str
    kind: str  # ask, judge, observe
    phase: str
    seconds: float
    after: set[int] = field(default_factory=set)


def steps(
    name: str, events: Iterable[Event], asking: Callable[[int], float], judging: float
) -> list[Step]:
    """asking: the seconds of a call by its seed; judging: of a verdict, and of an execution."""
    found: list[Step] = []
    answered = list(events)
    finished = {event.call for event in answered if isinstance(event, Answered)}
    for event in answered:
        if isinstance(event, Asked) and event.call in finished:
            phase = event.purpose if event.purpose in ("inputs", "choose") else "draw"
            step = Step(event.node, "ask", phase, asking(event.seed))
            step.after = _named_before(found, event.node, event.parent)
        elif isinstance(event, Tried):
            step = Step(event.attempt.candidate.node, "judge", "draw", judging)
            step.after = {_last(found, step.node, "ask")}
        elif isinstance(event, Observed):
            step = Step(event.node, "observe", "observe", judging)
            step.after = {_last(found, step.node, "judge")}
        else:
            continue
        found.append(step)
    _barriers(name, found)
    return found


def _last(found: Sequence[Step], node: str, kind: str) -> int:
    return max(i for i, step in enumerate(found) if (step.node, step.kind) == (node, kind))


def _named_before(found: Sequence[Step], node: str, parent: str) -> set[int]:
    """The steps of the parent, and of the longest node that this one continues."""
    related = {
        step.node for step in found if step.node == parent or node.startswith(
            (f"{step.node}/", f"{step.node}.")
        )
    }  # fmt: skip
    return {i for i, step in enumerate(found) if step.node in related}


def _barriers(name: str, found: Sequence[Step]) -> None:
    phases, last = [0] * len(found), ""
    for i, step in enumerate(found):
        if name in GREEDY_FIRST and step.node != "draft.0":
            step.after |= {j for j in range(i) if found[j].node == "draft.0"}
        if name in GENERATIONS:
            depth = step.node.count("/")
            step.after |= {j for j in range(i) if found[j].node.count("/") < depth}
        if name in SELECTING:
            phases[i] = (phases[i - 1] if i else 0) + (bool(last) and step.phase != last)
            step.after |= {j for j in range(i) if phases[j] < phases[i]}
        last = step.phase


def least(found: Sequence[Step], slots: int) -> float:
    """No schedule is shorter: neither than the longest chain nor than the slots' work."""
    work = sum(step.seconds for step in found if step.kind == "ask")
    return max(work / slots, max(_tails(found), default=0.0))


def schedule(found: Sequence[Step], slots: int) -> float:
    """The seconds that the steps take where, of what may begin, what most must wait for does."""
    tails = _tails(found)
    waiting = [len(step.after) for step in found]
    then: list[list[int]] = [[] for _ in found]
    for i, step in enumerate(found):
        for j in step.after:
            then[j].append(i)
    ready: list[tuple[float, int]] = []
    running: list[tuple[float, int, int]] = []
    now, free, order = 0.0, slots, count()

    def begin(i: int) -> None:
        if found[i].kind == "ask":
            heapq.heappush(ready, (-tails[i], i))
        else:
            heapq.heappush(running, (now + found[i].seconds, next(order), i))

    for i, number in enumerate(waiting):
        if not number:
            begin(i)
    while ready or running:
        while ready and free:
            _, i = heapq.heappop(ready)
            free -= 1
            heapq.heappush(running, (now + found[i].seconds, next(order), i))
        now, _, i = heapq.heappop(running)
        free += found[i].kind == "ask"
        for j in then[i]:
            waiting[j] -= 1
            if not waiting[j]:
                begin(j)
    return now


def _tails(found: Sequence[Step]) -> list[float]:
    """For each step the longest chain that begins with it."""
    tails = [step.seconds for step in found]
    for i in range(len(found) - 1, -1, -1):
        for j in found[i].after:
            tails[j] = max(tails[j], found[j].seconds + tails[i])
    return tails
