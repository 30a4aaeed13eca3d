"""Verus-Bench and HumanEval-Verus as suites of `synthd bench`."""

from __future__ import annotations

from pathlib import Path

from synthd.daemon.bench.case import BenchSuite, LeftOut, Split
from synthd.daemon.bench.suites.proof import ProofCase
from synthd.synth.suites.human_eval_verus import load_human_eval_verus as read_human_eval
from synthd.synth.suites.verus_bench import load_verus_bench as read_verus_bench
from synthd.synth.suites.verus_rows import ProofSuite, recorded_version

_SPLIT = Split(
    "the contract, and what Verus says of each attempt",
    "Verus verifies the function by name; the gate, another seed and probes for vacuity agree",
    "the same of the whole file once more: all functions of the task verified by name, with the "
    "task's text unchanged outside of their bodies",
)
_PROOF = "code and contract are given, and only the proof may be written"
_BODY = "one function of each file lacks code and proof; its helpers and lemmas stay"


def load_verus_bench(data: Path) -> BenchSuite:
    note = f"{_PROOF}; 11 tasks have two functions to prove, one after the other in one budget"
    return _suite(read_verus_bench(data), note)


def load_human_eval_verus(data: Path) -> BenchSuite:
    return _suite(read_human_eval(data), _BODY)


def _suite(read: ProofSuite, note: str) -> BenchSuite:
    return BenchSuite(
        name=read.name,
        title=read.title,
        licence=read.licence,
        version=f"{read.version}; solutions verified by Verus {recorded_version()}",
        sha256=read.sha256,
        split=_SPLIT,
        cases=tuple(ProofCase(task) for task in read.tasks),
        left_out=tuple(LeftOut(one.id, _why(one.why)) for one in read.left_out),
        note=f"{note}; needs Verus (`synthd doctor` says how to get it)",
    )


def _why(said: str) -> str:
    return said if "TODO" in said else f"its own solution is not verified: {said}"
