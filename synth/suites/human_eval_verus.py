"""HumanEval-Verus (secure-foundations): HumanEval's functions with contracts. Of the finished tasks
one function loses its body, code and proof; what else the file has, helpers and lemmas, stays."""

from __future__ import annotations

from pathlib import Path

from synthd.synth.rust.errors import RustSourceError
from synthd.synth.rust.function import Mode, RustFunction
from synthd.synth.rust.functions import functions
from synthd.synth.rust.splice import replace_body
from synthd.synth.suites.errors import SuiteDamaged
from synthd.synth.suites.files import DataRow, digest, locate, rows
from synthd.synth.suites.verus_rows import ProofSuite, ProofTask, Without, left_out

UNFINISHED = "the data has no contract of it yet, only a TODO"
STUB = "{\n    unimplemented!()\n}"


class _Row(DataRow):
    file: str
    entry_point: str
    done: bool
    verus: str


def load_human_eval_verus(data: Path, measured: dict[str, str] | None = None) -> ProofSuite:
    """Ids are the names of the files: some tasks have variants. measured: why tasks are left out,
    in place of what was recorded. Raises SuiteError."""
    path = locate(data, "verus/human_eval_verus.jsonl.gz")
    without = left_out("human-eval-verus") if measured is None else measured
    tasks, missing = [], []
    for line, row in rows(path, _Row):
        name = Path(row.file).stem
        why = without.get(name, "") if row.done else UNFINISHED
        if why:
            missing.append(Without(name, why))
            continue
        try:
            tasks.append(_task(name, row))
        except (RustSourceError, LookupError) as error:
            raise SuiteDamaged(path, line, str(error)) from None
    return ProofSuite(
        "human-eval-verus",
        "HumanEval-Verus, finished tasks",
        "MIT (secure-foundations)",
        "secure-foundations/human-eval-verus ac24ec9",
        tuple(tasks),
        tuple(missing),
        digest(path),
        path,
    )


def _task(name: str, row: _Row) -> ProofTask:
    function = _asked(row)
    text = replace_body(row.verus, function, STUB)
    return ProofTask(name, text, row.verus, (function.path,), keeps_code=False)


def _asked(row: _Row) -> RustFunction:
    """The function of the task: by its name, which may be spelled otherwise, else the last one that
    promises something. Raises LookupError."""
    promising = [
        one
        for one in functions(row.verus)
        if one.mode is Mode.EXEC and one.body is not None and one.in_verus and one.ensures
    ]
    if not promising:
        raise LookupError("no function promises anything")
    wanted = _plain(row.entry_point)
    named = [one for one in promising if _plain(one.name).removesuffix("impl") == wanted]
    return (named or promising)[-1]


def _plain(name: str) -> str:
    return name.replace("_", "").lower()
