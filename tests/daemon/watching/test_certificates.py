"""A certificate is fresh as long as what was verified is what is there, and not longer."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from synthd.daemon.watching.record import NoCertificate, Standing

TEXT = '''\
RATE = 3


def helper(x):
    return x * RATE


def other(x):
    return x


def double(x: int) -> int:
    """Twice the helper.

    >>> double(2)
    12
    """
    return helper(x) * 2
'''

CHANGES = {
    "its signature": ("x: int) ->", "y: int) ->"),
    "its docstring": ("Twice the", "Two times the"),
    "its examples": ("    12", "    13"),
    "its body": ("* 2", "* 4"),
    "`helper`, which it uses": ("x * RATE", "x + RATE"),
    "`RATE`, which it uses": ("RATE = 3", "RATE = 4"),
}


@pytest.mark.parametrize("what", CHANGES)
async def test_each_change_is_named_and_going_back_is_fresh(what, house, soon, report_of):
    path = house.write("work.py", TEXT)
    async with house.watching() as watching:
        certificates = watching.certificates
        told: list[str] = []
        certificates.subscribe(lambda path, found: told.append(found[0].standing))
        kept = await certificates.record(path, report_of(path, "double"), text=TEXT)
        assert (kept.standing, kept.grade) == (Standing.FRESH, "examples")
        house.write("work.py", TEXT.replace(*CHANGES[what]))
        await soon(lambda: certificates.of(path)[0].standing is Standing.STALE)
        assert what in certificates.of(path)[0].why
        house.write("work.py", TEXT)
        await soon(lambda: certificates.of(path)[0].standing is Standing.FRESH)
        assert certificates.of(path)[0].why == ""
        assert told[-2:] == [Standing.STALE, Standing.FRESH]


async def test_what_does_not_matter_to_the_function_leaves_it_fresh(house, soon, report_of):
    path = house.write("work.py", TEXT)
    async with house.watching() as watching:
        certificates = watching.certificates
        await certificates.record(path, report_of(path, "double"))
        await certificates.record(path, report_of(path, "other"))
        moved = '"""A docstring of the file."""\n' + TEXT.replace("return x\n", "return +x\n")
        house.write("work.py", moved)
        await soon(lambda: certificates.of(path)[1].standing is Standing.STALE)
        double, other = certificates.of(path)
        assert (double.function, double.standing) == ("double", Standing.FRESH)
        assert (other.function, other.why) == ("other", "its body changed")


@pytest.mark.parametrize("gone", ["file", "function", "syntax", "folder"])
async def test_what_is_gone_is_stale(gone, house, soon, report_of):
    path = house.write("below/work.py", TEXT)
    async with house.watching() as watching:
        certificates = watching.certificates
        await certificates.record(path, report_of(path, "double"))
        match gone:
            case "file":
                path.unlink()
            case "function":
                house.write("below/work.py", TEXT[: TEXT.index("def double")])
            case "syntax":
                house.write("below/work.py", TEXT.replace("def double(", "def double(("))
            case "folder":
                shutil.rmtree(path.parent)
        await soon(lambda: certificates.of(path)[0].standing is Standing.STALE)
        house.write("below/work.py", TEXT)
        await soon(lambda: certificates.of(path)[0].standing is Standing.FRESH)


async def test_an_edit_that_is_not_saved_yet_is_neither_fresh_nor_stale(house, soon, report_of):
    path = house.write("work.py", TEXT)
    report = report_of(path, "double")
    house.write("work.py", TEXT.replace("return helper(x) * 2", "..."))
    async with house.watching() as watching:
        certificates = watching.certificates
        kept = await certificates.record(path, report, text=TEXT)
        assert kept.standing is Standing.UNSEEN
        (held,) = await certificates.compared(path, TEXT)
        assert held.standing is Standing.FRESH
        house.write("work.py", TEXT)
        await soon(lambda: certificates.of(path)[0].standing is Standing.FRESH)


async def test_tests_and_interpreter_count(house, soon, report_of):
    tests = house.write("test_work.py", "from work import double\n")
    python = house.write("venv/bin/python", "an interpreter")
    path = house.write("work.py", TEXT)
    async with house.watching() as watching:
        certificates = watching.certificates
        report = report_of(path, "double", str(python))
        await certificates.record(path, report, tests=[tests])
        tests.write_text("from work import helper\n")
        await soon(lambda: "its tests" in certificates.of(path)[0].why)
        tests.write_text("from work import double\n")
        await soon(lambda: certificates.of(path)[0].standing is Standing.FRESH)
        python.write_text("a newer interpreter")
        await soon(lambda: certificates.of(path)[0].why.startswith(str(python)))


async def test_another_synthd_makes_all_stale(house, report_of):
    path = house.write("work.py", TEXT)
    report = report_of(path, "double")
    report["certificate"]["judge"]["synthd"] = "0.0.1"
    async with house.watching() as watching:
        await watching.certificates.record(path, report)
        kept = (await watching.certificates.compared(path, TEXT))[0]
        assert "synthd 0.0.1 judged it" in kept.why
        assert kept.standing is not Standing.FRESH


async def test_changes_while_no_daemon_ran_are_seen_and_forgotten_is_forgotten(
    house, soon, report_of
):
    path = house.write("work.py", TEXT)
    async with house.watching() as watching:
        await watching.certificates.record(path, report_of(path, "double"))
        await watching.certificates.record(path, report_of(path, "other"))
        assert await watching.certificates.forget(path, "other") == 1
    house.write("work.py", TEXT.replace("* 2", "* 4"))
    async with house.watching() as watching:
        certificates = watching.certificates
        await soon(lambda: certificates.of(path)[0].standing is Standing.STALE)
        assert [kept.why for kept in certificates.all()] == ["its body changed"]
        assert await certificates.forget(path) == 1
    async with house.watching() as watching:
        assert watching.certificates.all() == []


async def test_only_what_is_verified_gets_one(house):
    path = house.write("work.py", TEXT)
    async with house.watching() as watching:
        with pytest.raises(NoCertificate, match="double is not verified"):
            await watching.certificates.record(path, {"status": "unsolved", "function": "double"})


async def test_a_proof_is_about_its_function_and_what_it_rests_on(house, soon):
    from synthd.daemon.certificate import text_sha256
    from synthd.synth.rust.functions import find

    text = (
        "use vstd::prelude::*;\nverus! {\n"
        "spec fn twice(x: int) -> int { 2 * x }\n"
        "fn one(x: u8) -> (r: u8) ensures r == x { x }\n"
        "fn f(x: u8) -> (r: u8) requires x < 9 ensures r == twice(x as int) { one(x) + x }\n}\n"
    )
    path = house.write("work.rs", text)
    function = find(text, "f")
    certificate = {
        "function": "f",
        "grade": "proved",
        "code_sha256": text_sha256(function.whole.of(text)),
        "spec_sha256": text_sha256(function.header.of(text)),
        "file_sha256": text_sha256(text),
        "judge": {},
        "prover": {"synthd": "", "verus": "0.1"},
    }
    report = {"status": "verified", "function": "f", "certificate": certificate}
    async with house.watching() as watching:
        certificates = watching.certificates
        kept = await certificates.record(path, report, text=text)
        assert kept.standing is Standing.FRESH
        for old, new, why in (
            ("x < 9", "x < 8", "its contract"),
            ("+ x }", "+ x + 0 }", "its body"),
            ("2 * x", "x + x", "`twice`"),
            ("ensures r == x {", "ensures r <= x {", "`one`"),
            ("{ x }\n", "{ x + 0 }\n", ""),  # its contract is what counts
        ):
            house.write("work.rs", text.replace(old, new))
            if why:
                await soon(lambda why=why: why in certificates.of(path)[0].why)
            else:
                await soon(lambda: certificates.of(path)[0].standing is Standing.FRESH)


async def test_what_a_user_saves_is_verified_again_where_that_is_asked_for(
    house, soon, report_of
) -> None:
    house.write("config/config.toml", "[daemon]\nreverify = true\n")
    path = house.write("work.py", TEXT)
    async with house.watching() as watching:
        certificates = watching.certificates
        seen: list[Standing] = []
        certificates.subscribe(lambda path, found: seen.append(found[0].standing))
        await certificates.record(path, report_of(path, "double"), text=TEXT)

        house.write("work.py", TEXT.replace("helper(x) * 2", "2 * helper(x)"))
        await soon(lambda: certificates.of(path)[0].again)
        await soon(lambda: certificates.of(path)[0].standing is Standing.FRESH)
        assert Standing.VERIFYING in seen

        house.write("work.py", TEXT.replace("helper(x) * 2", "helper(x) * 5"))
        await soon(lambda: "it passes 0 of 1" in certificates.of(path)[0].why)
        assert certificates.of(path)[0].standing is Standing.STALE
        assert certificates.of(path)[0].why.startswith("its body changed")


def test_nobody_is_verified_again_without_being_asked(tmp_path: Path) -> None:
    from synthd.daemon.settings import DaemonSettings

    assert DaemonSettings().reverify is False
