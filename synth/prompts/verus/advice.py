"""What helps against each kind of error, as AutoVerus has an agent for each.

Yang et al.: "AutoVerus: Automated Proof Generation for Rust Code" (arXiv 2409.13082). There one
error is repaired at a time, by the agent of its kind; here one answer may mend all, and is given
the advice of the first few kinds, those first that hide the others.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

# In the order in which they are to be mended: a program that does not parse hides its types'
# errors, those hide the proof's, and a resource limit may be gone once the rest holds. The names
# are those of synthd.synth.verifiers.verus.report.Kind, and finer ones of ours after a dot.
ADVICE: Mapping[str, str] = {
    "syntax": (
        "The body does not parse. Check that every bracket is closed, that statements end with "
        "`;`, that invariants end with `,`, and that `invariant` and `decreases` stand between the "
        "loop's condition and its `{`. `forall`, `exists`, `==>` stand in spec code only. Put "
        "`forall|k: int| …` in parentheses where `&&` or `<==>` follows."
    ),
    "mode": (
        "exec and spec code are mixed. `int`, `nat`, `@` and spec functions belong in clauses, "
        "invariants, `assert` and `proof { … }`; a value that only the proof needs is "
        "`let ghost x = …;`. exec code uses `usize` and `u32`, and calls exec functions only."
    ),
    "type": (
        "Types or names do not fit. In spec code an index is an `int` (`v[i as int]`), arithmetic "
        "gives `int`; in exec code an index is a `usize`. `v@` is a `Seq`, `v` a `Vec`. Declare "
        "every name before its use, with a type where it is not evident "
        "(`let mut r: Vec<u32> = Vec::new();`)."
    ),
    "borrow": (
        "Ownership does not fit. Use an element by copy (`let x = v[i];`), take `&v` for what is "
        "only read, and do not use a value that was moved."
    ),
    "unsupported": (
        "Verus does not support this. Write it in plain code: `while` with an index for iterators "
        "and closures, `v[i]` for `get`, `v.push(x)` for `extend`, `v.set(i, x)` where `v[i] = x` "
        "is refused. Use only library functions that Verus knows."
    ),
    "termination": (
        "Verus cannot see that it ends. Give every loop `decreases` after its invariants, with an "
        "expression that falls in each round and never below 0, such as `v.len() - i`; have the "
        "invariant bound it (`i <= v.len()`), and change the variable on every way through."
    ),
    "invariant_entry": (
        "An invariant does not hold before the first round. See what the variables are there: "
        "weaken the invariant to what holds for them, start them with other values, or prove it "
        "by an assert before the loop. In an inner loop it has to follow from the outer "
        "invariant."
    ),
    "invariant_end": (
        "An invariant is not kept by a round. Add what it needs to the invariants: bounds, lengths,"
        " the `requires` about what the loop reads, facts about elements that do not change. Or "
        "prove the step by an assert at the end of the body, about the new value of the index: "
        "for sequences one with `=~=`."
    ),
    "precondition": (
        "What a called function requires is not known at the call. Assert it just before, and "
        "find where it breaks: what holds must be in the `requires` or in the invariants of the "
        "loop that the call stands in."
    ),
    "precondition.index": (
        "An index is not known to be in range. The invariant must bound it (`i < v.len()` follows "
        "from `i <= v.len()` and the loop's condition), and say how the lengths of vectors are "
        "related (`r.len() == i`, `b.len() == a.len()`)."
    ),
    "overflow": (
        "Arithmetic may leave its type's range. Bound every operand in the invariants, e.g. "
        "`sum <= i * 1000`, from what `requires` says about inputs; for products prove the bound "
        "by `assert(…) by (nonlinear_arith) requires …;`. Or compute otherwise: in a wider "
        "type, subtract only after a comparison, `lo + (hi - lo) / 2`. A divisor must be nonzero."
    ),
    "assertion": (
        "An assert does not follow. Prove it in smaller steps before it, name the lemma that it "
        "needs, show equality of sequences by `=~=`; for a quantifier use "
        "`assert forall|k: int| … implies … by { … }`. If it is wrong or not needed, leave it out."
    ),
    "postcondition": (
        "What the function promises does not follow at its end. After a loop only its invariants "
        "and the negated condition are known: they must together imply the `ensures`, e.g. "
        "`i == v.len()` and `forall|k: int| 0 <= k < i ==> …`. Relate partial sequences to whole "
        "ones by `assert(v@.subrange(0, v.len() as int) =~= v@);`. Check each `return`, and that "
        "the code computes what is asked."
    ),
    "resource_limit": (
        "The solver gave up. Make the proof easier: state intermediate facts by asserts, put long "
        "steps into `assert(…) by { … }`, drop quantified facts that are not needed, give narrow "
        "`#[trigger]`s, and prove products by `nonlinear_arith` on their own."
    ),
    "forbidden": (
        "The rules are broken. Nothing may be assumed, left open or hidden from Verus, and "
        "nothing outside the body may change. Prove it."
    ),
    "other": "Read what Verus says, and mend exactly the place that it names.",
}

# More would push the program out of a small context, and out of mind.
MOST_KINDS = 3


def advice(kinds: Iterable[str], most: int = MOST_KINDS) -> str:
    """What helps against errors of these kinds, the first `most` in the order of mending."""
    given = set(kinds)
    if any(kind.startswith("precondition.") for kind in given):
        given.discard("precondition")  # the finer one says it
    known = [kind for kind in ADVICE if kind in given]
    if len(known) > 1 and known[-1] == "other":
        known.pop()
    return "\n".join(f"- {ADVICE[kind]}" for kind in known[:most])
