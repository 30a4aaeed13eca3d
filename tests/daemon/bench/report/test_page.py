"""The page of a report: one file, and nothing on it that a model wrote is markup."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import shutil
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest

from synthd.daemon.bench.experiment import Experiment
from synthd.daemon.bench.record import Record
from synthd.daemon.bench.report import plots
from synthd.daemon.bench.report.figuring import Wanted
from synthd.daemon.bench.report.page import page
from synthd.daemon.bench.report.picking import Sort, matrices
from synthd.daemon.bench.report.tabulate import Source, tabulate
from synthd.synth.metrics.interval import Bootstrap

HOSTILE = "</script><img src=x onerror=alert(1)><!-- <script> ]]> &lt; {{ 7 * 7 }} $x^$ \u2028 é 中"
QUICK = Wanted(bootstrap=Bootstrap(100))
IDS = ("T/9", "T/10", f"T/{HOSTILE}")
Make = Callable[..., Record]


class Elements(HTMLParser):
    """Names of all elements with their attributes, and the text of scripts."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.all: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: list[str] = []
        self._inside = False
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.all.append((tag, dict(attrs)))
        self._inside = tag == "script"
        if self._inside:
            self.scripts.append("")

    def handle_endtag(self, tag: str) -> None:
        self._inside = False

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.scripts[-1] += data


@pytest.fixture(scope="module")
def hostile(
    tmp_path_factory: pytest.TempPathFactory,
    experiment: Callable[..., Experiment],
    searched: Callable[..., Iterator[Record]],
    run_folder: Callable[..., Path],
) -> tuple[str, Path]:
    """A page with such text wherever others can put any, and the folder of its run."""
    tmp_path = tmp_path_factory.mktemp("page")
    asked = experiment("s", strategies=("greedy", HOSTILE), seeds=2)
    tasks = {"s": IDS}
    told = {"outcome": HOSTILE, "stop": HOSTILE, "oracle": True, "trace": "kept"}
    records = [record.model_copy(update=told) for record in searched(asked, tasks)]
    folder = run_folder(tmp_path / "run", asked, tasks, records, HOSTILE)
    found = tabulate([Source(HOSTILE, records, asked, tasks)], QUICK)
    drawn = tuple(plots.Drawn(plot, plots.svg(plot)) for plot in plots.plots(found.report))
    text = page(found, {"": folder}, drawn=drawn)
    (tmp_path / "page.html").write_bytes(text.encode("ascii", "xmlcharrefreplace"))
    return text, tmp_path / "page.html"


def test_nothing_that_others_wrote_is_markup(hostile: tuple[str, Path]) -> None:
    text, _ = hostile
    found = Elements(text)
    names = {name for name, _ in found.all}
    assert not names & {"img", "iframe", "object", "link", "form", "base", "image", "foreignobject"}
    for name, attributes in found.all:
        assert not any(attribute.startswith("on") for attribute in attributes), name
        for attribute in ("href", "xlink:href", "src"):
            assert (attributes.get(attribute) or "#").startswith("#"), (name, attributes)
    assert "{{ 7 * 7 }}" in text
    assert "onerror=alert(1)" in text  # escaped: it was not lost


def test_the_policy_lets_only_our_script_run(hostile: tuple[str, Path]) -> None:
    found = Elements(hostile[0])
    (policy,) = (a["content"] for _, a in found.all if "http-equiv" in a)
    assert policy and policy.startswith("default-src 'none'; ")
    running = [
        script
        for (_, attributes), script in zip(
            [each for each in found.all if each[0] == "script"], found.scripts, strict=True
        )
        if attributes.get("type") != "application/json"
    ]
    (own,) = running
    digest = base64.b64encode(hashlib.sha256(own.encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}'" in policy
    for script in found.scripts:
        if script is not own:
            json.loads(script)


def test_an_oracle_is_labelled_on_the_page(hostile: tuple[str, Path]) -> None:
    figures = hostile[0].partition('id="how"')[0]
    assert figures.count("greedy [oracle]") > 8
    assert not re.search(r">\s*greedy\s*<", figures)


def test_what_is_worth_reading_comes_first(record: Make) -> None:
    found = tabulate(
        [
            Source(
                "run",
                [
                    *(record("solved", strategy=s) for s in "ab"),
                    *(record("never", strategy=s, passed=False, visible=False) for s in "ab"),
                    record("some", strategy="a"),
                    record("some", strategy="b", passed=False, visible=False),
                    record("fooled", strategy="a", passed=False, visible=True),
                ],
            )
        ],
        QUICK,
    )
    (matrix,) = matrices(found.report.figures, found.arms, most_rows=3, most_searches=2)
    assert [(row.task, row.sort) for row in matrix.rows] == [
        ("fooled", Sort.FOOLED),
        ("some", Sort.DISPUTED),
        ("never", Sort.UNSOLVED),
    ]
    assert matrix.hidden == 1 and matrix.rows[0].cells[1] is None
    listed = [len(cell.searches) for row in matrix.rows for cell in row.cells if cell]
    assert listed == [1, 1, 0, 0, 0]


def test_without_plots_the_page_says_how_to_get_them(record: Make, tmp_path: Path) -> None:
    found = tabulate([Source("run", [record()])], QUICK)
    text = page(found, {})
    assert "pip install &#39;synthd[bench]&#39;" in text
    assert "Of this search no trace was kept." in text
    assert not Elements(text).all.count(("svg", {}))


async def test_a_browser_opens_it_from_disk_and_shows_a_tree(hostile: tuple[str, Path]) -> None:
    browser_path = next(
        filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
    )
    if browser_path is None:
        pytest.skip("no Chromium: apt-get install chromium")
    from playwright.async_api import async_playwright, expect

    wrong: list[str] = []
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=browser_path, args=["--no-sandbox", "--disable-gpu"]
        )
        try:
            context = await browser.new_context(offline=True)
            tab = await context.new_page()
            tab.set_default_timeout(30_000)
            tab.on("console", lambda message: wrong.append(message.text))
            tab.on("pageerror", lambda error: wrong.append(str(error)))
            tab.on("dialog", lambda dialog: wrong.append(dialog.message))
            tab.on("request", lambda request: wrong.extend(_foreign(request.url)))
            await tab.goto(hostile[1].as_uri())
            matrix = tab.locator("#matrix-1")
            await expect(matrix.locator("tbody tr")).to_have_count(len(IDS))
            await matrix.locator("input[type=search]").fill("T/10")
            await expect(matrix.locator("tbody tr:visible")).to_have_count(1)
            await matrix.locator("tbody tr:visible td a").first.click()
            panel = tab.locator(".panel:target")
            await expect(panel.locator("details[open] svg .node").first).to_be_visible()
            details = panel.locator("details[open] .node-details")
            await expect(details).to_contain_text("<img src=x onerror=alert(1)>")
            await tab.keyboard.press("Escape")
            await expect(panel).to_have_count(0)
            await matrix.locator("input[type=search]").fill("")
            await matrix.locator("thead button").first.click()
            ids = await matrix.locator("tbody tr th").all_text_contents()
            assert ids.index("T/9") < ids.index("T/10")
        finally:
            await browser.close()
    assert wrong == []


def _foreign(url: str) -> list[str]:
    return [] if url.startswith("file:") else [f"asked for {url}"]
