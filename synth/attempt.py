"""What was tried, and what came of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum


class Extraction(StrEnum):
    """How a program was found in a completion."""

    OK = "ok"
    TRUNCATED = "truncated"  # the block was never closed; what there is was taken
    NO_CODE = "no_code"  # prose, or nothing
    WRONG_NAME = "wrong_name"  # another function; taken under the right name
    UNUSABLE = "unusable"  # code that cannot become this function's body


@dataclass(frozen=True, slots=True)
class Candidate:
    """A program that may solve the problem. Every repair knows the attempt it repairs.

    logprobs and pieces: those of the completion's tokens, where the strategy asked for them.
    program: the text of it in the completion, where a policy of extraction/ took it; else "".
    """

    code: str
    parent: Attempt | None = None
    node: str = ""  # its place in the search tree: "draft.0", "draft.0/explain.1/repair.0"
    completion: str = ""
    temperature: float = 0.0
    seed: int = 0
    extraction: Extraction = Extraction.OK
    note: str = ""  # why the extraction is not OK, for people and for the repair prompt
    logprobs: tuple[float, ...] | None = None
    pieces: tuple[str, ...] = ()
    program: str = ""


class Verdict(StrEnum):
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    UNDECIDED = "undecided"  # a prover's time-out or a broken tool: no evidence either way
    FORBIDDEN = "forbidden"  # a cheat, named by its rule


class CaseOutcome(StrEnum):
    PASS = "pass"
    FAIL = "fail"
    COMPILE_ERROR = "compile_error"
    RUNTIME_ERROR = "runtime_error"
    TIMEOUT = "timeout"
    KILLED = "killed"  # by a signal, named in the detail; never a pass
    RESOURCE_LIMIT = "resource_limit"
    NO_CODE = "no_code"
    INFRA_ERROR = "infra_error"  # ours or the environment's fault: never scored as 0


class Grade(StrEnum):
    """How well a result is established, weakest to strongest."""

    UNKNOWN = "unknown"
    PARTIAL = "partial"
    EXAMPLES = "examples"
    TESTED = "tested"
    PROVED = "proved"


@dataclass(frozen=True, slots=True)
class Case:
    """One executed check: what went in, what should come, what came."""

    id: str
    outcome: CaseOutcome
    input: str = ""
    expected: str = ""
    got: str = ""
    detail: str = ""  # e.g. "SIGSEGV", "ZeroDivisionError: division by zero"

    @property
    def passed(self) -> bool:
        return self.outcome is CaseOutcome.PASS


@dataclass(frozen=True, slots=True)
class ProofCounts:
    """A prover's own figures. errors: obligations that failed; diagnostics: messages of the level
    `error` without the one that only sums up; notes: those of the level `note`."""

    verified: int
    errors: int
    diagnostics: int
    notes: int


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What a verifier found. Only the verdict decides; the score ranks, the report instructs."""

    verdict: Verdict
    score: float  # fraction of cases passed, 0 to 1
    cases: tuple[Case, ...] = ()
    report: str = ""  # why, in words, where the cases do not say it
    labels: tuple[str, ...] = ()  # e.g. "tabulates-examples"
    isolation: str = ""  # the level that held while it ran
    seconds: float = 0.0
    proof: ProofCounts | None = None  # where a prover judged


@dataclass(frozen=True, slots=True)
class Attempt:
    """A candidate together with its evaluation: a node of the search tree."""

    candidate: Candidate
    evaluation: Evaluation

    @property
    def accepted(self) -> bool:
        return self.evaluation.verdict is Verdict.ACCEPTED

    @property
    def score(self) -> float:
        return self.evaluation.score

    @property
    def rank(self) -> tuple[bool, bool, float]:
        """Sorts attempts by what is worth returning: an accepted program without a label first."""
        return (self.accepted, self.accepted and not self.evaluation.labels, self.score)

    def lineage(self) -> Iterator[Attempt]:
        """This attempt and its ancestors, youngest first."""
        attempt: Attempt | None = self
        while attempt is not None:
            yield attempt
            attempt = attempt.candidate.parent
