"""Rows that need something of their own."""

from __future__ import annotations

import math
from collections.abc import Callable

from synthd.sandbox import programs
from synthd.sandbox.programs import Exchanges, Rows, Rule
from synthd.synth.suites.task import Suite, Task, without_unused_crates

Load = Callable[[str], Suite]


def one(suite: Suite, task_id: str) -> Task:
    task = suite.find(task_id)
    assert task is not None
    return task


def code(tests: programs.Tests) -> programs.CodeTests:
    assert isinstance(tests, programs.CodeTests)
    return tests


def rows(tests: programs.Tests) -> Rows:
    assert isinstance(tests, Rows)
    return tests


def test_classes_of_the_program(suite: Load) -> None:
    full = suite("mbpp-full")
    setups = {task.id: code(task.tests).setup for task in full.tasks if code(task.tests).setup}
    assert set(setups) == {"367", "927"}
    assert setups["927"].startswith("root = Node(1)") and "\r" not in setups["927"]


def test_modules_that_tests_need(suite: Load) -> None:
    assert code(one(suite("mbpp"), "596").tests).text.startswith("import sys\n")
    assert code(one(suite("mbpp"), "Mbpp/82").tests).text.startswith("import math\n")


def test_line_ends(suite: Load) -> None:
    for task in suite("mbpp-full").tasks:
        assert "\r" not in task.reference + code(task.tests).text


def test_values_that_json_lacks(suite: Load) -> None:
    plus = suite("mbpp+")
    assert rows(one(plus, "Mbpp/2").tests).rows[0].args == ((3, 4, 5, 6), (5, 7, 4, 10))
    assert any(isinstance(row.args[1], complex) for row in rows(one(plus, "Mbpp/124").tests).rows)
    assert set() in [row.expected for row in rows(one(plus, "Mbpp/473").tests).rows]
    assert math.inf in [row.expected for row in rows(one(plus, "Mbpp/137").tests).rows]


def test_rules_of_mbpp_plus(suite: Load) -> None:
    by_rule: dict[Rule, set[str]] = {}
    for task in suite("mbpp+").tasks:
        by_rule.setdefault(rows(task.tests).rule, set()).add(task.id.removeprefix("Mbpp/"))
    assert by_rule[Rule("sets")] == {"2", "7", "111", "140", "232", "579", "769"}
    assert by_rule[Rule("found")] == {"737", "787", "794"}
    assert by_rule[Rule("either")] == {"558", "581"}
    assert len(by_rule[Rule("evalplus", absolute=1e-4)]) == 13
    assert len(by_rule[Rule("evalplus")]) == 353
    run = {task.id for task in suite("mbpp+").tasks if rows(task.tests).reference}
    assert run == {"Mbpp/88", "Mbpp/255", "Mbpp/630"}


def test_two_readings(suite: Load) -> None:
    row = rows(one(suite("mbpp+"), "Mbpp/581").tests).rows[0]
    assert row.args == (3, 4) and row.expected == (33, 35)


def test_any_root_will_do(suite: Load) -> None:
    checker = rows(one(suite("humaneval+"), "HumanEval/32").tests).checker
    assert checker is not None
    cubic = ([-6, 11, -6, 1],)
    assert [checker(cubic, root) for root in (1, 2.0, 3.00000001)] == ["", "", ""]
    for wrong in (1.5, math.nan, math.inf, "1", None, True + 0j, 10**400, -(10.0**308)):
        assert checker(cubic, wrong), wrong


def test_roots_that_doubles_only_come_close_to(suite: Load) -> None:
    checker = rows(one(suite("humaneval+"), "HumanEval/32").tests).checker
    assert checker is not None
    coarse = ([-1663750000, 10, 10, -1663750001, 26, -1663750001, -1, -1663750001, -1, 26],)
    root = 7999.418311588737
    assert checker(coarse, math.nextafter(root, math.inf)) == ""
    assert checker(coarse, root * 1.0000001)


def test_compiled_tasks_that_need_more_than_a_compiler(suite: Load) -> None:
    cpp = {task.id: task.needs for task in suite("humaneval-x-cpp").tasks if task.needs}
    assert cpp == {
        "CPP/22": ("boost/any.hpp",),
        "CPP/137": ("boost/any.hpp",),
        "CPP/162": ("openssl/md5.h",),
    }
    rust = suite("humaneval-x-rust")
    needing = {task.id: task.needs for task in rust.tasks if task.needs}
    assert needing == {
        "Rust/38": ("crate rand",),
        "Rust/50": ("crate rand",),
        "Rust/53": ("crate rand",),
        "Rust/91": ("crate regex",),
        "Rust/162": ("crate md5",),
    }
    assert [task.id for task in rust.tasks if task.fault] == ["Rust/32"]


def test_unused_crates_are_left_out() -> None:
    head = "use rand::Rng;\nuse regex::Regex;\nuse md5;\n"
    plain = without_unused_crates(head + "fn f() -> u8 { 1 }\n")
    assert plain.split() == "fn f() -> u8 { 1 }".split()
    kept = without_unused_crates(head + "fn f() { rand::random::<u8>(); }\n")
    assert "use rand::Rng;" in kept and "regex" not in kept and "md5" not in kept
    assert "use md5;" in without_unused_crates(head, "assert_eq!(md5::compute(b), c);")
    assert "use rand" not in without_unused_crates(head, "/* rand::random() */")


def test_a_description_that_ran_on(suite: Load) -> None:
    assert "substring" not in one(suite("psb2"), "psb2/gcd").prompt.lower()


def test_lists_are_two_lines(suite: Load) -> None:
    tests = one(suite("psb2-stdio"), "psb2/cut-vector").tests
    assert isinstance(tests, Exchanges)
    assert tests.rows[0].given == "1\n0\n" and tests.rows[0].expected == "1\n0\n0\n\n"
