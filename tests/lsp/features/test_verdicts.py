"""Lenses over functions with a body, and synthd/verification, as verdicts come and go."""

from typing import Any

FAILED = {
    "function": "twice",
    "standing": "failed",
    "passed": 1,
    "total": 2,
    "failing": [{"check": "twice(2)", "outcome": "fail", "detail": "5", "line": 6}],
}


async def test_nothing_is_claimed_before_anything_ran(
    rich: Any, scripted: Any, lenses: Any, stands: Any
) -> None:
    uri, text = scripted()
    rich.open(uri, text)
    assert await lenses(rich, uri) == ["Verify · 2 examples", "Synthesize · 1 example"]
    told = await stands(uri, "twice", "unknown")
    assert (told["message"], told["line"], told["examples"]) == ("not verified yet", 1, 2)
    assert (await stands(uri, "later", "stub"))["title"] == "Synthesize · 1 example"


async def test_saving_verifies(
    rich: Any, scripted: Any, lenses: Any, stands: Any, save: Any
) -> None:
    says = {"function": "twice", "passed": 2, "total": 2, "grade": "examples"}
    uri, text = scripted(verify=[says])
    rich.open(uri, text)
    save(rich, uri)
    told = await stands(uri, "twice", "verified")
    assert (told["grade"], told["passed"], told["total"]) == ("examples", 2, 2)
    assert (await lenses(rich, uri))[0] == "✓ 2 examples · just now"
    assert "workspace/codeLens/refresh" in [m.get("method") for m in rich.received]


async def test_titles_say_how_much_was_checked(
    rich: Any, scripted: Any, lenses: Any, stands: Any, save: Any
) -> None:
    body = "def {0}(x):\n    '''\n    >>> {0}(1)\n    1\n    '''\n    return x\n\n\n"
    text = "".join(body.format(name) for name in ("tested", "proved", "old", "broken"))
    says = [
        {"function": "tested", "grade": "tested", "passed": 1, "total": 1, "inputs": 140},
        {"function": "proved", "grade": "proved"},
        {"function": "old", "passed": 1, "total": 1, "at": 1.0},
        {"function": "broken", "standing": "unknown", "why": "time-out"},
    ]
    uri, text = scripted(text, verify=says)
    rich.open(uri, text)
    save(rich, uri)
    await stands(uri, "tested", "verified")
    tested, proved, old, broken = await lenses(rich, uri)
    assert tested == "✓ tested · 1 example, 140 inputs · just now"
    assert proved == "✓ proved · just now"
    assert old.startswith("✓ 1 example · ") and old.endswith(" days ago")
    assert broken == "? not verified: time-out"


async def test_what_fails_can_be_shown_and_repaired(
    rich: Any, scripted: Any, lenses: Any, stands: Any, save: Any
) -> None:
    uri, text = scripted(verify=[FAILED])
    rich.open(uri, text)
    save(rich, uri)
    await stands(uri, "twice", "failed")
    titles = await lenses(rich, uri)
    assert titles[:2] == ["✗ 1 of 2 examples fails: show", "Repair"]


async def test_a_verdict_ends_with_the_text_that_it_is_about(
    rich: Any, scripted: Any, lenses: Any, stands: Any, save: Any
) -> None:
    uri, text = scripted()
    rich.open(uri, text)
    save(rich, uri)
    await stands(uri, "twice", "verified")
    rich.change(uri, text.replace("x + x", "x * 3"))
    assert (await lenses(rich, uri))[0] == "stale: re-verify"
    await stands(uri, "twice", "stale")
    rich.change(uri, text)
    told = await stands(uri, "twice", "stale")
    assert told["title"] == "stale: re-verify", "only certificates know what was before"


async def test_a_verdict_stays_where_something_else_is_typed(
    rich: Any, scripted: Any, lenses: Any, stands: Any, save: Any
) -> None:
    uri, text = scripted()
    rich.open(uri, text)
    save(rich, uri)
    await stands(uri, "twice", "verified")
    rich.change(uri, text.replace("def twice", "import os\n\n\ndef twice"))
    assert (await stands(uri, "twice", "verified"))["line"] == 4
    assert (await lenses(rich, uri))[0].startswith("✓")


async def test_a_verdict_ends_where_what_it_calls_is_another_one(
    rich: Any, scripted: Any, stands: Any, save: Any
) -> None:
    text = "def helper(x):\n    return x\n\n\n"
    text += "def f(x):\n    '''\n    >>> f(1)\n    1\n    '''\n    return helper(x)\n"
    uri, text = scripted(text)
    rich.open(uri, text)
    save(rich, uri)
    await stands(uri, "f", "verified")
    rich.change(uri, text.replace("return x\n", "return -x\n"))
    await stands(uri, "f", "stale")


