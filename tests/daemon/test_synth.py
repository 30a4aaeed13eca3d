"""The main job as a user meets it: files, answers, exit codes, what is printed and written."""

from __future__ import annotations

import ast

import pytest

DOUBLE = '''"""A file."""
import math


def double(x):
    """Twice x.

    >>> double(2)
    4
    >>> double(-3)
    -6
    """
    ...


AFTER = double  # stays
'''
RIGHT = "```python\ndef double(x):\n    return x * 2\n```"
WRONG = "```python\ndef double(x):\n    return x * x\n```"


def fenced(code: str) -> str:
    return f"```python\n{code}\n```"


def test_a_stub_is_verified_and_shown(shell) -> None:
    path = shell.file(DOUBLE)
    shell.model.say = lambda prompt: RIGHT
    ended = shell.run("synth", "work.py::double", "--no-tested")
    assert ended.code == 0, ended.err
    assert "+    return x * 2" in ended.out and "-    ..." in ended.out
    assert "verified (grade: examples)" in ended.out
    assert "double(-3)  gives  -6" in ended.out
    assert "24 programs, 120 s, 8192 completion tokens" in ended.err
    assert "ollama/coder" in ended.err and shell.model.url in ended.err
    assert "it is configured" in ended.err
    assert path.read_text() == DOUBLE, "nothing is written without --write"
    assert len(shell.model.prompts) == 1


def test_write_changes_the_body_and_nothing_else(shell) -> None:
    text = "\ufeff" + DOUBLE.replace("\n", "\r\n").replace("A file.", "Ein Füllfederhalter.")
    path = shell.file(text.encode())
    shell.model.say = lambda prompt: RIGHT
    assert shell.run("synth", "work.py", "--write").code == 0
    expected = text.replace("    ...\r\n", "    return x * 2\r\n")
    assert path.read_bytes().decode() == expected


def test_the_report_of_a_script(shell) -> None:
    shell.file(DOUBLE)
    shell.model.say = lambda prompt: RIGHT
    (report,) = shell.run(
        "synth", "work.py::double", "--json", "--seed", "7", "--no-tested"
    ).objects
    assert report["schema"] == 1
    assert (report["status"], report["grade"]) == ("verified", "examples")
    assert "return x * 2" in report["code"] and report["code"].startswith("def double(x):")
    assert [
        (c["input"].strip(), c["expected"].strip(), c["got"].strip()) for c in report["checks"]
    ] == [
        ("double(2)", "4", "4"),
        ("double(-3)", "-6", "-6"),
    ]
    cost = report["cost"]
    assert (cost["model_calls"], cost["programs"]) == (1, 1)
    assert (cost["prompt_tokens"], cost["completion_tokens"]) == (11, 7)
    assert cost["seconds"] > 0
    certificate = report["certificate"]
    assert certificate["schema"] == 1 and certificate["verdict"] == "accepted"
    assert len(certificate["code_sha256"]) == 64
    assert certificate["judge"]["isolation"] in ("bubblewrap", "landlock")
    assert certificate["seed"] == 7 and certificate["model"]["name"] == "ollama/coder"


def test_a_repair_follows_the_failing_check(shell) -> None:
    shell.file(DOUBLE)

    def say(prompt: str) -> str:
        if "Do not write code" in prompt:
            assert "`double(-3)` must give -6 but gives 9" in prompt
            return "Multiply by two."
        return RIGHT if "Multiply by two." in prompt else WRONG

    shell.model.say = say
    (report,) = shell.run("synth", "work.py", "--json", "--no-tested").objects
    assert report["status"] == "verified"
    assert 4 < report["cost"]["programs"] <= 8, "four drafts, and repairs of the one program"


def test_unsolved_shows_the_best_and_writes_it_only_when_told(shell) -> None:
    path = shell.file(DOUBLE)
    shell.model.say = lambda prompt: WRONG
    ended = shell.run("synth", "work.py", "--write", "--max-programs", "3", "--model", "ollama/m")
    assert ended.code == 1
    assert "it was asked for by name" in ended.err
    assert "unsolved (grade: partial)" in ended.out
    assert "double(-3)  must give  -6  but gives  9" in ended.out
    assert path.read_text() == DOUBLE
    ended = shell.run("synth", "work.py", "--write", "--max-programs", "3", "--accept-partial")
    assert ended.code == 1
    written = path.read_text()
    assert "# synthd: not verified: passes 1 of 2 checks\n    return x * x" in written


