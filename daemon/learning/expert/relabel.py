"""Relabelling and expansion: from rollouts to what the model is to answer. Pure functions.

μCode, algorithm 1, and its reference (mucode.sh): the value of a rollout's last program is
r_φ + 100·label, so that a right one is above every wrong one; here the two are compared in turn,
which is the same and does not hang on how large r_φ gets.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from synthd.daemon.learning.expert.rollouts import Rollout
from synthd.synth.ports import Message

FAILURES = 3  # rollouts of a task that may be given another end


@dataclass(frozen=True, slots=True)
class Relabelled:
    """answer: what is to be said at each of the rollout's turns. own: its own last one."""

    rollout: Rollout
    answer: str
    own: bool


@dataclass(frozen=True, slots=True)
class Chat:
    """What the expansion gives: one turn, and what is to be said there."""

    task: str
    messages: tuple[Message, ...]
    own: bool


def relabel(
    rollouts: Sequence[Rollout],
    values: Sequence[float],
    *,
    failures: int = FAILURES,
    imitate_unsolved: bool = False,
) -> list[Relabelled]:
    """values: r_φ of each rollout's last program.

    Of each task the best program y* is the right one of the highest value. Up to `failures` of its
    rollouts are chosen, failures first and the best-valued first; those of them that failed get y*
    as their end. Successes stay as they are. A task that nobody solved teaches nothing, as its best
    program is wrong; imitate_unsolved: it is imitated all the same (as the reference does).
    """
    assert len(rollouts) == len(values)
    found: list[Relabelled] = []
    for places in _tasks(rollouts).values():
        found += _failed(rollouts, values, places, failures, imitate_unsolved)
        for place in places:
            if rollouts[place].right and rollouts[place].can_teach:
                found.append(Relabelled(rollouts[place], rollouts[place].last.completion, True))
    return found


def rejection(rollouts: Sequence[Rollout]) -> list[Relabelled]:
    """Only what was right, with its own end (RFT, rft.sh)."""
    right = (one for one in rollouts if one.right and one.can_teach)
    return [Relabelled(one, one.last.completion, True) for one in right]


def expand(relabelled: Sequence[Relabelled]) -> list[Chat]:
    """Each turn by itself: what was said before it, and then the end. From every state that the
    model comes to, one step leads to a right program."""
    return [
        Chat(one.rollout.task, (*turn.prompt, Message("assistant", one.answer)), one.own)
        for one in relabelled
        for turn in one.rollout.turns
    ]


def _tasks(rollouts: Sequence[Rollout]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for place, rollout in enumerate(rollouts):
        found.setdefault(rollout.task, []).append(place)
    return found


def _failed(
    rollouts: Sequence[Rollout],
    values: Sequence[float],
    places: list[int],
    failures: int,
    imitate_unsolved: bool,
) -> list[Relabelled]:
    """Those of a task that get another end. Of equal values the first."""
    teaching = [place for place in places if rollouts[place].can_teach]
    best = max(teaching, key=lambda p: (rollouts[p].right, values[p]), default=None)
    if best is None or not (rollouts[best].right or imitate_unsolved):
        return []
    chosen = sorted(places, key=lambda p: (rollouts[p].right, -values[p]))[:failures]
    answer = rollouts[best].last.completion
    return [Relabelled(rollouts[p], answer, False) for p in chosen if not rollouts[p].right]
