"""FTTT: the model learns from each failed attempt that it was incorrect, and tries again.

Li, Wang et al.: "Learning to Reason from Feedback at Test-Time", ACL 2025 (arXiv 2502.15771),
prelim/. Every attempt is drawn from the bare question: what failed is not in the prompt but in the
weights, a fresh LoRA for this problem that takes a step on each failed attempt
(synth/learning/fttt.py). The model's own weights stay as they are.

There the held-out tests say what failed (oracle=true) and end it; here the visible checks do,
unless a benchmark asks. There an attempt without an answer is not counted; here every generation
is an attempt and is paid for, but one without a program, or whose verdict is open, is no lesson.
Where there is a program to begin from, the question is for a better one in its place, and stays
the same. Nothing more is learned from a program that the user has cut off.

reflection=self is FTTT+ (fttt_plus.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from synthd.synth import prompts
from synthd.synth.attempt import Attempt, Extraction
from synthd.synth.parameter import parameter
from synthd.synth.ports import Finish, Prompt
from synthd.synth.prompts.begun import unbegun
from synthd.synth.prompts.reflecting import INCORRECT
from synthd.synth.run import Ask, Run
from synthd.synth.strategies.teaching import demand, wrong
from synthd.synth.streams import derived_seed
from synthd.synth.tuning import Lesson, Lora, Tuning
from synthd.synth.unmet import Unmet

# Tokens of an answer that is asked for in a few sentences.
REFLECTION = 256

Reflection = Literal["none", "self"]
REFLECTS = "what is learned besides “incorrect”: nothing, or what the model itself says of it"


@dataclass(frozen=True, slots=True)
class _Taught:
    attempt: Attempt
    lesson: Lesson


@dataclass(frozen=True, slots=True, kw_only=True)
class Fttt:
    n: int = parameter(32, "attempts, all of which count")
    temperature: float = parameter(0.6, "sampling temperature of all")
    top_p: float = parameter(0.95, "share of the likeliest tokens; 0: the backend's own", most=1)
    lr: float = parameter(1e-5, "learning rate of AdamW, constant (FTTT+ of Mistral: 2e-5)")
    steps: int = parameter(1, "steps on each failed attempt", most=64)
    rank: int = parameter(4, "of the LoRA")
    alpha: float = parameter(16.0, "of the LoRA: its product counts alpha / rank times")
    dropout: float = parameter(0.05, "of the LoRA, while it learns", most=0.9)
    targets: str = parameter("q_proj,v_proj", "matrices that it is on, separated by commas")
    layers: int = parameter(0, "the last so many layers have it; 0: all")
    reflection: Reflection = parameter("none", REFLECTS)
    reflection_weight: float = parameter(1.0, "weight λ of the reflection in the loss")
    reflection_tries: int = parameter(3, "how often one that does not come to its end is drawn")
    oracle: bool = parameter(False, "held-out tests say what failed (the paper: on; benchmarks)")

    async def __call__(self, run: Run) -> None:
        self._demand(run)
        asked = prompts.opening(run.problem, run.start)
        taught: list[_Taught] = []
        for turn in range(self.n):
            attempt = await run.attempt(self._ask(run, asked, turn, taught))
            if attempt is None:
                break
            if turn + 1 < self.n and wrong(attempt):
                taught.append(_Taught(attempt, await self._lesson(run, asked, attempt)))

    def _demand(self, run: Run) -> None:
        """Raises Unmet."""
        demand(run, "changes")
        if not (self.rank and self.steps and self._targets):
            raise Unmet("rank and steps are at least 1, and targets names a matrix (q_proj, say)")

    @property
    def _targets(self) -> tuple[str, ...]:
        return tuple(name for part in self.targets.split(",") if (name := part.strip()))

    def _ask(self, run: Run, asked: Prompt, turn: int, taught: Sequence[_Taught]) -> Ask:
        lessons = tuple(one.lesson for one in taught if not run.refuses(one.attempt))
        return Ask(
            asked,
            self.temperature,
            f"draft.{turn}",
            "draft",
            parent=run.start,
            top_p=self.top_p or None,
            tuning=Tuning(self._lora(run), lessons) if lessons else None,
        )

    def _lora(self, run: Run) -> Lora:
        return Lora(
            rank=self.rank,
            alpha=self.alpha,
            dropout=self.dropout,
            lr=self.lr,
            steps=self.steps,
            reflection_weight=self.reflection_weight,
            targets=self._targets,
            layers=self.layers,
            seed=derived_seed(run.seed, run.problem.id, "lora"),
        )

    async def _lesson(self, run: Run, asked: Prompt, attempt: Attempt) -> Lesson:
        question, answer = unbegun(asked), attempt.candidate.completion
        reflection = ""
        # What was cut in its middle has no mistakes to speak of.
        if self.reflection == "self" and attempt.candidate.extraction is not Extraction.TRUNCATED:
            reflection = await self._reflection(run, prompts.reflect(question, answer), attempt)
        return Lesson(question, answer, INCORRECT, reflection)

    async def _reflection(self, run: Run, prompt: Prompt, attempt: Attempt) -> str:
        """By the model's own weights; "" where none came to its end."""
        for again in range(self.reflection_tries):
            told = await run.sample(
                Ask(
                    prompt,
                    self.temperature,
                    f"{attempt.candidate.node}/explain.{again}",
                    "explain",
                    parent=attempt,
                    most=REFLECTION,
                    top_p=self.top_p or None,
                )
            )
            if told is None:
                break
            if told.finish is Finish.STOP and told.text.strip():
                return told.text.strip()
        return ""
