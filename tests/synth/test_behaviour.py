"""Programs compared by what they did."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from synthd.synth.behaviour import agreement, classes, distinguishing, sharpest
from synthd.synth.observation import Happened, Observation


def row(*texts: str) -> list[Observation]:
    """ "!X" raises X, "?" is no call at all, anything else is a value."""
    found = []
    for place, text in enumerate(texts):
        happened = {"!": Happened.RAISED, "?": Happened.INVALID}.get(text[0], Happened.RETURNED)
        found.append(Observation(f"f({place})", happened, text.lstrip("!?")))
    return found


def test_classes_are_of_equal_behaviour_and_the_largest_comes_first() -> None:
    assert classes([row("1", "2"), row("1", "3"), row("1", "!E"), row("1", "3")]) == [
        [1, 3], [0], [2],
    ]  # fmt: skip
    assert classes([]) == []


def test_two_failures_do_not_agree() -> None:
    assert agreement(row("1", "!E", "2", "3"), row("1", "!E", "2", "4")) == 0.5
    assert agreement(row("!E"), row("!E")) == 0.0
    assert agreement([], []) == 0.0


def test_calls_that_tell_programs_apart() -> None:
    rows = [row("1", "5", "?", "1"), row("1", "!E", "2", "2"), row("1", "5", "2", "3")]
    assert distinguishing(rows) == (1, 3)
    assert sharpest(rows) == 3
    assert sharpest([row("1", "2"), row("1", "2")]) is None
    assert sharpest([]) is None


ROWS = st.integers(0, 4).flatmap(
    lambda width: st.lists(
        st.lists(st.sampled_from(["1", "2", "!E"]), min_size=width, max_size=width), max_size=6
    )
)


@given(ROWS)
def test_every_program_is_in_one_class_and_classes_differ(texts: list[list[str]]) -> None:
    rows = [row(*each) for each in texts]
    groups = classes(rows)
    assert sorted(place for group in groups for place in group) == list(range(len(rows)))
    for group in groups:
        assert distinguishing([rows[place] for place in group]) == ()
    firsts = [rows[group[0]] for group in groups]
    for place, first in enumerate(firsts):
        assert all(distinguishing([first, other]) for other in firsts[:place])
