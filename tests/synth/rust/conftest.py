"""Programs to read: one of our own with everything in it, and those beside the checkout."""

from __future__ import annotations

import gzip
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

SHARED = Path(__file__).parents[4] / "shared"

TORTURE = r"""#![allow(unused)]
use vstd::prelude::*;

fn outside_of_verus() -> u32 { let s = "verus! { fn not_me() {} }"; 1 }

verus! {

/// A square. /* fn not_me_either() { */
pub open spec fn square(x: int) -> int { x * x }

uninterp spec fn oracle(x: int) -> bool;

spec(checked) fn steps(n: nat) -> nat
    recommends n < 100,
    decreases n,
    when n < 50
    via steps_end
{
    if n == 0 { 0 } else { steps((n - 1) as nat) + 1 }
}

pub struct Pair<T, const N: usize = { 1 + 2 }> where T: Copy { pub a: T, b: [T; N] }
enum Shape { Round { r: u32 }, Flat(u32, u32), None }

#[verifier::loop_isolation(false)]
#[verifier(spinoff_prover)]
pub(crate) exec fn braces<'a, T: Ord, F: Fn(u32) -> bool>(
    mut v: &'a Vec<Vec<T>>,
    Tracked(token): Tracked<int>,
    (left, right): (u32, u32),
    f: F,
) -> (res: Result<Pair<T, { 2 }>, Vec<Vec<T>>>)
    where
        T: Copy + PartialOrd<Vec<Vec<T>>>,
        F: Fn(u32) -> bool,
    requires
        ({ let x = v.len(); x > 0 }),
        if left > 0 { right > 0 } else if left == 0 { true } else { false },
        match res { Ok(p) if p.a == p.a => true, Err(_) => { false } } && left < 5,
        { left < right },
        forall|i: int, j: int| #![trigger v[i], v[j]] 0 <= i < j < v.len() ==> { v[i] != v[j] },
        exists|k: int| { &&& 0 <= k &&& k < 3 } ==> |x: int| -> bool { x > 0 }(k),
        res is Ok ==> res->Ok_0 =~= res->Ok_0,
        res matches Ok(Pair { a, .. }) ==> left as u64 < right as u64,
        seq![1int, 2].len() == 2 && set!{1int}.finite(),
        Pair { a: 1, b: [1] } == Pair { a: 1, b: [1] },
    ensures
        ({
            &&& left <= right
            ||| true
        }),
        unsafe { true } && !(left is Round) || res !is Err,
    opens_invariants none
    no_unwind when left > 0
{
    let c = '{'; let lifetime: &'static str = r#"} " }"#; /* } /* } */ */ // }
    fn nested() -> u32 { 7 }
    todo_list();
}

trait Area {
    spec fn area(&self) -> int;
    fn compute(&self) -> (r: u64)
        requires self.area() < 10,
        ensures r == self.area(),
    ;
    fn twice(&self) -> u64 { 2 }
}

impl<T: Copy> Area for Pair<T, 3> where T: Ord {
    spec fn area(&self) -> int { 4 }
    fn compute(&self) -> (r: u64) { 4 }
}

impl<T> crate::deep::Stack<T> { pub fn push(&mut self, value: T) ensures true { todo!() } }

mod inner {
    pub mod deeper {
        broadcast proof fn lemma(x: int) by (nonlinear_arith)
            requires x > 0 ensures #[trigger] (x * x) > 0 {}
        pub broadcast group lemmas { lemma, }
    }
    unsafe extern "C" fn called(x: u32) {}
    async fn later() -> u32 { unimplemented!("soon {}", 1); }
    const fn r#type() -> u32 { }
}

exec const LIMIT: u64 ensures LIMIT == 3 { 3 }
const OTHER: u64 = { fn hidden() {} 4 };
global size_of usize == 8;
broadcast use { vstd::seq::group_seq_axioms, inner::deeper::lemmas };
pub assume_specification<T>[ std::mem::swap ](a: &mut T, b: &mut T) ensures *a == *old(b);

axiom fn trusted() ensures true;
proof fn unfinished() ensures true { /* TODO: prove it */ }
fn declared(x: u64) -> (r: u64) ensures r == x;

} // verus!

macro_rules! fake { ($x:ident) => { fn $x() {} } }
fake!(some);

mod later { ::vstd::prelude::verus!( fn in_brackets() -> (r: u8) ensures r == 1 { 1 } ); }

fn main() {}
"""


@pytest.fixture(scope="session")
def torture() -> str:
    return TORTURE


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


@pytest.fixture(scope="session")
def verus_bench() -> list[dict[str, Any]]:
    """Rows with task_id, task, ground_truth; or a skip with the reason."""
    folder = Path(os.environ.get("SYNTHD_DATASETS") or SHARED / "datasets") / "verus"
    if not (folder / "verus_bench.jsonl.gz").is_file():
        pytest.skip(f"no Verus-Bench in {folder}: set SYNTHD_DATASETS")
    return list(_rows(folder / "verus_bench.jsonl.gz"))


@pytest.fixture(scope="session")
def recorded() -> list[dict[str, Any]]:
    """Runs of a real Verus on benchmarks: name, program, stdout; or a skip with the reason."""
    path = SHARED / "verus-recorded" / "benchmarks.jsonl.gz"
    if not path.is_file():
        pytest.skip(f"no recordings of Verus in {path.parent}")
    return list(_rows(path))


@pytest.fixture(scope="session")
def mutants() -> list[dict[str, Any]]:
    """As recorded: programs that somebody broke."""
    path = SHARED / "verus-recorded" / "mutants.jsonl.gz"
    if not path.is_file():
        pytest.skip(f"no recordings of Verus in {path.parent}")
    return list(_rows(path))
