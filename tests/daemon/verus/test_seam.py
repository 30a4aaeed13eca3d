"""What editors will show of Rust buffers: per function, for one version of the document."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from synthd.daemon.engine import LocalEngine
from synthd.lsp.engine import ProofEngine
from synthd.lsp.verdicts import Inquiry, Range, Standing

PROVED = {"outcome": "proved", "verified": 5}
REACHABLE = {"contains": "assert(false)", "answer": {"outcome": "refuted", "verified": 3}}
FAILS = {
    "outcome": "refuted",
    "at": "i <= n",
    "message": "invariant not satisfied at end of loop body",
    "label": "at the end of the loop",
    "verified": 3,
}


@pytest.fixture
async def engine(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    verus_stand_in: Callable[..., Path],
) -> AsyncIterator[Callable[..., ProofEngine]]:
    """An engine in an environment whose Verus has these answers."""
    made: list[LocalEngine] = []

    def make(*rules: Any, default: Any = PROVED) -> ProofEngine:
        name = f"verus-stand-in{len(made) or ''}"
        place = verus_stand_in(rules=[REACHABLE, *rules], default=default, folder=name)
        monkeypatch.setenv("VERUS_PATH", str(place))
        monkeypatch.setenv("HOME", str(tmp_path))
        made.append(LocalEngine())
        return made[-1]

    yield make
    for one in made:
        await one.close()


@pytest.fixture
def buffer(tmp_path: Path) -> str:
    return str(tmp_path / "buffer.rs")


async def test_each_function_with_its_version(engine, buffer, done) -> None:
    found = await engine(default=FAILS).verify_rust(buffer, done, 7)
    assert found is not None and (found.path, found.version) == (buffer, 7)
    assert [(one.name, one.line, one.status) for one in found.functions] == [
        ("lemma", 4, "proved"),
        ("count", 10, "refuted"),
        ("main", 24, "proved"),
    ]
    (error,) = found.functions[1].diagnostics
    assert (error.kind, error.severity) == ("invariant_end", "error")
    assert error.range == Range(16, 18, 16, 24)
    assert [note.message for note in error.notes] == ["at the end of the loop"]


async def test_what_is_known_of_one_function_or_all(engine, buffer, done) -> None:
    found = await engine(default=FAILS).verify(Inquiry(buffer, done, 7))
    assert found.proofs is not None and found.proofs.version == 7
    assert [(one.function, one.line, one.standing, one.grade) for one in found.known] == [
        ("lemma", 4, Standing.VERIFIED, "proved"),
        ("count", 10, Standing.FAILED, "unknown"),
        ("main", 24, Standing.VERIFIED, "unknown"),  # it promises nothing
    ]
    (failing,) = found.known[1].failing
    assert (failing.line, failing.detail) == (16, "at the end of the loop")
    place = done.index("i += 1")
    prover = engine(default=FAILS)
    one = await prover.verify(Inquiry(buffer, done, 8, offset=place))
    assert [known.function for known in one.known] == ["count"]
    await prover.verify(Inquiry(buffer, done, 8))
    one = await prover.verify(Inquiry(buffer, done, 9, offset=place))
    assert one.proofs is not None and one.proofs.version == 9
    assert [known.function for known in one.known] == ["count"]
    assert [each.status for each in one.proofs.functions] == ["proved", "refuted", "proved"]
    refused = await engine().verify(Inquiry(buffer, done, 9, trusted=False))
    assert refused.known == () and "not trusted" in refused.message


async def test_nothing_known_is_no_good_news(engine, buffer, done) -> None:
    found = await engine(default="crash").verify_rust(buffer, done, 1)
    assert found is not None and "crashed" in found.message
    assert {one.status for one in found.functions} == {"unknown"}


async def test_a_newer_version_ends_the_older_one(engine, buffer, done, running, until) -> None:
    prover = engine({"contains": "n < 101", "answer": "hang"})
    old = done.replace("n < 100", "n < 101")
    first = asyncio.create_task(prover.verify_rust(buffer, old, 1))
    place = str(Path(buffer).parent / "verus-stand-in")
    assert await asyncio.to_thread(until, lambda: running(place))
    second = await prover.verify_rust(buffer, done, 2)
    assert second is not None and second.version == 2
    assert await first is None
    assert not running(place)


async def test_an_older_version_never_replaces_a_newer_one(engine, buffer, done) -> None:
    prover = engine({"contains": "n < 100", "answer": {**PROVED, "seconds": 1}})
    newer = asyncio.create_task(prover.verify_rust(buffer, done, 2))
    await asyncio.sleep(0)
    assert await prover.verify_rust(buffer, done, 1) is None
    found = await newer
    assert found is not None and found.version == 2


async def test_cancelling_leaves_nothing(engine, buffer, done, running, until) -> None:
    prover = engine(default="hang")
    task = asyncio.create_task(prover.verify_rust(buffer, done, 1))
    place = str(Path(buffer).parent / "verus-stand-in")
    assert await asyncio.to_thread(until, lambda: running(place))
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not running(place)


async def test_what_a_user_can_cause_is_a_message(engine, buffer, done, monkeypatch) -> None:
    prover = engine()
    for text, trusted, says in (
        ("fn f() {}", True, "verus!"),
        (done, False, "not trusted"),
        ("verus! { \ud800 }", True, "not valid UTF-8"),
    ):
        found = await prover.verify_rust(buffer, text, 1, trusted=trusted)
        assert found is not None and says in found.message and found.functions == ()
    monkeypatch.setenv("VERUS_PATH", "/nowhere/verus")
    fresh = LocalEngine()
    found = await fresh.verify_rust(buffer, done, 1)
    await fresh.close()
    assert found is not None and "VERUS_PATH" in found.message
