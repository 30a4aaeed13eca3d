"""Verdicts one by one: whose turn it is, and what is known before the last one is there."""

from typing import Any

FUNCTION = "def {0}(x):\n    '''\n    >>> {0}(1)\n    1\n    '''\n    return x\n\n\n"
TEXT = "".join(FUNCTION.format(name) for name in ("quick", "slow", "last"))
FAILS = {
    "function": "quick",
    "standing": "failed",
    "total": 1,
    "failing": [{"check": "quick(1)", "outcome": "fail", "detail": "2", "line": 3}],
}


async def test_a_verdict_is_shown_before_the_next_one_is_there(
    rich: Any, scripted: Any, lenses: Any, stands: Any, save: Any, tmp_path: Any
) -> None:
    gate = tmp_path / "gate"
    uri, text = scripted(TEXT, verify_gates={"slow": str(gate)})
    rich.open(uri, text)
    save(rich, uri)
    await stands(uri, "quick", "verified")
    assert (await stands(uri, "slow", "running"))["title"] == "verifying …"
    assert (await stands(uri, "last", "queued"))["title"] == "queued …"
    quick, slow, last = await lenses(rich, uri)
    assert quick.startswith("✓ 1 example") and (slow, last) == ("verifying …", "queued …")
    gate.touch()
    await stands(uri, "last", "verified")
    await stands(uri, "slow", "verified")


async def test_what_fails_is_told_before_the_next_verdict_is_there(
    rich: Any, scripted: Any, wrong: Any, stands: Any, save: Any
) -> None:
    says = [FAILS, {"function": "slow"}, {"function": "last"}]
    uri, text = scripted(TEXT, verify=says, verify_gates={"slow": "/nonexistent/gate"})
    rich.open(uri, text)
    save(rich, uri)
    (told,) = await wrong(rich, uri, 1)
    assert told["message"] == "This example fails: quick(1) gave 2"
    await stands(uri, "slow", "running")


async def test_what_is_known_stays_told_while_it_waits_to_be_verified_anew(
    rich: Any, scripted: Any, wrong: Any, stands: Any, save: Any, tmp_path: Any
) -> None:
    gate = tmp_path / "gate"
    gate.touch()
    says = [{"function": "slow"}, FAILS]
    uri, text = scripted(TEXT, verify=says, turn_gate=str(gate))
    rich.open(uri, text)
    save(rich, uri)
    await wrong(rich, uri, 1)
    gate.unlink()
    save(rich, uri)
    await stands(uri, "quick", "queued")
    params = {"textDocument": {"uri": uri}, "position": {"line": 1, "character": 0}}
    hover = await rich.request("textDocument/hover", params)
    assert "waits to be verified anew" in hover["contents"]["value"]
    assert [len(p["diagnostics"]) for p in rich.heard("textDocument/publishDiagnostics")] == [1]


async def test_verdicts_that_come_faster_than_they_are_told_are_not_put_off(
    rich: Any, scripted: Any, stands: Any, save: Any
) -> None:
    names = [f"f{number}" for number in range(400)]
    uri, text = scripted("".join(FUNCTION.format(name) for name in names), verify_pause=0.01)
    rich.open(uri, text)
    await stands(uri, "f0", "unknown")
    save(rich, uri)
    await stands(uri, "f0", "verified")
    last = rich.heard("synthd/verification")[-1]
    told = {one["function"]: one["state"] for one in last["functions"]}
    assert told["f399"] != "verified"


async def test_a_verdict_that_comes_after_the_text_changed_is_none_of_it(
    rich: Any, scripted: Any, stands: Any, save: Any, lenses: Any
) -> None:
    uri, text = scripted(TEXT, verify_gate="/nonexistent/gate", late=True)
    rich.open(uri, text)
    save(rich, uri)
    await rich.until_noted("verify")
    rich.change(uri, f"{text}\n\nx = 1\n")
    await rich.until_noted("late")
    assert (await stands(uri, "quick", "unknown"))["message"] == "not verified yet"
    assert (await lenses(rich, uri))[0] == "Verify · 1 example"