@pytest.mark.parametrize("write", [True, False])
def test_several_functions_are_done_one_by_one_and_see_each_other(shell, write: bool) -> None:
    path = shell.file(
        'def one(x):\n    """\n    >>> one(1)\n    2\n    """\n\n\n'
        'def two(x):\n    """\n    >>> two(1)\n    3\n    """\n    raise NotImplementedError\n'
    )
    shell.model.say = lambda prompt: fenced(
        "def two(x):\n    return one(x) + 1"
        if "function `two`" in prompt
        else "def one(x):\n    return x + 1"
    )
    ended = shell.run("synth", "work.py", "--json", *(["--write"] if write else []))
    assert [report["status"] for report in ended.objects] == ["verified", "verified"]
    assert ("return one(x) + 1" in path.read_text()) == write


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["nowhere.py"], "nowhere.py: No such file"),
        (["."], "is a folder"),
        (["work.py::dubble"], "double"),
        (["work.py::twin"], "A.twin on line 20, B.twin on line 24"),
        (["full.py"], "has no stub"),
        (["full.py::full"], "already has a body; add --replace"),
        (["work.py::bare"], "has no examples to verify against"),
        (["work.py::torn"], "torn(1) is 1 on line"),
        (["work.py::faulty"], "nonsense"),
        (["work.py::double", "--example", "double(2"], "double(2"),
        (["work.py::double", "--example", "double(2) == 5"], "double(2) is"),
        (["work.py::double", "--tests", "none.py"], "none.py"),
        (["work.py::double", "--set", "seidr.width=3"], "no parameter 'width'"),
        (["work.py::double", "--set", "seidr.beam_width=wide"], "is not an integer"),
        (["work.py::double", "--strategy", "magic"], "no strategy 'magic'"),
        (["work.py::double", "--max-programs", "0"], "max-programs"),
        (["work.py::double", "--python", "no-such-python"], "no-such-python"),
    ],
)
def test_wrong_usage_is_explained_before_a_model_is_asked(shell, arguments, says) -> None:
    shell.file(
        DOUBLE
        + "\n\nclass A:\n    def twin(self): ...\n\n\nclass B:\n    def twin(self): ...\n"
        + "\n\ndef bare(x):\n    ...\n"
        + '\n\ndef torn(x):\n    """\n    >>> torn(1)\n    1\n    >>> torn(1)\n    2\n    """\n'
        + '\n\ndef faulty(x):\n    """\n    >>> faulty(nonsense)\n    1\n    """\n'
    )
    shell.file("def full():\n    return 1\n", "full.py")
    ended = shell.run("synth", *arguments)
    assert ended.code == 2, ended.err
    assert says in ended.err
    assert "Traceback" not in ended.err
    assert shell.model.prompts == []


def test_without_examples_the_user_has_to_say_so(shell) -> None:
    path = shell.file("def bare(x):\n    ...\n")
    shell.model.say = lambda prompt: fenced("def bare(x):\n    return x")
    ended = shell.run("synth", "work.py", "--accept-untested", "--json", "--write")
    assert ended.code == 4
    (report,) = ended.objects
    assert (report["status"], report["grade"]) == ("undecided", "unknown")
    assert "# synthd: not verified: nothing was checked" in path.read_text()


def test_an_example_line_that_cannot_be_read_is_told(shell) -> None:
    shell.file(
        'def f(x):\n    """\n    Examples:\n        f(1) -> 2\n        f(2) -> 3 +\n    """\n'
    )
    shell.model.say = lambda prompt: fenced("def f(x):\n    return x + 1")
    ended = shell.run("synth", "work.py")
    assert ended.code == 0
    assert "line 5" in ended.out and "f(2) -> 3 +" in ended.out


def test_examples_and_tests_of_the_command_line_count(shell) -> None:
    shell.file("def add(a, b):\n    ...\n")
    shell.file(
        "from work import add\n\n\ndef test_add():\n"
        "    assert add(1, 2) == 3\n    assert add('a', 'b') == 'ab'\n",
        "test_add.py",
    )
    prompts: list[str] = []

    def say(prompt: str) -> str:
        prompts.append(prompt)
        return fenced("def add(a, b):\n    return a + b")

    shell.model.say = say
    ended = shell.run(
        "synth", "work.py::add", "--tests", "test_add.py", "--example", "add(2, 2) == 4", "--json"
    )
    (report,) = ended.objects
    assert report["status"] == "verified", report
    assert len(report["checks"]) == 3
    assert "add(2, 2) == 4" in prompts[0] and "add('a', 'b') == 'ab'" in prompts[0]


