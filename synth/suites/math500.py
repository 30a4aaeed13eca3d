"""MATH-500: 500 problems of the MATH test set (Hendrycks et al., arXiv 2103.03874), as Lightman et
al. (arXiv 2305.20050) chose them. The answer is what the solution has in its last `\\boxed{}`.
"""

from __future__ import annotations

from pathlib import Path

from synthd.synth.suites.files import DataRow, digest, locate, rows
from synthd.synth.suites.questions import Kind, Question, QuestionSuite


class _Row(DataRow):
    problem: str
    solution: str
    answer: str
    unique_id: str


def load_math500(data: Path) -> QuestionSuite:
    """Ids as in the data, without folder and ending: `precalculus/807`. Raises SuiteError."""
    path = locate(data, "math500/test.jsonl.gz")
    questions = tuple(
        Question(
            row.unique_id.removeprefix("test/").removesuffix(".json"),
            row.problem.strip(),
            row.answer.strip(),
            row.solution,
            Kind.LATEX,
        )
        for _, row in rows(path, _Row)
    )
    return QuestionSuite(
        "math500",
        "MATH-500",
        "MIT (OpenAI prm800k; MATH: MIT)",
        "openai/prm800k 7ecc794, math_splits/test.jsonl",
        questions,
        digest(path),
        path,
    )
