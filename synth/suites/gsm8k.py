"""GSM8K: grade-school word problems whose answer is a number (Cobbe et al., arXiv 2110.14168).

Its test split; the training split, where papers take their examples from, is not read.
"""

from __future__ import annotations

import re
from pathlib import Path

from synthd.synth.suites.errors import SuiteDamaged
from synthd.synth.suites.files import DataRow, digest, locate, rows
from synthd.synth.suites.questions import Kind, Question, QuestionSuite

MARK = "#### "
# What the reference's calculator noted within its solutions: `<<16-3-4=9>>`.
_NOTED = re.compile(r"<<[^<>]*>>")


class _Row(DataRow):
    question: str
    answer: str


def load_gsm8k(data: Path) -> QuestionSuite:
    """Ids are `gsm8k/0` and so on, by line: the data has none. Raises SuiteError."""
    path = locate(data, "gsm8k/test.jsonl.gz")
    questions = []
    for line, row in rows(path, _Row):
        solution, mark, answer = row.answer.rpartition(MARK)
        if not mark or not answer.strip():
            raise SuiteDamaged(path, line, f"the answer does not end with `{MARK}NUMBER`")
        text = _NOTED.sub("", solution) + mark + answer
        question = Question(
            f"gsm8k/{line - 1}", row.question.strip(), answer.strip(), text, Kind.NUMBER
        )
        questions.append(question)
    return QuestionSuite(
        "gsm8k",
        "GSM8K, test split",
        "MIT (OpenAI)",
        "openai/grade-school-math 3101c7d",
        tuple(questions),
        digest(path),
        path,
    )