@pytest.mark.parametrize(
    ("answer", "body"),
    [
        ("Sure!\n" + RIGHT + "\nDone.", "return x * 2"),
        ("def double(x):\n    return x * 2\n", "return x * 2"),
        (fenced("print(double(2))") + "\n" + RIGHT, "return x * 2"),
        (fenced("def twice(x):\n    return x * 2"), "return x * 2"),
        (fenced("def double(number):\n    return number * 2"), "return number * 2"),
        (
            fenced(
                "from operator import mul\n\nFACTOR = 2\n\n"
                "def helper(x):\n    return mul(x, FACTOR)\n\n"
                "def double(x):\n    return helper(x)"
            ),
            "return helper(x)",
        ),
        ("```python\ndef double(x):\n    return x * 2\n", "return x * 2"),
    ],
)
def test_what_models_answer_becomes_this_function(shell, answer, body) -> None:
    path = shell.file(DOUBLE)
    shell.model.say = lambda prompt: answer
    ended = shell.run("synth", "work.py", "--write", "--max-programs", "1")
    assert ended.code == 0, ended.out + ended.err
    text = path.read_text()
    assert body in text
    before, after = ast.parse(DOUBLE), ast.parse(text)
    assert [type(n) for n in before.body] == [type(n) for n in after.body], (
        "nothing outside changed"
    )


def test_answers_are_read_as_the_paper_of_the_method_did(shell) -> None:
    """SEIDR takes every block for a program; by default the one that defines the function is."""
    path = shell.file(DOUBLE)
    shell.model.say = lambda prompt: f"{fenced('print(double(2))')}\n{RIGHT}"
    told = (
        *("synth", "work.py", "--json", "--strategy", "seidr"),
        *("--max-programs", "2", "--no-tested"),
    )
    (ours,) = shell.run(*told).objects
    assert (ours["cost"]["programs"], ours["status"]) == (1, "verified")
    assert "extraction" not in ours["certificate"]["parameters"]
    ended = shell.run(*told, "--set", "seidr.extraction=paper", "--write")
    (report,) = ended.objects
    assert (report["cost"]["programs"], report["cost"]["model_calls"]) == (2, 1)
    assert report["certificate"]["parameters"]["extraction"] == "every-block"
    assert "return x * 2" in path.read_text()
    (shown,) = shell.run("show", "last", "--json").objects
    assert shown["parameters"]["extraction"] == "every-block"
    assert [node["name"] for node in shown["nodes"]] == ["draft.0", "draft.0.block.1"]


def test_how_answers_are_read_is_among_a_methods_parameters(shell) -> None:
    shown = shell.run("strategies", "multi-turn", "--json")
    (row,) = [each for each in shown.objects if each["name"] == "extraction"]
    assert row["default"] == "robust" and "(the paper: first-or-whole)" in row["meaning"]
    shell.file(DOUBLE)
    refused = shell.run("synth", "work.py", "--set", "seidr.extraction=best")
    assert refused.code == 2 and "is not one of robust, paper, longest-block" in refused.err


@pytest.mark.parametrize("answer", ["", "I am sorry.", "```python\ndef double(x):\n    retu"])
def test_no_program_is_no_success(shell, answer) -> None:
    shell.file(DOUBLE)
    shell.model.say = lambda prompt: answer
    ended = shell.run("synth", "work.py", "--max-programs", "2", "--json")
    (report,) = ended.objects
    assert (ended.code, report["status"], report["grade"]) == (1, "unsolved", "unknown")


