"""`synthd verify FILE.rs`: functions as they stand, by name, with what their proofs rest on."""

from __future__ import annotations

import json
import os
import signal
import threading

PROVED = {"outcome": "proved", "verified": 5}
FAILS = {
    "outcome": "refuted",
    "at": "i <= n",
    "message": "invariant not satisfied at end of loop body",
    "label": "at the end of the loop",
    "verified": 3,
}


def by_name(ended) -> dict[str, dict]:
    return {row["function"]: row for row in ended.objects}


def test_every_function_by_name(rust, done) -> None:
    shell = rust(default=FAILS)
    path = shell.file(done, "done.rs")
    ended = shell.run("verify", "done.rs", "--json")
    rows = by_name(ended)
    assert ended.code == 1
    assert {name: row["status"] for name, row in rows.items()} == {
        "lemma": "verified",
        "count": "refuted",
        "main": "verified",
    }
    assert (rows["lemma"]["grade"], rows["main"]["grade"]) == ("proved", "unknown")
    assert rows["main"]["labels"] == ["no-ensures"], "no more is known than that it cannot panic"
    (error,) = rows["count"]["diagnostics"]
    assert (error["kind"], error["function"]) == ("invariant_end", "count")
    (place,) = error["places"]
    assert (place["file"], place["line"], place["column"]) == ("done.rs", 17, 19)
    assert (rows["count"]["schema"], rows["count"]["line"]) == (1, 11)
    assert path.read_text() == done and shell.model.prompts == []


def test_people_see_the_line(rust, done) -> None:
    shell = rust(default=FAILS)
    shell.file(done.replace("        invariant", "\tinvariant"), "done.rs")
    ended = shell.run("verify", "done.rs")
    assert ended.code == 1
    lines = ended.out.splitlines()
    at = lines.index("refuted done.rs:11 count")
    assert lines[at + 1 : at + 5] == [
        "  error: invariant not satisfied at end of loop body",
        "    --> done.rs:17:12",
        "  17 |     invariant i <= n,",
        "     |               ^^^^^^ at the end of the loop",
    ]
    assert "verified (grade: proved) done.rs:5 lemma" in ended.out


def test_one_function_with_all_its_evidence(rust, done) -> None:
    shell = rust(default=PROVED)
    shell.file(done, "done.rs")
    (row,) = shell.run("verify", "done.rs::count", "--json").objects
    assert (row["status"], row["grade"], row["labels"]) == ("verified", "proved", [])
    prover = row["proof"]["prover"]
    assert prover["seeds"] == [0, 2713] and len(prover["probes"]) == 3
    assert all("sound" in probe for probe in prover["probes"])
    assert {len(row["proof"][key]) for key in row["proof"] if key.endswith("256")} == {64}


def test_the_trusted_base_is_listed(rust, done) -> None:
    shell = rust(default=PROVED)
    trusted = """#[verifier::external_body]
fn outside() -> u32 { 3 }

fn helper() {
    assume(1 < 0);
}

fn main()"""
    shell.file(done.replace("fn main()", trusted), "done.rs")
    ended = shell.run("verify", "done.rs")
    assert ended.code == 1, "what assumes is not proved"
    assert "trusted without a proof:" in ended.out
    assert "line 25: external_body (outside)" in ended.out
    assert "line 29: assume (helper)" in ended.out
    rows = by_name(shell.run("verify", "done.rs", "--json"))
    assert rows["helper"]["labels"] == ["forbidden:assume"]
    assert rows["count"]["labels"] == [
        "trusts:external_body:outside:25",
        "trusts:assume:helper:29",
    ]
    (row,) = shell.run("verify", "done.rs::outside", "--json").objects
    assert row["status"] == "undecided" and "is trusted, not verified" in row["message"]


def test_what_rests_on_a_failed_lemma_is_not_proved(rust, done) -> None:
    uses = done.replace("        i += 1;", "        proof { lemma(3); }\n        i += 1;")
    shell = rust(default={**FAILS, "at": "n + 0 == n", "message": "postcondition not satisfied"})
    shell.file(uses, "done.rs")
    rows = by_name(shell.run("verify", "done.rs", "--json"))
    assert rows["lemma"]["status"] == "refuted"
    assert rows["count"]["status"] == "undecided"
    assert "rests on `lemma`" in rows["count"]["message"]
    assert rows["main"]["status"] == "verified"


def test_stubs_are_no_failures(rust, work) -> None:
    shell = rust(default=PROVED)
    shell.file(work, "work.rs")
    rows = by_name(shell.run("verify", "work.rs", "--json"))
    assert rows["count"]["status"] == "stub" and "synthd synth" in rows["count"]["message"]


def test_watching_judges_what_is_saved_and_gives_up_what_is_outdated(
    rust, done, running, until
) -> None:
    shell = rust({"contains": "// slow", "answer": {**PROVED, "seconds": 600}}, default=PROVED)
    path = shell.file(done, "done.rs")
    process = shell.start("verify", "done.rs::count", "--json", "--watch")
    assert process.stdout is not None
    timer = threading.Timer(90, process.kill)
    timer.start()
    try:
        first = json.loads(process.stdout.readline())
        assert first["status"] == "verified"
        path.write_text(
            done.replace("let mut i = 0;", "let mut i = 0; // slow\n    let mut j = 0;")
        )
        fresh = path.with_suffix(".new")
        fresh.write_text(done.replace("    let mut i", "    assume(false);\n    let mut i"))
        os.replace(fresh, path)
        second = json.loads(process.stdout.readline())
        assert not running(shell.environment["VERUS_PATH"]), "what was about older bytes"
        assert second["status"] == "refuted" and second["labels"] == ["forbidden:assume"]
        path.write_text("fn nothing() {}\n")
        third = json.loads(process.stdout.readline())
        assert third["status"] == "error" and "verus!" in third["message"]
        path.write_text(done)
        assert json.loads(process.stdout.readline())["status"] == "verified"
        process.send_signal(signal.SIGINT)
        rest, err = process.communicate(timeout=20)
        assert (process.returncode, rest) == (130, "") and "Traceback" not in err
    finally:
        timer.cancel()
        process.kill()
        process.communicate()


def test_watching_works_for_python_too(shell) -> None:
    path = shell.file('def f(x):\n    """f(1) -> 2"""\n    return x\n')
    process = shell.start("verify", "work.py", "--json", "--watch")
    assert process.stdout is not None
    timer = threading.Timer(60, process.kill)
    timer.start()
    try:
        assert json.loads(process.stdout.readline())["status"] == "refuted"
        path.write_text('def f(x):\n    """f(1) -> 2"""\n    return x + 1\n')
        assert json.loads(process.stdout.readline())["status"] == "verified"
    finally:
        timer.cancel()
        process.kill()
        process.communicate()


def test_doctor_tells_of_verus_and_asks_for_nothing(rust) -> None:
    shell = rust(version="0.2026.07.24.a9099bc")
    found = {row["what"]: row for row in shell.run("doctor", "--json").objects}
    assert found["Verus"]["state"] == "ok"
    assert "0.2026.07.24.a9099bc" in found["Verus"]["found"]
    assert "toolchain 1.96.0" in found["Verus"]["found"] and "z3" in found["Verus"]["found"]
    shell.environment = {"PATH": "/usr/bin:/bin"}
    found = {row["what"]: row for row in shell.run("doctor", "--json").objects}
    assert found["Verus"]["state"] == "optional", "only proofs need it"
    assert "releases" in found["Verus"]["fix"]
