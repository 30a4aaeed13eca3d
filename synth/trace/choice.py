"""From a line of JSON to a choice: the groups that it was among, and what told them apart."""

from __future__ import annotations

from synthd.synth.events import Chose, Did, Group, Parting
from synthd.synth.observation import Happened
from synthd.synth.trace.fields import Damaged, Fields


def choice(fields: Fields) -> Chose:
    """Raises Damaged."""
    groups = tuple(_group(row) for row in fields.objects("groups"))
    partings = tuple(_parting(row, len(groups)) for row in fields.objects("partings"))
    return Chose(fields.text("node"), fields.text("by"), groups, partings)


def _group(fields: Fields) -> Group:
    return Group(fields.texts("nodes"), fields.pairs("figures"))


def _parting(fields: Fields, groups: int) -> Parting:
    return Parting(
        fields.text("call"),
        tuple(_outcome(row, groups) for row in fields.objects("outcomes")),
    )


def _outcome(fields: Fields, groups: int) -> Did:
    places = fields.integers("groups")
    if not all(0 <= place < groups for place in places):
        raise Damaged("there is no such group")
    return Did(fields.member("happened", Happened), fields.text("shown"), places)
