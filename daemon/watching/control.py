"""What clients ask about certificates."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from synthd.daemon.jobs.errors import JobsError
from synthd.daemon.service.calls import Body, Caller, Methods, Refusal
from synthd.daemon.watching.certificates import Certificates
from synthd.daemon.watching.record import Kept, NoCertificate

MOST_WAITING = 256  # changes that a slow client has not heard of yet


def methods(certificates: Certificates) -> Methods:
    told = _Told(certificates)
    return Methods(
        answers={
            "certificates.list": told.list,
            "certificates.record": told.record,
            "certificates.forget": told.forget,
        },
        streams={"certificates.watch": told.watch},
    )


@dataclass(frozen=True, slots=True)
class _Told:
    certificates: Certificates

    async def list(self, caller: Caller, body: Body) -> Body:
        """with: path, or nothing for all."""
        path = _text(body, "path", "")
        found = self.certificates.of(_absolute(caller, path)) if path else self.certificates.all()
        return {"schema": 1, "certificates": [kept.wire() for kept in found]}

    async def record(self, caller: Caller, body: Body) -> Body:
        """with: path, report, and what there was besides: text, examples, tests."""
        report, text = body.get("report"), body.get("text")
        if not isinstance(report, dict):
            raise Refusal("bad_request", "certificates.record wants a report")
        try:
            kept = await self.certificates.record(
                _absolute(caller, _text(body, "path")),
                report,
                text=text if isinstance(text, str) else None,
                examples=_texts(body, "examples"),
                tests=[_absolute(caller, test) for test in _texts(body, "tests")],
            )
        except NoCertificate as error:
            raise Refusal("no_certificate", str(error)) from None
        except JobsError as error:
            raise Refusal(error.kind, str(error)) from None
        return {"schema": 1, "certificate": kept.wire()}

    async def forget(self, caller: Caller, body: Body) -> Body:
        """with: path, and function or nothing for all of the file."""
        path = _absolute(caller, _text(body, "path"))
        try:
            number = await self.certificates.forget(path, _text(body, "function", "") or None)
        except JobsError as error:
            raise Refusal(error.kind, str(error)) from None
        return {"schema": 1, "forgotten": number}

    async def watch(self, caller: Caller, body: Body) -> AsyncIterator[Body]:
        waiting: asyncio.Queue[tuple[str, Sequence[Kept]]] = asyncio.Queue(MOST_WAITING)

        def heard(path: str, found: Sequence[Kept]) -> None:
            if waiting.full():
                waiting.get_nowait()  # a later state of things says more
            waiting.put_nowait((path, found))

        end = self.certificates.subscribe(heard)
        try:
            while True:
                path, found = await waiting.get()
                yield {"schema": 1, "path": path, "certificates": [one.wire() for one in found]}
        finally:
            end()


def _absolute(caller: Caller, path: str) -> str:
    return str(Path(caller.cwd or "/") / path)


def _text(body: Body, key: str, default: str | None = None) -> str:
    value = body.get(key, default)
    if not isinstance(value, str):
        raise Refusal("bad_request", f"{key} must be text")
    return value


def _texts(body: Body, key: str) -> list[str]:
    value = body.get(key, [])
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise Refusal("bad_request", f"{key} must be a list of texts")
    return value
