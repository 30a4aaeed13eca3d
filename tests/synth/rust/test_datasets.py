"""Programs of others: each is read rightly, and the solutions keep their tasks' specs."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import Any

from synthd.synth.rust.compare import erased, spec_changed
from synthd.synth.rust.functions import find, functions
from synthd.synth.rust.lexer import lex, meaningful
from synthd.synth.rust.splice import replace_body
from synthd.synth.rust.token import Kind

# Solutions of Verus-Bench that are not for the spec of their task, each looked at.
OTHER_SPECS = {
    "mbpp_task_id_113": "its spec function is called is_digit_sepc, in the contracts, too",
    "misc_deduplicate": "the ensures says `=~=` where the task says `.ext_equal(…)`",
}
# Solutions whose executable code is not the task's, but for `main`.
OTHER_CODE = {
    "mbpp_task_id_113": "the spec function's name in the ensures",
    "misc_deduplicate": "`=~=` in the ensures",
    "mbpp_task_id_230": "brackets around the condition of an `if`",
    "misc_cell_2_sum": "brackets around the condition of an `if`",
    "misc_choose_odd": "brackets around the condition of an `if`",
    "mbpp_task_id_436": "a variable for the length",
    "mbpp_task_id_602": "a variable for the length",
    "mbpp_task_id_629": "a variable for the length",
    "mbpp_task_id_755": "a comma at the end of a tuple type",
    "mbpp_task_id_8": "a semicolon less",
    "diffy_brs2": "a variable for a sum",
}


def test_solutions_keep_the_spec(verus_bench: list[dict[str, Any]]) -> None:
    assert len(verus_bench) == 150
    changed = {
        row["task_id"] for row in verus_bench if spec_changed(row["task"], row["ground_truth"])
    }
    assert changed == set(OTHER_SPECS)


def _without_main(text: str) -> list[str]:
    changed = replace_body(text, find(text, "main"), "{}")
    return [token.text for token in erased(changed)]


def test_solutions_keep_the_code(verus_bench: list[dict[str, Any]]) -> None:
    changed = {
        row["task_id"]
        for row in verus_bench
        if _without_main(row["task"]) != _without_main(row["ground_truth"])
    }
    assert changed == set(OTHER_CODE)


def test_programs_are_read_as_verus_reads_them(recorded: list[dict[str, Any]]) -> None:
    """Of each program: every `fn` is found, with a body that ends the item, and no stub is seen in
    what verifies; what Verus names is there."""
    named = 0
    for program in {row["program"] for row in recorded}:
        tokens = meaningful(program)
        assert all(token.kind is not Kind.BROKEN for token in lex(program))
        words = [b.text for a, b in pairwise(tokens) if a.text == "fn"]
        found = functions(program)
        assert [f.name for f in found] == [word for word in words if word.isidentifier()]
        assert not [f.path for f in found if f.stub]
    for row in recorded:
        try:
            details = json.loads(row["stdout"]).get("func-details") or {}
        except ValueError:
            continue
        own = {name.removeprefix("program::") for name in details if name.startswith("program::")}
        own = {name for name in own if "%" not in name}
        named += len(own)
        assert own <= {f.path for f in functions(row["program"])}
    assert named > 500


def test_mutants_lose_only_what_was_broken(
    recorded: list[dict[str, Any]], mutants: list[dict[str, Any]]
) -> None:
    """A line was dropped or changed, or a brace was lost: at most one function is gone by that."""
    whole = {row["name"]: row["program"] for row in recorded}
    seen = 0
    for row in mutants:
        name = row["name"].rsplit("/", 1)[0]
        program = whole.get(f"{name}/solution-nodecreases") or whole.get(f"{name}/solution", "")
        before = [f.path for f in functions(program)]
        after = [f.path for f in functions(row["program"])]
        assert len(before) - len(after) in (0, 1), row["name"]
        assert not set(after) - set(before), row["name"]
        seen += before == after
    assert seen >= 640
