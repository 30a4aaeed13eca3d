"""From a function to verified code, with a daemon that has it at hand."""

from __future__ import annotations

import importlib.util
import os
import pty
import subprocess
import sys
from html.parser import HTMLParser

import pytest

from synthd.daemon import AsyncClient, synthesize
from synthd.daemon.client.errors import Cancelled, Failed, Paused
from synthd.daemon.client.finishing import Unwritten
from synthd.daemon.client.result import NotVerified

FILE = 'RATE = 2\n\n\ndef double(x):\n    """double(1) -> 2"""\n'
CODE = 'def double(x):\n    """double(1) -> 2"""\n    return RATE * x\n'
BODY = "\n    return RATE * x"
END = len(FILE) - 1


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "work.py"
    path.write_text(FILE)
    return path


@pytest.fixture
def solved(stand_in, job):
    """Makes the daemon solve it; **more changes the result."""

    def solve(**more):
        check = {"id": "c", "outcome": "pass", "input": "double(1)", "expected": "2", "got": "2"}
        certificate = {"function": "double", "grade": "examples"}
        report = {"status": "verified", "checks": [check], "certificate": certificate}
        result = {
            "status": "verified",
            "grade": "examples",
            "message": "double is verified",
            "function": "double",
            "replacement": [END, END, BODY],
            "code": CODE,
            "report": {**report, "warnings": [], "cost": {"programs": 3, "seconds": 1.5}},
        } | more
        over = job(
            "done", status=result["status"], message=result["message"], result=result, model="m",
            endpoint="here",
        )  # fmt: skip
        stand_in.answers |= {
            "jobs.submit": {"job": job("queued")},
            "jobs.watch": [
                {"kind": "progress", "progress": {"message": "double: drafting"}},
                {"kind": "job", "job": over},
            ],
            "jobs.show": {"job": over},
            "jobs.cancel": {"job": job("cancelled")},
            "certificates.record": {"certificate": {}},
        }

    solve()
    return solve


def test_a_file_is_submitted_as_it_is_and_nothing_of_it_is_run_or_changed(path, stand_in, solved):
    result = synthesize(
        f"{path}::double", examples="double(2) == 4", model="ollama/m", max_programs=5, batch=True
    )
    (spec,) = [body["spec"] for body in stand_in.calls("jobs.submit")]
    assert (spec["path"], spec["text"], spec["function"]) == (str(path), FILE, "double")
    assert spec["settings"] == {"model": "ollama/m", "max_programs": 5}
    assert (spec["priority"], spec["options"]["examples"]) == ("batch", ["double(2) == 4"])
    assert (result.status, result.grade, result.code) == ("verified", "examples", CODE)
    assert result.function is None and result.certificate["grade"] == "examples"
    assert path.read_text() == FILE
    assert repr(result) == "<double: verified (grade: examples), job abcd2345>"


def test_what_is_submitted_is_what_the_daemon_reads(path, stand_in, solved):
    from synthd.daemon.jobs.spec import Spec

    synthesize(f"{path}::double", tests=[path], replace=True, seed=3, write=True)
    spec = Spec.model_validate(stand_in.calls("jobs.submit")[0]["spec"])
    assert spec.options.tests == (str(path),) and spec.options.replace
    assert spec.settings == {"seed": 3}


def test_written_in_one_step_with_its_certificate(path, stand_in, solved):
    result = synthesize(f"{path}::double", write=True)
    assert result.written and path.read_text() == FILE[:END] + BODY + "\n"
    (kept,) = stand_in.calls("certificates.record")
    assert (kept["path"], kept["text"]) == (str(path), path.read_text())
    assert kept["report"]["certificate"] == {"function": "double", "grade": "examples"}


def test_a_file_that_changed_meanwhile_is_left_alone(path, stand_in, solved):
    show = stand_in.answers["jobs.show"]

    def change(body):
        path.write_text("# mine\n" + FILE)
        return show

    stand_in.answers["jobs.show"] = change
    with pytest.raises(Unwritten, match="changed while synthd worked") as unwritten:
        synthesize(f"{path}::double", write=True)
    assert path.read_text() == "# mine\n" + FILE
    assert unwritten.value.result.code == CODE


