"""Rust: what Verus found, function by function, and a proof that is asked for and accepted.

Through a real daemon, with a model that is told what to say and a stand-in for Verus, whose command
line is Verus' and whose answers are told, too (tests/synth/verus/stand_in.py).
"""

import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

Start = Callable[..., Any]

PROVES = "        invariant i <= n,\n        decreases n - i,\n"
DONE = f"""use vstd::prelude::*;

verus! {{

proof fn lemma(n: nat)
    ensures n + 0 == n,
{{
}}

/// Counts up to n.
fn count(n: u32) -> (r: u32)
    requires n < 100,
    ensures r == n,
{{
    let mut i = 0;
    while i < n
{PROVES}    {{
        i += 1;
    }}
    i
}}

fn main() {{
}}

}} // verus!
"""
FAILING = DONE.replace(PROVES, "")
# Every `assert(false)` fails: whatever is probed for vacuity can be reached.
REACHABLE = {"contains": "assert(false)", "answer": {"outcome": "refuted", "verified": 3}}
PROVED = {"contains": ["i += 1", "decreases"], "answer": {"outcome": "proved", "verified": 5}}
REFUTED = {
    "outcome": "refuted",
    "at": "i\n}",
    "message": "postcondition not satisfied",
    "label": "at the end of the function body",
    "verified": 3,
}
TIME_IS_UP = {"outcome": "rlimit", "at": "while", "verified": 3}
FOUND = """
return vim.tbl_map(function(one)
  return { one.lnum, one.code, one.severity, one.message }
end, vim.diagnostic.get(0))
"""


@pytest.fixture
def rust(
    start: Start,
    home: Mapping[str, str],
    model: Any,
    verus_stand_in: Callable[..., Path],
    tmp_path: Path,
) -> Callable[..., Any]:
    """A Neovim with the failing program, in which Verus answers as told."""

    def begin(default: Mapping[str, Any]) -> Any:
        model.say = lambda _: f"```rust\n{DONE}```"
        verus = verus_stand_in(rules=[REACHABLE, PROVED], default=default)
        mine = {"VERUS_PATH": str(verus.parent), "OLLAMA_HOST": model.url}
        mine |= {"SYNTHD_MODEL": "ollama/coder"}
        file = tmp_path / "work.rs"
        file.write_text(FAILING)
        editor = start([sys.executable, "-m", "synthd.daemon", "lsp"], {**home, **mine})
        editor.open(file)
        return editor

    return begin


def test_from_a_failing_proof_to_a_verified_one(rust: Callable[..., Any]) -> None:
    editor = rust(REFUTED)
    editor.say("write")
    editor.wait(lambda: "✗ failed" in editor.line("fn count"), "what failed")
    assert "✓ verified · proved" in editor.line("fn lemma")
    (found,) = editor.lua(FOUND)
    assert found[:3] == [FAILING.splitlines().index("    i"), "verus-postcondition", 1]
    assert "postcondition not satisfied" in found[3]

    editor.go(14)
    editor.say("Synthd synthesize wish=invariant")
    rows = editor.sees("count · checked: proved", "a accept")
    assert any("+" in row and "invariant" in row for row in rows), rows
    assert editor.line("✗ failed") or editor.line("◆ ready")
    editor.keys("a")
    editor.wait(lambda: "✓ verified · proved" in editor.line("fn count"), "the proof")
    assert "invariant" in "\n".join(editor.text)
    assert editor.lua(FOUND) == [], "what failed, fails no longer"
    editor.keys("u")
    assert editor.text == FAILING.splitlines()
    assert "✓ verified" not in editor.line("fn count")


def test_time_that_is_up_is_no_proof(rust: Callable[..., Any]) -> None:
    editor = rust(TIME_IS_UP)
    editor.say("write")
    editor.wait(lambda: "? unknown" in editor.line("fn count"), "what is unknown")
    assert not editor.line("✗")
    told = editor.lua(FOUND)
    assert [one[2] for one in told if "Not verified" in one[3]] == [3]
