"""What is asked: a program to write, and what counts as right."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Doctest:
    """One `>>>` statement of a docstring with the output that should follow it.

    A statement without output that does not call the function is set-up for the next ones.
    All doctests of a Spec run in order in one namespace, as `python -m doctest` does.
    """

    id: str
    source: str  # without the `>>>` prompts, newline-terminated
    want: str  # the text that must be printed, newline-terminated, or ""
    line: int  # 1-based, of the `>>>` in its file; 0: in no file


@dataclass(frozen=True, slots=True)
class Example:
    """`call == expected`, both Python expressions.

    exact is False for the arrow form `f(1) -> 0.3` of a docstring, which nobody else runs:
    there floats compare within a relative 1e-9. `==` means what Python means.
    """

    id: str
    call: str
    expected: str
    line: int | None = None  # None: given on the command line
    exact: bool = True


@dataclass(frozen=True, slots=True)
class TestFile:
    """A pytest-style file: every assert that runs in a `test_*` function is a case."""

    id: str
    path: str
    text: str


Check = Doctest | Example | TestFile


@dataclass(frozen=True, slots=True)
class Spec:
    """Three sets that never mix.

    visible may steer the search and be shown to the model; acceptance may only stop or label;
    held_out is seen by a benchmark's final scoring and by nothing else.
    contract: a formal one (`requires … ensures …`), which a prover holds programs to.
    """

    visible: tuple[Check, ...] = ()
    acceptance: tuple[Check, ...] = ()
    held_out: tuple[Check, ...] = ()
    contract: str = ""


@dataclass(frozen=True, slots=True)
class Problem:
    """One program to write."""

    id: str
    statement: str  # what a person says the program should do
    language: str = "python"
    start: str = ""  # the code that the model is shown to complete
    head: str = ""  # the start without docstring and body: what a program's code stands under
    entry_point: str = ""  # the name that callers use; "" for a program that reads and prints
    context: str = ""  # surrounding code worth showing to the model
    spec: Spec = field(default_factory=Spec)
    given: str = ""  # a program to start from, as a Candidate's code: to be repaired, or proved
    proof_only: bool = False  # of the one given nothing that runs may change: it only lacks a proof
    loops_only: bool = False  # of the one given only what its loops lack may be added
    guide: str = ""  # the system message, where the language's own is not to be used
    # As Python would write it, where the start code does not: what inputs are drawn by.
    signature: str = field(default="", repr=False)
