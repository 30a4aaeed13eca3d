"""Rust buffers of an editor of the daemon: Verus runs in a worker of the session's own."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import psutil
import pytest

from synthd.daemon.jobs.store.store import open_store
from synthd.daemon.service.calls import Caller
from synthd.daemon.sessions.engine import JobEngine
from synthd.daemon.watching.watching import open_watching
from synthd.lsp.engine import ProofEngine
from synthd.lsp.verdicts import Inquiry, Standing

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
def environment(tmp_path: Path) -> dict[str, str]:
    return {"PATH": os.environ["PATH"], "HOME": str(tmp_path)}


@pytest.fixture
async def session(
    environment: dict[str, str], verus_stand_in: Callable[..., Path]
) -> AsyncIterator[Callable[..., JobEngine]]:
    """The engine of an editor in whose environment Verus has these answers."""
    made: list[JobEngine] = []

    def make(*rules: Any, default: Any = PROVED) -> JobEngine:
        environment["VERUS_PATH"] = str(verus_stand_in(rules=[REACHABLE, *rules], default=default))
        made.append(JobEngine(None, Caller("one", environment=environment)))  # without searches
        return made[-1]

    yield make
    for one in made:
        await one.close()


@pytest.fixture
def path(tmp_path: Path) -> str:
    return str(tmp_path / "buffer.rs")


def below() -> set[psutil.Process]:
    return set(psutil.Process().children(recursive=True))


async def solving() -> set[psutil.Process]:
    """All processes, once a solver is among them."""
    async with asyncio.timeout(20):
        while not any(_name(each) == "z3" for each in below()):  # noqa: ASYNC110  # nobody tells
            await asyncio.sleep(0.02)
    return below()


def _name(process: psutil.Process) -> str:
    try:
        return process.name()
    except psutil.Error:
        return ""


def replace(program: Path) -> None:
    """By one that does the same, as an upgrade would."""
    fresh = program.with_name("verus.new")
    fresh.write_bytes(program.read_bytes() + b"\n")
    fresh.chmod(0o755)
    fresh.replace(program)


def solver_runs() -> bool:
    return any(_name(each) == "z3" and _runs(each) for each in below())


def _runs(process: psutil.Process) -> bool:
    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False


async def test_functions_with_what_fails(session, path, done, work) -> None:
    engine = session(default=FAILS)
    assert isinstance(engine, ProofEngine)
    two = done.replace("fn main()", "fn later(n: u32) -> u32 { todo!() }\n\nfn main()")
    found = await engine.verify(Inquiry(path, two, 7))
    standings = [(one.function, one.line, one.standing) for one in found.known]
    assert standings == [
        ("lemma", 4, Standing.VERIFIED),
        ("count", 10, Standing.FAILED),
        ("main", 26, Standing.VERIFIED),
    ], "a stub is nothing that can be known"
    assert found.known[0].grade == "proved" and found.known[0].sandbox in ("bubblewrap", "landlock")
    (failing,) = found.known[1].failing
    assert (failing.outcome, failing.line) == ("invariant_end", 16)
    assert "end of loop body" in failing.check
    proofs = await engine.verify_rust(path, two, 8)
    assert proofs is not None and proofs.version == 8
    assert [one.status for one in proofs.functions] == ["proved", "refuted", "stub", "proved"]
    (error,) = proofs.functions[1].diagnostics
    assert error.severity == "error" and error.notes[0].message == "at the end of the loop"
    one = await engine.verify(Inquiry(path, done, 9, offset=done.index("fn lemma")))
    assert [known.function for known in one.known] == ["lemma"]


async def test_what_takes_too_long_is_unknown(session, path, done) -> None:
    engine = session(default="hang")
    found = await engine.verify(Inquiry(path, done, 1, settings={"verus_seconds": 1.0}))
    assert found.known and {one.standing for one in found.known} == {Standing.UNKNOWN}
    assert all("1 s" in one.why and one.grade == "unknown" for one in found.known), found
    proofs = await engine.verify_rust(path, done, 2, settings={"verus_seconds": 1.0})
    assert proofs is not None and {one.status for one in proofs.functions} == {"unknown"}
    assert not solver_runs()


async def test_a_newer_version_ends_the_older_one(session, path, done) -> None:
    engine = session({"contains": "n < 101", "answer": "hang"})
    old = asyncio.create_task(engine.verify_rust(path, done.replace("n < 100", "n < 101"), 1))
    await solving()
    newer = await engine.verify_rust(path, done, 2)
    assert newer is not None and newer.version == 2
    assert {one.status for one in newer.functions} == {"proved"}
    assert await old is None and not solver_runs()


async def test_cancelled_and_closed_nothing_is_left(session, path, done) -> None:
    engine, before = session(default="hang"), below()
    task = asyncio.create_task(engine.verify(Inquiry(path, done, 1)))
    await solving()
    began = time.monotonic()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert time.monotonic() - began < 4.0 and not solver_runs()
    task = asyncio.create_task(engine.verify_rust(path, done, 2))
    ours = await solving() - before
    await engine.close()
    assert ours and not any(_runs(each) for each in ours if each.is_running())
    ended = await task
    assert ended is not None and ended.functions == () and "worker ended" in ended.message


async def test_what_a_user_can_cause_is_a_message(session, path, done, environment) -> None:
    engine = session()
    for text, trusted, settings, says in (
        ("fn f() {}", True, {}, "verus!"),
        (done, False, {}, "not trusted"),
        ("verus! { \ud800 }", True, {}, "lone surrogate"),
        (done, True, {"verus": "/bin/true"}, "may not be set"),
    ):
        found = await engine.verify_rust(path, text, 1, trusted=trusted, settings=settings)
        assert found is not None and says in found.message and found.functions == (), found
        assert (await engine.verify(Inquiry(path, text, 1, None, None, trusted, settings))).message
    gone = {**environment, "VERUS_PATH": "/nowhere/verus"}
    fresh = JobEngine(None, Caller("two", environment=gone))
    found = await fresh.verify_rust(path, done, 1)
    await fresh.close()
    assert found is not None and "VERUS_PATH" in found.message


async def test_another_verus_in_the_same_place_is_asked_anew(
    session, path, done, environment
) -> None:
    engine = session()
    first = await engine.verify_rust(path, done, 1)
    assert first is not None and first.functions[1].status == "proved"
    program = Path(environment["VERUS_PATH"])
    rules = program.with_name("rules.json")
    rules.write_text('{"rules": [], "default": "refuted", "version": "0.2026.09.01.0000000"}')
    again = await engine.verify_rust(path, done, 2)
    assert again is not None and again.functions[1].status == "proved", "the same one said so"
    replace(program)
    other = await engine.verify_rust(path, done, 3)
    assert other is not None and "proved" not in {one.status for one in other.functions}


async def test_a_proof_is_stale_with_its_function_contract_or_toolchain(
    tmp_path, environment, verus_stand_in, work, done, rust, body
) -> None:
    """From the search's report on: as an editor records it when the edit has landed."""
    shell = rust({"contains": "i += 1", "answer": PROVED})
    shell.file(work, "work.rs")
    shell.model.say = lambda _: f"```rust\n{body}\n```"
    (report,) = shell.run("synth", "work.rs", "--json").objects
    program = Path(report["certificate"]["prover"]["program"])
    assert program.parent == Path(shell.environment["VERUS_PATH"])
    path = str(tmp_path / "buffer.rs")
    async with (
        open_store(tmp_path / "jobs") as store,
        open_watching(store, environment, tmp_path / "config.toml") as watching,
    ):
        engine = JobEngine(None, Caller("one", environment=environment), watching.certificates)
        await engine.record(path, done, report)
        (known,) = await engine.known(path, done)
        assert (known.function, known.line, known.standing) == ("count", 10, Standing.VERIFIED)
        assert known.grade == "proved" and known.has_certificate
        for old, new, why in (
            ("r == n", "r <= n", "contract"),
            ("i += 1", "i += 2 - 1", "body"),
            ("n + 0 == n", "n + 0 == n + 0", ""),  # which it does not use
        ):
            (known,) = await engine.known(path, done.replace(old, new))
            assert known.standing is (Standing.STALE if why else Standing.VERIFIED)
            assert why in known.why
        replace(program)
        (known,) = await engine.known(path, done)
        assert known.standing is Standing.STALE and "with which it was judged" in known.why
        await engine.close()
