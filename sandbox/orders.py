"""Tests as a pool's tester is told of them, and values as they come back from there."""

from __future__ import annotations

import base64
import json
from typing import Any

from synthd.sandbox.inside.encode import Encoder, TooLarge
from synthd.sandbox.inside.lines import Nowhere, nothing
from synthd.sandbox.inside.names import Names
from synthd.sandbox.inside.peer import Peer
from synthd.sandbox.inside.remote import Stop
from synthd.sandbox.inside.wire import LIMIT
from synthd.sandbox.programs import CodeTests, Exchanges, Rows


class BadTests(ValueError):
    """Tests that cannot be told: a value in them is none that can cross."""


def order_of(tests: CodeTests | Rows | Exchanges, names: Names) -> bytes:
    """Raises BadTests."""
    if isinstance(tests, CodeTests):
        order: dict[str, Any] = {
            "kind": "code",
            "entry": tests.entry,
            "text": tests.text,
            "head": tests.head,
            "check": tests.check,
            "setup": tests.setup,
        }
    elif isinstance(tests, Exchanges):
        order = {"kind": "script", "entry": "", "inputs": [row.given for row in tests.rows]}
    else:
        judged_here = tests.checker is not None
        told = not tests.reference and not judged_here
        order = {
            "kind": "rows",
            "entry": tests.entry,
            "rows": [_value(row.args, names) for row in tests.rows],
            "expected": [_value(row.expected, names) for row in tests.rows] if told else None,
            "reference": "" if judged_here else tests.reference,
            "rule": [tests.rule.name, tests.rule.absolute, tests.rule.relative],
            "values": judged_here,
            "seconds": tests.seconds,
        }
    return json.dumps(order).encode("ascii")


def _value(value: object, names: Names) -> dict[str, Any]:
    encoder = Encoder(names, _uncrossable, LIMIT)
    try:
        root = encoder.root(value)
    except TooLarge:
        raise BadTests("a value of a row is larger than 16 MiB") from None
    return {"root": root, "nodes": encoder.nodes}


def _uncrossable(value: object, _: str) -> Any:
    raise BadTests(f"a {type(value).__name__} cannot be an argument or a result")


def values_of(answers: list[str], names: Names) -> list[Any]:
    """What the program returned, row by row; a Stop or what it raised where it did not."""
    found: list[Any] = []
    peer = Peer(Nowhere(), names, nothing)
    for answer in answers:
        try:
            found.append(peer.accept(answer.encode("ascii", "replace"), []))
        except (Exception, Stop) as error:
            found.append(error)
    return found


def text_of(said: str) -> str:
    return base64.b64decode(said).decode("utf-8", "replace")
