"""What certificates say about the functions of a buffer, and a certificate to read."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from synthd.daemon.watching.record import Kept, NoCertificate
from synthd.daemon.watching.record import Standing as Stands
from synthd.lsp.verdicts import Known, Standing
from synthd.synth.source.errors import SourceError
from synthd.synth.source.text import SourceText


class Certificates(Protocol):
    """What an editor needs of them (daemon/watching/certificates.py)."""

    async def record(self, path: str, report: Mapping[str, Any], *, text: str) -> Kept: ...

    async def compared(self, path: str, text: str) -> list[Kept]: ...

    async def of(self, path: str) -> list[Kept]: ...

    def subscribe(self, heard: Callable[[str, Sequence[Kept]], None]) -> Callable[[], None]: ...


@dataclass(frozen=True, slots=True)
class Certified:
    """certificates: None where nobody keeps any."""

    certificates: Certificates | None

    async def known(self, path: str, text: str) -> Sequence[Known]:
        if self.certificates is None:
            return ()
        kept = await self.certificates.compared(path, text)
        if not kept:
            return ()
        lines = await asyncio.to_thread(_lines, path, text)
        return tuple(_known(one, lines[one.function]) for one in kept if one.function in lines)

    async def record(self, path: str, text: str, report: Mapping[str, object]) -> None:
        """Raises JobsError where there is no room. A report without a certificate is none."""
        if self.certificates is None or not path:
            return
        try:
            await self.certificates.record(path, report, text=text)
        except NoCertificate:
            return

    def subscribe(self, changed: Callable[[str], None]) -> Callable[[], None]:
        if self.certificates is None:
            return lambda: None
        return self.certificates.subscribe(lambda path, _: changed(path))

    async def markdown(self, path: str, function: str, text: str | None = None) -> str:
        """text: what an editor holds, which may not be in the file yet."""
        if self.certificates is None:
            return ""
        known = self.certificates
        kept = await (known.of(path) if text is None else known.compared(path, text))
        found = [one for one in kept if one.function == function]
        return markdown(found[0]) if found else ""


def _known(kept: Kept, line: int) -> Known:
    certificate = kept.certificate
    model, judge = _below(certificate, "model"), _below(certificate, "judge")
    tested = _below(certificate, "tested")
    fresh = kept.standing is Stands.FRESH
    again = kept.again.at if fresh and kept.again else 0.0
    return Known(
        function=kept.function,
        line=line,
        standing=Standing.VERIFIED if fresh else Standing.STALE,
        grade=kept.grade if fresh else "unknown",
        passed=kept.checks if fresh else 0,
        total=kept.checks,
        inputs=int(tested.get("inputs") or 0),
        at=max(again, kept.recorded),
        why="" if fresh else kept.why,
        model=str(model.get("name") or ""),
        strategy=str(certificate.get("strategy") or ""),
        seconds=kept.seconds,
        tokens=kept.tokens,
        sandbox=str((judge or _below(certificate, "prover")).get("isolation") or ""),
        has_certificate=True,
    )


def _lines(path: str, text: str) -> dict[str, int]:
    """Of functions by name, from 0; of those alone that one name means."""
    try:
        found = _rust(text) if path.endswith(".rs") else _python(path, text)
    except (SourceError, RecursionError):
        return {}
    names = [name for name, _ in found]
    return {name: line - 1 for name, line in found if names.count(name) == 1}


def _python(path: str, text: str) -> list[tuple[str, int]]:
    from synthd.synth.source.target import functions

    every = functions(SourceText.from_text(text, path))
    return [(one.qualname, one.line) for one in every if not one.declared_only]


def _rust(text: str) -> list[tuple[str, int]]:
    from synthd.synth.rust.outline import rust_functions

    return [(one.path, one.line + 1) for one in rust_functions(text)]


def markdown(kept: Kept) -> str:
    """All of a certificate that a person may want to know, hashes last."""
    certificate = kept.certificate
    good = kept.standing is Stands.FRESH
    rows = [
        f"# Certificate of `{kept.function}`",
        "",
        f"**{'Verified' if good else 'Stale'}**, grade {kept.grade}."
        + ("" if good else f" {_sentence(kept.why)}"),
        "",
        f"- file: `{os.path.basename(kept.path)}`",
        f"- since: {time.strftime('%Y-%m-%d %H:%M:%S', time.localtime(kept.recorded))}",
    ]
    if kept.checks:
        rows.append(f"- checks: {kept.checks}, all of which held")
    tested = _below(certificate, "tested")
    if tested:
        rows.append(f"- generated inputs: {tested.get('inputs')}, seed {tested.get('seed')}")
    rows += _search(certificate, kept)
    for name in ("judge", "prover"):
        for key, value in _below(certificate, name).items():
            rows.append(f"- {name}, {key.replace('_', ' ')}: {value}")
    rows += [
        f"- {key.removesuffix('_sha256').replace('_', ' ')}, SHA-256: `{value}`"
        for key, value in certificate.items()
        if key.endswith("_sha256")
    ]
    return "\n".join(rows) + "\n"


def _search(certificate: Mapping[str, Any], kept: Kept) -> list[str]:
    model = _below(certificate, "model")
    rows = []
    if model:
        rows.append(f"- model: {model.get('name')} at {model.get('endpoint')}")
        if model.get("identity"):
            rows.append(f"- weights, SHA-256: `{model['identity']}`")
        rows.append(f"- temperature {model.get('temperature')}, seed {model.get('seed')}")
    if certificate.get("strategy"):
        rows.append(f"- strategy: {certificate['strategy']}")
    if kept.seconds:
        rows.append(f"- cost: {kept.seconds:g} s, {kept.tokens} completion tokens")
    if labels := certificate.get("labels"):
        rows.append(f"- labels: {', '.join(map(str, labels))}")
    return rows


def _below(held: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = held.get(name)
    return value if isinstance(value, Mapping) else {}


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}." if text else ""
