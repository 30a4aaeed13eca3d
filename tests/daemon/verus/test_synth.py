"""`synthd synth FILE.rs::FUNCTION`: from a stub, or from what there is, to a proof."""

from __future__ import annotations

import json

import pytest

RIGHT = {"contains": "i += 1", "answer": {"outcome": "proved", "verified": 5}}
WEAK = {
    "contains": "i += 2",
    "answer": {
        "outcome": "refuted",
        "at": "i += 2",
        "message": "possible arithmetic underflow/overflow",
        "label": "",
        "verified": 2,
    },
}


def fenced(body: str) -> str:
    return f"Here it is.\n```rust\n{body}\n```\n"


def stepwise(shell, *answers: str) -> None:
    """One answer after the other, the last one for ever."""
    shell.model.say = lambda _: answers[min(len(shell.model.prompts), len(answers)) - 1]


def test_a_stub_becomes_a_body_with_its_proof(rust, work, body) -> None:
    shell = rust(RIGHT)
    path = shell.file(work, "work.rs")
    stepwise(shell, fenced(body))
    ended = shell.run("synth", "work.rs::count", "--json", "--write")
    assert ended.code == 0, ended.err + ended.out
    (report,) = ended.objects
    assert (report["schema"], report["status"], report["grade"]) == (1, "verified", "proved")
    assert report["prover_says"] == "proved" and report["labels"] == []
    assert path.read_text() == work.replace("{\n    unimplemented!()\n}", body)
    found = {one["function"]: one["status"] for one in report["functions"]}
    assert found == {"lemma": "verified", "count": "verified", "main": "verified"}
    certificate = report["certificate"]
    prover = certificate["prover"]
    assert prover["verus"].startswith("0.2026.") and prover["toolchain"] and prover["commit"]
    assert (prover["seeds"], prover["rlimit"], prover["gate"]) == ([0, 2713], 30.0, "strict")
    assert "probe exit: sound" in prover["probes"] and "probe entry: sound" in prover["probes"]
    assert prover["isolation"] in ("bubblewrap", "landlock")
    assert certificate["strategy"] == "treefinement", "where the user names none"
    assert certificate["parameters"]["drafts"] == 8, "of 24 programs, some are for refinements"
    (first, *_) = shell.model.prompts
    assert "ensures r == n" in first and "Counts up to n." in first and "proof fn lemma" in first


def test_people_see_the_diff_and_on_what_it_rests(rust, work, body) -> None:
    shell = rust(RIGHT)
    trusted = "#[verifier::external_body]\nfn outside() -> u32 { 3 }\n\nfn main()"
    path = shell.file(work.replace("fn main()", trusted), "work.rs")
    stepwise(shell, fenced(body))
    ended = shell.run("synth", "work.rs")
    assert ended.code == 0, ended.err
    assert "+        invariant i <= n," in ended.out
    assert "verified (grade: proved) count is proved" in ended.out
    assert "solver seeds 0 and 2713" in ended.out and "external_body (outside)" in ended.out
    assert "model ollama/coder" in ended.err and "strategy treefinement" in ended.err
    assert "Verus 0.2026.07.24" in ended.err and "proved" in ended.err
    assert "unimplemented" in path.read_text(), "nothing is written without --write"
    assert "work.rs::count" in shell.run("show").out
    shown = shell.run("show", "last")
    assert "the result" in shown.out and "treefinement" in shown.out
    (facts,) = shell.run("show", "last", "--json").objects
    assert "ensures" in json.dumps(facts["checks"])


def test_a_failing_body_is_refined_and_a_cheat_is_not(rust, work, body) -> None:
    shell = rust(WEAK, RIGHT)
    shell.file(work, "work.rs")
    cheat = fenced("{\n    assume(false);\n    0\n}")
    weak = fenced(body.replace("i += 1", "i += 2"))

    def say(prompt: str) -> str:
        if "underflow" in prompt:
            return fenced(body)
        return cheat if len(shell.model.prompts) % 2 else weak

    shell.model.say = say
    ended = shell.run("synth", "work.rs", "--json", "--set", "treefinement.drafts=2")
    (report,) = ended.objects
    assert (ended.code, report["status"]) == (0, "verified"), ended.out
    refinement = next(prompt for prompt in shell.model.prompts if "underflow" in prompt)
    assert "i += 2" in refinement and "assume" not in refinement.split("underflow")[0][-300:]


def test_only_cheats_are_no_solution(rust, work) -> None:
    shell = rust(default={"outcome": "proved", "verified": 5})
    path = shell.file(work, "work.rs")
    stepwise(shell, fenced("{\n    assume(false);\n    0\n}"))
    ended = shell.run("synth", "work.rs", "--json", "--write", "--max-programs", "3")
    (report,) = ended.objects
    assert (ended.code, report["status"], report["grade"]) == (1, "unsolved", "unknown")
    assert report["labels"] == ["forbidden:assume"] and "assume" in report["message"]
    assert path.read_text() == work


