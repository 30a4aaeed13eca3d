"""What a user looks up and chooses in a real VS Code: one window, one file for each chapter."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
import pytest_asyncio

pytestmark = pytest.mark.asyncio(loop_scope="module")

SETTINGS = {"synthd.model": "ollama/coder", "synthd.strategy": "seidr"}
DOUBLE = '''def double(number: int) -> int:
    """Twice the number.

    >>> double(4)
    8
    >>> double(-1)
    -2
    """
    ...
'''
HALF = '''def half(number: float) -> float:
    """Half of the number.

    >>> half(8)
    4.0
    >>> half(3)
    1.5
    """
    return number // 2 * 1.0
'''
ODD = '''def odd(number: int) -> int:
    """Nobody knows.

    >>> odd(1)
    1
    >>> odd(2)
    77
    """
    ...
'''
SPREAD = '''def spread(numbers: list[int]) -> int:
    """The largest number less the smallest."""
    ...
'''
BARE = 'def bare(text):\n    ...\n\n\ndef other(text):\n    """Something."""\n'
TESTS = "from spread import spread\n\n\ndef test_spread():\n    assert spread([1, 5, 3]) == 4\n"
USES = "from spread import spread\n\nprint(spread([7]))  # 0\n"


def program(prompt: str) -> str:
    name, body = (
        ("double", "return number * 2") if "def double(" in prompt else ("odd", "return number")
    )
    return f"```python\ndef {name}(number: int) -> int:\n    {body}\n```"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def window(user: Any, model: Any, open_windows: Callable[..., Any]) -> AsyncIterator[Any]:
    model.say = program
    for name, text in (
        ("double.py", DOUBLE),
        ("half.py", HALF),
        ("odd.py", ODD),
        ("spread.py", SPREAD),
        ("bare.py", BARE),
        ("test_spread.py", TESTS),
        ("main.py", USES),
    ):
        user.write(name, text)
    async with open_windows(user, SETTINGS) as opened:
        yield await opened("double.py")


async def test_a_strategy_for_this_time_and_the_certificate(window: Any) -> None:
    await window.lens("Synthesize · 2 examples").wait_for()
    await window.click("def double")
    await window.palette("synthd: Synthesize with")
    await window.asked("which model?")
    await window.picture("with-model")
    await window.press("Enter")  # the one of the settings comes first
    await window.asked("which strategy?")
    await window.pick("best-of-n")
    await window.diff()
    await window.press("Control+Alt+Enter")
    await window.shows("return number * 2")
    await window.lens("✓").click()
    page = await window.frame("h1:has-text('double')")
    text = await page.inner_text("body")
    assert "best-of-n" in text and "ollama/coder" in text, text
    await window.picture("certificate")
    assert await window.page.locator(".tab", has_text="Preview").count() == 1
    await window.close_others("def double")
    await window.hovers("double", "best-of-n")
    await window.picture("hover")


async def test_a_failure_is_explained(window: Any) -> None:
    await window.open_file("half.py")
    await window.lens("Verify · 2 examples").wait_for()
    await window.press("Control+s")
    await window.lens("✗ 1 of 2 examples fails: show").click()
    page = await window.frame("h1:has-text('half')")
    text = await page.inner_text("body")
    assert "half(3)" in text and "1.5" in text and "1.0" in text, text
    await window.picture("explained")
    await window.close_others("def half")


async def test_the_best_partial_program_is_applied_and_not_called_verified(window: Any) -> None:
    await window.open_file("odd.py")
    await window.lens("Synthesize").click()
    toast = window.toast("odd")
    await window.button(toast, "Apply best partial").wait_for()
    await window.picture("unsolved")
    assert await toast.count() == 1, "it is said once"
    await window.button(toast, "Apply best partial").click()
    await window.shows("return number")
    await window.lens("✗ 1 of 2 examples fails: show").wait_for()
    assert not await window.lens("✓").count()
    await window.press("Control+z")
    await window.lens("Synthesize").wait_for()


async def test_the_lens_of_a_bare_stub_writes_the_form_of_an_example(window: Any) -> None:
    await window.open_file("bare.py")
    await window.lens("Add an example first").first.click()
    await window.shows('    """What it does.')
    await window.page.keyboard.type("'a'")
    await window.press("Tab")
    await window.page.keyboard.type("1")
    await window.shows("    >>> bare('a')\n    1\n")
    await window.lens("Synthesize · 1 example").wait_for()
    await window.press("Escape")
    await window.click("def other")
    await window.press("Control+Alt+s")
    toast = window.toast("other has no examples yet")
    await window.button(toast, "Write one").click()
    await window.shows("    >>> other(")
    await window.picture("first-example")


async def test_examples_come_from_tests_and_from_uses(window: Any) -> None:
    await window.open_file("spread.py")
    await window.lens("Add an example first").wait_for()
    await window.click("def spread")
    await window.palette("synthd: Add examples from tests or uses")
    await window.asked("where may the examples come from?")
    await window.pick("From tests")
    await window.shows(">>> spread([1, 5, 3])")
    await window.lens("Synthesize · 1 example").wait_for()
    await window.click("def spread")
    await window.act("Add examples from usage")
    await window.shows(">>> spread([7])")
    await window.lens("Synthesize · 2 examples").wait_for()
    await window.picture("examples")
    await window.open_file("half.py")
    await window.click("def half")
    await window.palette("synthd: Add examples from tests or uses")
    await window.asked("where may the examples come from?")
    await window.pick("From tests")
    await window.toast("No examples were found").wait_for()


async def test_the_walkthrough_opens_with_its_pictures(window: Any) -> None:
    await window.palette("View: Close All Editors")
    await window.palette("Welcome: Open Walkthrough")
    await window.pick("Get started with synthd")
    page = window.page.locator(".gettingStartedContainer")
    await page.locator("text=Have synthd installed").wait_for()
    await page.locator("text=Pick a model").first.click()
    await page.locator(".monaco-button", has_text="Pick a model").click()
    await window.asked("model and strategy of later jobs")
    await window.press("Escape")
    await page.locator('[data-done-step-id$="#model"][aria-checked="true"]').wait_for()
    loaded = "all => all.length && all.every(e => e.complete && e.naturalWidth > 0)"
    pictures = page.locator(".getting-started-media img")
    await window.until("pictures are there", bool, lambda: pictures.evaluate_all(loaded))
    await window.picture("walkthrough")
