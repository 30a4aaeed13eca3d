"""Calls that Hypothesis draws: of the right types, the same again, and nothing left behind."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from synthd.synth.inputs.annotations import Unknown
from synthd.synth.inputs.drawing import drawn
from synthd.synth.inputs.generate import generate
from synthd.synth.inputs.kinds import Kinds, Seen
from synthd.synth.problem import Example, Problem, Spec
from synthd.synth.testing.types import expression, fits


def problem(head: str, *calls: str, entry: str = "f") -> Problem:
    given = tuple(Example(str(i), call, "0") for i, call in enumerate(calls))
    return Problem("p", "", start=f'{head}\n    """Does."""', head=head, entry_point=entry,
                   spec=Spec(given))  # fmt: skip


def made(head: str, *calls: str, number: int = 40, entry: str = "f") -> tuple[str, ...]:
    return generate(problem(head, *calls, entry=entry), number, generator="hypothesis")


def arguments(call: str) -> list[ast.expr]:
    node = ast.parse(call, mode="eval").body
    assert isinstance(node, ast.Call)
    return [*node.args, *(word.value for word in node.keywords)]


KINDS = [
    "int", "float", "complex", "bool", "str", "bytes", "None", "list", "List[int]",
    "typing.Sequence[str]", "tuple[int, str]", "tuple[int, ...]", "set[int]", "frozenset[str]",
    "dict[str, list[bool]]", "Optional[float]", "Union[int, None]", "int | str", "'list[int]'",
    "Literal['a', 2]", "Annotated[int, 'metres']",
]  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_every_value_is_of_its_annotated_type_and_can_be_written_down(kind: str) -> None:
    node = ast.parse(kind, mode="eval").body
    for value in drawn(Kinds(Seen()).of_annotation(node), 30, 1):
        written = expression(repr(value))
        assert written is not None and fits(node, written) is True


@pytest.mark.parametrize(
    "kind",
    ["Widget", "Callable[[int], int]", "'('", "list[" * 30 + "int" + "]" * 30, "set[list[int]]",
     "dict[list[int], int]", "__import__('os')", "list[__import__('os')]"],
)  # fmt: skip
def test_what_cannot_be_drawn_is_unknown_and_no_name_is_looked_up(kind: str) -> None:
    with pytest.raises(Unknown):
        Kinds(Seen()).of_annotation(ast.parse(kind, mode="eval").body)


def test_parameters_without_annotations_take_after_the_examples() -> None:
    calls = made("def f(xs, n, word):", "f([3, (1, 'é')], n=None, word='(()')", "f([], 4, 'x')")
    for xs, n, word in map(arguments, calls):
        for part in xs.elts if isinstance(xs, ast.List) else [ast.Constant(xs)]:
            held = ast.literal_eval(part)
            assert isinstance(held, int) or (isinstance(held[0], int) and isinstance(held[1], str))
        assert ast.literal_eval(n) is None or isinstance(ast.literal_eval(n), int)
        assert isinstance(ast.literal_eval(word), str)
    assert any("n=" in call for call in calls) and any("n=" not in call for call in calls)
    assert any("'(()'" in call for call in calls), "what examples hold is drawn, too"


def test_what_is_around_a_call_and_objects_stay() -> None:
    calls = made("def f(self, x):", "sorted(A(1).f(B(), 3))", "A(1).f(C(), 4)", entry="A.f")
    assert {call.split(", ")[0] for call in calls} == {
        "sorted(A(1).f(B()", "sorted(A(1).f(C()", "A(1).f(B()", "A(1).f(C()"
    }  # fmt: skip


def test_there_are_none_where_nothing_says_what_is_wanted() -> None:
    assert made("def f():", "f()") == made("def f(x: Widget):") == made("not a head at all") == ()


def test_half_are_of_each_and_none_twice() -> None:
    asked = problem("def f(xs: list[int], by: float) -> int:", "f([1, 2], 0.5)")
    both = generate(asked, 40, 3, generator="both")
    assert len(set(both)) == len(both) == 40 and "f([1, 2], 0.5)" not in both
    own = set(generate(asked, 20, 3)) & set(both)
    assert len(own) == 20
    assert list(both) == sorted(both, key=lambda call: (len(call), call))


def test_where_one_has_few_the_other_has_more() -> None:
    asked = problem("def f(x: Literal[1]):", "f(1)")
    assert generate(asked, 4, generator="hypothesis") == ()
    own = generate(asked, 4)
    assert own == ("f(0)", "f(2)", "f(-1)", "f(13)") == generate(asked, 4, generator="both")


SCRIPT = """
import local_module
from synthd.synth.inputs.generate import generate
from synthd.synth.problem import Example, Problem, Spec
head = "def f(xs: list[int], word: str, by: float):"
asked = Problem("p", "", start=head, head=head, entry_point="f",
                spec=Spec((Example("0", "f([1], 'a', 0.5)", "0"),)))
print(*generate(asked, 60, 5, generator="hypothesis"), sep="\\n")
"""


def test_a_seed_decides_whatever_else_the_process_has_loaded_and_no_file_is_written(
    tmp_path: Path,
) -> None:
    """Hypothesis by itself draws constants of the modules that it finds, and keeps them."""

    def told(constants: str) -> str:
        folder = tmp_path / f"{len(constants)}"
        folder.mkdir()
        (folder / "local_module.py").write_text(constants)
        (folder / "script.py").write_text(SCRIPT)
        ran = subprocess.run(
            [sys.executable, "-B", "script.py"], cwd=folder, capture_output=True, text=True
        )
        assert ran.returncode == 0, ran.stderr
        assert sorted(each.name for each in folder.iterdir()) == ["local_module.py", "script.py"]
        return ran.stdout

    many = "".join(f"a{i} = {1000 + 7 * i}, 'word{i}', {i}.125\n" for i in range(300))
    first = told("")
    assert first.count("\n") == 60 and first == told(many)
