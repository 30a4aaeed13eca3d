"""A proof loses what it does not need, and nothing else."""

from __future__ import annotations

import pytest

from synthd.synth.proving.minimize import minimize
from synthd.synth.proving.pieces import pieces, without
from synthd.synth.rust.compare import erased
from synthd.synth.rust.functions import functions
from synthd.synth.rust.lexer import meaningful

BODY = """\
{
    let mut n: usize = 0;
    proof {
        lemma_a(n as nat);
        vstd::seq_lib::lemma_b::<u32>(v@, 1);
    }
    while n < v.len()
        invariant
            n <= v.len(),
            if n > 0 { v[0] == 1 } else { true },
            forall|k: int| 0 <= k < n ==> #[trigger] v[k] > 0,
        decreases v.len() - n,
    {
        assert(v[n as int] > 0);
        assert(n * n >= 0) by (nonlinear_arith)
            requires
                n >= 0,
        ;
        assert forall|k: int| 0 <= k < n implies v[k] > 0 by {
            lemma_c(k);
            let x = if k > 1 { k } else { 1 };
        }
        n += 1; assert(n > 0);
    }
    n
}"""


def needing(*texts: str):
    """A prover that is content where all of these texts are, and counts its runs."""
    asked: list[str] = []

    async def check(body: str) -> bool:
        asked.append(body)
        return all(text in body for text in texts)

    return check, asked


def test_the_pieces_of_a_body() -> None:
    found = [(piece.sort, piece.span.of(BODY).split("\n")[0]) for piece in pieces(BODY)]
    assert found == [
        ("proof", "proof {"),
        ("call", "lemma_a(n as nat);"),
        ("call", "vstd::seq_lib::lemma_b::<u32>(v@, 1);"),
        ("invariant", "n <= v.len(),"),
        ("invariant", "if n > 0 { v[0] == 1 } else { true },"),
        ("invariant", "forall|k: int| 0 <= k < n ==> #[trigger] v[k] > 0,"),
        ("assert", "assert(v[n as int] > 0);"),
        ("assert", "assert(n * n >= 0) by (nonlinear_arith)"),
        ("assert", "assert forall|k: int| 0 <= k < n implies v[k] > 0 by {"),
        ("call", "lemma_c(k);"),
        ("assert", "assert(n > 0);"),
    ]


def test_all_pieces_gone_is_the_code_that_runs() -> None:
    every = pieces(BODY)
    assert without(BODY, every, every) == (
        "{\n    let mut n: usize = 0;\n    while n < v.len()\n"
        "        decreases v.len() - n,\n    {\n        n += 1; \n    }\n    n\n}"
    )


async def test_only_what_is_needed_stays() -> None:
    check, asked = needing("n <= v.len(),", "lemma_c(k);", "assert(n > 0);")
    small = await minimize(BODY, check, most_runs=200)
    assert "lemma_a" not in small.body and "proof {" not in small.body
    assert "forall|k: int| 0 <= k < n ==>" not in small.body and "nonlinear" not in small.body
    assert "assert forall" in small.body, "what it needs stands inside"
    assert small.whole and small.runs == len(asked) <= 40
    assert asked[-1] == small.body, "what comes back was checked last"
    assert len(small.removed) == 7


async def test_a_proof_of_which_nothing_is_needed_costs_two_runs() -> None:
    check, asked = needing()
    small = await minimize(BODY, check)
    assert "assert" not in small.body and "invariant" not in small.body
    assert small.runs == len(asked) == 2


@pytest.mark.parametrize("most", [0, 1, 2, 3, 5, 9])
async def test_runs_are_bounded_and_what_there_is_is_proved(most) -> None:
    needed = [piece.span.of(BODY) for piece in pieces(BODY) if piece.sort == "invariant"]
    check, asked = needing(*needed)
    small = await minimize(BODY, check, most_runs=most)
    assert len(asked) == small.runs <= most
    assert all(text in small.body for text in needed) and not small.whole


async def test_an_unstable_proof_comes_back_as_it_was() -> None:
    asked: list[str] = []

    async def moody(body: str) -> bool:
        asked.append(body)
        return len(asked) == 1

    small = await minimize(BODY, moody)
    assert small.body == BODY and small.removed == ()


async def test_what_cannot_be_read_is_left_alone() -> None:
    check, asked = needing()
    for body in ("{ assert(", "{ }", "", "{ let x = 1; }"):
        assert (await minimize(body, check)).body == body
    assert not asked


def test_what_runs_is_never_a_piece(verus_recordings) -> None:
    """Without any pieces of it every recorded body runs as before."""
    seen = 0
    for row in verus_recordings("benchmarks"):
        program = row["program"]
        if not row["name"].startswith("human_eval") or "/solution" not in row["name"]:
            continue
        for function in functions(program):
            if function.body is None or function.mode != "exec" or not function.in_verus:
                continue
            body = function.body.of(program)
            every = pieces(body)
            bare = without(body, every, every)
            head, tail = program[: function.body.start], program[function.body.end :]
            assert texts(erased(head + bare + tail)) == texts(erased(program)), row["name"]
            assert not {"invariant", "assert"} & set(texts(meaningful(bare))), row["name"]
            seen += len(every)
    assert seen > 300


def texts(tokens) -> list[str]:
    return [token.text for token in tokens]
