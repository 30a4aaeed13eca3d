"""The report of one job: what `--json` prints, the editor gets and a certificate is kept in.

One result, one table: ACCEPTED is verified, REJECTED and FORBIDDEN are unsolved, UNDECIDED is
undecided, a broken world is error.
"""

from __future__ import annotations

from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

from synthd.synth.attempt import Case, CaseOutcome, Grade

SCHEMA = 1


class Status(StrEnum):
    VERIFIED = "verified"
    UNSOLVED = "unsolved"
    UNDECIDED = "undecided"
    ERROR = "error"


class Wire(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class CheckReport(Wire):
    """One executed check: what went in, what should come, what came."""

    id: str
    outcome: CaseOutcome
    input: str
    expected: str
    got: str
    detail: str

    @classmethod
    def of(cls, case: Case) -> CheckReport:
        return cls(
            id=case.id,
            outcome=case.outcome,
            input=case.input,
            expected=case.expected,
            got=case.got,
            detail=case.detail,
        )


class Cost(Wire):
    """What the search spent. estimated: some token counts are synthd's own, not the backend's."""

    model_calls: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    programs: int = 0
    seconds: float = 0.0
    judge_seconds: float = 0.0
    estimated: bool = False


class ModelFacts(Wire):
    """identity: the SHA-256 of the weights, for Ollama of the manifest that names them; empty where
    the backend knows none."""

    name: str
    endpoint: str
    identity: str
    temperature: float
    seed: int


class JudgeFacts(Wire):
    synthd: str
    python: str
    isolation: str
    cpu_seconds: float
    wall_seconds: float
    memory_mb: int
    output_bytes: int


class TestedFacts(Wire):
    """What the grade `tested` rests on. inputs: generated ones that count. second_sha256: of the
    whole function as the program that was drafted by itself has it."""

    inputs: int
    seed: int
    second_sha256: str
    checked: list[str]


class AnswerReport(Wire):
    """What one program does with the input of a question: a value, or the exception it raises.
    code: that program, as the whole function."""

    value: str
    raises: str
    code: str


class QuestionReport(Wire):
    """Programs that pass every check differ on this call: the first answer is that of the report's
    program. An example of what is right settles it."""

    call: str
    text: str
    answers: list[AnswerReport]


class Certificate(Wire):
    """What was established about which bytes. Every sha256 is of UTF-8 text.

    code_sha256: the whole function as it stands in the file. spec_sha256: its signature and
    docstring. checks_sha256: the checks that ran, as synthd read them. file_sha256: the bytes of
    the whole file with the function in it.
    """

    schema_version: int = Field(default=SCHEMA, serialization_alias="schema")
    function: str
    code_sha256: str
    spec_sha256: str
    checks_sha256: str
    file_sha256: str
    verdict: str
    grade: Grade
    labels: list[str]
    judge: JudgeFacts
    model: ModelFacts
    strategy: str
    parameters: dict[str, object]
    seed: int
    tested: TestedFacts | None = None


class Report(Wire):
    """code is the whole function, also when unsolved: then it is the best partial program.

    untested: why the grade is not `tested`, one sentence; "" where it is, or was not tried.
    """

    schema_version: int = Field(default=SCHEMA, serialization_alias="schema")
    file: str
    function: str
    line: int
    status: Status
    grade: Grade
    message: str
    labels: list[str] = []
    code: str = ""
    checks: list[CheckReport] = []
    untested: str = ""
    question: QuestionReport | None = None
    certificate: Certificate | None = None
    cost: Cost = Cost()
    run: str = ""  # of the trace, for `synthd show`
    warnings: list[str] = []

    def json_text(self) -> str:
        return self.model_dump_json(by_alias=True)
