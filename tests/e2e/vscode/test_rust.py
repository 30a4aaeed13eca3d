"""Rust in a real VS Code: how each function stands, and Verus' errors where they are. The stand-in
for Verus answers, which tests of the daemon use, too."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

WORK = """use vstd::prelude::*;

verus! {

proof fn lemma(n: nat)
    ensures n + 0 == n,
{
}

/// Counts up to n.
fn count(n: u32) -> (r: u32)
    requires n < 100,
    ensures r == n,
{
    let mut i = 0;
    while i < n
    {
        i += 1;
    }
    i
}

fn main() {
}

} // verus!
"""
LOOP = "    while i < n\n        invariant i <= n,\n        decreases n - i,\n"
REACHABLE = {"contains": "assert(false)", "answer": {"outcome": "refuted", "verified": 3}}
RIGHT = {"contains": ["invariant", "decreases"], "answer": {"outcome": "proved", "verified": 5}}
FAILS = {
    "outcome": "refuted",
    "at": "i\n}",
    "message": "postcondition not satisfied",
    "label": "at the end of the function body",
    "verified": 3,
}


async def test_from_a_failing_proof_to_a_verified_one(
    user: Any,
    model: Any,
    verus_stand_in: Callable[..., Path],
    open_windows: Callable[..., Any],
) -> None:
    verus = verus_stand_in(rules=[REACHABLE, RIGHT], default=FAILS)
    user.environment["VERUS_PATH"] = str(verus.parent)
    right = WORK.replace("    while i < n\n", LOOP)
    model.say = lambda _: f"```rust\n{right[right.index('fn count') : right.index('fn main')]}```"
    user.write("work.rs", WORK)
    async with open_windows(user, {"synthd.model": "ollama/coder"}) as opened:
        window = await opened("work.rs")
        await window.lens("Verify").first.wait_for()
        await window.press("Control+s")
        await window.lens("✗ not proved: show").wait_for()
        await window.lens("✓ proved").first.wait_for()
        await window.problems(lambda count: count > 0)
        await window.palette("View: Focus Problems")
        problem = window.page.locator(".markers-panel .monaco-list-row", has_text="postcondition")
        await problem.wait_for()
        about = window.page.locator(".markers-panel .monaco-list-row", has_text="at the end of the")
        await about.wait_for()
        await window.picture("rust-failed")

        await window.click("fn count")
        await window.act("add the missing invariants")
        await window.diff()
        await window.picture("rust-diff")
        await window.press("Control+Alt+Enter")
        await window.shows("invariant")
        await window.lens("✗").wait_for(state="detached")
        await window.press("Control+s")
        await window.problems(lambda count: count == 0)
        await window.picture("rust-proved")
