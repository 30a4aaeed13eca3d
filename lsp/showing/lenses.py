"""Lenses over functions: what to do with those that wait to be written, and how others stand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from synthd.lsp.jobs.table import State as JobState
from synthd.lsp.jobs.working import doing
from synthd.lsp.text.functions import Functions, Sight
from synthd.lsp.verifying.standings import Shown, State, count
from synthd.lsp.verifying.verifications import Verifications

Lens = dict[str, object]


class Lenses:
    def __init__(self, functions: Functions, verifications: Verifications) -> None:
        self._functions = functions
        self._verifications = verifications

    async def of(self, uri: str) -> list[Lens]:
        """As the protocol has them. Raises JsonRpcContentModified where the document changed
        before the answer was there."""
        sight = await self._functions.of(uri)
        if sight is None:
            return []
        uri = sight.buffer.uri
        return [lens for one in self._verifications.shown(sight) for lens in _lenses(uri, one)]

    def titles(self, sight: Sight, shown: Iterable[Shown]) -> tuple[str, ...]:
        """What they say, whatever lines they are on: editors ask again by themselves when those
        move."""
        start = {"line": 0, "character": 0}
        uri = sight.buffer.uri
        return tuple(title for one in shown for title, _, _ in _commands(uri, one, start))


def _lenses(uri: str, shown: Shown) -> Iterator[Lens]:
    """Not as lsprotocol's objects: hundreds of them would take the loop milliseconds to send."""
    start = {"line": shown.function.line, "character": 0}
    for title, command, argument in _commands(uri, shown, start):
        yield {
            "range": {"start": start, "end": start},
            "command": {"title": title, "command": command, "arguments": [argument]},
        }


def _commands(
    uri: str, shown: Shown, start: dict[str, int]
) -> Iterator[tuple[str, str, dict[str, object]]]:
    target: dict[str, object] = {"textDocument": {"uri": uri}, "position": start}
    if shown.job is not None:
        yield from _of_job(shown)
        return
    match shown.state:
        case State.STUB:
            yield shown.title, "synthd.synthesize", target
        case State.RUNNING | State.QUEUED:
            yield shown.title, "synthd.jobs", {}
        case State.VERIFIED:
            certified = shown.known is not None and shown.known.has_certificate
            yield shown.title, "synthd.showCertificate" if certified else "synthd.verify", target
        case State.FAILED:
            yield shown.title, "synthd.explain", target
            yield "Repair the proof" if shown.rust else "Repair", "synthd.repair", target
        case State.STALE | State.UNKNOWN:
            yield shown.title, "synthd.verify", target


def _of_job(shown: Shown) -> Iterator[tuple[str, str, dict[str, object]]]:
    job = shown.job
    assert job is not None
    argument: dict[str, object] = {"job": job.id}
    if job.can_be_accepted:
        yield _accept(shown), "synthd.accept", argument
        yield "Reject", "synthd.reject", argument
    elif job.cancelled or job.state is not JobState.RUNNING:
        yield doing(job), "synthd.jobs", {}
    else:
        yield f"{doing(job)} · Cancel", "synthd.cancel", argument


def _accept(shown: Shown) -> str:
    """What was verified of the edit that waits."""
    result = shown.job.result if shown.job else None
    examples = count(shown.function.examples)
    match result.grade if result else "":
        case "proved":
            return "Accept · proved"
        case "tested":
            return f"Accept · tested with {examples}"
    return f"Accept · verified by {examples}"
