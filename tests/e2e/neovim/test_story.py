"""The user's story, with an engine that does what the file says."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

Write = Callable[..., Path]
Diary = Callable[[], list[dict[str, Any]]]

READY = {"tell": ["drafting"], "then": "solve"}
PROGRESS = {
    "message": "seidr · 7 of 40 programs",
    "function": "f",
    "programs": 7,
    "max_programs": 40,
    "passed": 1,
    "total": 2,
    "seconds": 14.2,
}
KEYS = "a accept · r reject · q later"


def test_progress_is_seen_where_the_function_is_and_the_job_can_be_cancelled(
    editor: Any, write: Write, diary: Diary
) -> None:
    file = write(tell=[PROGRESS], then="hang")
    editor.open(file)
    editor.go(8)
    editor.say("Synthd synthesize")
    rows = editor.sees("⟳ 7 of 40 · best 1/2 · 14 s", "a.py synthd: ⟳ f 7 of 40")
    assert any("def f():" in row and "⟳ 7 of 40" in row for row in rows), rows
    editor.say("Synthd cancel")
    editor.sees("synthd: f: cancelled")
    editor.gone("⟳")
    assert editor.text[1:] == file.read_text().splitlines()[1:]
    assert any("cancelled" in fact for fact in diary())


def test_a_preview_is_accepted_and_undone_in_one_step(editor: Any, write: Write) -> None:
    file = write(**READY)
    editor.open(file)
    before = editor.text
    editor.go(8)
    editor.say("Synthd synthesize")
    rows = editor.sees(KEYS, "◆ ready: :Synthd preview", "synthd: f · checked: tested")
    assert any("-    pass" in row for row in rows) and any("+    return 1" in row for row in rows)
    assert editor.lua("return vim.bo.filetype") == "diff"
    editor.keys("a")
    editor.sees("synthd: f: all checks pass [tested]", "✓ verified")
    assert editor.text[7] == "    return 1"
    editor.keys("u")
    assert editor.text == before
    editor.gone("✓ verified")


def test_a_rejected_edit_leaves_the_buffer_alone(editor: Any, write: Write) -> None:
    editor.open(write(**READY))
    before = editor.text
    editor.go(8)
    editor.say("Synthd synthesize")
    editor.sees(KEYS)
    editor.keys("r")
    editor.sees("synthd: f: rejected")
    editor.gone("◆ ready")
    assert editor.text == before


def test_a_closed_preview_decides_nothing(editor: Any, write: Write) -> None:
    editor.open(write(**READY))
    editor.go(8)
    editor.say("Synthd synthesize")
    editor.sees(KEYS)
    editor.keys("q")
    editor.gone(KEYS)
    editor.sees("◆ ready", "synthd: ◆ f is ready")
    editor.say("Synthd preview")
    editor.sees(KEYS, "+    return 1")
    editor.keys("q")
    editor.say("Synthd accept")
    editor.sees("✓ verified", "    return 1")


def test_who_types_is_not_interrupted(editor: Any, write: Write, tmp_path: Path) -> None:
    """The window would take the keys, and `a` would accept."""
    gate = tmp_path / "gate"
    editor.open(write(**READY, gate=str(gate)))
    editor.go(8)
    editor.say("Synthd synthesize")
    editor.sees("⟳")
    editor.keys("Go# aaa")
    gate.touch()
    editor.sees("◆ ready: :Synthd preview", "synthd: ◆ f is ready")
    editor.keys("aar")
    assert not editor.line(KEYS)
    assert editor.text[-1] == "# aaaaar"
    editor.keys("<Esc>")
    editor.sees(KEYS)  # after a moment without a key
    editor.keys("a")
    editor.sees("✓ verified")
    assert editor.text[7] == "    return 1" and editor.text[-1] == "# aaaaar"


def test_a_question_is_answered(editor: Any, write: Write, diary: Diary) -> None:
    asked = {"text": "What is f(0)?", "call": "f(0)", "choices": [["zero", "0"], ["one", "1"]]}
    editor.open(write(ask=[asked]))
    editor.go(8)
    editor.say("Synthd synthesize")
    editor.sees("1: zero", "2: one", "3: something else", "4: leave it")
    assert "What is f(0)?" in editor.screen[-6]
    editor.keys("2<CR>")
    editor.sees(KEYS)
    assert {"answered": "1", "can_ask": True} in diary()


def test_an_answer_of_ones_own(editor: Any, write: Write, diary: Diary) -> None:
    asked = {"text": "What is f(0)?", "call": "f(0)", "choices": [["zero", "0"], ["one", "1"]]}
    editor.open(write(ask=[asked]))
    editor.go(8)
    editor.say("Synthd synthesize")
    editor.sees("1: zero")
    editor.keys("<Esc>")  # not now
    editor.sees("? asks: :Synthd answer", "synthd: ? f asks")
    editor.say("Synthd answer")
    editor.sees("3: something else")
    editor.keys("3<CR>")
    editor.sees("f(0) should be:")
    editor.keys("-7<CR>")
    editor.sees(KEYS)
    assert {"answered": "-7", "can_ask": True} in diary()


def test_the_best_program_of_an_unsolved_job_stays_labelled(editor: Any, write: Write) -> None:
    editor.open(write(then="unsolved", partial="return 0"))
    editor.go(8)
    editor.say("Synthd synthesize")
    editor.sees("unsolved: no luck")
    editor.say("Synthd! accept")
    editor.sees("synthd: f: partial:")
    assert editor.text[7] == "    return 0"
    assert not editor.line("✓")


def test_failing_examples_are_diagnostics_after_saving(editor: Any, write: Write) -> None:
    failing = {"check": "f() == 1", "outcome": "fail", "detail": "got 2", "line": 4}
    known = {"function": "f", "standing": "failed", "passed": 0, "total": 1, "failing": [failing]}
    editor.open(write(verify=[known], text=STUBBORN))
    editor.say("write")
    editor.sees("✗ failed 1 of 1")
    found = editor.lua("return vim.diagnostic.get(0)")
    assert [(one["lnum"], "got 2" in one["message"]) for one in found] == [(4, True)]
    editor.go(8)
    editor.keys("A + 1<Esc>")  # what was found out was about another text
    editor.gone("✗ failed 1 of 1")


STUBBORN = 'def f():\n    """One.\n\n    >>> f()\n    1\n    """\n    return 2\n'


def test_marks_follow_edits(editor: Any, write: Write) -> None:
    editor.open(write(text=STUBBORN))
    editor.say("write")
    editor.sees("✓ verified")
    editor.keys("gg" + 3 * "O# above<CR><Esc>")
    assert "def f():" in editor.line("✓ verified")


def test_what_a_job_would_run_with_is_said_before_it(editor: Any, write: Write) -> None:
    editor.open(write(then="hang"))
    editor.go(8)
    editor.say("Synthd status")
    editor.sees("│model     scripted", "│budget    24 programs or 120 s, usually 2 s", "bubblewrap")
    editor.keys("j")
    editor.gone("bubblewrap")
    editor.say("Synthd synthesize")
    editor.sees("synthd: f: scripted on this machine · up to 24 programs, 120 s · usually 2 s")


def test_what_was_seen_is_not_shown_twice(editor: Any, write: Write) -> None:
    """The server says that an edit is ready again whenever the document has changed."""
    editor.open(write(**READY))
    editor.go(8)
    editor.say("Synthd synthesize")
    editor.sees(KEYS)
    editor.keys("q")
    editor.gone(KEYS)
    editor.keys("Go# below<Esc>")
    time.sleep(1.5)  # nothing has to be seen then
    assert not editor.line(KEYS)
    editor.say("Synthd accept")
    editor.sees("✓ verified")
    assert editor.text[7] == "    return 1" and editor.text[-1] == "# below"


def test_models_are_picked(editor: Any, write: Write, diary: Diary) -> None:
    editor.open(write())
    editor.say("Synthd model")
    editor.sees("1: scripted · in use · this machine", "2: other · not ready")
    editor.keys("2<CR>")
    editor.sees("synthd: model: other")
    assert any(fact.get("chosen", [""])[0] == "other" for fact in diary())
    editor.keys(":Synthd strategy a<Tab><CR>")
    editor.sees("synthd: strategy: auto")


def test_a_certificate_is_a_page(editor: Any, write: Write) -> None:
    editor.open(write(certificates={"f": "# Of f\n"}))
    editor.go(8)
    editor.say("Synthd synthesize")
    editor.sees(KEYS)
    editor.keys("q")
    editor.say("Synthd certificate")
    editor.sees("# Of f")
    editor.keys("q")
    editor.gone("# Of f")


def test_lenses_are_drawn_and_run(editor: Any, write: Write) -> None:
    editor.open(write(**READY))
    editor.sees("Synthesize · 1 example")
    editor.go(2)
    editor.lua("vim.lsp.codelens.run()")
    editor.sees(KEYS)


def test_nothing_waits_for_enter(editor: Any, write: Write) -> None:
    """What does not fit into a line has a window of its own, the last one; the log has them all."""
    long = "a word and " * 40
    editor.open(write())
    editor.lua("for n = 1, 5 do require('synthd.say').warn(n .. ' ' .. ...) end", long)
    rows = editor.sees("│synthd: 5 a word")
    assert sum(row.count("word") for row in rows) == 40
    assert not editor.blocked
    time.sleep(2.1)  # until then it stays, however the cursor moves
    editor.keys("j")
    editor.gone("a word and")
    editor.say("Synthd log")
    editor.sees("Messages in this Neovim")
    assert not editor.blocked
    assert any(long.strip() in row for row in editor.text)
