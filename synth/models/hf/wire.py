"""What the engine is asked, as it comes over the wire: OpenAI's chat API, and a tuning with it."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from synthd.synth.ports import Message, Prompt
from synthd.synth.tuning import Edit, Lesson, Lora, Tuning


class _Wire(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class _Strict(BaseModel):
    """What changes the answer may not be overlooked."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Said(_Wire):
    role: Literal["system", "user", "assistant"]
    content: str

    def message(self) -> Message:
        return Message(self.role, self.content)


class LessonWire(_Strict):
    prompt: tuple[Said, ...]
    completion: str
    feedback: str
    reflection: str = ""

    def lesson(self) -> Lesson:
        prompt = tuple(each.message() for each in self.prompt)
        return Lesson(prompt, self.completion, self.feedback, self.reflection)


class LoraWire(_Strict):
    rank: Annotated[int, Field(ge=1)]
    alpha: float
    dropout: Annotated[float, Field(ge=0, lt=1)]
    lr: Annotated[float, Field(gt=0, allow_inf_nan=False)]
    steps: Annotated[int, Field(ge=1)]
    reflection_weight: float
    targets: tuple[str, ...]
    layers: Annotated[int, Field(ge=0)]
    seed: int

    def method(self) -> Lora:
        return Lora(**self.model_dump())


class EditWire(_Strict):
    optimizer: str
    sha256: str
    accumulate: bool

    def method(self) -> Edit:
        return Edit(**self.model_dump())


class TuningWire(_Strict):
    method: LoraWire | EditWire
    lessons: Annotated[tuple[LessonWire, ...], Field(min_length=1)]

    def tuning(self) -> Tuning:
        return Tuning(self.method.method(), tuple(each.lesson() for each in self.lessons))


class Wanted(_Wire):
    """Other fields that servers of this API know (cache_prompt, stream_options) change nothing."""

    messages: Annotated[tuple[Said, ...], Field(min_length=1)]
    temperature: Annotated[float, Field(ge=0, allow_inf_nan=False)] = 1.0
    top_p: Annotated[float, Field(gt=0, le=1)] | None = None
    max_tokens: Annotated[int, Field(ge=1)] = 1024
    seed: int = 0
    stream: Literal[True]
    logprobs: bool = False
    tuning: TuningWire | None = None

    @property
    def prompt(self) -> Prompt:
        return tuple(each.message() for each in self.messages)


class BadRequest(Exception):
    """What is asked cannot be understood: why."""


def read(body: bytes) -> Wanted:
    """Raises BadRequest."""
    try:
        return Wanted.model_validate_json(body)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise BadRequest(f"{place}: {first['msg']}") from None
