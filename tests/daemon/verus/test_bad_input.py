"""What can be wrong with a Rust file, with Verus, or with both: told before any model is asked."""

from __future__ import annotations

import os
import signal
import time

import pytest

PROVED = {"outcome": "proved", "verified": 5}
CONTRADICTION = {"contains": ["n < n", "assert(false)"], "answer": {**PROVED}}


def both(shell, *arguments: str):
    """Synthesizing it, with nobody to be asked."""
    ended = shell.run("synth", *arguments)
    assert shell.model.prompts == [], "no model is asked about what cannot be"
    assert "Traceback" not in ended.err
    return ended


@pytest.mark.parametrize("command", ["synth", "verify"])
def test_no_verus_macro(rust, command) -> None:
    shell = rust()
    shell.file("fn f() -> u32 { 3 }\n", "plain.rs")
    ended = shell.run(command, "plain.rs::f")
    assert ended.code == 2 and "has no `verus! { }`" in ended.err
    (row,) = shell.run(command, "plain.rs::f", "--json").objects
    assert (row["status"], row["schema"], row["function"]) == ("error", 1, "f")


@pytest.mark.parametrize(
    ("command", "arguments", "says"),
    [
        ("verify", ["none.rs::f"], "No such file"),
        ("synth", ["work.rs::cuont"], "`count`"),
        ("verify", ["work.rs::twice"], "is a spec function"),
        ("synth", ["latin.rs::f"], "latin.rs:2: byte 0xe9 is not valid UTF-8"),
        ("verify", ["torn.rs::count"], "does not nest"),
        ("verify", ["work.rs::count", "--tests", "t.py"], "--tests is for Python"),
        ("synth", ["work.rs::count", "--example", "f(1) == 2"], "--example is for Python"),
        ("verify", ["work.rs::count", "--python", "python3"], "--python is for Python"),
        ("synth", ["work.rs::count", "--gate", "loose"], "it is strict or paper"),
        ("synth", ["work.rs::count", "work.py::f"], "name them apart"),
        ("synth", ["crate"], "name a file in it"),
        ("verify", ["crate", "--watch"], "--watch is for files"),
    ],
)
def test_wrong_usage_is_explained(rust, work, command, arguments, says) -> None:
    shell = rust(default=PROVED)
    spec = "spec fn twice(n: nat) -> nat { 2 * n }\n\nfn main()"
    shell.file(work.replace("fn main()", spec), "work.rs")
    shell.file(work.replace("    unimplemented!()\n}", "    unimplemented!(\n"), "torn.rs")
    shell.file(b"verus! {\n// \xe9\nfn f() {} }\n", "latin.rs")
    shell.file("def f(): ...\n", "work.py")
    shell.file("[package]\n", "crate/Cargo.toml")
    ended = shell.run(command, *arguments)
    assert ended.code == 2, ended.err
    assert says in ended.err and "Traceback" not in ended.err


def test_the_options_for_rust_are_not_for_python(rust) -> None:
    shell = rust()
    shell.file('def f(x):\n    """f(1) -> 2"""\n    ...\n')
    for option in (["--proof"], ["--minimize"], ["--gate", "strict"]):
        ended = both(shell, "work.py", *option)
        assert ended.code == 2 and "name a .rs file" in ended.err
    assert shell.run("verify", "work.py", "--gate", "paper").code == 2


def test_nothing_promised(rust, work, body) -> None:
    shell = rust({"contains": "i += 1", "answer": PROVED})
    path = shell.file(work.replace("    ensures r == n,\n", ""), "work.rs")
    ended = both(shell, "work.rs::count")
    assert ended.code == 2 and "has no `ensures`" in ended.err
    assert "--accept-untested" in ended.err
    shell.model.say = lambda _: f"```rust\n{body}\n```"
    ended = shell.run("synth", "work.rs", "--accept-untested", "--json", "--write")
    (report,) = ended.objects
    assert (ended.code, report["status"], report["grade"]) == (4, "undecided", "unknown")
    assert report["labels"] == ["no-ensures"]
    assert "// synthd: not verified" in path.read_text()


def test_preconditions_that_contradict_each_other(rust, work, done) -> None:
    shell = rust(CONTRADICTION, default=PROVED, reachable=False)
    shell.file(work.replace("n < 100", "n < n"), "work.rs")
    ended = both(shell, "work.rs")
    assert ended.code == 2 and "work.rs:11" in ended.err and "contradict each other" in ended.err
    assert "the probe, this function with the body `assert(false)`: 5 verified" in ended.err
    shell.file(done.replace("n < 100", "n < n"), "done.rs")
    ended = shell.run("verify", "done.rs::count", "--json")
    (row,) = ended.objects
    assert (ended.code, row["status"]) == (1, "refuted")
    assert row["labels"] == ["contradictory-requires"]
    assert "probe entry: vacuous" in row["proof"]["prover"]["probes"]
    rows = {row["function"]: row for row in shell.run("verify", "done.rs", "--json").objects}
    assert rows["count"]["labels"] == ["contradictory-requires"]
    assert rows["lemma"]["status"] == "verified"


