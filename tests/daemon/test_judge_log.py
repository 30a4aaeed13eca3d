"""The results file of `synthd judge`, whatever a killed process left of it."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from synthd.daemon.bulk.log import CannotContinue, ResultsLog, unchanged
from synthd.daemon.bulk.result import Given, Origin, Outcome, Result, Verdict, text_sha256

ORIGIN = Origin("humaneval", "ab" * 32, "synthd 0.1.0, 4 s")


def result(sample: int, verdict: Verdict = Verdict.ACCEPTED, text: str = "é\n") -> Result:
    return Result(
        suite=ORIGIN.suite,
        suite_sha256=ORIGIN.suite_sha256,
        task_id=f"HumanEval/{sample}",
        sample=sample,
        sha256=text_sha256(text),
        passed=None if verdict is Verdict.UNDECIDED else verdict is Verdict.ACCEPTED,
        verdict=verdict,
        outcome=Outcome.PASS if verdict is Verdict.ACCEPTED else Outcome.INFRA_ERROR,
        executed=3,
        declared=3,
        isolation="bubblewrap",
        in_process=False,
        seconds=0.01,
        cpu_seconds=0.01,
        judge=ORIGIN.judge,
    )


def written(path: Path, count: int) -> bytes:
    with ResultsLog(path, ORIGIN) as log:
        for sample in range(count):
            log.append(result(sample))
    return path.read_bytes()


def test_what_was_appended_is_known_the_next_time(tmp_path: Path) -> None:
    path = tmp_path / "results.jsonl"
    lines = written(path, 3).splitlines()
    assert len(lines) == 3
    with ResultsLog(path, ORIGIN) as log:
        assert sorted(log.known) == [0, 1, 2]
        assert log.known[1] == result(1).scored
        log.append(result(3))
    assert path.read_bytes().splitlines()[:3] == lines
    assert len(path.read_bytes().splitlines()) == 4


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_torn_end_is_dropped_and_done_again(tmp_path: Path, data: st.DataObject) -> None:
    path = tmp_path / "results.jsonl"
    path.unlink(missing_ok=True)
    whole = written(path, 3)
    cut = data.draw(st.integers(0, len(whole)))
    path.write_bytes(whole[:cut] + data.draw(st.sampled_from([b"", b"\0\0\0"])))
    complete = whole[:cut].count(b"\n")
    with ResultsLog(path, ORIGIN) as log:
        assert sorted(log.known) == list(range(complete))
        for sample in range(complete, 3):
            log.append(result(sample))
    assert path.read_bytes() == whole


def test_the_later_of_two_lines_for_a_sample_counts(tmp_path: Path) -> None:
    path = tmp_path / "results.jsonl"
    with ResultsLog(path, ORIGIN) as log:
        log.append(result(0, Verdict.UNDECIDED))
        log.append(result(0, Verdict.ACCEPTED))
    with ResultsLog(path, ORIGIN) as log:
        assert {one.verdict for one in log.known.values()} == {Verdict.ACCEPTED}


@pytest.mark.parametrize(
    "text",
    [
        b"notes\n",
        b"notes",
        b'{"task_id": "HumanEval/0", "completion": ""}\n',
        b'{"task_id": "HumanEval/0", "completion": ""}',
        b'{"schema":1,"what":"doctor"}\n',
    ],
)
def test_a_file_that_is_not_ours_is_left_as_it_is(tmp_path: Path, text: bytes) -> None:
    path = tmp_path / "mine"
    path.write_bytes(text)
    with pytest.raises(CannotContinue, match="another --out"), ResultsLog(path, ORIGIN):
        pass
    assert path.read_bytes() == text


def test_a_wrong_line_between_right_ones_is_named(tmp_path: Path) -> None:
    path = tmp_path / "results.jsonl"
    lines = written(path, 3).splitlines(keepends=True)
    lines[1] = lines[1][:20] + b"\n"
    path.write_bytes(b"".join(lines))
    with pytest.raises(CannotContinue, match="line 2,"), ResultsLog(path, ORIGIN):
        pass
    assert path.read_bytes() == b"".join(lines)


@pytest.mark.parametrize(
    ("other", "says"),
    [
        (Origin("mbpp", ORIGIN.suite_sha256, ORIGIN.judge), "suite: humaneval; now"),
        (Origin(ORIGIN.suite, "cd" * 32, ORIGIN.judge), "sha256: abab"),
        (Origin(ORIGIN.suite, ORIGIN.suite_sha256, "9 s"), "judge: synthd 0.1.0, 4 s; now"),
    ],
)
def test_results_of_another_origin_are_not_continued(tmp_path, other, says) -> None:
    path = tmp_path / "results.jsonl"
    written(path, 1)
    with pytest.raises(CannotContinue, match=says), ResultsLog(path, other):
        pass


def test_only_one_process_writes(tmp_path: Path) -> None:
    path = tmp_path / "results.jsonl"
    with (
        ResultsLog(path, ORIGIN),
        pytest.raises(CannotContinue, match="is writing"),
        ResultsLog(path, ORIGIN),
    ):
        pass
    with ResultsLog(path, ORIGIN) as log:
        assert log.known == {}


def test_samples_are_compared_with_what_was_judged() -> None:
    known = {n: result(n).scored for n in (0, 2)}
    same = [Given(n, f"HumanEval/{n}", text_sha256("é\n")) for n in range(4)]
    path = Path("results.jsonl")
    assert unchanged(known, same, path) == 4
    with pytest.raises(CannotContinue, match="only 2 samples"):
        unchanged(known, same[:2], path)
    for other, says in (
        (Given(2, "HumanEval/2", text_sha256("e")), "sample 2 .task HumanEval/2. is another"),
        (Given(2, "HumanEval/9", same[2].sha256), "for task HumanEval/9, it was for HumanEval/2"),
    ):
        with pytest.raises(CannotContinue, match=says):
            unchanged(known, [*same[:2], other, same[3]], path)
