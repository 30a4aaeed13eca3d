"""Why a strategy that collects took one program and not another, as its trace tells it.

A strategy that has figures of its own for its choice hands them over as a Reason. For all others
the shared primitives keep what they compared: programs executed side by side, what a learned
verifier said, log-probabilities.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from synthd.synth import behaviour, likelihood
from synthd.synth.attempt import Attempt
from synthd.synth.behaviour import SILENT, Row
from synthd.synth.events import Chose, Did, Group, Parting
from synthd.synth.observation import Observation

# A number for each group, by what it is.
Figures = Mapping[str, Sequence[float]]
VOTES, CHECKS = "votes", "checks passed"


@dataclass(frozen=True, slots=True)
class Weighed:
    """Attempts that counted as one, and what spoke for them."""

    attempts: tuple[Attempt, ...]
    figures: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Reason:
    """by: what decided, in words."""

    by: str = ""
    groups: tuple[Weighed, ...] = ()


def voted(
    by: str, attempts: Sequence[Attempt], groups: Sequence[Sequence[int]], figures: Figures
) -> Reason:
    """groups: places of attempts, each with as many votes as it has members."""
    return Reason(
        by,
        tuple(
            Weighed(
                tuple(attempts[place] for place in group),
                ((VOTES, float(len(group))), *_of(figures, number)),
            )
            for number, group in enumerate(groups)
        ),
    )


def alone(by: str, attempts: Sequence[Attempt], figures: Figures) -> Reason:
    """Each attempt for itself."""
    return Reason(
        by,
        tuple(
            Weighed((attempt,), ((CHECKS, attempt.score), *_of(figures, place)))
            for place, attempt in enumerate(attempts)
        ),
    )


def _of(figures: Figures, place: int) -> tuple[tuple[str, float], ...]:
    return tuple((name, float(values[place])) for name, values in figures.items())


@dataclass(slots=True)
class Evidence:
    """What the primitives of a search have seen that a choice may rest on.

    compared: the programs that were last executed side by side, and what they did. estimates: a
    learned verifier's, by program.
    """

    tried: list[Attempt] = field(default_factory=list)
    compared: tuple[Sequence[Attempt], Sequence[Row]] | None = None
    estimates: dict[str, float] = field(default_factory=dict)

    def reason(self, name: str) -> Reason:
        """name: of the function, whose tokens are the program's in an answer."""
        if self.compared is not None:
            attempts, rows = self.compared
            calls = len(rows[0]) if rows else 0
            return voted(
                f"what the programs do on {calls} calls", attempts, behaviour.classes(rows), {}
            )
        programs = [attempt for attempt in self.tried if attempt.candidate.code]
        estimated = [a for a in programs if a.candidate.code in self.estimates]
        if estimated:
            estimated.sort(key=lambda a: self.estimates[a.candidate.code], reverse=True)
            values = [self.estimates[attempt.candidate.code] for attempt in estimated]
            return alone("a learned verifier", estimated, {"estimate": values})
        likely = [attempt for attempt in programs if attempt.candidate.logprobs is not None]
        likely.sort(key=lambda attempt: _of_program(attempt, name), reverse=True)
        figures = {
            "log-probability of the program": [_of_program(a, name) for a in likely],
            "of the whole answer": [likelihood.mean(a) for a in likely],
        }
        return alone("log-probability", likely, figures) if likely else Reason()


def _of_program(attempt: Attempt, name: str) -> float:
    """A backend may tell probabilities without the tokens that they are of."""
    candidate = attempt.candidate
    known = len(candidate.pieces) == len(candidate.logprobs or ())
    return likelihood.code_mean(attempt, name) if known else -math.inf


def told(chosen: Attempt, reason: Reason, observed: Mapping[tuple[str, str], Observation]) -> Chose:
    """observed: what programs did, by program and call."""
    groups = tuple(
        Group(tuple(attempt.candidate.node for attempt in group.attempts), group.figures)
        for group in reason.groups
    )
    programs = [group.attempts[0].candidate.code for group in reason.groups]
    return Chose(chosen.candidate.node, reason.by, groups, partings(programs, observed))


def partings(
    programs: Sequence[str], observed: Mapping[tuple[str, str], Observation]
) -> tuple[Parting, ...]:
    """The calls on which not all of these programs do the same, the most even division first."""
    wanted = set(programs)
    found: list[Parting] = []
    for call in dict.fromkeys(call for code, call in observed if code in wanted):
        seen = [(place, observed.get((code, call))) for place, code in enumerate(programs)]
        outcomes = _outcomes([(p, o) for p, o in seen if o and o.happened not in SILENT])
        if len(outcomes) > 1:
            found.append(Parting(call, outcomes))
    return tuple(sorted(found, key=lambda parting: max(len(o.groups) for o in parting.outcomes)))


def _outcomes(seen: Sequence[tuple[int, Observation]]) -> tuple[Did, ...]:
    """Those that did the same together; what the first of them showed."""
    alike: dict[tuple[str, str], list[tuple[int, Observation]]] = {}
    for place, observation in seen:
        alike.setdefault(observation.key, []).append((place, observation))
    return tuple(
        Did(
            same[0][1].happened,
            same[0][1].shown or same[0][1].text,
            tuple(place for place, _ in same),
        )
        for same in alike.values()
    )
