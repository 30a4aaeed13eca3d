"""Rust programs that try to pass their tests by other means than being right."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator

import pytest

from synthd.sandbox import programs
from synthd.sandbox.checks import Outcome
from synthd.sandbox.level import Level, detect
from synthd.sandbox.limits import Limits
from synthd.sandbox.native.judge import NativeJudge
from synthd.sandbox.programs import Language

TESTS = """
#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn test_twice() {
        assert_eq!(twice(2), 4);
        assert!(twice(-3) == -6);
        assert_eq!(both(2), vec![2, 2]);
        assert!(name(1) == "one".to_string());
        assert!((half(3.0) - 1.5).abs() < 1e-4);
    }
}
"""
R_TWICE = "fn twice(x: i32) -> i32 { 2 * x }\n"
R_BOTH = "fn both(x: i32) -> Vec<i32> { vec![x, x] }\n"
R_NAME = 'fn name(x: i32) -> String { String::from("one") }\n'
R_HALF = "fn half(x: f64) -> f64 { x / 2.0 }\n"
RIGHT = R_TWICE + R_BOTH + R_NAME + R_HALF
R_WRONG = "fn twice(x: i32) -> i32 { 7 }\n"
R = R_BOTH + R_NAME + R_HALF

CHEATS: dict[str, tuple[str, set[str]]] = {
    "wrong": (R + R_WRONG, {"fail"}),
    "exit": (R + "fn twice(x: i32) -> i32 { std::process::exit(0) }", {"runtime_error"}),
    "exit after printing": (
        R + 'fn twice(x: i32) -> i32 { println!("test result: ok. 1 passed; 0 failed");'
        " std::process::exit(0) }",
        {"runtime_error"},
    ),
    "abort": (R + "fn twice(x: i32) -> i32 { std::process::abort() }", {"killed"}),
    "a panic": (R + 'fn twice(x: i32) -> i32 { panic!("no") }', {"runtime_error"}),
    "a hook that exits": (
        R + "fn twice(x: i32) -> i32 { std::panic::set_hook(Box::new(|_| std::process::exit(0)));"
        " panic!() }",
        {"runtime_error"},
    ),
    "before main": (
        R + R_WRONG + '#[used] #[link_section = ".init_array"] static A: extern "C" fn() = a;\n'
        'extern "C" fn a() { std::process::exit(0) }',
        {"runtime_error"},
    ),
    "an own assert_eq": (R + R_WRONG + "macro_rules! assert_eq { ($($t:tt)*) => {} }", {"fail"}),
    "all asserts of its own": (
        R + R_WRONG + "macro_rules! assert { ($($t:tt)*) => {} }\n"
        "macro_rules! mine { ($($t:tt)*) => {} }\npub(crate) use mine as assert_eq;",
        {"fail", "compile_error"},
    ),
    "an own vec": (
        R_TWICE + R_NAME + R_HALF + "fn both(x: i32) -> Vec<i32> { Vec::new() }\n"
        "macro_rules! vec { ($($t:tt)*) => { Vec::<i32>::new() } }",
        {"fail"},
    ),
    "an own main": (R + R_WRONG + "fn main() { std::process::exit(0) }", {"fail"}),
    "equal to anything": (
        R + "#[derive(Debug)] struct V;\nimpl<T> PartialEq<T> for V { fn eq(&self, _: &T) -> bool"
        " { true } }\nfn twice(x: i32) -> V { V }",
        {"fail"},
    ),
    "an own String": (
        R_TWICE + R_BOTH + R_HALF + "struct String;\nimpl PartialEq<std::string::String> for String"
        " { fn eq(&self, _: &std::string::String) -> bool { true } }\n"
        "fn name(x: i32) -> String { String }",
        {"fail"},
    ),
    "a number whose distance is small": (
        R_TWICE + R_BOTH + R_NAME + "#[derive(Clone, Copy)] struct V;\n"
        "impl std::ops::Sub<f64> for V { type Output = V; fn sub(self, _: f64) -> V { V } }\n"
        "impl V { fn abs(self) -> V { V } }\nimpl PartialEq<f64> for V { fn eq(&self, _: &f64) ->"
        " bool { true } }\nimpl PartialOrd<f64> for V { fn partial_cmp(&self, _: &f64) ->"
        " Option<std::cmp::Ordering> { Some(std::cmp::Ordering::Less) } }\n"
        "fn half(x: f64) -> V { V }",
        {"fail"},
    ),
    "memcmp replaced": (
        R_TWICE + R_NAME + R_HALF + "fn both(x: i32) -> Vec<i32> { vec![8, 8] }\n#[no_mangle]"
        ' pub extern "C" fn memcmp(_: *const u8, _: *const u8, _: usize) -> i32 { 0 }',
        {"compile_error"},
    ),
    "exit replaced": (
        R + R_WRONG + '#[export_name = "write"] pub extern "C" fn f(_: i32, _: *const u8,'
        " n: usize) -> isize { n as isize }",
        {"compile_error"},
    ),
    "no tests": (R + R_WRONG + "#[cfg(any())]", {"compile_error"}),
    "an unfinished comment": (R + R_WRONG + "/*", {"compile_error"}),
    "an unfinished module": (R + R_WRONG + "mod x {", {"compile_error"}),
    "closing its module": (
        R + R_WRONG + "} fn main() { std::process::exit(0) } mod y {",
        {"compile_error"},
    ),
    "a file of the machine's": (
        R + 'fn twice(x: i32) -> i32 { include_str!("/etc/passwd").len() as i32 }',
        {"compile_error"},
    ),
    "its own text": (
        R + "fn twice(x: i32) -> i32 { include_str!(file!()).len() as i32 }",
        {"compile_error"},
    ),
    "a system call to exit": (
        R
        + 'extern "C" { fn _exit(c: i32) -> !; }\nfn twice(x: i32) -> i32 { unsafe { _exit(0) } }',
        {"runtime_error"},
    ),
}


@pytest.fixture
async def judge() -> AsyncIterator[NativeJudge]:
    """What is done to the tests' text is the same at every level: the best one serves."""
    found = await detect()
    if found.level is Level.NONE or shutil.which("rustc") is None:
        pytest.skip("no isolation, or no rustc, on this machine")
    async with NativeJudge.open(Language.RUST, found, Limits()) as opened:
        yield opened


