"""What an editor is told besides the end of its job: numbers, questions, searches, certificates."""

from __future__ import annotations

import asyncio
import hashlib
from pathlib import Path
from typing import Any

import pytest

from synthd.daemon.engine import LocalEngine
from synthd.daemon.jobs.messages import Asking, Choice, Ended, Progressed, Settled
from synthd.daemon.jobs.states import State
from synthd.daemon.service.calls import Caller, Refusal
from synthd.daemon.service.late import LateCertificates
from synthd.daemon.sessions.engine import JobEngine
from synthd.daemon.sessions.remembered import Remembered
from synthd.lsp.engine import Progress, Question, Request, Wish
from synthd.lsp.verdicts import Standing

TEXT = 'def f(x):\n    """Double.\n\n    >>> f(2)\n    4\n    """\n    pass\n'
SETTLED = Settled(
    function="f", model="ollama/coder", endpoint="Ollama at here", identity="", slots=2,
    strategy="seidr", sandbox="bubblewrap", programs=40, seconds=9.0, tokens=99, settings={},
)  # fmt: skip


@pytest.fixture
def engine(jobs: Any) -> JobEngine:
    return JobEngine(jobs, Caller(id="c"))


def request(tmp_path: Path, text: str = TEXT, **more: Any) -> Request:
    return Request(str(tmp_path / "work.py"), text, text.index("f(x)"), str(tmp_path), **more)


async def test_progress_has_numbers(engine: JobEngine, jobs: Any, tmp_path: Path) -> None:
    told: list[Progress] = []
    task = asyncio.create_task(engine.synthesize(request(tmp_path), told.append))
    job = await jobs.some()
    job.change(state=State.RUNNING, settled=SETTLED)
    await asyncio.sleep(0.01)
    job.progress = Progressed(
        message="seidr", fraction=0.5, programs=7, tokens=1200, seconds=14.0, passed=2, total=3
    )
    job.change()
    await asyncio.sleep(0.01)
    partial = (0, 4, "new ")
    job.change(
        state=State.DONE,
        result=Ended(status="unsolved", grade="partial", message="no", partial=partial),
    )
    result = await task
    assert told[-1] == Progress(
        "seidr",
        0.5,
        "job0",
        "f",
        "seidr",
        "ollama/coder",
        "Ollama at here",
        7,
        40,
        2,
        3,
        1200,
        14.0,
    )
    assert result.job == "job0" and result.replacement is None and result.partial is not None
    assert (result.partial.start, result.partial.end, result.partial.text) == partial


@pytest.mark.parametrize("answer", ["1", None])
async def test_a_question_is_the_editors(
    engine: JobEngine, jobs: Any, tmp_path: Path, answer: str | None
) -> None:
    asked: list[Question] = []

    async def ask(question: Question) -> str | None:
        asked.append(question)
        return answer

    task = asyncio.create_task(engine.synthesize(request(tmp_path), lambda _: None, ask))
    job = await jobs.some()
    assert job.spec.options.ask
    choices = (Choice(label="gives 0", value="0"), Choice(label="gives 1", value="1"))
    job.pose(Asking(number=2, text="which?", call="f(0)", choices=choices))
    await asyncio.sleep(0.02)
    job.change(state=State.CANCELLED)
    await task
    await engine.close()
    assert [(q.text, q.call, [c.value for c in q.choices]) for q in asked] == [
        ("which?", "f(0)", ["0", "1"])
    ]
    assert job.answers == [(2, answer)]


async def test_an_editor_that_goes_leaves_its_question_open(
    engine: JobEngine, jobs: Any, tmp_path: Path
) -> None:
    async def ask(question: Question) -> str | None:
        await asyncio.Event().wait()
        raise AssertionError

    task = asyncio.create_task(engine.synthesize(request(tmp_path), lambda _: None, ask))
    job = await jobs.some()
    job.pose(Asking(number=1, text="which?", call="f(0)", choices=()))
    await asyncio.sleep(0.02)
    engine.leave()
    task.cancel()
    await asyncio.wait([task])
    await engine.close()
    assert job.answers == [(1, None)] and jobs.cancelled == []


async def test_wishes(engine: JobEngine, jobs: Any, tmp_path: Path) -> None:
    task = asyncio.create_task(
        engine.synthesize(request(tmp_path, wish=Wish.REPAIR), lambda _: None)
    )
    job = await jobs.some()
    assert job.spec.options.repair and not job.spec.options.ask
    job.change(state=State.CANCELLED)
    await task
    refused = await engine.synthesize(request(tmp_path, wish=Wish.PROOF), lambda _: None)
    assert refused.status == "error" and "a proof is of Rust" in refused.message


# -------------------------------------------------------------------- without a daemon


def program(body: str) -> str:
    return f"```python\ndef f(x):\n    {body}\n```"


