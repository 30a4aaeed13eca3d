"""What Verus says of a Rust buffer, as lenses, diagnostics and code actions."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

TEXT = """\
use vstd::prelude::*;
verus! {

fn good(x: u8) -> (r: u8)
    ensures r == x,
{
    x
}

fn bad(x: u8) -> (r: u8)
    ensures r > x,
{
    let mut i = 0;
    while i < x { i = i + 1; }
    x
}

fn slow(x: u8) -> (r: u8)
    ensures r == x,
{
    x
}

fn waits(x: u8) -> (r: u8)
    ensures r == x,
{
    todo!()
}

fn free(x: u8) -> u8 {
    todo!()
}

}
"""
BROKEN = {
    "kind": "postcondition",
    "severity": "error",
    "message": "postcondition not satisfied",
    "range": [10, 9, 10, 22],
    "notes": [
        {"message": "failed this postcondition", "range": [11, 12, 11, 17]},
        {"message": "r is not larger"},
    ],
}
PROOFS = {
    "functions": [
        {"name": "good", "line": 4, "status": "proved", "message": "proved"},
        {
            "name": "bad",
            "line": 10,
            "status": "refuted",
            "message": "its promise fails",
            "diagnostics": [BROKEN],
        },
        {
            "name": "free",
            "line": 30,
            "status": "refuted",
            "message": "it assumes what it is to prove",
        },
        {"name": "slow", "line": 18, "status": "unknown", "message": "ran out of resources"},
    ],
    "diagnostics": [
        {"kind": "", "severity": "warning", "message": "unused import", "range": [1, 0, 1, 21]}
    ],
}
RESTS = ["stale: re-verify", "Verify", "Verify"]
STUBS = ["Synthesize · body and proof", "Add an ensures clause first"]


@pytest.fixture
def engine(proving: Callable[[Path], Any]) -> Callable[[Path], Any]:
    return proving


@pytest.fixture
async def proved(rich: Any, scripted: Any, wrong: Any, save: Any) -> AsyncIterator[str]:
    uri, text = scripted(TEXT, "a.rs", proofs=PROOFS)
    rich.open(uri, text)
    save(rich, uri)
    await wrong(rich, uri, 4)
    yield uri


async def test_lenses(rich: Any, proved: str, lenses: Any) -> None:
    shown = await lenses(rich, proved)
    failed = ["✗ not proved: show", "Repair the proof"]
    unknown = ["? not verified: ran out of resources"]
    assert shown == ["✓ proved · just now", *failed, *unknown, *STUBS]


async def test_diagnostics(rich: Any, proved: str, wrong: Any) -> None:
    broken, refused, slow, loose = await wrong(rich, proved, 4)
    assert (refused["code"], refused["range"]["start"]["line"]) == ("verus-refused", 30)
    assert (broken["code"], broken["severity"]) == ("verus-postcondition", 1)
    assert broken["message"] == "postcondition not satisfied\nr is not larger"
    assert broken["range"]["end"] == {"line": 10, "character": 22}
    (about,) = broken["relatedInformation"]
    assert about["message"] == "failed this postcondition"
    assert about["location"]["range"]["start"] == {"line": 11, "character": 12}
    assert (slow["severity"], slow["message"]) == (3, "Not verified: ran out of resources")
    assert (loose["severity"], loose["message"]) == (2, "unused import")


async def test_nothing_is_said_of_another_text(
    rich: Any, proved: str, lenses: Any, wrong: Any, stands: Any
) -> None:
    rich.change(proved, rich.texts[proved] + "\n")
    assert await wrong(rich, proved, 0) == []
    await stands(proved, "good", "stale")
    assert await lenses(rich, proved) == [*RESTS, *STUBS]


async def test_actions(rich: Any, proved: str) -> None:
    async def at(line: int) -> dict[str, dict[str, Any]]:
        place = {"line": line, "character": 0}
        params = {
            "textDocument": {"uri": proved},
            "range": {"start": place, "end": place},
            "context": {"diagnostics": []},
        }
        found = await rich.request("textDocument/codeAction", params)
        return {one["title"].removeprefix("synthd: "): one for one in found}

    bad, waits, free = await at(14), await at(26), await at(31)
    repair, invariant = bad["repair the proof of bad"], bad["add the missing invariants to bad"]
    assert (repair["kind"], repair["isPreferred"]) == ("quickfix", True)
    assert repair["command"]["arguments"][0]["wish"] == "proof"
    assert invariant["command"]["arguments"][0]["wish"] == "invariant"
    assert waits["write body and proof of waits"]["isPreferred"]
    reason = free["write body and proof of free"]["disabled"]["reason"]
    assert reason == "it promises nothing: add an ensures clause first"
    assert not [title for title in (*bad, *waits) if "examples" in title]
