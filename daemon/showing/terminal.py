"""A recorded search in a terminal: a line a node, the totals below."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from synthd.daemon.showing import choices, words
from synthd.daemon.showing.words import State
from synthd.daemon.traces.finding import Summary
from synthd.synth.trace.records import End, Header, Recorded
from synthd.synth.trace.tree import Choice, Node, Tree

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

STYLE = {
    State.ACCEPTED: "green",
    State.REJECTED: "red",
    State.UNDECIDED: "yellow",
    State.FORBIDDEN: "magenta",
    State.TEXT: "dim",
    State.OPEN: "dim",
}
GROUPS, INPUTS = 12, 3  # of a choice, that are shown
DEEPEST = 16  # levels that are indented; a chain of a hundred repairs would leave the screen
LIST = 112  # columns of the list of searches, at least


def show_tree(console: Console, recorded: Recorded, tree: Tree) -> None:
    from rich.text import Text

    _head(console, recorded.header)
    lines = list(_guides(tree))
    for node, depth, guide in lines:
        console.print(Text(guide, "dim") + _line(node, depth, best=node.index == tree.best))
        below = " " * len(guide)
        for step in words.learned(node):
            console.print(Text(f"{below}{step}", "dim"))
    for choice in tree.choices:
        _choice(console, choice, tree)
    usage, seconds = words.spent(recorded)
    console.print(plain(words.ending(recorded.end)), markup=False, style="bold")
    console.print(f"  {words.cost(usage, seconds)}", style="dim")
    if recorded.damaged:
        console.print(f"  {words.count(recorded.damaged, 'line')} of the trace cannot be read")


def _head(console: Console, header: Header) -> None:
    console.print(f"run {plain(header.run)}  {plain(header.target)}", style="bold", markup=False)
    budget = header.budget
    console.print(
        f"  {_when(header)}, {plain(header.strategy)}, {plain(header.model)}, seed {header.seed}, "
        f"budget {budget.programs} programs, {budget.seconds:g} s, {budget.tokens} tokens",
        style="dim",
        markup=False,
    )


def _choice(console: Console, choice: Choice, tree: Tree) -> None:
    """Which program was taken, from which groups, and on what inputs these part."""
    from rich.text import Text

    console.print(Text(plain(choices.heading(choice, tree)), "bold"))
    for place, (group, members) in enumerate(
        zip(choice.groups[:GROUPS], choice.members, strict=False)
    ):
        numbers = " ".join(f"#{tree.nodes[index].number}" for index in members)
        text = f"  {choices.letter(place)}  {numbers}  {choices.figures(group)}"
        taken = place == choice.group
        console.print(Text(plain(text) + ("  ← chosen" if taken else ""), "green" if taken else ""))
    if (more := len(choice.groups) - GROUPS) > 0:
        console.print(f"  … and {words.count(more, 'more group')}", style="dim")
    for parting in choice.partings[:INPUTS]:
        console.print(Text(f"  {plain(choices.parting(parting))}"))
    if (more := len(choice.partings) - INPUTS) > 0:
        console.print(f"  … and {words.count(more, 'more input')} on which they part", style="dim")


def _guides(tree: Tree) -> Iterator[tuple[Node, int, str]]:
    """Every node with its depth and the lines that lead to it."""
    last = {siblings[-1] for siblings in (tree.roots, *tree.children) if siblings}
    rails: list[str] = []
    for node, depth in tree.walk():
        del rails[depth:]
        end = node.index in last
        yield node, depth, "".join(rails[:DEEPEST]) + ("└─ " if end else "├─ ")
        rails.append("   " if end else "│  ")


def _line(node: Node, depth: int, *, best: bool) -> Text:
    from rich.text import Text

    state = words.state(node)
    line = Text()
    line.append(f"{plain(words.title(node))} ", "bold" if node.attempt else "")
    line.append(f"t {node.temperature:.2f}  ")
    if node.attempt is not None:
        line.append(f"{node.attempt.score:.2f}  ", STYLE[state])
    line.append(plain(words.finding(node)), STYLE[state])
    line.append(f"  {node.tokens} tokens", "dim")
    if node.ended is not None:
        line.append(f", {node.ended - node.began:.1f} s", "dim")
    if node.observations:
        line.append(
            f", run on {len({seen.call for seen in node.observations})} other inputs", "dim"
        )
    if depth > DEEPEST:
        line.append(f", level {depth}", "dim")
    if best:
        line.append("  ✓ the result" if state is State.ACCEPTED else "  ← the best", "bold green")
    return line


def show_list(console: Console, summaries: Sequence[Summary]) -> None:
    from rich.table import Table

    # In less room names would be columns of single letters: better that the terminal wraps lines.
    narrow = console.width < LIST
    table = Table(box=None, pad_edge=False, width=LIST if narrow else None)
    for column in ("run", "when (UTC)", "function", "strategy", "model", "end"):
        wide = column in ("function", "model")
        table.add_column(column, overflow="fold", no_wrap=not wide)
    for column in ("programs", "tokens", "seconds"):
        table.add_column(column, justify="right", no_wrap=True)
    for summary in summaries:
        header, end = summary.header, summary.end
        spent = (
            [str(end.usage.programs), str(end.usage.completion_tokens), f"{end.at:.1f}"]
            if end
            else [""] * 3
        )
        asked = (header.run, _when(header), header.target, header.strategy, header.model)
        row = [*asked, _end(end), *spent]
        table.add_row(*(_cell(text) for text in row))
    console.print(table, crop=False)


def _end(end: End | None) -> str:
    if end is None:
        return "did not end"
    return f"{end.stop} (oracle)" if end.oracle else end.stop


def _cell(text: str) -> Text:
    from rich.text import Text

    return Text(plain(text))


def _when(header: Header) -> str:
    return plain(header.started[:16].replace("T", " "))


def plain(text: str) -> str:
    """What a model wrote may not steer the terminal."""
    return "".join(
        letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in text
    )