@pytest.fixture
def local(jobs: Any, model: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> LocalEngine:
    monkeypatch.setenv("OLLAMA_HOST", model.url)
    monkeypatch.setenv("SYNTHD_MODEL", "ollama/coder")
    return LocalEngine()


async def test_a_search_in_this_process_is_shown_and_cut(
    local: LocalEngine, model: Any, tmp_path: Path
) -> None:
    """And what lands is known by its certificate, until it is changed."""
    bodies = iter(["return 3", "return x + 2"])
    model.say = lambda prompt: program(next(bodies, "return x * 2"))
    told: list[Progress] = []
    result = await local.synthesize(request(tmp_path, strategy="revision"), told.append)
    assert result.status == "verified" and result.replacement is not None
    nodes = await local.search(result.job)
    assert [(n.purpose, n.passed, n.total, n.verdict) for n in nodes] == [
        ("draft", 0, 1, "rejected"),
        ("revise", 1, 1, "accepted"),
    ]
    assert nodes[0].parent is None and nodes[1].parent == nodes[0].id
    assert nodes[0].error == "f(2): gives 3" and nodes[1].code == "return x + 2"
    assert [p async for p in local.watch(result.job)][-1] == nodes
    assert "return x + 2" in await local.report(result.job)
    assert await local.prune(result.job, nodes[0].id) is False, "it is over"
    assert told[-1].max_programs and told[-1].job == result.job
    await _certificate(local, result, tmp_path)
    await local.close()


async def _certificate(local: LocalEngine, result: Any, tmp_path: Path) -> None:
    path = str(tmp_path / "work.py")
    edit = result.replacement
    whole = TEXT[: edit.start] + edit.text + TEXT[edit.end :]
    changed: list[str] = []
    end = local.subscribe(changed.append)
    assert await local.known(path, whole) == ()
    await local.record(path, whole, result.report)
    assert changed == [path]
    end()
    (known,) = await local.known(path, f"import os\n\n\n{whole}")
    assert (known.function, known.line, known.standing) == ("f", 3, Standing.VERIFIED)
    assert (known.grade, known.passed, known.total) == ("examples", 1, 1)
    assert (known.model, known.strategy) == ("ollama/coder", "revision")
    assert known.seconds > 0 and known.tokens == 14 and known.has_certificate
    (stale,) = await local.known(path, whole.replace("x + 2", "x + 3"))
    assert stale.standing is Standing.STALE and stale.why == "its body changed"
    assert await local.known(path, "x = 1\n") == ()
    page = await local.certificate(path, "f")
    assert "**Verified**, grade examples." in page and "ollama/coder" in page
    code = hashlib.sha256(result.code.encode()).hexdigest()
    assert f"code, SHA-256: `{code}`" in page
    assert await local.certificate(path, "g") == ""


async def test_repair_and_questions_in_this_process(
    local: LocalEngine, model: Any, tmp_path: Path
) -> None:
    text = TEXT.replace("pass", "return 2 + x")
    result = await local.synthesize(request(tmp_path, text, wish=Wish.REPAIR), lambda _: None)
    assert result.status == "verified" and "as it stands" in result.message
    assert model.prompts == [] and result.replacement is not None
    bodies = iter(["return x * 2"])
    model.say = lambda prompt: program(next(bodies, "return x + x if x < 9 else 4"))
    asked: list[Question] = []

    async def ask(question: Question) -> str | None:
        asked.append(question)
        return question.choices[0].value

    stub = TEXT.replace("f(x)", "f(x: int) -> int", 1)
    settings = {"tested_seconds": 20.0}
    wanted = Request(
        str(tmp_path / "work.py"), stub, 4, str(tmp_path), settings=settings, strategy="seidr"
    )
    result = await local.synthesize(wanted, lambda _: None, ask)
    assert result.status == "verified" and len(asked) >= 1
    assert result.replacement is not None
    assert result.replacement.start == stub.index('"""'), "the answer stands in the docstring"
    assert f">>> {asked[0].call}" in result.replacement.text
    await local.close()


# -------------------------------------------------------------------- late


async def test_certificates_that_come_late_are_waited_for() -> None:
    opened = asyncio.Event()
    kept = Remembered()

    async def find() -> Remembered:
        await opened.wait()
        return kept

    late = LateCertificates(find)  # type: ignore[arg-type]
    heard: list[str] = []
    end = late.subscribe(lambda path, _: heard.append(path))
    asked = asyncio.create_task(late.compared("/w.py", "x = 1\n"))
    await asyncio.sleep(0.01)
    assert not asked.done()
    opened.set()
    assert await asked == []
    assert len(kept._heard) == 1
    end()
    await asyncio.sleep(0)
    await late.close()
    assert kept._heard == [] and heard == []


async def test_certificates_that_never_come_say_nothing(jobs: Any) -> None:
    async def find() -> Any:
        raise Refusal("unavailable", "the store is damaged")

    late = LateCertificates(find)
    engine = JobEngine(jobs, Caller(id="c"), late)
    end = engine.subscribe(lambda path: None)
    assert await engine.known("/w.py", "x = 1\n") == ()
    assert await engine.certificate("/w.py", "f") == ""
    await engine.record("/w.py", "x = 1\n", {"status": "verified", "certificate": {}})
    end()
    await late.close()
