"""What is known of a run's suites beyond its folder, and what of their tasks stands elsewhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from synthd.daemon.bench.case import BenchSuite, Case
from synthd.daemon.bench.report.table import Column, Table, percent
from synthd.daemon.bench.report.tabulate import Source
from synthd.daemon.bench.report.values import SuiteFacts
from synthd.daemon.bench.suites import catalogue
from synthd.daemon.exits import BadInput, Failure, Missing
from synthd.synth.metrics.overlap import Others, Overlap, Text
from synthd.synth.store import exemplars

_WORTH_TELLING = (0.2, 0.5)  # of words, of shapes


@dataclass(frozen=True, slots=True)
class Asked:
    """against: suites whose tasks are compared with. exemplars: files and folders of what prompts
    showed: repairs that were kept, AlphaVerus' state, or any text. exclude: contaminated tasks
    count for nothing in the report."""

    data: Path | None = None
    environment: Mapping[str, str] = field(default_factory=dict)
    contamination: bool = False
    against: tuple[str, ...] = ()
    exemplars: tuple[Path, ...] = ()
    exclude: bool = False

    @property
    def compares(self) -> bool:
        return self.contamination or self.exclude or bool(self.against or self.exemplars)


@dataclass(frozen=True, slots=True)
class Examined:
    """facts: a suite of a run each. exclude: of each suite the contaminated tasks, none unless that
    was asked for."""

    facts: tuple[SuiteFacts, ...]
    tables: tuple[Table, ...] = ()
    exclude: Mapping[str, frozenset[str]] = field(default_factory=dict)


def examine(sources: Sequence[Source], asked: Asked) -> Examined:
    """Raises BadInput and Missing where what was asked for cannot be compared; a suite whose data
    is not there is otherwise told of as far as the run's folder does."""
    suites: dict[str, BenchSuite | Failure] = {}
    facts: list[SuiteFacts] = []
    for source in sources:
        for spec in source.experiment.suites if source.experiment else ():
            if spec.name not in suites:
                suites[spec.name] = _loaded(spec.name, asked)
            ids = (source.tasks or {}).get(spec.text)
            count = None if ids is None else len(ids)
            run = source.name if len(sources) > 1 else ""
            facts.append(_facts(run, spec.text, spec.name, spec.sha256, count, suites[spec.name]))
    if not asked.compares:
        return Examined(tuple(facts))
    overlaps = _overlaps(suites, _wanted(sources), asked)
    exclude = {
        name: frozenset(one.task for one in found if one.contaminated)
        for name, found in overlaps.items()
        if asked.exclude
    }
    return Examined(
        tuple(_excluding(one, exclude.get(one.name, frozenset()), sources) for one in facts),
        tuple(_table(name, found) for name, found in overlaps.items()),
        exclude,
    )


def _loaded(name: str, asked: Asked) -> BenchSuite | Failure:
    try:
        return catalogue.load(name, asked.data, asked.environment)
    except Failure as failure:
        return failure


def _facts(
    run: str, text: str, name: str, sha256: str, count: int | None, suite: BenchSuite | Failure
) -> SuiteFacts:
    if isinstance(suite, Failure):
        why = f"its data is not here, so that only its hash is known ({suite})"
        return SuiteFacts(run, name, text, sha256, count, note=why)
    if sha256 and suite.sha256 != sha256:
        why = f"the data that is here has another hash ({suite.sha256}): nothing is told of it"
        return SuiteFacts(run, name, text, sha256, count, note=why)
    split = suite.split
    return SuiteFacts(
        run=run,
        name=name,
        text=text,
        sha256=suite.sha256,
        tasks=count,
        title=suite.title,
        version=suite.version,
        licence=suite.licence,
        split=(
            ("visible", split.visible),
            ("acceptance", split.acceptance),
            ("held out", split.held_out),
        ),
        left_out=tuple((one.id, one.why) for one in suite.left_out),
        note=suite.note,
    )


def _wanted(sources: Sequence[Source]) -> dict[str, frozenset[str] | None]:
    """Of each suite the tasks of the runs, None for all: nobody noted which."""
    found: dict[str, frozenset[str] | None] = {}
    for source in sources:
        for spec in source.experiment.suites if source.experiment else ():
            ids = (source.tasks or {}).get(spec.text)
            held = found.get(spec.name, frozenset())
            found[spec.name] = None if ids is None or held is None else held | frozenset(ids)
    return found


