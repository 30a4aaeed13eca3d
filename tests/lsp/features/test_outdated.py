"""Whatever is typed and saved in whatever order: nothing outdated is left in the end."""

import asyncio
import itertools
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

BODY = 'def {name}(x):\n    """\n    >>> {name}(1)\n    1\n    """\n    return {value}\n\n\n'
FAILS = {"standing": "failed", "passed": 0, "total": 1}
SAYS = [
    {"function": "good", "passed": 1, "total": 1},
    {"function": "bad", **FAILS, "failing": [{"check": "c", "outcome": "fail", "detail": "d"}]},
]
WORDS = {"verified": "✓ 1 example · just now", "failed": "✗ 1 of 1 example fails: show"}
STEPS = st.lists(
    st.sampled_from(["good", "bad", "above", "save", "pause", "undo"]), min_size=3, max_size=9
)


def text_of(values: dict[str, int], above: int) -> str:
    head = f"# script: {json.dumps({'verify': SAYS})}\n" + "import os\n" * above
    return head + "".join(BODY.format(name=name, value=value) for name, value in values.items())


async def play(open_rich: Any, uri: str, steps: list[str]) -> None:
    numbers = itertools.count(1)
    states: list[tuple[dict[str, int], int]] = [({"good": 0, "bad": 0}, 0)]
    saved: set[tuple[str, int]] = set()
    async with open_rich() as client:
        client.open(uri, text_of(*states[-1]))
        for step in steps:
            values, above = states[-1]
            if step == "save":
                saved |= set(values.items())
                client.notify("textDocument/didSave", {"textDocument": {"uri": uri}})
                continue
            if step == "pause":
                await asyncio.sleep(0.6)  # longer than what the server waits for more keys
                continue
            if step == "undo":
                states = states[:-1] or states
            elif step == "above":
                states.append((values, above + 1))
            else:
                states.append(({**values, step: next(numbers)}, above))
            client.change(uri, text_of(*states[-1]))
        client.change(uri, client.texts[uri] + "# the end\n")
        await check(client, uri, states[-1][0], saved)


async def check(client: Any, uri: str, values: dict[str, int], saved: set[tuple[str, int]]) -> None:
    version = client.versions[uri]
    await client.until(
        lambda: [p for p in client.heard("synthd/verification") if p["version"] == version]
    )
    await asyncio.sleep(0.9)  # whatever is late
    lines = client.texts[uri].split("\n")
    told = client.heard("synthd/verification")[-1]
    assert told["version"] == version
    for one in told["functions"]:
        name, state = one["function"], one["state"]
        assert lines[one["line"]] == f"def {name}(x):"
        if state in WORDS:
            assert (name, values[name]) in saved, f"of this {name} nothing was found out"
            assert one["title"] == WORDS[state]
            assert state == ("verified" if name == "good" else "failed")
    shown = await client.request("textDocument/codeLens", {"textDocument": {"uri": uri}})
    titles = [lens["command"]["title"] for lens in shown if lens["command"]["title"] != "Repair"]
    assert titles == [one["title"] for one in told["functions"]]
    fails = [one for one in told["functions"] if one["state"] == "failed"]
    published = client.heard("textDocument/publishDiagnostics")
    marks = published[-1]["diagnostics"] if published else []
    assert [mark["range"]["start"]["line"] for mark in marks] == [one["line"] for one in fails]
    if marks:
        assert published[-1]["version"] == version


@pytest.fixture
def uri(tmp_path: Path) -> str:
    return (tmp_path / "a.py").as_uri()


@settings(
    max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(STEPS)
def test_nothing_outdated_is_left(open_rich: Any, uri: str, steps: list[str]) -> None:
    asyncio.run(play(open_rich, uri, steps))
