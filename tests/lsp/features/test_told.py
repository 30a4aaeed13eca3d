"""What would otherwise be passed over in silence, or stay told for too long."""

import time
from typing import Any

BODY = "def {0}(x):\n    '''\n    >>> {0}(1)\n    1\n    '''\n    return x\n\n\n"
LIST = BODY.format("good") + BODY.format("bad")
FAILS = {"function": "bad", "standing": "failed", "total": 1}
SAYS = [{"function": "good", "passed": 1, "total": 1}, FAILS]


async def hover(client: Any, uri: str, line: int) -> str:
    params = {"textDocument": {"uri": uri}, "position": {"line": line, "character": 0}}
    found = await client.request("textDocument/hover", params)
    return str(found["contents"]["value"]) if found else ""


async def test_a_lens_grows_old(
    rich: Any, scripted: Any, stands: Any, save: Any, lenses: Any
) -> None:
    says = {"function": "good", "passed": 1, "total": 1, "at": time.time() - 57}
    uri, text = scripted(BODY.format("good"), verify=[says])
    rich.open(uri, text)
    save(rich, uri)
    assert (await stands(uri, "good", "verified"))["title"] == "✓ 1 example · just now"
    refreshed = len([m for m in rich.received if m.get("method") == "workspace/codeLens/refresh"])
    await rich.until(
        lambda: rich.heard("synthd/verification")[-1]["functions"][0]["title"].endswith("min ago")
    )
    assert await lenses(rich, uri) == ["✓ 1 example · 1 min ago"]
    await rich.until(
        lambda: (
            len([m for m in rich.received if m.get("method") == "workspace/codeLens/refresh"])
            > refreshed
        )
    )


async def test_a_run_that_finds_out_nothing_says_why(
    rich: Any, scripted: Any, stands: Any, save: Any, lenses: Any
) -> None:
    uri, text = scripted(verify=[], verify_message="there is no sandbox here")
    rich.open(uri, text)
    await stands(uri, "twice", "unknown")
    save(rich, uri)
    await rich.until(
        lambda: "sandbox" in rich.heard("synthd/verification")[-1:][0]["functions"][0]["message"]
    )
    assert (await lenses(rich, uri))[0] == "? not verified: there is no sandbox here"
    assert "there is no sandbox here" in await hover(rich, uri, 1)
    assert rich.messages() == [], "saving opens no windows"


async def test_what_writing_a_function_would_run_with(rich: Any, scripted: Any) -> None:
    uri, text = scripted()
    rich.open(uri, text)
    assert await hover(rich, uri, 12) == (
        "**synthd** `later`: waits to be written\n\n"
        "- would run with scripted on this machine · up to 24 programs, 120 s · usually 2 s"
        " (of 3 jobs)\n- strategy: seidr\n- sandbox: bubblewrap"
    )
    uri, text = scripted(file="b.py", forecast={"problem": "no model is installed"})
    rich.open(uri, text)
    assert "- it cannot be: no model is installed" in await hover(rich, uri, 12)


async def test_verifying_where_nothing_can_be(rich: Any, scripted: Any) -> None:
    uri, text = scripted("def f(x):\n    '''\n    >>> f(1)\n    1\n    '''\n    pass\n")
    rich.open(uri, text)
    await rich.command("synthd.verify", {"textDocument": {"uri": uri}})
    await rich.until(lambda: "There is nothing to verify: " in "".join(rich.messages()))
    await rich.command("synthd.verify", rich.place(uri, 1))
    await rich.until(lambda: "There is nothing to verify here" in "".join(rich.messages()))


async def test_an_editor_that_shows_no_verdicts_is_told_in_words(
    open_rich: Any, scripted: Any, rich: Any
) -> None:
    uri, text = scripted(LIST, verify=SAYS)
    async with open_rich({}, events=[]) as client:
        client.open(uri, text)
        await client.command("synthd.verify", client.place(uri, 2))
        await client.until(lambda: "good: ✓ 1 example · just now" in "".join(client.messages()))
        await client.command("synthd.verify", {"textDocument": {"uri": uri}})
        told = "1 of 2 functions are verified; bad: ✗ 1 of 1 example fails: show"
        await client.until(lambda: told in "".join(client.messages()))


async def test_the_status_says_what_is_missing_before_any_job(open_rich: Any) -> None:
    async with open_rich(events=["status"]) as client:
        await client.until(lambda: [t for t in client.heard("synthd/status") if t["endpoint"]])
        last = client.heard("synthd/status")[-1]
        assert (last["endpoint"], last["state"]) == ("this machine", "idle")