def _overlaps(
    suites: Mapping[str, BenchSuite | Failure],
    wanted: Mapping[str, frozenset[str] | None],
    asked: Asked,
) -> dict[str, list[Overlap]]:
    shown = [text for path in asked.exemplars for text in exemplar_texts(path)]
    others = {name: catalogue.load(name, asked.data, asked.environment) for name in asked.against}
    found: dict[str, list[Overlap]] = {}
    for name, suite in suites.items():
        if isinstance(suite, Failure):
            raise Missing(f"{name} cannot be examined for contamination: {suite}")
        texts = [*shown, *_built_in(suite)]
        for other in others.values():
            if other.name != name:
                texts += [_text(case, f"{other.name} {case.id}") for case in other.cases]
        index, ids = Others(texts), wanted[name]
        found[name] = [
            index.nearest(_text(case)) for case in suite.cases if ids is None or case.id in ids
        ]
    return found


def exemplar_texts(path: Path) -> list[Text]:
    """Of a folder that keeps repairs, of AlphaVerus' state, or of any text. Raises BadInput."""
    try:
        if path.is_dir():
            fixes = exemplars.load(path).fixes
        elif path.suffix == ".json":
            fixes = exemplars.alphaverus(path).fixes
        else:
            text = path.read_text("utf-8", "replace")
            language = "python" if path.suffix == ".py" else "text"
            return [Text(path.name, text, text, language)]
    except exemplars.NoExemplars as error:
        raise BadInput(str(error)) from None
    except OSError as error:
        raise BadInput(f"{path}: {error.strerror}") from None
    return [
        Text(f"{path.name} {number}", fix.incorrect, f"{fix.incorrect}\n{fix.corrected}", "verus")
        for number, fix in enumerate(fixes, 1)
    ]


def _built_in(suite: BenchSuite) -> list[Text]:
    """The worked examples that prompts for Verus show; no other prompt has any."""
    if not any(case.language == "verus" for case in suite.cases):
        return []
    from synthd.synth.prompts.verus.examples import EXAMPLES

    return [Text(f"example {one.name}", one.task, one.program, "verus") for one in EXAMPLES]


def _text(case: Case, id: str = "") -> Text:
    return Text(id or case.id, case.text, case.reference, case.language)


def _table(name: str, found: Sequence[Overlap]) -> Table:
    columns = (
        Column("task", number=False),
        Column("words %", "of the task's 8-grams of words, those that the other text has, too"),
        Column("of", number=False),
        Column("13-gram", "they have one in common: GPT-3's sign", number=False),
        Column("shape %", "Dice's coefficient of 23-grams of syntax trees, of the references"),
        Column("of which", number=False),
        Column("contaminated", "from 70 % of words (PaLM) or 90 % of shape on", number=False),
    )
    words, shape = _WORTH_TELLING
    told = [one for one in found if one.words >= words or one.shape >= shape or one.long]
    told.sort(key=lambda one: (not one.contaminated, -max(one.words, one.shape), one.task))
    rows: tuple[tuple[str, ...], ...] = tuple(
        (
            one.task,
            percent(one.words),
            one.by_words,
            "yes" if one.long else "",
            percent(one.shape),
            one.by_shape,
            "yes" if one.contaminated else "",
        )
        for one in told
    )
    number = sum(one.contaminated for one in found)
    note = (
        f"{number} of {len(found)} tasks are contaminated; shown are those with 20 % of words, "
        "half of the shape, or a 13-gram in common with a text that they were compared with."
    )
    rows = rows or (("none", *[""] * (len(columns) - 1)),)
    return Table(f"contamination-{name}", f"Contamination of {name}", columns, rows, note)


def _excluding(
    facts: SuiteFacts, excluded: frozenset[str], sources: Sequence[Source]
) -> SuiteFacts:
    ids: set[str] = set()
    for source in sources:
        ids |= set((source.tasks or {}).get(facts.text, ()))
    return replace(facts, excluded=tuple(sorted(excluded & ids if ids else excluded)))
