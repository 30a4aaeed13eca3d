"""A recorded search as one HTML page that needs nothing else: no network, no other file.

Text of models is on it in two ways only: escaped, and as JSON that the page's own script puts
into text nodes. The page's policy lets no other script run, and nothing be loaded.
"""

from __future__ import annotations

import base64
import hashlib
import math
from html import escape
from pathlib import Path

from synthd.daemon.showing import facts, words
from synthd.daemon.showing.choice_drawing import choice_html
from synthd.daemon.showing.colours import score_colour
from synthd.daemon.showing.curve_drawing import curve_svg, line_svg
from synthd.daemon.showing.tree_drawing import tree_svg
from synthd.synth.trace.records import Recorded
from synthd.synth.trace.tree import Tree, progress

BEGINNING = "<!doctype html>\n<!-- a search of synthd -->\n"
_HERE = Path(__file__).parent


def page(recorded: Recorded, tree: Tree) -> str:
    style, script = parts("page.css", "tree.css"), parts("details.js", "page.js")
    header = recorded.header
    title = f"{header.target} · run {header.run}"
    return (
        f'{BEGINNING}<html lang="en"><head><meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy(script)}">\n'
        '<meta name="viewport" content="width=device-width">\n'
        f"<title>{escape(title)}</title>\n<style>\n{style}</style></head><body>\n"
        f"<header>{_heading(recorded)}</header>\n"
        f'<div class="curves">{_curves(recorded)}{_lessons(tree)}{_legend()}</div>\n'
        f"{''.join(choice_html(choice, tree) for choice in tree.choices)}\n"
        f'<main><section class="tree" aria-label="search tree">{tree_svg(tree)}</section>\n'
        '<section id="details" aria-live="polite"><p>Choose a node of the tree.</p></section>'
        f'</main>\n<script type="application/json" id="search">{_data(recorded, tree)}</script>\n'
        f"<script>{script}</script>\n</body></html>\n"
    )


def parts(*names: str) -> str:
    """Files of this folder, one after the other."""
    return "".join(_HERE.joinpath(name).read_text("ascii") for name in names)


def policy(script: str) -> str:
    """Of a page that may run this script and nothing else, and load nothing."""
    digest = base64.b64encode(hashlib.sha256(script.encode("ascii")).digest()).decode()
    return f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{digest}'"


def _data(recorded: Recorded, tree: Tree) -> str:
    """Every message is in it only once."""
    found = facts.search_facts(recorded, tree)
    messages: dict[str, int] = {}
    for node in found["nodes"]:
        for message in node["prompt"]:
            text = message.pop("content")
            message["text"] = messages.setdefault(text, len(messages))
    found["texts"] = list(messages)
    return embedded(found)


def embedded(found: facts.Facts) -> str:
    """JSON that cannot end the element that it stands in."""
    text = facts.text(found)
    return text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")


def _heading(recorded: Recorded) -> str:
    header = recorded.header
    usage, seconds = words.spent(recorded)
    budget = header.budget
    parameters = ", ".join(f"{name} = {value}" for name, value in header.parameters)
    lines = (
        f"{words.ending(recorded.end)}: {words.cost(usage, seconds)}",
        f"{header.strategy} ({parameters}), seed {header.seed}; {header.model} at "
        f"{header.endpoint}{f', sha256 {header.identity}' if header.identity else ''}",
        f"budget: {budget.programs} programs, {budget.seconds:g} s, {budget.tokens} tokens; "
        f"run {header.run}, {header.started}, synthd {header.synthd}",
    )
    body = "".join(f"<p>{escape(line)}</p>" for line in lines)
    return f"<h1>{escape(header.target)}</h1>{body}"


def _curves(recorded: Recorded) -> str:
    usage, seconds = words.spent(recorded)
    steps = progress(recorded)
    by_tokens = [(float(step.tokens), step.best) for step in steps]
    by_seconds = [(step.seconds, step.best) for step in steps if math.isfinite(step.seconds)]
    tokens = max(float(usage.completion_tokens), by_tokens[-1][0] if by_tokens else 0.0)
    return curve_svg("best score so far", "completion tokens", by_tokens, tokens) + curve_svg(
        "best score so far", "seconds", by_seconds, seconds
    )


def _lessons(tree: Tree) -> str:
    """What was learned, of a search that changed weights: each step in its order."""
    steps = [step for node in tree.nodes for step in node.fresh]
    if not steps:
        return ""
    losses = [(float(place), step.loss) for place, step in enumerate(steps, 1)]
    apart = [(float(place), step.kl) for place, step in enumerate(steps, 1)]
    return line_svg("loss of lessons", "steps", losses) + line_svg(
        "KL to the model's own weights, nats", "steps", apart
    )


def _legend() -> str:
    """What colours and shapes mean."""
    discs = "".join(
        f'<circle class="program" cx="{x}" cy="12" r="6" fill="{score_colour(score)}"/>'
        f'<text class="tick" x="{x}" y="32" text-anchor="middle">{score:.2f}</text>'
        for x, score in ((16 + 44 * place, place / 4) for place in range(5))
    )
    return (
        '<svg class="legend" width="250" height="100" viewBox="0 0 250 100" role="img" '
        f'aria-label="legend">{discs}'
        '<circle class="program" cx="16" cy="54" r="6"/>'
        '<circle class="ring" cx="16" cy="54" r="9"/>'
        '<text x="32" y="58">accepted, or the result</text>'
        '<polygon class="call" points="16,75 21,80 16,85 11,80"/>'
        '<text x="32" y="84">a call that gave no program</text></svg>'
    )