HOSTILE = {
    "loops": "while True:\n        pass",
    "forks": "import os\n    while True:\n        os.fork()",
    "exits": "import os\n    os._exit(0)",
    "leaves": "raise SystemExit(0)",
    "writes": "open('/tmp/synthd-was-here', 'w').write('x')\n    return 0",
    "dials": "import socket\n    socket.create_connection(('127.0.0.1', 80))\n    return 0",
    "equals": (
        "class All(int):\n        def __eq__(self, other): return True\n"
        "        def __repr__(self): return str(x * 2 + 1)\n    return All()"
    ),
    "shouts": "print('x' * 50_000_000)\n    return 0",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_program_is_refused_and_leaves_nothing(shell, name) -> None:
    shell.file(DOUBLE)
    shell.model.say = lambda prompt: fenced(f"def double(x):\n    {HOSTILE[name]}")
    ended = shell.run("synth", "work.py", "--max-programs", "1", "--json", "--max-seconds", "60")
    (report,) = ended.objects
    assert (ended.code, report["status"]) == (1, "unsolved"), report
    assert all(check["outcome"] != "pass" for check in report["checks"])
    if name == "loops":
        assert {check["outcome"] for check in report["checks"]} == {"timeout"}


def test_a_table_of_the_examples_is_labelled(shell) -> None:
    shell.file(DOUBLE)
    shell.model.say = lambda prompt: fenced("def double(x):\n    return {2: 4, -3: -6}[x]")
    ended = shell.run("synth", "work.py", "--max-programs", "3", "--json")
    (report,) = ended.objects
    assert (report["status"], report["grade"]) == ("verified", "examples")
    assert report["labels"] == ["tabulates-examples"]
    assert "only lists the answers" in report["message"]


def test_a_better_program_is_preferred_to_a_table(shell) -> None:
    shell.file(DOUBLE)
    table = fenced("def double(x):\n    return {2: 4, -3: -6}[x]")
    shell.model.say = lambda prompt: table if len(shell.model.prompts) < 3 else RIGHT
    (report,) = shell.run("synth", "work.py", "--json").objects
    assert report["labels"] == [] and "return x * 2" in report["code"]


def test_a_model_that_is_not_there_is_explained(shell) -> None:
    shell.file(DOUBLE)
    shell.environment = {"OLLAMA_HOST": "http://127.0.0.1:9"}
    ended = shell.run("synth", "work.py")
    assert ended.code == 3
    assert "ollama serve" in ended.err
    shell.environment = {"SYNTHD_MODEL": "", "OLLAMA_HOST": "http://127.0.0.1:9"}
    ended = shell.run("synth", "work.py")
    assert ended.code == 3
    assert "synthd models pull qwen2.5-coder:1.5b" in ended.err


def test_a_file_that_cannot_be_imported_is_explained(shell) -> None:
    shell.file("import not_a_module\n" + DOUBLE)
    ended = shell.run("synth", "work.py")
    assert ended.code == 3
    assert "not_a_module" in ended.err and "--python" in ended.err
    assert shell.model.prompts == []


def test_a_file_that_does_not_parse_elsewhere_is_fine(shell) -> None:
    path = shell.file(DOUBLE + "\ndef half(x:\n    return x /\n")
    shell.model.say = lambda prompt: RIGHT
    ended = shell.run("synth", "work.py", "--write")
    assert ended.code == 0, ended.err
    assert "do not parse and are left out" in ended.out
    assert path.read_text().endswith("\ndef half(x:\n    return x /\n")


def test_settings_of_the_workspace_are_used_and_bad_ones_named(shell) -> None:
    shell.file(DOUBLE)
    shell.model.say = lambda prompt: WRONG
    shell.file("max_programs = 2\nstrategy = 'best-of-n'", "synthd.toml")
    del shell.environment["SYNTHD_STRATEGY"]
    (report,) = shell.run("synth", "work.py", "--json").objects
    assert report["cost"]["programs"] == 2
    assert report["certificate"]["strategy"] == "best-of-n"
    shell.file("max_program = 2", "synthd.toml")
    ended = shell.run("synth", "work.py")
    assert ended.code == 2
    assert "synthd.toml" in ended.err and "max_programs" in ended.err


@pytest.mark.parametrize(
    ("target", "code"), [("none.py::f", 2), ("work.py::f", 2), ("work.py::double", 3)]
)
def test_a_script_gets_an_object_also_for_failures(shell, target: str, code: int) -> None:
    shell.file(DOUBLE)
    shell.environment = {"OLLAMA_HOST": "http://127.0.0.1:9"}
    ended = shell.run("synth", target, "--json")
    (report,) = ended.objects
    assert (ended.code, report["status"], report["schema"]) == (code, "error", 1)
    assert report["message"] and report["function"] == target.partition("::")[2]


def test_a_repair_begins_from_the_body(shell) -> None:
    text = (
        'def double(x):\n    """Twice x.\n\n    >>> double(3)\n    6\n    """\n    return x + 2\n'
    )
    shell.file(text)
    shell.model.say = lambda prompt: "```python\ndef double(x):\n    return x * 2\n```"
    ended = shell.run("synth", "work.py::double", "--repair", "--json", "--no-tested")
    assert ended.code == 0, ended.err
    assert "return x + 2" in shell.model.prompts[0]
    assert "return x * 2" in ended.objects[0]["code"]
    shell.file(text.replace("x + 2", "x * 2"))
    calls = len(shell.model.prompts)
    ended = shell.run("synth", "work.py::double", "--repair", "--no-tested")
    assert ended.code == 0 and len(shell.model.prompts) == calls
