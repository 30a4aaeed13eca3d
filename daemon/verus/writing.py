"""A label in a body that was not proved, for whoever reads the file."""

from __future__ import annotations

from synthd.synth.rust.layout import STEP

UNPROVED = "synthd: not verified"


def labelled(body: str, comment: str) -> str:
    """The block with a comment in its first line; as it is where there is none."""
    if not comment or not body.startswith("{"):
        return body
    rest = body[1:]
    newline = "" if rest.startswith("\n") else f"\n{STEP}"
    return f"{{\n{STEP}// {comment}{newline}{rest.lstrip(' ') if newline else rest}"