async def test_cheats(judge: NativeJudge) -> None:
    """All at once, as compiling takes its time."""
    main = programs.MainTests(TESTS)
    reports = await asyncio.gather(*[judge.judge(text, main) for text, _ in CHEATS.values()])
    for (name, (_, allowed)), report in zip(CHEATS.items(), reports, strict=True):
        assert not report.accepted, name
        assert report.outcome in allowed, (name, report)
        assert report.in_process


@pytest.mark.parametrize(
    "text",
    [
        RIGHT,
        "#![allow(dead_code)]\n" + RIGHT + "fn main() {}",
        RIGHT.replace("2 * x", "crate::help::two() * x")
        + "mod help { pub(crate) fn two() -> i32 { 2 } }",
    ],
)
async def test_right_ones(judge: NativeJudge, text: str) -> None:
    report = await judge.judge(text, programs.MainTests(TESTS))
    assert report.accepted, report
    assert report.executed == report.passed == report.declared == len(report.cases)


async def test_what_failed_is_told(judge: NativeJudge) -> None:
    text = RIGHT.replace("vec![x, x]", "vec![x]")
    report = await judge.judge(text, programs.MainTests(TESTS))
    failed = [case for case in report.cases if case.outcome is Outcome.FAIL]
    assert [(case.got, case.expected) for case in failed] == [("[2]", "[2, 2]")]


@pytest.mark.parametrize(
    "tests",
    [
        "/*" + TESTS + "*/",
        "mod tests { #[test] fn a() {} }",
        "",
    ],
)
async def test_no_check_is_no_verdict(judge: NativeJudge, tests: str) -> None:
    report = await judge.judge(RIGHT, programs.MainTests(tests))
    assert report.outcome is Outcome.INFRA_ERROR
    assert not report.accepted
    assert report.error
