"""What is written of a search is read again, also where the writing was stopped."""

from __future__ import annotations

import json
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synthd.synth.attempt import Attempt, Candidate, Evaluation, Verdict
from synthd.synth.events import Answered, Asked, Tried
from synthd.synth.trace.decode import NotATrace, decode
from synthd.synth.trace.encode import line
from synthd.synth.trace.records import Entry, Recorded


def written(recorded: Recorded) -> list[str]:
    records = [recorded.header, *recorded.entries, *([recorded.end] if recorded.end else [])]
    return [line(record) for record in records]


def test_what_is_written_is_read_again(recorded_searches) -> None:
    @given(recorded_searches)
    def check(recorded: Recorded) -> None:
        lines = written(recorded)
        assert all(text.isascii() and text.count("\n") == 1 for text in lines)
        assert decode(lines) == recorded

    check()


def test_every_beginning_of_a_file_is_a_trace(recorded_searches) -> None:
    """Wherever a kill struck: all whole lines are there, and nothing else."""

    @settings(max_examples=25)
    @given(recorded_searches, st.data())
    def check(recorded: Recorded, data: st.DataObject) -> None:
        lines = written(recorded)
        text = "".join(lines)
        cut = text[: data.draw(st.integers(len(lines[0]), len(text)))]
        read = decode(cut.splitlines(keepends=True))
        whole = cut.count("\n") - 1
        assert read.header == recorded.header
        assert read.entries == recorded.entries[:whole]
        assert read.damaged == 0

    check()


def test_numbers_that_json_does_not_have(head) -> None:
    candidate = Candidate("x", node="a", logprobs=(-math.inf, -0.5))
    tried = Tried(Attempt(candidate, Evaluation(Verdict.UNDECIDED, math.nan)), 1)
    text = line(Entry(0.0, tried))
    json.loads(text, parse_constant=lambda name: pytest.fail(f"{name} is no JSON"))
    (entry,) = decode([line(head()), text]).entries
    assert isinstance(entry.event, Tried)
    assert entry.event.attempt.candidate.logprobs == (-math.inf, -0.5)
    assert math.isnan(entry.event.attempt.score)


@pytest.mark.parametrize(
    "bad",
    [
        '{"kind": "chose", "at": 1, "node": "a", "by": "", "groups": [], "partings": '
        '[{"call": "f()", "outcomes": [{"happened": "died", "shown": "", "groups": [0]}]}]}\n',
        "no JSON\n",
        "[]\n",
        "{}\n",
        '{"kind": "answered", "at": 1}\n',
        '{"kind": "answered", "at": "soon", "call": 1}\n',
        '{"kind": "tried", "at": 1, "programs": 1, "candidate": 3, "evaluation": {}}\n',
        "[" * 100_000 + "\n",
    ],
)
def test_a_damaged_line_costs_only_itself(head, bad: str) -> None:
    good = Entry(1.0, Answered(1, "text", 2, 3))
    read = decode([line(head()), bad, line(good)])
    assert (read.entries, read.damaged) == ((good,), 1)


def test_what_a_newer_version_adds_is_left_out(head) -> None:
    good = Entry(1.0, Answered(1, "text", 2, 3))
    more = json.dumps({**json.loads(line(good)), "mood": "sunny"}) + "\n"
    read = decode([line(head()), '{"kind": "smelled", "at": 1}\n', more])
    assert (read.entries, read.damaged) == ((good,), 0)


def test_what_an_older_version_did_not_write_is_not_missed(head) -> None:
    asked, answered = Entry(1.0, Asked(1, "draft", 0.5)), Entry(2.0, Answered(1, "text", 2, 3))
    rows = [json.loads(line(entry)) for entry in (asked, answered)]
    del rows[0]["top_p"], rows[1]["fingerprint"]
    read = decode([line(head()), *(json.dumps(row) + "\n" for row in rows)])
    assert (read.entries, read.damaged) == ((asked, answered), 0)


def test_what_is_no_trace_is_refused(head) -> None:
    newer = line(head()).replace('"schema":1', '"schema":2')
    for lines, says in (
        ([], "no whole line"),
        ([line(head())[:-1]], "no whole line"),
        (["import os\n"], "does not begin"),
        ([line(Entry(1.0, Answered(1, "", 0, 0)))], "does not begin"),
        ([newer], "its schema is 2"),
    ):
        with pytest.raises(NotATrace, match=says):
            decode(lines)
