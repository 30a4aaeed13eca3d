"""What is read out of answers in C++ and Rust."""

from __future__ import annotations

import pytest

from synthd.daemon.bench.suites.native_answers import Functions, Programs
from synthd.sandbox.programs import Language
from synthd.synth.attempt import Extraction

HELPER = "double poly(vector<double> xs, double x) {\n    return x;\n}"
HEAD = "/* finds a root */\n#include <vector>\nusing namespace std;\n"
BEFORE = f"{HEAD}{HELPER}\n\ndouble root(vector<double> xs) {{\n"
CPP = Functions(Language.CPP, "root", BEFORE)
RUST = Functions(Language.RUST, "root", "use std::cmp::max;\n\nfn root(x: i32) -> i32 {\n")
FUNCTION = "double root(vector<double> xs) { return poly(xs, 0); }"


def read(reader: Functions | Programs, code: str, cut: bool = False) -> tuple[str, Extraction, str]:
    return reader(f"Sure:\n```cpp\n{code}\n```\nDone.", cut)


def test_what_the_answer_lacks_is_put_in_front() -> None:
    code, kind, _ = read(CPP, FUNCTION)
    assert kind is Extraction.OK
    assert code.index("#include <vector>") < code.index("double poly") < code.index("double root")
    assert "finds a root" not in code


def test_helpers_that_it_writes_itself_are_not_doubled() -> None:
    code, _, _ = read(CPP, f"double poly(vector<double> xs, double x) {{ return 1; }}\n{FUNCTION}")
    assert code.count("double poly") == 1


def test_a_body_alone_continues_the_task() -> None:
    code, kind, _ = read(CPP, "    return poly(xs, 1);")
    assert kind is Extraction.OK
    assert code.startswith(BEFORE)
    assert code.count("{") == code.count("}")


def test_a_main_of_its_own_is_out_of_the_way() -> None:
    code, _, _ = read(CPP, f"{FUNCTION}\nint main() {{ return 0; }}")
    assert "int main()" not in code


def test_another_name_is_told_and_mended() -> None:
    code, kind, note = read(
        CPP, "double find(vector<double> xs) { return xs.empty() ? 0 : find({}); }"
    )
    assert kind is Extraction.WRONG_NAME
    assert "find" in note
    assert "double root(" in code
    assert "root({})" in code


def test_imports_of_rust_do_not_collide_with_those_of_the_answer() -> None:
    code, _, _ = read(RUST, "use std::cmp::max;\nfn root(x: i32) -> i32 { max(x, 0) }")
    assert "use self::given_imports::*;" in code
    assert "pub use std::cmp::max;" in code


@pytest.mark.parametrize("text", ["", "I cannot do that.", "The answer is 5; really."])
def test_prose_is_no_program(text: str) -> None:
    assert CPP(text, False)[1] is Extraction.NO_CODE
    assert Programs(Language.CPP)(text, False)[1] is Extraction.NO_CODE


def test_an_answer_that_was_cut_says_so() -> None:
    code, kind, _ = CPP("```cpp\ndouble root(vector<double> xs) {\n    return", True)
    assert kind is Extraction.TRUNCATED
    assert "return" in code


def test_of_several_blocks_the_one_with_the_function_counts() -> None:
    text = f"```\ng++ a.cpp\n```\n```cpp\n{FUNCTION}\n```"
    assert "double root(" in CPP(text, False)[0]


def test_whole_programs_stay_as_they_are() -> None:
    program = "#include <iostream>\nint main() { std::cout << 1; }"
    assert read(Programs(Language.CPP), program)[0].strip() == program
