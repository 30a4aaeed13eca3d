"""What every backend's stream looks like to us, and how a completion is made of it."""

from __future__ import annotations

import codecs
from collections.abc import Callable
from dataclasses import dataclass, field

from synthd.synth.models.errors import EmptyAnswer
from synthd.synth.ports import Completion, Finish, Prompt
from synthd.synth.tuning import Learned

# A token of code is about this many characters; used only where a backend does not count.
CHARACTERS_PER_TOKEN = 3.5


@dataclass(frozen=True, slots=True)
class Tokens:
    """The backend's own count."""

    prompt: int
    completion: int


@dataclass(frozen=True, slots=True)
class Likely:
    """One token of the answer. raw: a token may end in the middle of a character."""

    raw: bytes
    logprob: float


@dataclass(frozen=True, slots=True)
class Piece:
    """What one chunk of a stream told: some text, why it ended, what it cost, or nothing."""

    text: str = ""
    finish: Finish | None = None
    tokens: Tokens | None = None
    likely: tuple[Likely, ...] = ()
    fingerprint: str = ""
    learned: tuple[Learned, ...] = ()


@dataclass(slots=True)
class Collector:
    """A completion in the making."""

    prompt: Prompt
    heard: Callable[[str], None]
    texts: list[str] = field(default_factory=list)
    finish: Finish | None = None
    tokens: Tokens | None = None
    likely: list[Likely] = field(default_factory=list)
    fingerprint: str = ""
    learned: tuple[Learned, ...] = ()

    def add(self, piece: Piece) -> None:
        if piece.text:
            self.texts.append(piece.text)
            self.heard(piece.text)
        self.finish = piece.finish or self.finish
        self.tokens = piece.tokens or self.tokens
        self.likely += piece.likely
        self.fingerprint = piece.fingerprint or self.fingerprint
        self.learned += piece.learned

    @property
    def started(self) -> bool:
        return bool(self.texts)

    @property
    def ended(self) -> bool:
        return self.finish is not None

    def completion(self, model: str) -> Completion:
        """Raises EmptyAnswer, with what it cost, where the model said nothing."""
        text = "".join(self.texts)
        tokens = self.tokens or self._estimate()
        if not text.strip():
            raise EmptyAnswer(
                f"{model} answered with nothing: try again, or another model (--model)",
                prompt_tokens=tokens.prompt,
                completion_tokens=tokens.completion,
            )
        return Completion(
            text,
            self.finish or Finish.STOP,
            tokens.prompt,
            tokens.completion,
            counted=self.tokens is not None,
            logprobs=tuple(token.logprob for token in self.likely) or None,
            pieces=_texts(self.likely),
            fingerprint=self.fingerprint,
            learned=self.learned,
        )

    def _estimate(self) -> Tokens:
        said = sum(len(message.content) for message in self.prompt)
        return Tokens(round(said / CHARACTERS_PER_TOKEN), len(self.texts))


def _texts(tokens: list[Likely]) -> tuple[str, ...]:
    """The text of each token; a character that several share is the last one's."""
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    return tuple(decoder.decode(token.raw) for token in tokens)


def likely(told: object) -> tuple[Likely, ...]:
    """The tokens of one chunk in OpenAI's form: `{"content": [{"token", "bytes", "logprob"}]}`.

    Nothing where the chunk has none, or has them in another form.
    """
    content = told.get("content") if isinstance(told, dict) else None
    found: list[Likely] = []
    for token in content or ():
        raw, logprob = token.get("bytes"), token.get("logprob")
        if not isinstance(logprob, int | float):
            return ()
        text = str(token.get("token", ""))
        found.append(Likely(bytes(raw) if raw else text.encode(errors="replace"), float(logprob)))
    return tuple(found)