def test_a_syntax_error_outside_the_function(rust, work, done) -> None:
    shell = rust(default={"outcome": "syntax", "at": "n + 0"}, reachable=False)
    shell.file(work, "work.rs")
    ended = both(shell, "work.rs::count")
    assert ended.code == 2, ended.err
    assert "work.rs:6" in ended.err and "expected `;`" in ended.err
    shell.file(done, "done.rs")
    ended = shell.run("verify", "done.rs::count")
    assert ended.code == 4 and "nothing is known of count" in ended.out
    ended = shell.run("verify", "done.rs")
    assert ended.code == 1 and "done.rs:6:13" in ended.out


def test_a_body_that_does_not_end(rust, work, body) -> None:
    """Of the solver: its time is over, which says nothing about the body."""
    shell = rust({"contains": "i += 1", "answer": "hang"})
    shell.file("verus_seconds = 0.7\n", "synthd.toml")
    shell.file(work, "work.rs")
    shell.model.say = lambda _: f"```rust\n{body}\n```"
    began = time.monotonic()
    ended = shell.run("synth", "work.rs", "--json", "--max-programs", "2")
    (report,) = ended.objects
    assert (ended.code, report["status"], report["grade"]) == (4, "undecided", "unknown")
    assert report["prover_says"] == "unknown" and "no answer within 1 s" in report["message"]
    assert time.monotonic() - began < 60, "the limit is Verus', not the search's"


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        ({"outcome": "hang"}, "no answer within"),
        ({"outcome": "crash"}, "panicked at rust_verify/src/verifier.rs:1234:56"),
        ({"outcome": "flood", "bytes": 8 << 20}, "Verus wrote more than it may"),
        ({"outcome": "flood", "bytes": 1 << 20}, "Verus gave no result in JSON"),
        ({"outcome": "abort"}, "more memory than it may have"),
        ({"outcome": "human"}, "Verus gave no result in JSON"),
        ({"outcome": "silent"}, "Verus gave no result in JSON"),
        ({"outcome": "nothing"}, "there was nothing to verify"),
        ({"outcome": "rlimit", "at": "i += 1"}, "resource limit"),
    ],
)
def test_no_answer_is_no_verdict(rust, done, answer, says) -> None:
    shell = rust(default=answer, reachable=False)
    shell.file("verus_seconds = 1.0\n", "synthd.toml")
    shell.file(done, "done.rs")
    ended = shell.run("verify", "done.rs::count", "--json")
    (row,) = ended.objects
    assert (ended.code, row["status"], row["grade"]) == (4, "undecided", "unknown")
    assert says in row["message"]
    if answer["outcome"] == "crash":
        assert "verify_bucket" in row["crash"]


def test_a_verus_that_always_crashes_asks_nobody(rust, work) -> None:
    shell = rust(default="crash", reachable=False)
    shell.file(work, "work.rs")
    ended = both(shell, "work.rs")
    assert ended.code == 4 and "verify_bucket" in ended.err, "its backtrace is kept"
    (row,) = both(shell, "work.rs", "--json").objects
    assert row["status"] == "undecided" and "verify_bucket" in row["message"]


@pytest.mark.parametrize("command", ["synth", "verify"])
def test_no_verus_at_all(rust, work, command) -> None:
    shell = rust()
    shell.file(work, "work.rs")
    shell.environment = {"PATH": "/usr/bin:/bin"}
    ended = shell.run(command, "work.rs::count")
    assert ended.code == 3 and "Verus is not installed" in ended.err
    assert "https://github.com/verus-lang/verus/releases" in ended.err and "VERUS_PATH" in ended.err
    assert shell.model.prompts == []
    (row,) = shell.run(command, "work.rs::count", "--json").objects
    assert row["status"] == "error" and "releases" in row["message"]


def test_something_that_is_no_verus(rust, work) -> None:
    shell = rust()
    shell.file(work, "work.rs")
    shell.environment = {"VERUS_PATH": "/bin/true"}
    ended = shell.run("verify", "work.rs::count")
    assert ended.code == 3 and "does not say its version" in ended.err


def test_a_release_without_its_parts(rust, work) -> None:
    shell = rust()
    place = shell.environment["VERUS_PATH"]
    with open(os.path.join(place, "rust_verify"), "w"):
        pass
    shell.file(work, "work.rs")
    shell.environment |= {"PATH": "/usr/bin:/bin"}
    ended = shell.run("verify", "work.rs::count")
    assert ended.code == 3 and "rustup" in ended.err


def test_an_old_verus_is_told(rust, done) -> None:
    shell = rust(default=PROVED, version="0.2024.03.01.abcdef0")
    shell.file(done, "done.rs")
    ended = shell.run("verify", "done.rs::count")
    assert ended.code == 0 and "older than what synthd was tested with" in ended.out


def test_ctrl_c_leaves_nothing(rust, done, running, until) -> None:
    shell = rust(default="hang", reachable=False)
    shell.file(done, "done.rs")
    process = shell.start("verify", "done.rs")
    place = shell.environment["VERUS_PATH"]
    assert until(lambda: running(place)), "Verus was started"
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=20)
    assert process.returncode == 130 and "interrupted" in err
    assert until(lambda: not running(place))
