"""A search as an editor shows it: its programs and calls from the lines of its trace."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from synthd.daemon.showing import words
from synthd.lsp.engine import Node as Shown
from synthd.synth.attempt import Attempt, CaseOutcome
from synthd.synth.trace.decode import NotATrace, decode
from synthd.synth.trace.records import Recorded
from synthd.synth.trace.tree import Node, Tree, tree

AGAIN = "#"  # between the name of a node and which one of that name it is
PRUNED = "pruned"
LONGEST = 300  # characters of an error
_NUMBER = re.compile(rf"{AGAIN}\d+$")


def read(lines: Sequence[str]) -> Recorded | None:
    """None where there is no line yet that tells of a search."""
    try:
        return decode(line if line.endswith("\n") else f"{line}\n" for line in lines)
    except NotATrace:
        return None


def shown(lines: Sequence[str]) -> tuple[Shown, ...]:
    """In the order of their coming. Takes a while for a long one: for threads."""
    recorded = read(lines)
    return _shown(tree(recorded)) if recorded else ()


def name_of(id: str) -> str:
    """The node that is meant: a name may come again in a later round."""
    return _NUMBER.sub("", id)


def markdown(lines: Sequence[str]) -> str:
    """Empty where there is nothing to show yet. For threads."""
    recorded = read(lines)
    if recorded is None:
        return ""
    grown, header = tree(recorded), recorded.header
    usage, seconds = words.spent(recorded)
    ids = _ids(grown)
    rows = [
        f"# Search for {header.target}",
        "",
        f"{words.ending(recorded.end)}: {words.cost(usage, seconds)}.",
        f"{header.strategy} with {header.model} at {header.endpoint}; at most "
        f"{header.budget.programs} programs, {header.budget.seconds:g} s, "
        f"{header.budget.tokens} tokens.",
        "",
        *(_line(node, depth, grown) for node, depth in grown.walk()),
    ]
    for node in grown.nodes:
        if node.attempt is not None:
            rows += ["", *_section(ids[node.index], node, node.attempt)]
    return "\n".join(rows) + "\n"


def _ids(grown: Tree) -> list[str]:
    seen: Counter[str] = Counter()
    ids: list[str] = []
    for node in grown.nodes:
        seen[node.name] += 1
        number = seen[node.name]
        ids.append(node.name if number == 1 else f"{node.name}{AGAIN}{number}")
    return ids


def _shown(grown: Tree) -> tuple[Shown, ...]:
    ids = _ids(grown)
    return tuple(_node(node, ids) for node in grown.nodes)


def _node(node: Node, ids: Sequence[str]) -> Shown:
    attempt = node.attempt
    cases = attempt.evaluation.cases if attempt else ()
    parent = node.maker if node.maker is not None else node.parent
    return Shown(
        id=ids[node.index],
        parent=ids[parent] if parent is not None else None,
        purpose=node.purpose,
        score=attempt.evaluation.score if attempt else None,
        verdict=words.state(node).value,
        passed=sum(case.passed for case in cases),
        total=len(cases),
        tokens=node.tokens,
        seconds=round((node.ended or node.began) - node.began, 3),
        error=_error(attempt) if attempt else "",
        code=_code(node),
        state=PRUNED if node.pruned else "",
    )


def _code(node: Node) -> str:
    """The program; of a call that gave none, its answer."""
    if node.attempt is not None:
        return node.attempt.candidate.code
    return node.answered.completion if node.answered else ""


def _error(attempt: Attempt) -> str:
    """The first line of what is wrong with it."""
    for case in attempt.evaluation.cases:
        if case.outcome is not CaseOutcome.PASS:
            came = case.detail or (f"gives {case.got}" if case.got else case.outcome.value)
            return _first_line(f"{case.input.strip()}: {came}" if case.input else came)
    return "" if attempt.accepted else _first_line(attempt.evaluation.report)


def _first_line(text: str) -> str:
    line = next(iter(text.strip().splitlines()), "")
    return line if len(line) <= LONGEST else f"{line[: LONGEST - 1]}…"


def _line(node: Node, depth: int, grown: Tree) -> str:
    best = " ← the result" if node.index == grown.best else ""
    cut = " (cut off)" if node.pruned else ""
    found = words.finding(node)
    told = f": {found}" if found else ""
    return f"{'  ' * depth}- {words.title(node)}{told}{cut}{best}"


def _section(id: str, node: Node, attempt: Attempt) -> list[str]:
    rows = [f"## {words.title(node)}: {words.finding(node)}", "", f"`{id}`"]
    if steps := words.learned(node):
        rows += ["", *(f"- {step}" for step in steps)]
    if error := _error(attempt):
        rows += ["", *_fenced(error, "text")]
    if code := attempt.candidate.code:
        rows += ["", *_fenced(code, "")]
    return rows


def _fenced(text: str, language: str) -> list[str]:
    fence = "```"
    while fence in text:
        fence += "`"
    return [f"{fence}{language}", *text.rstrip().splitlines(), fence]