def test_the_best_partial_body_is_labelled(rust, work, body) -> None:
    shell = rust(WEAK)
    path = shell.file(work, "work.rs")
    stepwise(shell, fenced(body.replace("i += 1", "i += 2")))
    ended = shell.run("synth", "work.rs", "--max-programs", "3", "--write")
    assert ended.code == 1
    assert "unsolved (grade: partial)" in ended.out and "2 verified, 1 errors" in ended.out
    assert "error: possible arithmetic underflow/overflow" in ended.out
    assert "^^^^^^" in ended.out and "not written; --accept-partial" in ended.out
    assert path.read_text() == work
    ended = shell.run("synth", "work.rs", "--max-programs", "3", "--write", "--accept-partial")
    assert ended.code == 1
    assert "{\n    // synthd: not verified\n    let mut i = 0;" in path.read_text()


def test_a_proof_for_code_that_stays(rust, done, body) -> None:
    bare = done.replace("        invariant i <= n,\n        decreases n - i,\n", "")
    shell = rust({"contains": "invariant", "answer": {"outcome": "proved", "verified": 5}})
    path = shell.file(bare, "work.rs")
    ended = shell.run("synth", "work.rs::count")
    assert ended.code == 2 and "--proof" in ended.err and shell.model.prompts == []
    other = body.replace("let mut i = 0", "let mut i: u32 = 7 - 7")
    stepwise(shell, fenced(other), fenced(body))
    ended = shell.run("synth", "work.rs::count", "--proof", "--json", "--write")
    (report,) = ended.objects
    assert (ended.code, report["grade"]) == (0, "proved"), ended.out
    assert path.read_text() == done
    assert "token for token" in shell.model.prompts[0]
    assert report["cost"]["programs"] >= 2, "what was given, and the proof"


def test_only_what_loops_lack_is_added(rust, done, body) -> None:
    bare = done.replace("        invariant i <= n,\n        decreases n - i,\n", "")
    shell = rust({"contains": "invariant", "answer": {"outcome": "proved", "verified": 5}})
    path = shell.file(bare, "work.rs")
    ended = shell.run("synth", "work.rs::count", "--invariants", "--proof")
    assert ended.code == 2 and "give one of them" in ended.err and shell.model.prompts == []
    stepwise(shell, fenced("{\n    n\n}"), fenced(body.replace("    i\n}", "    n\n}")))
    ended = shell.run("synth", "work.rs::count", "--invariants", "--json", "--write")
    (report,) = ended.objects
    assert (ended.code, report["grade"]) == (0, "proved"), ended.out
    assert path.read_text() == bare.replace(
        "while i < n\n    {",
        "while i < n\n        invariant\n            i <= n,\n        decreases n - i,\n    {",
    )


def test_a_failing_proof_is_the_root(rust, done, body) -> None:
    shell = rust(WEAK, RIGHT)
    shell.file(done.replace("i += 1", "i += 2"), "work.rs")
    stepwise(shell, fenced(body))
    (report,) = shell.run("synth", "work.rs::count", "--replace", "--json").objects
    assert report["status"] == "verified", report
    assert "underflow" in shell.model.prompts[0], "the first question is already a repair"


def test_what_is_proved_already_asks_nobody(rust, done) -> None:
    shell = rust(RIGHT)
    shell.file(done, "work.rs")
    (report,) = shell.run("synth", "work.rs::count", "--replace", "--json").objects
    assert (report["status"], report["grade"]) == ("verified", "proved")
    assert shell.model.prompts == []


def test_an_unstable_proof_is_labelled(rust, work, body) -> None:
    other_seed = {"flags": "random_seed", "answer": {"outcome": "rlimit", "at": "i += 1"}}
    shell = rust(other_seed, RIGHT)
    shell.file(work, "work.rs")
    stepwise(shell, fenced(body))
    ended = shell.run("synth", "work.rs", "--json", "--max-programs", "3")
    (report,) = ended.objects
    assert (ended.code, report["grade"]) == (0, "proved")
    assert report["labels"] == ["unstable-proof"]
    assert "only one of two solver seeds" in report["message"]
    assert report["certificate"]["prover"]["seeds"] == [0]


def test_minimize_leaves_out_what_is_not_needed(rust, work, body) -> None:
    shell = rust(
        {"absent": "invariant i <= n", "contains": "i += 1", "answer": "refuted"},
        RIGHT,
    )
    path = shell.file(work, "work.rs")
    stepwise(shell, fenced(body.replace("    i\n}", "    assert(i == i);\n    i\n}")))
    ended = shell.run("synth", "work.rs", "--json", "--minimize", "--write")
    (report,) = ended.objects
    assert ended.code == 0 and report["removed"] == ["assert(i == i);"], ended.out
    assert path.read_text() == work.replace("{\n    unimplemented!()\n}", body)
    assert "assert(i == i)" not in report["code"]


