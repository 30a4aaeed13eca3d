"""A choice among programs as a table: a row a group, a column an input that tells them apart."""

from __future__ import annotations

from html import escape

from synthd.daemon.showing import choices
from synthd.synth.trace.tree import Choice, Tree

_INPUTS = 4  # shown; all are in the page's data
_MEMBERS = 24


def choice_html(choice: Choice, tree: Tree) -> str:
    """A member's number chooses its node in the tree."""
    more = len(choice.partings) - _INPUTS
    further = f"<p>… and {more} more inputs tell them apart</p>" if more > 0 else ""
    return (
        '<section class="choice" aria-label="choice">'
        f"<h2>{escape(choices.heading(choice, tree))}</h2>{_table(choice, tree)}{further}</section>"
    )


def _table(choice: Choice, tree: Tree) -> str:
    if not choice.groups:
        return ""
    names = [name for name, _ in choice.groups[0].figures]
    inputs = choice.partings[:_INPUTS]
    heads = ["group", "programs", *names, *(choices.short(each.call) for each in inputs)]
    rows = "".join(_row(choice, place, len(names), tree) for place in range(len(choice.groups)))
    return f"<table><tr>{''.join(f'<th>{escape(head)}</th>' for head in heads)}</tr>{rows}</table>"


def _row(choice: Choice, place: int, figures: int, tree: Tree) -> str:
    name = choices.letter(place) + (" ✓" if place == choice.group else "")
    values = [choices.figure(value) for _, value in choice.groups[place].figures[:figures]]
    values += [""] * (figures - len(values))
    done = [choices.of_group(each, place) for each in choice.partings[:_INPUTS]]
    members = choice.members[place]
    buttons = " ".join(_button(index, tree) for index in members[:_MEMBERS])
    rest = f" … and {len(members) - _MEMBERS} more" if len(members) > _MEMBERS else ""
    cells = "".join(f"<td>{escape(text)}</td>" for text in (*values, *done))
    kind = ' class="taken"' if place == choice.group else ""
    return f"<tr{kind}><td>{escape(name)}</td><td>{buttons}{rest}</td>{cells}</tr>"


def _button(index: int, tree: Tree) -> str:
    number = tree.nodes[index].number
    return f'<button type="button" data-node="{index}">#{number}</button>'
