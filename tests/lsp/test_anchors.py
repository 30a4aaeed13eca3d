"""Typing elsewhere does not spoil a search; what the verdict rests on is verified again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from synthd.lsp.edits.anchors import Moved, anchored, moved
from synthd.lsp.engine import Replacement

TEXT = """\
import math

LIMIT = 3

def helper(x):
    return x

def quiet(x):
    return x

@math.register
def decorated(x):
    return x

def f(x: int) -> int:
    \"\"\"Uses helper.\"\"\"
    pass

def __getattr__(name):
    return 1
"""


def again(new: str, put: str = "return helper(x)", old: str = TEXT, path: str = "a.py") -> Any:
    """Whether it is to be verified again; None where the change does not fit any more."""
    start = old.index("pass")
    at = max(old.find("def f("), 0)
    change = Replacement(start, start + 4, put)
    found = moved(path, anchored(path, old, at, change), new)
    if found is None:
        return None
    assert isinstance(found, Moved)
    there = found.anchored
    assert there.text == new
    assert new[there.change.start : there.change.end] == "pass"
    return found.again


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("import math\n", "# a comment\n\n\nimport math  # another\n"),
        ("def helper(x):\n    return x", "def helper( x ):\n\n    # same\n    return x"),
        ("def quiet(x):\n    return x", "def quiet(x):\n    y = x + 1\n    return y"),
    ],
    ids=["comments above", "white space inside", "the body of a function that nothing names"],
)
def test_what_cannot_matter(old: str, new: str) -> None:
    assert again(TEXT.replace(old, new)) is False


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("def helper(x):\n    return x", "def helper(x):\n    return x + 1"),
        ("import math\n", "import math\nimport os\n"),
        ("LIMIT = 3", "LIMIT = 4"),
        ("def quiet(x)", "def quiet(x=print(1))"),
        ("def quiet(x)", "def quiet(x: None)"),
        ("def quiet(x)", "async def quiet(x)"),
        ("def decorated(x):\n    return x", "def decorated(x):\n    return 7"),
        ("def __getattr__(name):\n    return 1", "def __getattr__(name):\n    return 2"),
        ("def quiet(x):\n    return x\n", ""),
        ("LIMIT = 3", "LIMIT = ("),
        ("LIMIT = 3", "LIMIT = 3\nclass A:\n    def g(self): ...\n"),
        ("def quiet(x):\n    return x", "def quiet(x):\n    return x\nprint(quiet)"),
    ],
)
def test_what_may_matter_is_verified_again(old: str, new: str) -> None:
    assert TEXT.replace(old, new) != TEXT
    assert again(TEXT.replace(old, new)) is True


def test_a_name_counts_wherever_it_stands() -> None:
    changed = TEXT.replace("def quiet(x):\n    return x", "def quiet(x):\n    return 0")
    assert again(changed) is False
    assert again(changed, put="return quiet(x)") is True
    assert again(changed, put="return globals()['quiet'](x)") is True
    by_helper = TEXT.replace("def helper(x):\n    return x", "def helper(x):\n    return quiet(x)")
    new = by_helper.replace("def quiet(x):\n    return x", "def quiet(x):\n    return 0")
    assert again(new, old=by_helper) is True


@pytest.mark.parametrize(
    "new",
    [
        TEXT.replace("Uses helper.", "Uses helper!"),
        TEXT.replace("    pass", "    pass\n    return 1"),
        TEXT.replace("def f(x: int) -> int", "def f(x: int, y=1) -> int"),
        TEXT.replace("def f(", "def g("),
        TEXT + TEXT[TEXT.index("def f(") : TEXT.index("def __get")],
        "",
    ],
    ids=["docstring", "body", "signature", "name", "twice", "gone"],
)
def test_another_function_gets_nothing(new: str) -> None:
    assert again(new) is None


def test_a_method_is_known_by_its_class() -> None:
    text = (
        "class A:\n    def f(self):\n        pass\n\nclass B:\n    def f(self):\n        return 2\n"
    )
    assert again("x = 1\n" + text, old=text) is True
    assert again(text.replace("class A", "class C"), old=text) is None
    assert again("# c\n" + text, old=text) is False


def test_rust_is_always_verified_again() -> None:
    text = "use vstd::prelude::*;\nverus! {\nfn f(x: u8) -> u8 {\n    pass\n}\n}\n"
    assert again("// c\n" + text, old=text, path="a.rs") is True
    assert again(text.replace("u8 {", "u16 {"), old=text, path="a.rs") is None


def test_a_change_that_is_in_no_function_fits_its_own_text_only() -> None:
    text = "x = pass\n"
    assert again(text, old=text) is False
    assert again("\n" + text, old=text) is None


# ------------------------------------------------------------ through the protocol


async def searching(client: Any, script: Any, tmp_path: Path, **more: Any) -> tuple[str, str, str]:
    uri, text = script(gate=str(tmp_path / "gate"), **more)
    client.open(uri, text)
    job = await client.synthesize(uri)
    await client.until_noted("here")
    return uri, text, job


async def test_typing_elsewhere_does_not_spoil_a_search(
    client: Any, script: Any, tmp_path: Path
) -> None:
    uri, text, job = await searching(client, script, tmp_path)
    typed = text.replace("def f", "# typed\n\ndef f") + "# more\n"
    client.change(uri, typed)
    (tmp_path / "gate").touch()
    assert (await client.end_of(job))["state"] == "verified"
    assert client.texts[uri] == typed.replace("    pass\n", "    return 1\n")
    assert not [n for n in client.noted() if "verify" in n], "only comments were typed"
    recorded = await client.until_noted("recorded")
    assert recorded["text"] == client.texts[uri]


async def test_a_refusal_of_the_version_is_tried_again(
    client: Any, script: Any, tmp_path: Path
) -> None:
    """What is typed while the edit is on its way."""
    uri, text, job = await searching(client, script, tmp_path)
    client.change(uri, text + "# typed\n", tell=False)
    refuse = client.applies

    async def late(params: dict[str, Any]) -> Any:
        client.tell_change(uri)
        return await refuse(params)

    client.applies = late
    (tmp_path / "gate").touch()
    assert (await client.end_of(job))["state"] == "verified"
    assert client.texts[uri] == text.replace("    pass\n", "    return 1\n") + "# typed\n"
    assert len(client.heard("workspace/applyEdit")) == 2


async def test_a_new_helper_makes_it_be_verified_again(
    client: Any, script: Any, tmp_path: Path
) -> None:
    grade = [{"function": "f", "grade": "examples", "passed": 2, "total": 2}]
    uri, text, job = await searching(client, script, tmp_path, verify=grade)
    client.change(uri, text.replace("def f", "import math\n\ndef f"))
    (tmp_path / "gate").touch()
    end = await client.end_of(job)
    assert (end["state"], end["grade"]) == ("verified", "examples"), "not tested there"
    asked = await client.until_noted("verify")
    assert (asked["version"], asked["trusted"]) == (2, True)
    told = [p["message"] for p in client.heard("synthd/job")]
    assert "the file changed: verifying again" in told


@pytest.mark.parametrize(
    ("verify", "why"),
    [
        ([{"function": "f", "standing": "failed", "passed": 1, "total": 3}], "passes 1 of 3"),
        ([{"function": "f", "standing": "unknown", "why": "it timed out"}], "it timed out"),
        ([], "nothing is known"),
    ],
    ids=["failed", "unknown", "nothing"],
)
async def test_what_does_not_hold_there_is_not_applied(
    client: Any, script: Any, tmp_path: Path, verify: Any, why: str
) -> None:
    uri, text, job = await searching(client, script, tmp_path, verify=verify)
    typed = text.replace("def f", "import math\n\ndef f")
    client.change(uri, typed)
    (tmp_path / "gate").touch()
    end = await client.end_of(job)
    assert end["state"] == "stale" and why in end["message"]
    assert client.texts[uri] == typed
    assert client.heard("workspace/applyEdit") == []


@pytest.mark.parametrize("picked", ["Synthesize again for the new text", "Discard"])
async def test_a_changed_function_is_asked_about(
    client: Any, script: Any, tmp_path: Path, picked: str
) -> None:
    async def pick(_: dict[str, Any]) -> str:
        return picked

    client.picks = pick
    uri, text, job = await searching(client, script, tmp_path)
    client.change(uri, "\n".join([text.splitlines()[0], "", "def f(x):", "    pass", ""]))
    (tmp_path / "gate").touch()
    assert (await client.end_of(job))["state"] == "stale"
    asked = await client.until(lambda: client.heard("window/showMessageRequest"))
    assert [action["title"] for action in asked[0]["actions"]][1] == "Discard"
    if picked == "Discard":
        assert len((await client.command("synthd.jobs"))["jobs"]) == 1
        return
    (second,) = await client.until(
        lambda: {p["job"] for p in client.heard("synthd/job")} - {job} or None
    )
    assert (await client.end_of(second))["state"] == "verified"
    assert "def f(x):\n    return 1" in client.texts[uri]
