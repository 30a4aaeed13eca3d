"""A user's story in a real VS Code, with a model that says what it is told: one window, one file
for each chapter."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import pytest
import pytest_asyncio

pytestmark = pytest.mark.asyncio(loop_scope="module")

SETTINGS = {
    "synthd.model": "ollama/coder",
    "synthd.strategy": "seidr",
    "synthd.askQuestions": True,
}
CLAMP = '''def clamp(value: int, low: int, high: int) -> int:
    """The nearest number to value that is between low and high, which are in this order.

    >>> clamp(5, 0, 10)
    5
    >>> clamp(-3, 0, 10)
    0
    >>> clamp(12, 0, 10)
    10
    """
    ...
'''
CLAMPED = "return max(low, min(high, value))"
LIMIT = CLAMP.replace("clamp", "limit")
SLOW = CLAMP.replace("clamp", "fasten")
BROKEN = CLAMP.replace("clamp", "bound").replace("...\n", "return value\n")
LARGEST = '''def largest(xs: list[int]) -> int:
    """The largest of xs.

    >>> largest([3, 5, 1])
    5
    """
    ...
'''
ZERO = "return max(xs) if xs else 0"
RAISING = "return max(xs)"
HEADS = {
    "clamp": "def clamp(value: int, low: int, high: int) -> int:",
    "fasten": "def fasten(value: int, low: int, high: int) -> int:",
    "limit": "def limit(value: int, low: int, high: int) -> int:",
    "bound": "def bound(value: int, low: int, high: int) -> int:",
    "largest": "def largest(xs: list[int]) -> int:",
}


class Script:
    """What the model answers: the bodies that were put in for a function, in turn."""

    def __init__(self) -> None:
        self.bodies: dict[str, list[str]] = {}

    def __call__(self, prompt: str) -> str:
        name = next(name for name in reversed(HEADS) if f"def {name}(" in prompt)
        body = self.bodies[name].pop(0)
        self.bodies[name].append(body)
        return f"```python\n{HEADS[name]}\n    {body}\n```"


@pytest.fixture(scope="module")
def script(model: Any) -> Script:
    model.say = script = Script()
    return script


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def window(user: Any, script: Script, open_windows: Callable[..., Any]) -> AsyncIterator[Any]:
    for name, text in (
        ("clamp.py", CLAMP),
        ("slow.py", SLOW),
        ("limit.py", LIMIT),
        ("broken.py", BROKEN),
        ("largest.py", LARGEST),
    ):
        user.write(name, text)
    async with open_windows(user, SETTINGS) as opened:
        yield await opened("clamp.py")


@pytest.fixture
def unhurried(model: Any) -> Iterator[None]:
    """Answers come slowly enough to be cancelled."""
    model.seconds_per_word = 0.7
    yield
    model.seconds_per_word = 0.0


async def test_a_lens_a_key_a_diff_accepted_and_undone(window: Any, script: Script) -> None:
    script.bodies["clamp"] = ["return value", CLAMPED]
    await window.lens("Synthesize · 3 examples").wait_for()
    await window.until("the server is there", lambda text: text == "synthd", window.status)
    await window.picture("lens")
    await window.click("def clamp")
    begun = time.monotonic()
    await window.press("Control+Alt+s")
    await window.toast("synthd: clamp").wait_for()
    window.measured("first visible progress", begun)
    await window.diff()
    window.measured("preview", begun)
    await window.shows("...")
    await window.picture("diff")
    assert "review" in await window.status()
    assert not await window.toast("synthd: clamp").count(), "there is nothing to wait for"
    await window.press("Control+Alt+Enter")
    await window.shows(CLAMPED)
    await window.lens("✓").wait_for()
    await window.picture("verified")
    assert not await window.page.locator(".monaco-diff-editor").count()
    passed = window.page.locator(".testing-run-glyph.codicon-testing-passed-icon")
    await passed.wait_for()
    await window.press("Control+z")
    await window.lens("Synthesize").wait_for()
    await window.shows("    ...")
    await passed.wait_for(state="detached")
    await window.press("Control+Shift+z")
    await window.lens("✓").wait_for()
    await passed.wait_for()
    await window.press("Control+s")
    await window.until("it is on the disk", lambda text: CLAMPED in text, window.disk("clamp.py"))
    await window.lens("✓").wait_for()


async def test_a_search_is_cancelled_by_the_button_of_its_notification(
    window: Any, script: Script, unhurried: None
) -> None:
    script.bodies["fasten"] = ["return value"]
    await window.open_file("slow.py")
    await window.lens("Synthesize").click()
    toast = window.toast("synthd: fasten")
    await toast.wait_for()
    await window.until("work is seen", lambda text: "program" in text, toast.inner_text)
    await window.picture("progress")
    await window.button(toast, "Cancel").click()
    await toast.wait_for(state="hidden")
    await window.until("idle", lambda text: text == "synthd", window.status)
    await window.lens("Synthesize").wait_for()
    await window.shows("    ...")
    assert window.file("slow.py").read_text() == SLOW


async def test_the_search_tree_prunes_and_stops(
    window: Any, script: Script, unhurried: None
) -> None:
    script.bodies["fasten"] = ["return low", "return <b>high</b>", "return value"]
    await window.open_file("slow.py")
    await window.click("def fasten")
    await window.press("Control+Alt+s")
    await window.toast("synthd: fasten").wait_for()
    await window.palette("synthd: Show search")
    page = await window.frame("#tree li")
    row = page.locator("#tree li").first
    await row.locator("button", has_text="Prune").first.click()
    await page.locator('#tree li[data-state="pruned"]').first.wait_for()
    await page.locator(".verdict", has_text="rejected").first.wait_for()
    await window.picture("search")
    assert not await page.locator("#tree b").count(), "a program's text is text"
    await page.locator("#stop").click()
    await page.locator("#state", has_text="cancelled").wait_for()
    await window.until("idle", lambda text: text == "synthd", window.status)
    await window.close_others("def fasten")


async def test_a_question_is_answered_and_becomes_an_example(window: Any, script: Script) -> None:
    script.bodies["largest"] = [ZERO, RAISING]
    await window.open_file("largest.py")
    await window.click("def largest")
    await window.press("Control+Alt+s")
    question = window.toast("largest([])")
    await question.wait_for()
    await window.picture("question")
    await window.button(question, "0").click()
    await window.diff()
    await window.press("Control+Alt+Enter")
    await window.shows(">>> largest([])")
    await window.shows(ZERO)


async def test_saving_says_what_fails_and_a_code_action_repairs_it(
    window: Any, script: Script
) -> None:
    script.bodies["bound"] = [CLAMPED.replace("clamp", "bound")]
    await window.open_file("broken.py")
    await window.click("def bound")
    await window.press("Control+s")
    await window.lens("✗").first.wait_for()
    await window.problems(lambda count: count > 0)
    await window.picture("failed")
    await window.act("Repair")
    await window.diff()
    await window.press("Control+Alt+Enter")
    await window.lens("✓").first.wait_for()
    await window.press("Control+s")
    await window.problems(lambda count: count == 0)


async def test_the_refactor_preview_in_place_of_the_diff(
    window: Any, script: Script, user: Any
) -> None:
    script.bodies["limit"] = [CLAMPED]
    await window.open_file("limit.py")
    before = await user.servers()
    window.set("synthd.preview", "annotations")
    await window.until("it was restarted", lambda now: now and now != before, user.servers)
    await window.lens("Synthesize").click()
    change = window.page.locator(".refactor-preview-tree, .monaco-list-row", has_text="return max")
    await change.first.wait_for()
    await window.shows("    ...")
    await window.picture("annotations")
    await change.last.locator(".edit-checkbox, .monaco-checkbox, input").first.click()
    await window.page.locator(".monaco-button", has_text="Apply").first.click()
    await window.shows(CLAMPED)
    await window.lens("✓").wait_for()
    window.set("synthd.preview", "diff")


async def test_models_are_picked_and_the_actions_are_those_of_now(
    window: Any, script: Script
) -> None:
    await window.palette("synthd: Pick model")
    await window.page.locator(".quick-input-list", has_text="ollama/coder").wait_for()
    await window.picture("models")
    await window.press("Escape")
    await window.page.locator(window.STATUS).click()
    rows = window.page.locator(".quick-input-list")
    await rows.locator("text=Restart the server").wait_for()
    seen = await rows.inner_text()
    assert "Jobs" in seen and "Accept" not in seen and "Cancel" not in seen
    await window.press("Escape")
    assert not await window.offered("synthd: Accept edit")


async def test_functions_are_tests(window: Any) -> None:
    await window.open_file("clamp.py")
    await window.palette("Test: Clear All Results")
    passed = window.page.locator(".testing-run-glyph.codicon-testing-passed-icon")
    await passed.wait_for(state="detached")
    await window.palette("Test: Run All Tests")
    await passed.wait_for()
    results = window.page.locator('[id="workbench.panel.testResults"]')
    await window.until("both ran", lambda text: "bound" in text, results.inner_text)
    await window.until("it is said how", lambda text: "clamp: " in text, results.inner_text)
    await window.picture("tests")


async def test_a_restart_leaves_nothing_and_starts_anew(window: Any, user: Any) -> None:
    await window.open_file("slow.py")
    (before,) = await user.servers()
    await window.palette("synthd: Restart server")
    await window.until(
        "another server", lambda now: len(now) == 1 and before not in now, user.servers
    )
    await window.until("it is ready", lambda text: text == "synthd", window.status)
    await window.lens("Synthesize").wait_for()