async def test_certificates_count_without_running_anything(
    rich: Any, scripted: Any, lenses: Any, stands: Any
) -> None:
    known = {"function": "twice", "grade": "tested", "passed": 2, "inputs": 100}
    uri, text = scripted(known=[{**known, "has_certificate": True}])
    rich.open(uri, text)
    await stands(uri, "twice", "verified")
    assert (await lenses(rich, uri))[0] == "✓ tested · 2 examples, 100 inputs · just now"
    assert not [note for note in rich.noted() if "verify" in note]


async def test_a_function_without_examples_that_has_a_certificate_is_shown(
    rich: Any, scripted: Any, lenses: Any, stands: Any
) -> None:
    uri, text = scripted("def f(x):\n    return x\n", known=[{"function": "f", "passed": 3}])
    rich.open(uri, text)
    await stands(uri, "f", "verified")
    assert await lenses(rich, uri) == ["✓ 3 examples · just now"]


async def test_asked_by_command_one_function_is_verified(
    rich: Any, scripted: Any, stands: Any, refused: Any, tmp_path: Any
) -> None:
    gate = tmp_path / "gate"
    uri, text = scripted(verify_gate=str(gate))
    rich.open(uri, text)
    answer = await rich.command("synthd.verify", rich.place(uri, 2))
    assert answer == {"schema": 1, "verifying": True}
    assert (await stands(uri, "twice", "running"))["title"] == "verifying …"
    gate.touch()
    await stands(uri, "twice", "verified")
    note = await rich.until_noted("verify")
    assert text[note["offset"] :].startswith('    """Twice.')


async def test_what_is_typed_meanwhile_ends_the_run(
    rich: Any, scripted: Any, stands: Any, save: Any
) -> None:
    uri, text = scripted(verify_gate="/nonexistent/gate")
    rich.open(uri, text)
    save(rich, uri)
    await rich.until_noted("verify")
    rich.change(uri, text + "\n")
    await rich.until_noted("unverified")
    await stands(uri, "twice", "unknown")


async def test_when_to_verify_is_a_setting(
    open_rich: Any, scripted: Any, stands: Any, save: Any
) -> None:
    uri, text = scripted()
    async with open_rich(settings={"verify": "off"}) as client:
        client.open(uri, text)
        save(client, uri)
        await stands(uri, "twice", "unknown", client)
        client.notify("workspace/didChangeConfiguration", {"settings": {"synthd": {}}})
        save(client, uri)
        await stands(uri, "twice", "verified", client)
        assert len([note for note in client.noted() if "verify" in note]) == 1
        changing = {"settings": {"synthd": {"verify": "change"}}}
        client.notify("workspace/didChangeConfiguration", changing)
        client.change(uri, text.replace("x + x", "x * 2"))
        await stands(uri, "twice", "verified", client)


async def test_an_untrusted_workspace_is_not_run(
    open_rich: Any, scripted: Any, save: Any, refused: Any, lenses: Any
) -> None:
    uri, text = scripted()
    async with open_rich(trusted=False) as client:
        client.open(uri, text)
        save(client, uri)
        try:
            await client.command("synthd.verify", client.place(uri))
        except refused as why:
            assert "not trusted" in str(why)
        else:
            raise AssertionError("it was verified")
        assert (await lenses(client, uri))[0] == "Verify · 2 examples"
        assert not [note for note in client.noted() if "verify" in note]


async def test_lenses_follow_a_job(rich: Any, scripted: Any, lenses: Any, tmp_path: Any) -> None:
    gate = tmp_path / "gate"
    progress = {"message": "m", "function": "later", "strategy": "seidr", "programs": 7}
    progress |= {"max_programs": 40, "passed": 2, "total": 3}
    uri, text = scripted(gate=str(gate), tell=[progress], name="later", put="return x")
    rich.open(uri, text)
    job = await rich.synthesize(uri, 12)
    running = "seidr · 7 of 40 · best 2/3 · Cancel"
    while (await lenses(rich, uri))[1] != running:
        pass
    gate.touch()
    await rich.ready(job)
    assert (await lenses(rich, uri))[1:] == ["Accept · tested with 1 example", "Reject"]
    assert (await rich.command("synthd.accept", {"job": job}))["accepted"]
    assert (await rich.end_of(job))["state"] == "verified"
    while not (await lenses(rich, uri))[-1].startswith("✓"):
        pass
