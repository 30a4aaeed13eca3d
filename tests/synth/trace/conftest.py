"""Any event that a search could tell, and a small search that was told."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import strategies as st

from synthd.synth.attempt import (
    Attempt,
    Candidate,
    Case,
    CaseOutcome,
    Evaluation,
    Extraction,
    ProofCounts,
    Verdict,
)
from synthd.synth.budget import Budget, Usage
from synthd.synth.events import (
    Answered,
    Asked,
    Chose,
    Did,
    Group,
    Observed,
    Parting,
    Tried,
    Tuned,
)
from synthd.synth.observation import Happened, Observation
from synthd.synth.ports import Message
from synthd.synth.trace.records import End, Entry, Header, Recorded, Told, VisibleCheck
from synthd.synth.tuning import Learned

# Every code point, lone surrogates and control characters too: models and programs say anything.
TEXT = st.text(st.characters(exclude_categories=()), max_size=30)
NUMBER = st.floats(allow_nan=False)
COUNT = st.integers(0, 10**12)

ASKED = st.builds(
    Asked,
    COUNT,
    TEXT,
    NUMBER,
    TEXT,
    TEXT,
    st.lists(
        st.builds(Message, st.sampled_from(["system", "user", "assistant"]), TEXT), max_size=3
    ).map(tuple),
    COUNT,
    COUNT,
    st.none() | NUMBER,
)
ANSWERED = st.builds(Answered, COUNT, TEXT, COUNT, COUNT, st.booleans(), st.booleans(), TEXT)
LEARNED = st.builds(
    Learned, COUNT, COUNT, NUMBER, NUMBER, NUMBER, NUMBER, st.none() | NUMBER, NUMBER
)
TUNED = st.builds(Tuned, COUNT, st.lists(LEARNED, max_size=3).map(tuple))
CASE = st.builds(Case, TEXT, st.sampled_from(CaseOutcome), TEXT, TEXT, TEXT, TEXT)
EVALUATION = st.builds(
    Evaluation,
    st.sampled_from(Verdict),
    NUMBER,
    st.lists(CASE, max_size=3).map(tuple),
    TEXT,
    st.lists(TEXT, max_size=2).map(tuple),
    TEXT,
    NUMBER,
    st.none() | st.builds(ProofCounts, COUNT, COUNT, COUNT, COUNT),
)
OBSERVED = st.builds(
    Observed,
    TEXT,
    st.lists(
        st.builds(Observation, TEXT, st.sampled_from(Happened), TEXT, TEXT, NUMBER), max_size=3
    ).map(tuple),
)


@st.composite
def choices(draw: st.DrawFn, nodes: list[str]) -> Chose:
    """Among these nodes, and others that the trace does not have."""
    named = st.sampled_from(nodes) | TEXT if nodes else TEXT
    figures = st.lists(st.tuples(TEXT, NUMBER), max_size=2).map(tuple)
    group = st.builds(Group, st.lists(named, min_size=1, max_size=3).map(tuple), figures)
    groups = tuple(draw(st.lists(group, max_size=3)))
    places = st.lists(st.integers(0, max(0, len(groups) - 1)), max_size=3).map(tuple)
    did = st.builds(Did, st.sampled_from(Happened), TEXT, places if groups else st.just(()))
    parting = st.builds(Parting, TEXT, st.lists(did, max_size=3).map(tuple))
    partings = tuple(draw(st.lists(parting, max_size=2)))
    return Chose(draw(named), draw(TEXT), groups, partings)


def candidate(node: str, parent: Attempt | None) -> st.SearchStrategy[Candidate]:
    return st.builds(
        Candidate,
        code=TEXT,
        parent=st.just(parent),
        node=st.just(node),
        completion=TEXT,
        temperature=NUMBER,
        seed=COUNT,
        extraction=st.sampled_from(Extraction),
        note=TEXT,
        logprobs=st.none() | st.lists(NUMBER, max_size=3).map(tuple),
        pieces=st.lists(TEXT, max_size=3).map(tuple),
    )


@st.composite
def events(draw: st.DrawFn) -> tuple[Told, ...]:
    """Any events in any order; a program's parent is one of those before it."""
    told: list[Told] = []
    tried: list[Attempt] = []
    for place in range(draw(st.integers(0, 8))):
        if draw(st.booleans()):
            parent = draw(st.none() | st.sampled_from(tried)) if tried else None
            made = draw(candidate(f"{draw(TEXT)}.{place}", parent))
            tried.append(Attempt(made, draw(EVALUATION)))
            told.append(Tried(tried[-1], len(tried)))
        else:
            chose = choices([each.candidate.node for each in tried])
            told.append(draw(st.one_of(ASKED, TUNED, ANSWERED, OBSERVED, chose)))
    return tuple(told)


HEADERS = st.builds(
    Header,
    run=TEXT,
    started=TEXT,
    target=TEXT,
    problem=TEXT,
    statement_sha256=TEXT,
    checks=st.lists(st.builds(VisibleCheck, TEXT, TEXT, TEXT), max_size=2).map(tuple),
    strategy=TEXT,
    parameters=st.dictionaries(
        TEXT, st.none() | st.booleans() | COUNT | TEXT | st.floats(-9, 9), max_size=3
    ).map(lambda found: tuple(found.items())),
    model=TEXT,
    endpoint=TEXT,
    identity=TEXT,
    seed=COUNT,
    budget=st.builds(Budget, COUNT, NUMBER, COUNT, COUNT),
    synthd=TEXT,
)
ENDS = st.builds(
    End,
    at=NUMBER,
    stop=TEXT,
    best=TEXT,
    chosen=st.booleans(),
    accepted=st.booleans(),
    usage=st.builds(Usage, COUNT, COUNT, COUNT, COUNT, NUMBER, st.booleans()),
    message=TEXT,
    number=COUNT,
)


@st.composite
def searches(draw: st.DrawFn) -> Recorded:
    entries = tuple(Entry(draw(NUMBER), event) for event in draw(events()))
    return Recorded(draw(HEADERS), entries, draw(st.none() | ENDS))


@pytest.fixture(scope="session")
def recorded_searches() -> st.SearchStrategy[Recorded]:
    return searches()


def header() -> Header:
    check = VisibleCheck("doctest:1", "f(1)\n", "2\n")
    return Header(
        run="k3f9x2qz",
        started="2026-01-02T03:04:05+00:00",
        target="work.py::f",
        problem="work.f",
        statement_sha256="0" * 64,
        checks=(check,),
        strategy="seidr",
        parameters=(("beam_width", 4),),
        model="local/scripted",
        endpoint="nowhere",
        identity="",
        seed=0,
        budget=Budget(),
        synthd="0",
    )


@pytest.fixture(scope="session")
def head() -> Callable[[], Header]:
    return header
