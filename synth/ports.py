"""What a search needs from the outside. Everything behind these is IO."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal, Protocol, runtime_checkable

from synthd.synth.attempt import Candidate, Evaluation
from synthd.synth.events import Event
from synthd.synth.observation import Observation
from synthd.synth.problem import Problem
from synthd.synth.tuning import Learned, Tuning


@dataclass(frozen=True, slots=True)
class Message:
    role: Literal["system", "user", "assistant"]
    content: str


Prompt = tuple[Message, ...]


def question(prompt: Iterable[Message]) -> str:
    """The first that the user says in it; "" for nothing."""
    return next((one.content for one in prompt if one.role == "user"), "")


@dataclass(frozen=True, slots=True)
class Sampling:
    """How one completion is drawn. max_tokens is a hard limit on what the call may cost.

    logprobs asks for the log-probability of every token, which not every backend gives.
    top_p: only the likeliest tokens that make up this much are drawn from. None: it is not sent,
    and the backend's own holds, which is not the same in all of them.
    tuning: by weights that differ from the model's own; only for models that `tunes` says can.
    """

    temperature: float
    max_tokens: int
    seed: int
    logprobs: bool = False
    top_p: float | None = None
    tuning: Tuning | None = None


class Finish(StrEnum):
    STOP = "stop"
    LENGTH = "length"  # cut at max_tokens


@dataclass(frozen=True, slots=True)
class Completion:
    """prompt_tokens and completion_tokens are the backend's count where it gives one;
    counted is False where they are our estimate. logprobs: natural logarithms, one for each
    token of the text, None unless asked for and given; pieces: the text of each of these tokens.
    fingerprint: which version of itself a remote backend says that it was, where it does.
    learned: of a tuned call, what each step did, all lessons' in their order.
    """

    text: str
    finish: Finish
    prompt_tokens: int
    completion_tokens: int
    counted: bool = True
    logprobs: tuple[float, ...] | None = None
    pieces: tuple[str, ...] = ()
    fingerprint: str = ""
    learned: tuple[Learned, ...] = ()


def unheard(_: str) -> None:
    """The listener of a completion that nobody watches."""


class Model(Protocol):
    """A language model behind one endpoint."""

    @property
    def name(self) -> str:
        """With its backend: `local/qwen2.5-coder:0.5b`, `ollama/…`, anything else litellm's."""
        ...

    @property
    def endpoint(self) -> str:
        """Where prompts go, as shown to the user: "this machine (embedded)", a URL, a provider."""
        ...

    @property
    def slots(self) -> int:
        """How many completions it draws at once without queueing."""
        ...

    async def complete(
        self, prompt: Prompt, sampling: Sampling, heard: Callable[[str], None] = unheard
    ) -> Completion:
        """Draw one completion, streaming; `heard` gets each piece of text (about one token).

        Cancelling the task stops the generation at the server too.
        Raises a ModelError of synthd.synth.models.errors, never anything else, once transient
        errors have been retried.
        """
        ...


def continues(model: Model) -> bool:
    """Whether a prompt may end with the beginning of the answer, as the assistant's message: what
    is drawn goes on from there. So for models with a true attribute of this name."""
    return bool(getattr(model, "continues", False))


def tunes(model: Model) -> bool:
    """Whether calls may be drawn by weights that were tuned for them (Sampling.tuning). So for
    models with a true attribute of this name."""
    return bool(getattr(model, "tunes", False))


def in_turn(model: Model) -> bool:
    """Whether a search with it does one thing at a time, calls and verdicts in turn: then its way
    does not depend on how long anything takes. So for models with a true attribute of this name."""
    return bool(getattr(model, "in_turn", False))


def blind(verifier: Verifier) -> bool:
    """Whether it has nothing to judge by, and accepts no program whatever it is: so for verifiers
    with a true attribute of this name. A strategy then has only its own means to select."""
    return bool(getattr(verifier, "blind", False))


class Verifier(Protocol):
    """Decides about a candidate by running or proving it; the only source of ACCEPTED."""

    async def verify(self, problem: Problem, candidate: Candidate) -> Evaluation: ...


@runtime_checkable
class Observer(Protocol):
    """What a verifier can be besides: one that executes programs without judging them.

    One with an attribute `calls` observes these alone: where nothing is called, an answer say.
    """

    async def observe(
        self, problem: Problem, candidate: Candidate, calls: tuple[str, ...]
    ) -> tuple[Observation, ...]:
        """What each call (an expression that calls the entry point) comes to, in order."""
        ...


class Executor(Verifier, Observer, Protocol):
    """A verifier that can do both."""


class Trace(Protocol):
    """Where events go: a file, an editor's progress bar, a test's list."""

    def __call__(self, event: Event, /) -> None: ...
