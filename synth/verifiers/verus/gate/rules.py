"""What the gate is asked to hold a program to, and what it found."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal


class Rule(StrEnum):
    """The gate's own rules. Those of the papers are named `paper-1` to `paper-11`."""

    OUTSIDE = "outside"  # text outside the body was changed, or added
    BROKEN = "broken"  # the body does not read as Rust's tokens
    CODE = "code-changed"  # executable code was changed where only the proof is asked for
    INVARIANTS = "only-invariants"  # more than clauses of loops was added
    ASSUME = "assume"  # something is taken to be true without a proof
    AXIOM = "axiom"  # a nested item that states and does not prove
    ATTRIBUTE = "attribute"  # one that may change what is verified, or with which means
    CONDITIONAL = "conditional"  # cfg: code that is there for one tool and not for another
    PANIC = "panic"  # ends the program in place of giving a result
    ENDLESS = "endless"  # a loop or recursion that cannot end proves anything
    UNSAFE = "unsafe"
    MACRO = "macro"  # defines one, or uses one that the gate does not know
    INCLUDE = "include"  # text from elsewhere
    ITEM = "item"  # a nested item that reaches beyond the body
    SHADOW = "shadow"  # takes a name that the contract or the file uses
    LOOK_ALIKE = "look-alike"  # a name with letters that only look like others


class PaperVariant(StrEnum):
    """The programs that share the papers' rules, and differ in some of them."""

    TUTORIAL = "tutorial"
    INFERENCE = "inference"
    TRAINING = "training"


@dataclass(frozen=True, slots=True)
class Rules:
    """keep_code: the body's executable code is given, and only its proof may change.
    invariants: nothing may change but that clauses are added to its loops. minimum:
    paths of functions that must be verified besides the target. termination: Verus demands
    `decreases` of loops and recursion (older ones do not). paper: whose rules `gate="paper"` has.
    """

    gate: Literal["strict", "paper"] = "strict"
    keep_code: bool = False
    invariants: bool = False
    minimum: tuple[str, ...] = ()
    termination: bool = True
    paper: PaperVariant = PaperVariant.INFERENCE


@dataclass(frozen=True, slots=True)
class Violation:
    """line: 1-based, in the changed file. message: for people and models, what to change."""

    rule: str
    token: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"line {self.line}: `{self.token}` ({self.rule}): {self.message}"
