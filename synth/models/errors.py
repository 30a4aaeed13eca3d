"""Why a model call failed, in words that tell the user what to do.

ModelError
├── ConnectionRefused   nobody listens at the endpoint
├── WrongKey            the endpoint refused the credentials
├── UnknownModel        the endpoint does not have the model
├── ContextTooLong      the prompt does not fit
├── CannotContinue      it does not go on with an answer that was begun
├── EmptyAnswer         the model said nothing
├── NoModel             no model is configured, running or on disk
├── NotRecorded         a replay asks for what was never recorded
├── NotKept             what was drawn cannot be written, so no more is drawn
└── ModelFailed         anything else, after the retries
    ├── Unavailable     the endpoint broke, fell silent or is overloaded: another one may answer
    └── EngineKilled    something ended the embedded engine
"""

from __future__ import annotations


class ModelError(Exception):
    """A model call that failed for good. str() is one line for the user."""


class ConnectionRefused(ModelError):
    pass


class WrongKey(ModelError):
    pass


class UnknownModel(ModelError):
    pass


class ContextTooLong(ModelError):
    pass


class CannotContinue(ModelError):
    """Ask for the whole answer instead."""


class EmptyAnswer(ModelError):
    """Also an empty answer costs: the tokens are here because no Completion tells them."""

    def __init__(self, message: str, prompt_tokens: int = 0, completion_tokens: int = 0) -> None:
        super().__init__(message)
        self.prompt_tokens = prompt_tokens
        self.completion_tokens = completion_tokens


class NoModel(ModelError):
    pass


class NotRecorded(ModelError):
    pass


class NotKept(ModelError):
    pass


class ModelFailed(ModelError):
    pass


class Unavailable(ModelFailed):
    pass


class EngineKilled(ModelFailed):
    """Something ended the embedded engine with a signal while it started: it may start again."""
