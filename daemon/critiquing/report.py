"""What `synthd critique --json` prints: one object a function, with all its evidence."""

from __future__ import annotations

from enum import StrEnum

from pydantic import Field

from synthd.daemon.exits import Exit
from synthd.daemon.report import SCHEMA, Wire
from synthd.synth.critique.opinion import Standing, Tally
from synthd.synth.critique.rules import Found
from synthd.synth.critique.trials import Came, Trial


class Status(StrEnum):
    SOUND = "sound"  # as far as was looked
    FAULTY = "faulty"
    UNDECIDED = "undecided"
    ERROR = "error"


CODES = {
    Standing.SOUND: Exit.VERIFIED,
    Standing.FAULTY: Exit.UNSOLVED,
    Standing.UNDECIDED: Exit.UNDECIDED,
}


class ComparisonReport(Wire):
    """faulty_by_rule: what AlphaVerus' rule makes of these answers, also of none at all."""

    standing: Standing
    message: str
    yes: int
    no: int
    unread: int
    wanted: int
    faulty_by_rule: bool
    source: str
    source_sha256: str

    @classmethod
    def of(cls, tally: Tally, message: str, source: str, digest: str) -> ComparisonReport:
        return cls(
            standing=tally.standing,
            message=message,
            yes=tally.yes,
            no=tally.no,
            unread=tally.unread,
            wanted=tally.wanted,
            faulty_by_rule=tally.faulty,
            source=source,
            source_sha256=digest,
        )


class TrialReport(Wire):
    """A body that the spec admits. program: the whole file with it, as Verus verified it."""

    node: str
    came: Came
    body: str
    program: str
    labels: list[str]

    @classmethod
    def of(cls, trial: Trial, program: str) -> TrialReport:
        labels = list(trial.attempt.evaluation.labels)
        return cls(
            node=trial.node, came=trial.came, body=trial.body, program=program, labels=labels
        )


class ExploitsReport(Wire):
    """wanted: of the model; looked: answers of it that came. counts: of what came of all."""

    standing: Standing
    message: str
    wanted: int
    looked: int
    counts: dict[str, int]
    admitted: list[TrialReport]


class RuleReport(Wire):
    rule: str
    line: int
    message: str
    counts: bool

    @classmethod
    def of(cls, found: Found) -> RuleReport:
        return cls(rule=found.rule, line=found.line, message=found.message, counts=found.counts)


class Spent(Wire):
    model_calls: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    programs: int = 0
    estimated: bool = False
    seconds: float = 0.0


class CritiqueReport(Wire):
    schema_version: int = Field(default=SCHEMA, serialization_alias="schema")
    file: str
    function: str
    line: int = 0
    status: Status
    message: str
    rules: list[RuleReport] = Field(default_factory=list)
    comparison: ComparisonReport | None = None
    exploits: ExploitsReport | None = None
    file_sha256: str = ""
    model: str = ""
    endpoint: str = ""
    verus: str = ""
    isolation: str = ""
    seed: int = 0
    spent: Spent = Spent()
    record: str = ""
    warnings: list[str] = Field(default_factory=list)

    def json_text(self) -> str:
        return self.model_dump_json(by_alias=True)
