// The file that all cases of cheats.txt and honest.txt put a body into.
use vstd::prelude::*;
use vstd::seq_lib::lemma_multiset_commutative;

macro_rules! twice {
    ($value:expr) => {
        $value + $value
    };
}

macro_rules! surely {
    ($($claim:tt)*) => {
        verus_proof_expr!(assume($($claim)*))
    }
}

verus! {

const LIMIT: u32 = 100;

spec fn is_max(v: Seq<u32>, m: u32) -> bool {
    &&& v.contains(m)
    &&& forall|i: int| 0 <= i < v.len() ==> v[i] <= m
}

spec fn größe(v: Seq<u32>) -> nat {
    v.len()
}

proof fn lemma_step(v: Seq<u32>)
    ensures
        größe(v) == v.len(),
{
}

struct Stack {
    data: Vec<u32>,
}

/// The greatest of some numbers. One cannot assume that they are sorted.
fn target(v: &Vec<u32>, bound: u32) -> (best: u32)
    requires
        0 < v.len() < LIMIT,
    ensures
        is_max(v@, best),
        best < u32::MAX || bound == 0,
{
    unimplemented!()
}

fn caller(v: &Vec<u32>) -> u32
    requires
        0 < v.len() < LIMIT,
{
    target(v, 0)
}

fn main() {
}

} // verus!