def test_a_search_can_be_repeated_without_its_model(rust, work, body) -> None:
    shell = rust(WEAK, RIGHT)
    shell.file(work, "work.rs")
    stepwise(shell, fenced(body.replace("i += 1", "i += 2")), fenced(body))
    (first,) = shell.run("synth", "work.rs", "--json", "--cache").objects
    assert first["status"] == "verified"
    shell.model.prompts.clear()
    (again,) = shell.run("synth", "work.rs", "--json", "--replay").objects
    assert shell.model.prompts == []
    for name in ("status", "grade", "code", "labels", "message", "certificate"):
        assert again[name] == first[name], name


def test_repairs_are_remembered_only_where_that_is_asked_for(rust, work, body) -> None:
    shell = rust(WEAK, RIGHT)
    shell.file(work, "work.rs")
    weak = fenced(body.replace("i += 1", "i += 2"))
    shell.model.say = lambda prompt: fenced(body) if "underflow" in prompt else weak
    shell.run("synth", "work.rs")
    assert not list(shell.home.rglob("repairs.jsonl"))
    config = shell.home / ".config" / "synthd" / "config.toml"
    config.parent.mkdir(parents=True)
    config.write_text('keep_exemplars = "~/repairs"\n')
    (report,) = shell.run("synth", "work.rs", "--json").objects
    assert report["learned"] == 1
    (row,) = (shell.home / "repairs" / "repairs.jsonl").read_text().splitlines()
    assert "i += 2" in json.loads(row)["incorrect"]
    shell.run("synth", "work.rs", "--json", "--trace", "kept.jsonl")
    assert "What Verus said" in (shell.folder / "kept.jsonl").read_text()
    shell.file('keep_exemplars = "repairs"\n', "synthd.toml")
    ended = shell.run("synth", "work.rs")
    assert ended.code == 2 and "may not be set by a workspace" in ended.err


def test_repairs_of_alphaverus_are_shown(rust, work, done, body) -> None:
    shell = rust(RIGHT)
    shell.file(work, "work.rs")
    wrong = done.replace("fn main() {\n}\n", "").replace("i += 1", "i += 7")
    right = wrong.replace("i += 7", "i += 1")
    shell.file(json.dumps({"error_pairs": [[wrong, "error: overflow", right]]}), "state.json")
    shell.environment["SYNTHD_ALPHAVERUS"] = str(shell.folder / "state.json")
    stepwise(shell, fenced(body))
    ended = shell.run("synth", "work.rs", "--trace", "kept.jsonl")
    assert ended.code == 0, ended.err
    assert "i += 7" in (shell.folder / "kept.jsonl").read_text()
    shell.file("{}", "state.json")
    ended = shell.run("synth", "work.rs")
    assert ended.code == 2 and "neither `error_pairs`" in ended.err


@pytest.mark.parametrize("options", [[], ["--write"]])
def test_every_stub_of_a_file(rust, work, body, options) -> None:
    shell = rust(
        {"contains": ["i += 1", "ensures"], "answer": {"outcome": "proved", "verified": 6}}
    )
    twice = """fn twice(n: u32) -> (r: u32)
    requires n < 100,
    ensures r == n + n,
{ todo!() }

fn main()"""
    path = shell.file(work.replace("fn main()", twice), "work.rs")
    shell.model.say = lambda prompt: fenced("{\n    n + n\n}" if "`twice`" in prompt else body)
    ended = shell.run("synth", "work.rs", "--json", *options)
    found = [(row["function"], row["status"]) for row in ended.objects]
    assert found == [("count", "verified"), ("twice", "verified")], ended.out
    last = shell.model.prompts[-1]
    assert "`twice`" in last and "i += 1" in last, "it is shown what was written before"
    assert ("n + n\n}\n" in path.read_text()) == bool(options)
    assert ("i += 1" in path.read_text()) == bool(options)


def test_every_other_byte_stays(rust, work, body) -> None:
    shell = rust(RIGHT)
    odd = "\ufeff" + work.replace("\n", "\r\n").replace("} // verus!", "} // é\t \r\n\r\n")
    path = shell.file(odd.encode(), "odd.rs")
    stepwise(shell, fenced(body))
    ended = shell.run("synth", "odd.rs", "--write")
    assert ended.code == 0, ended.err
    stub = "{\r\n    unimplemented!()\r\n}"
    assert path.read_bytes() == odd.replace(stub, body.replace("\n", "\r\n")).encode()


@pytest.mark.parametrize("strategy", ["best-of-n", "seidr"])
def test_other_methods_by_name(rust, work, body, strategy: str) -> None:
    shell = rust(RIGHT)
    shell.file(work, "work.rs")
    stepwise(shell, fenced(body))
    (report,) = shell.run("synth", "work.rs", "--json", "--strategy", strategy).objects
    assert report["status"] == "verified" and report["certificate"]["strategy"] == strategy