def test_loading_is_asked_for_and_sees_what_the_function_sees(path, solved):
    spec = importlib.util.spec_from_file_location("work", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    result = synthesize(module.double)
    module.RATE = 10
    assert result.load()(4) == 40
    assert result.function(1) == 10
    assert module.double(1) is None  # the module keeps its own
    assert synthesize(f"{path}::double").load()(4) == 8  # the file's own RATE
    assert synthesize(f"{path}::double").load({"RATE": 7})(1) == 7


@pytest.mark.parametrize("status", ["unsolved", "undecided"])
def test_what_is_not_verified_is_neither_written_nor_loaded(status, path, solved):
    solved(status=status, grade="partial", replacement=None)
    result = synthesize(f"{path}::double", write=True)
    assert (result.status, result.written, path.read_text()) == (status, False, FILE)
    with pytest.raises(NotVerified, match="unverified=True"):
        result.load()
    with pytest.raises(NotVerified):
        _ = result.text
    assert result.load({"RATE": 2}, unverified=True)(3) == 6


def test_what_has_no_result_is_an_error_with_its_reason(path, stand_in, solved, job):
    solved(status="error", message="double has no examples")
    with pytest.raises(Failed, match="has no examples"):
        synthesize(f"{path}::double")
    for state, error in (("cancelled", Cancelled), ("paused", Paused)):
        told = job(state, why="it needs OPENAI_API_KEY")
        stand_in.answers["jobs.watch"] = [{"kind": "job", "job": told}]
        stand_in.answers["jobs.show"] = {"job": told}
        with pytest.raises(error) as raised:
            synthesize(f"{path}::double")
        assert raised.value.job.state == state
    assert "needs OPENAI_API_KEY" in str(raised.value)


async def test_in_a_running_loop_both_ways(path, solved):
    assert synthesize(f"{path}::double").verified
    async with AsyncClient() as client:
        assert (await client.synthesize(f"{path}::double", progress=False)).verified


async def test_cancelling_the_waiting_cancels_the_job(path, stand_in, solved, job):
    import asyncio
    import threading

    asked = threading.Event()

    def never(body):
        asked.set()
        threading.Event().wait(1)
        return [{"kind": "job", "job": job("running")}]

    stand_in.answers["jobs.watch"] = never
    async with AsyncClient() as client:
        waiting = asyncio.create_task(client.synthesize(f"{path}::double"))
        await asyncio.to_thread(asked.wait, 5)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
    assert stand_in.calls("jobs.cancel") == [{"id": "abcd2345"}]


class Text(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)

    def handle_data(self, data):
        self.text += data


EVIL = "<script>alert(1)</script><img src=x onerror=y>"


def test_a_notebook_shows_all_of_it_and_escapes_everything(path, solved):
    check = {"outcome": EVIL, "input": EVIL, "expected": EVIL, "got": EVIL, "detail": EVIL}
    for code in (f'def f():\n    return "{EVIL}"  # {EVIL}\n', f"no python ' {EVIL}"):
        solved(
            status=EVIL, grade=EVIL, message=EVIL, function=EVIL, code=code,
            report={"checks": [check], "warnings": [EVIL], "cost": {"programs": EVIL}},
        )  # fmt: skip
        page = Text(synthesize(f"{path}::double")._repr_html_())
        assert not {"script", "img"} & set(page.tags)
        assert code in page.text
        assert page.text.count(EVIL) >= 10


def test_a_notebook_shows_code_grade_checks_and_cost(path, solved):
    page = Text(synthesize(f"{path}::double")._repr_html_())
    for part in (CODE, "verified", "examples", "double(1)", "3 programs", "1.5 s", "m at here"):
        assert part in page.text
    assert "table" in page.tags


def test_a_terminal_shows_one_line_on_stderr_and_nothing_on_stdout(path, solved):
    code = f"from synthd.daemon import synthesize; synthesize({f'{path}::double'!r})"
    outer, inner = pty.openpty()
    done = subprocess.run(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=inner, env=dict(os.environ)
    )
    os.close(inner)
    shown = os.read(outer, 1 << 16).decode()
    os.close(outer)
    assert (done.returncode, done.stdout) == (0, b"")
    assert "synthd: double: drafting" in shown and "\n" not in shown
    assert not shown.rpartition("\r")[2].strip()  # the line is gone at the end
