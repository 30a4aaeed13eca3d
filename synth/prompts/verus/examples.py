"""Worked examples: what is asked, and the body that is a right answer to it.

Written for synthd and for a Verus of 2026 (`decreases` on every loop). They use only what recorded
runs show to verify, but they themselves have to be run against a real Verus:
tests/synth/verus/search/test_examples.py does so wherever one is installed.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Example:
    """task: all up to the body of the last function; body: with its braces."""

    name: str
    task: str
    body: str

    @property
    def program(self) -> str:
        """A whole file."""
        inside = f"{self.task}\n{self.body}"
        return f"use vstd::prelude::*;\n\nverus! {{\n\n{inside}\n\n}} // verus!\nfn main() {{}}\n"


# Bounds, lengths, overflow and a quantifier over what is done.
HEADROOM = Example(
    "headroom",
    task="""\
fn headroom(loads: &Vec<u32>, limit: u32) -> (room: Vec<u32>)
    requires
        forall|k: int| 0 <= k < loads.len() ==> loads[k] <= limit,
    ensures
        room.len() == loads.len(),
        forall|k: int| 0 <= k < loads.len() ==> room[k] == limit - loads[k],""",
    body="""\
{
    let mut room: Vec<u32> = Vec::new();
    let mut i: usize = 0;
    while i < loads.len()
        invariant
            i <= loads.len(),
            room.len() == i,
            forall|k: int| 0 <= k < loads.len() ==> loads[k] <= limit,
            forall|k: int| 0 <= k < i ==> room[k] == limit - loads[k],
        decreases loads.len() - i,
    {
        room.push(limit - loads[i]);
        i += 1;
    }
    room
}""",
)

# A recursive spec function, one step of it for each round, and a result that cannot overflow.
COUNT_FROM = Example(
    "count_from",
    task="""\
spec fn how_many(s: Seq<u32>, bound: u32) -> int
    decreases s.len(),
{
    if s.len() == 0 {
        0
    } else if s.last() >= bound {
        how_many(s.drop_last(), bound) + 1
    } else {
        how_many(s.drop_last(), bound)
    }
}

fn count_from(v: &Vec<u32>, bound: u32) -> (n: usize)
    ensures
        n == how_many(v@, bound),""",
    body="""\
{
    let mut n: usize = 0;
    let mut i: usize = 0;
    while i < v.len()
        invariant
            n <= i <= v.len(),
            n == how_many(v@.subrange(0, i as int), bound),
        decreases v.len() - i,
    {
        assert(v@.subrange(0, i + 1).drop_last() =~= v@.subrange(0, i as int));
        if v[i] >= bound {
            n += 1;
        }
        i += 1;
    }
    assert(v@.subrange(0, v.len() as int) =~= v@);
    n
}""",
)

# An early return, and a fact about all that was passed by.
FIRST_ABOVE = Example(
    "first_above",
    task="""\
fn first_above(v: &Vec<i32>, bound: i32) -> (at: usize)
    ensures
        at <= v.len(),
        at < v.len() ==> v[at as int] > bound,
        forall|k: int| 0 <= k < at ==> v[k] <= bound,""",
    body="""\
{
    let mut i: usize = 0;
    while i < v.len()
        invariant
            i <= v.len(),
            forall|k: int| 0 <= k < i ==> v[k] <= bound,
        decreases v.len() - i,
    {
        if v[i] > bound {
            return i;
        }
        i += 1;
    }
    i
}""",
)

# In the order of what they teach to most tasks: a prompt has the first one or two.
EXAMPLES = (HEADROOM, COUNT_FROM, FIRST_ABOVE)
