"""The search tree as SVG: a row a node, so that a thousand of them can be read and scrolled."""

from __future__ import annotations

from html import escape

from synthd.daemon.showing import words
from synthd.daemon.showing.colours import score_colour
from synthd.daemon.showing.words import State
from synthd.synth.trace.tree import Node, Tree

_ROW = 24
_INDENT = 22
_WIDEST = 660  # of all indents together
_MARGIN = 16
_LETTER = 7.4  # the width of one, about


def tree_svg(tree: Tree, id: str = "tree") -> str:
    """id: of the element."""
    rows = tree.walk()
    deepest = max((depth for _, depth in rows), default=0)
    indent = min(_INDENT, _WIDEST / max(1, deepest))
    places = {
        node.index: (_MARGIN + depth * indent, _MARGIN + row * _ROW)
        for row, (node, depth) in enumerate(rows)
    }
    labels = {node.index: label(node, tree) for node, _ in rows}
    width = max(
        (places[index][0] + 24 + _LETTER * len(text) for index, text in labels.items()),
        default=100,
    )
    height = 2 * _MARGIN + _ROW * max(0, len(rows) - 1)
    edges = "".join(
        _edge(places[n.parent], places[n.index]) for n, _ in rows if n.parent is not None
    )
    drawn = "\n".join(
        _node(node, places[node.index], labels[node.index], best=node.index == tree.best)
        for node, _ in rows
    )
    return (
        f'<svg id="{id}" class="search-tree" width="{width:.0f}" height="{height}" '
        f'viewBox="0 0 {width:.0f} {height}" role="group" aria-label="search tree">\n'
        f'<path class="edge" d="{edges}"/>\n{drawn}\n</svg>'
    )


def label(node: Node, tree: Tree) -> str:
    parts = [words.title(node), f"t {node.temperature:.2f}"]
    if node.attempt is not None:
        parts.append(f"score {node.attempt.score:.2f}")
    parts += [part for part in (words.finding(node),) if part]
    text = " · ".join(parts)
    if node.index == tree.best:
        text += " ✓ the result" if words.state(node) is State.ACCEPTED else " ← the best"
    return text


def _edge(parent: tuple[float, float], child: tuple[float, float]) -> str:
    return f"M{parent[0]:.1f} {parent[1]:.1f}V{child[1]:.1f}H{child[0]:.1f}"


def _node(node: Node, place: tuple[float, float], text: str, *, best: bool) -> str:
    x, y = place
    kind = words.state(node).value + (" best" if best else "")
    return (
        f'<g class="node {kind}" data-node="{node.index}" tabindex="0" role="button">'
        f'<rect class="hit" x="0" y="{y - _ROW / 2:.1f}" width="100%" height="{_ROW}"/>'
        f"{_shape(node, x, y, best=best)}"
        f'<text x="{x + 14:.1f}" y="{y + 4:.1f}">{escape(text)}</text></g>'
    )


def _shape(node: Node, x: float, y: float, *, best: bool) -> str:
    """A program is a disc, accepted with a ring around it; a call without one a diamond."""
    if node.attempt is None:
        corners = f"{x:.1f},{y - 5:.1f} {x + 5:.1f},{y:.1f} {x:.1f},{y + 5:.1f} {x - 5:.1f},{y:.1f}"
        return f'<polygon class="call" points="{corners}"/>'
    fill = score_colour(node.attempt.score)
    disc = f'<circle class="program" cx="{x:.1f}" cy="{y:.1f}" r="6" fill="{fill}"/>'
    if node.attempt.accepted or best:
        disc += f'<circle class="ring" cx="{x:.1f}" cy="{y:.1f}" r="9"/>'
    return disc
