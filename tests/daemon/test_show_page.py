"""The page of a search: one file, no network, and nothing on it that a model wrote is markup."""

from __future__ import annotations

import base64
import hashlib
import json
import math
import re
from dataclasses import dataclass, field, replace
from html.parser import HTMLParser
from typing import Any

import pytest

from synthd.daemon.showing.page import page
from synthd.synth.attempt import Attempt, Candidate, Case, CaseOutcome, Evaluation, Verdict
from synthd.synth.budget import Budget, Usage
from synthd.synth.events import Answered, Asked, Chose, Did, Group, Observed, Parting, Tried, Tuned
from synthd.synth.observation import Happened, Observation
from synthd.synth.ports import Message
from synthd.synth.trace.decode import decode
from synthd.synth.trace.encode import line
from synthd.synth.trace.records import End, Entry, Header, Recorded, VisibleCheck
from synthd.synth.trace.tree import tree
from synthd.synth.tuning import Learned

HOSTILE = "</script><img src=x onerror=alert(1)><!-- <script> ]]> &lt; \ud83d \x00 \u2028 é"


def searched(nodes: int, text: str) -> Recorded:
    """A tree of programs with this text wherever a model, a program or a file can put any."""
    header = Header(
        *("bcdfgh23", "2026-01-02T03:04:05", f"work.py::{text}", text, text),
        checks=(VisibleCheck(text, text, text),),
        strategy=text,
        parameters=((text, text),),
        model=text,
        endpoint=text,
        identity=text,
        seed=0,
        budget=Budget(),
        synthd="0",
    )
    entries: list[Entry] = []
    tried: list[Attempt] = []
    for place in range(nodes):
        parent = tried[(place - 1) // 3] if place else None
        score = (place % 7) / 7 if place < nodes - 1 else 1.0
        outcome = CaseOutcome.PASS if score == 1 else CaseOutcome.FAIL
        name = f"{place} {text}"
        verdict = Verdict.ACCEPTED if score == 1 else Verdict.REJECTED
        made = Candidate(f"{text}\nprogram {place}", parent, name, text, note=text)
        case = Case(text, outcome, text, text, text, text)
        found = Evaluation(verdict, score, (case,), text, (text,), text)
        tried.append(Attempt(made, found))
        above = parent.candidate.node if parent else ""
        prompt = (Message("system", text), Message("user", text + "?"))
        told = (
            Asked(place, text, 0.5, name, above, prompt),
            Answered(place, text, 9, 5),
            Tried(tried[-1], place + 1),
            Observed(name, (Observation(text, Happened.RETURNED, text, text),)),
        )
        entries += [Entry(place + part / 4, event) for part, event in enumerate(told)]
    names = [attempt.candidate.node for attempt in tried]
    groups = [Group(tuple(each), ((text, 0.25),)) for each in (names[::2], names[1::2]) if each]
    apart = Did(Happened.RETURNED, text, (0,)), Did(Happened.RAISED, text, (1,))
    partings = tuple(Parting(text, apart[: len(groups)]) for _ in range(6))
    entries.append(Entry(nodes, Chose(names[-1], text, tuple(groups), partings)))
    usage = Usage(nodes, 9 * nodes, 5 * nodes, nodes)
    end = End(float(nodes), "failed", tried[-1].candidate.node, False, True, usage, text)
    return decode(line(record) for record in (header, *entries, end))


@dataclass
class Parsed(HTMLParser):
    """What a browser would see: elements, their attributes, and the text of scripts."""

    elements: list[tuple[str, dict[str, str | None]]] = field(default_factory=list)
    scripts: list[str] = field(default_factory=list)
    text: str = ""

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag == "script":
            self.scripts.append("")

    def handle_data(self, data: str) -> None:
        if self.cdata_elem == "script":
            self.scripts[-1] += data
        self.text += data

    def named(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


def parsed(text: str) -> Parsed:
    found = Parsed()
    # As the file is written.
    found.feed(text.encode("ascii", "xmlcharrefreplace").decode())
    found.close()
    return found


@pytest.fixture(scope="module")
def hostile() -> Parsed:
    recorded = searched(8, HOSTILE)
    return parsed(page(recorded, tree(recorded)))


def data(found: Parsed) -> dict[str, Any]:
    return json.loads(found.scripts[0])


def test_text_of_models_is_never_markup(hostile: Parsed) -> None:
    plain = searched(8, "plain")
    harmless = parsed(page(plain, tree(plain)))
    assert [name for name, _ in hostile.elements] == [name for name, _ in harmless.elements]
    assert "img" not in {name for name, _ in hostile.elements}
    for name, attributes in hostile.elements:
        assert not any(key.startswith("on") for key in attributes), name
        assert not {"src", "href", "action", "srcdoc"} & set(attributes), name
    assert hostile.text.count("<img src=x onerror=alert(1)>") >= 8, "as text it is shown"


def test_all_of_it_is_there_for_who_clicks(hostile: Parsed) -> None:
    found = data(hostile)
    for node in found["nodes"]:
        program = node["program"]
        assert node["answer"] == HOSTILE and node["purpose"] == HOSTILE
        assert program["code"] == f"{HOSTILE}\nprogram {node['index']}"
        assert program["report"] == HOSTILE and program["note"] == HOSTILE
        assert {program["cases"][0][key] for key in ("id", "input", "got", "detail")} == {HOSTILE}
        assert node["observations"][0]["shown"] == HOSTILE
        prompt = [found["texts"][message["text"]] for message in node["prompt"]]
        assert prompt == [HOSTILE, HOSTILE + "?"]
        assert ("+program" in program["diff"]) == (node["maker"] is not None)
    assert len(found["texts"]) == 2, "a message that all prompts share is there once"
    drawn = [a["data-node"] for a in hostile.named("g") if "data-node" in a]
    assert sorted(map(int, filter(None, drawn))) == list(range(8))


def test_only_its_own_script_runs_and_nothing_is_loaded(hostile: Parsed) -> None:
    assert len(hostile.scripts) == 2
    (policy,) = [a["content"] for a in hostile.named("meta") if "http-equiv" in a]
    digest = base64.b64encode(hashlib.sha256(hostile.scripts[1].encode()).digest()).decode()
    assert policy == f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{digest}'"
    assert not re.search(r"https?:|url\(|@import|innerHTML|eval", hostile.scripts[1])
    assert not {"link", "iframe", "object", "base", "form"} & {name for name, _ in hostile.elements}


def test_scores_have_a_number_beside_their_colour() -> None:
    recorded = searched(8, "plain")
    found = parsed(page(recorded, tree(recorded)))
    for score in ("score 0.00", "score 0.14", "score 0.86", "score 1.00"):
        assert score in found.text
    assert "passes all 1" in found.text and "✓ the result" in found.text
    discs = {a["fill"] for a in found.named("circle") if a.get("fill")}
    assert len(discs) >= 7
    assert found.text.count("best score so far") == 2


def test_what_lessons_did_is_drawn() -> None:
    """Each step once, whichever call it was made for; and without any nothing is drawn."""
    recorded = searched(3, "plain")
    steps = tuple(
        Learned(place, 0, loss, 6.0, kl)
        for place, (loss, kl) in enumerate(((7.5, 1e-6), (5.0, 4e-6), (math.inf, 5e-6)))
    )
    entries = []
    for entry in recorded.entries:
        if isinstance(entry.event, Answered) and entry.event.call:
            # Each answer was drawn by an engine of its own, which had to learn all of it again.
            learned = tuple(
                replace(step, seconds=float(entry.event.call))
                for step in steps[: 2 * entry.event.call - 1]
            )
            entries.append(Entry(entry.at, Tuned(entry.event.call, learned)))
        entries.append(entry)
    taught = Recorded(recorded.header, tuple(entries), recorded.end)
    found = parsed(page(taught, tree(taught)))
    labels = [a["aria-label"] for a in found.named("svg")]
    assert "loss of lessons: 7.5 first, 5 last" in labels
    assert "KL to the model's own weights, nats: 1e-06 first, 5e-06 last" in labels
    assert len(data(found)["nodes"][2]["learned"]) == 3
    fresh = [step.lesson for node in tree(taught).nodes for step in node.fresh]
    assert fresh == [0, 1, 2], "each step once"
    plain = parsed(page(recorded, tree(recorded)))
    assert "lessons" not in plain.text and len(labels) == len(plain.named("svg")) + 2


def test_a_choice_is_a_table_of_groups_and_of_what_they_do() -> None:
    recorded = searched(8, "plain")
    found = parsed(page(recorded, tree(recorded)))
    assert "chose #8 plain of 8 programs in 2 groups, by plain" in found.text
    buttons = [a["data-node"] for a in found.named("button")]
    assert buttons == ["0", "2", "4", "6", "1", "3", "5", "7"], "each leads to its node"
    assert "B ✓" in found.text and "A ✓" not in found.text
    assert found.text.count("raises plain") == 4 and "2 more inputs tell them apart" in found.text
    (choice,) = data(found)["choices"]
    assert (choice["chosen"], choice["group"], len(choice["partings"])) == (7, 1, 6)
    assert choice["groups"][1] == {"members": [1, 3, 5, 7], "figures": {"plain": 0.25}}


def test_a_thousand_nodes() -> None:
    recorded = searched(1000, "def f(x):\n    return x\n" * 5)
    text = page(recorded, tree(recorded))
    found = parsed(text)
    assert len(data(found)["nodes"]) == 1000
    assert len(text) < 5_000_000
    assert sum("data-node" in attributes for attributes in found.named("g")) == 1000


def test_a_search_without_anything() -> None:
    whole = searched(1, "plain")
    recorded = Recorded(whole.header)
    found = parsed(page(recorded, tree(recorded)))
    assert data(found)["nodes"] == [] and "did not end" in found.text
