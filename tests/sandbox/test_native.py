"""C++ and Rust programs judged by what they print, under each level of isolation."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import tempfile
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from synthd.sandbox import programs
from synthd.sandbox.checks import Outcome
from synthd.sandbox.level import Detection, Level
from synthd.sandbox.limits import MIB, Limits
from synthd.sandbox.native.judge import NativeJudge
from synthd.sandbox.programs import (
    Exchange,
    Exchanges,
    Language,
    ProgramReport,
    Rule,
)

QUICK = replace(
    Limits(),
    cpu_seconds=1.0,
    wall_seconds=8.0,
    hurried_cpu_seconds=0.3,
    hurried_wall_seconds=0.5,
    memory_bytes=256 * MIB,
)
SUM = {
    Language.CPP: "#include <iostream>\nint main() { long a, s = 0; while (std::cin >> a) s += a;"
    " std::cout << s << std::endl; }",
    Language.RUST: "use std::io::*;\nfn main() { let mut s = String::new();"
    " stdin().read_to_string(&mut s).unwrap();"
    ' println!("{}", s.split_whitespace().map(|x| x.parse::<i64>().unwrap()).sum::<i64>()); }',
}
HEAD = """#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <pthread.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#define SAY(x) printf("%s\\n", (x) ? "yes" : "no")
"""


@pytest.fixture(params=[Language.CPP, Language.RUST], ids=str)
def language(request: pytest.FixtureRequest) -> Language:
    found: Language = request.param
    if shutil.which("g++" if found is Language.CPP else "rustc") is None:
        pytest.skip(f"no compiler for {found}")
    return found


async def judged(
    level: Level,
    text: str,
    *rows: tuple[str, str],
    language: Language = Language.CPP,
    limits: Limits = QUICK,
    rule: Rule | None = None,
) -> ProgramReport:
    if shutil.which("g++" if language is Language.CPP else "rustc") is None:
        pytest.skip(f"no compiler for {language}")
    tests = Exchanges(tuple(Exchange(*row) for row in rows), rule or Rule())
    async with NativeJudge.open(language, Detection(level), limits) as judge:
        return await judge.judge(text, tests)


def outcomes(report: ProgramReport) -> list[str]:
    return [case.outcome.value for case in report.cases]


async def test_rows(level: Level, language: Language) -> None:
    rows = (("1 2", "3\n"), ("1 2", "4"), ("\n5\n\n6\n", "11"))
    report = await judged(level, SUM[language], *rows, language=language)
    assert outcomes(report) == ["pass", "fail", "pass"]
    assert (report.executed, report.passed, report.declared) == (3, 2, 3)
    assert not report.accepted
    assert not report.in_process
    assert report.isolation is level
    case = report.cases[1]
    assert (case.input, case.expected, case.got) == ("1 2", "4", "3\n")


async def test_all_right(level: Level, language: Language) -> None:
    rows = [(f"{n} 1", f"{n + 1}") for n in range(30)]
    report = await judged(level, SUM[language], *rows, language=language)
    assert report.accepted, report
    assert report.cpu_seconds > 0


async def test_compile_error(level: Level, language: Language) -> None:
    report = await judged(level, "int main( {", ("", ""), language=language)
    assert report.outcome is Outcome.COMPILE_ERROR
    assert "error" in report.cases[0].detail
    assert not report.accepted


async def test_megabytes_both_ways(level: Level) -> None:
    """It writes while it is written to."""
    text = "#include <cstdio>\nint main() { int c; while ((c = getchar()) != EOF) putchar(c); }"
    given = "".join(f"{n} ä\n" for n in range(400_000)) + "x" * 1_000_000
    report = await judged(level, text, (given, given), limits=replace(QUICK, output_bytes=32 * MIB))
    assert report.accepted, report.cases[0].detail


async def test_a_program_that_does_not_read(level: Level) -> None:
    text = '#include <cstdio>\nint main() { puts("ok"); }'
    report = await judged(level, text, ("x\n" * 1_000_000, "ok"), ("", "ok"))
    assert report.accepted, report


async def test_tolerance(level: Level) -> None:
    text = '#include <cstdio>\nint main() { puts("0.333333 a"); }'
    rows = (("", "0.3333334 a"), ("", "0.33 a"))
    report = await judged(level, text, *rows, rule=Rule(absolute=1e-5))
    assert outcomes(report) == ["pass", "fail"]


@pytest.mark.parametrize(
    ("body", "outcome", "detail"),
    [
        ("*(volatile int *)8 = 1;", "killed", "SIGSEGV"),
        ("abort();", "killed", "SIGABRT"),
        ("raise(SIGKILL);", "killed", "SIGKILL"),
        ("throw 1;", "killed", "SIGABRT: terminate called"),
        ('puts("right"); exit(3);', "runtime_error", "exited with status 3"),
        ('puts("right"); fflush(stdout); _exit(1);', "runtime_error", "exited with status 1"),
        ('puts("wrong"); exit(0);', "fail", ""),
        ('fputs("ri\\xffght", stdout);', "fail", "the output is not UTF-8"),
        ("for (;;);", "timeout", "more than 1 s of CPU time"),
        ("signal(SIGXCPU, SIG_IGN); for (;;) fork();", "timeout", "more than 1 s of CPU time"),
        ('for (;;) puts("right");', "resource_limit", "output: more than 1048576 bytes"),
        (
            'FILE *f = fopen("f", "w"); char b[4096] = {}; for (;;) fwrite(b, 1, 4096, f);',
            "resource_limit",
            "file size: more than 16 MiB",
        ),
        (
            'for (int i = 0;; i++) { char n[9]; sprintf(n, "%d", i); FILE *f = fopen(n, "w");'
            " char b[4096] = {}; for (int j = 0; j < 1000; j++) fwrite(b, 1, 4096, f);"
            " fclose(f); usleep(5000); }",
            "resource_limit",
            "files: more than 64 MiB",
        ),
        ("for (;;) memset(new char[1 << 20], 1, 1 << 20);", "resource_limit", "memory: more than"),
        (
            "pthread_attr_t a; pthread_attr_init(&a); pthread_attr_setstacksize(&a, 65536);"
            " auto wait = [](void *) -> void * { pause(); return 0; }; pthread_t t;"
            " for (int i = 0; i < 200; i++) pthread_create(&t, &a, wait, 0); pause();",
            "resource_limit",
            "processes: too many threads",
        ),
    ],
)
async def test_endings(level: Level, body: str, outcome: str, detail: str) -> None:
    report = await judged(level, f"{HEAD}int main() {{ {body} }}", ("", "right"))
    assert outcomes(report) == [outcome], report
    assert report.cases[0].detail.startswith(detail)
    assert not report.accepted


async def test_one_that_waits(level: Level) -> None:
    limits = replace(QUICK, wall_seconds=0.5)
    report = await judged(level, f"{HEAD}int main() {{ pause(); }}", ("", ""), limits=limits)
    assert outcomes(report) == ["timeout"]
    assert report.cases[0].detail == "no end within 0.5 s"


async def test_open_files_are_few(level: Level) -> None:
    body = 'int n = 0; while (open("/dev/null", O_RDONLY) >= 0) n++; printf("%d\\n", n);'
    report = await judged(
        level, f"{HEAD}int main() {{ {body} }}", ("", "17"), limits=replace(QUICK, open_files=20)
    )
    assert report.accepted, report


async def test_after_a_timeout_others_are_hurried(level: Level) -> None:
    limits = replace(QUICK, total_seconds=1.5)
    report = await judged(level, "int main() { for (;;); }", *[("", "")] * 20, limits=limits)
    assert set(outcomes(report)) == {"timeout"}
    assert 2 <= report.executed < 20
    assert not report.accepted


async def test_memory_in_rust(level: Level) -> None:
    text = 'fn main() { let v = vec![1u8; 1 << 30]; println!("{}", v[77]); }'
    report = await judged(level, text, ("", "1"), language=Language.RUST)
    assert outcomes(report) == ["resource_limit"]


async def test_nothing_can_be_reached(level: Level, tmp_path: Path) -> None:
    """Each attempt says whether it succeeded."""
    (tmp_path / "secret").write_text("x")
    attempts = [
        "fork() >= 0",
        "vfork() >= 0",
        "socket(AF_INET, SOCK_STREAM, 0) >= 0",
        "socket(AF_UNIX, SOCK_STREAM, 0) >= 0",
        "ptrace(PTRACE_TRACEME, 0, 0, 0) >= 0",
        "ptrace(PTRACE_ATTACH, getppid(), 0, 0) >= 0",
        "kill(getppid(), 0) == 0",
        "kill(-1, 0) == 0",
        'mount("x", "/tmp", "tmpfs", 0, 0) == 0',
        'execl("/bin/true", "true", (char *)0) == 0',
        'execl("/proc/self/exe", "x", (char *)0) == 0',
        f'open("{tmp_path}/secret", O_RDONLY) >= 0',
        'open("/etc/passwd", O_RDONLY) >= 0',
        'open("../build/other", O_CREAT | O_WRONLY, 0600) >= 0',
        'rename("../build/program", "../build/other") == 0',
        'open("/usr/x", O_CREAT | O_WRONLY, 0600) >= 0',
        'chmod("../build/program", 0600) == 0',
        'system("true") == 0',
        "open(mem, O_RDWR) >= 0",
        "open(fd, O_RDWR) >= 0",
        'open("/proc/1/mem", O_RDWR) >= 0',
        'open("/proc/1/fd/1", O_RDWR) >= 0',
        'write(3, "x", 1) >= 0',
        'fopen("left", "r") != 0',
        '(fclose(fopen("left", "w")), 0)',
    ]
    paths = (
        'char mem[99], fd[99]; sprintf(mem, "/proc/%d/mem", getppid());'
        ' sprintf(fd, "/proc/%d/fd/4", getppid());'
    )
    lines = "".join(f"SAY({attempt});\n" for attempt in attempts)
    text = f"#include <sys/stat.h>\n{HEAD}int main() {{ {paths}\n{lines} }}"
    expected = "no\n" * len(attempts)
    report = await judged(level, text, ("", expected), ("", expected))
    assert report.accepted, dict(zip(attempts, report.cases[0].got.split(), strict=False))


@pytest.mark.parametrize("what", ["#include", "asm", "include_str"])
async def test_compilers_see_no_more(level: Level, tmp_path: Path, what: str) -> None:
    (tmp_path / "secret.h").write_text("int main() {}\n")
    path = f"{tmp_path}/secret.h"
    text = {
        "#include": f'#include "{path}"',
        "asm": f'asm(".incbin \\"{path}\\"");\nint main() {{}}',
        "include_str": f'fn main() {{ print!("{{}}", include_str!("{path}")); }}',
    }[what]
    language = Language.RUST if what == "include_str" else Language.CPP
    report = await judged(level, text, ("", ""), language=language)
    assert report.outcome is Outcome.COMPILE_ERROR, report


@pytest.mark.parametrize(
    ("text", "language", "allowed"),
    [
        ("char a[1 << 29] = {1}; int main() {}", Language.CPP, {"resource_limit"}),
        (
            "template <int n> struct A { A<n - 1> a; A<n - 2> b; char c[n]; };\n"
            "template <> struct A<0> {}; template <> struct A<-1> {};\n"
            "constexpr long f(long n) { return n < 2 ? n : f(n - 1) + f(n - 2); }\n"
            "constexpr long a = f(28), b = f(29) + a, c = f(28) + b;\n"
            "template <long n> constexpr long g() { return f(27 + n % 2) + g<n - 1>(); }\n"
            "template <> constexpr long g<0>() { return 0; }\n"
            "constexpr long d = g<800>(); int main() {}",
            Language.CPP,
            {"timeout", "compile_error"},
        ),
        (
            "const fn f(n: u64) -> u64 { let mut i = 0; let mut s = 0; while i < n "
            "{ s ^= i; i += 1 } s }\n#[allow(long_running_const_eval)]\n"
            'const A: u64 = f(1 << 40);\nfn main() { println!("{}", A) }',
            Language.RUST,
            {"timeout", "compile_error"},
        ),
    ],
    ids=["file", "constants in C++", "constants in Rust"],
)
async def test_compile_bombs(
    level: Level, text: str, language: Language, allowed: set[str]
) -> None:
    limits = replace(QUICK, load_seconds=1.5)
    report = await judged(level, text, ("", ""), language=language, limits=limits)
    assert report.outcome in allowed, report
    assert not report.accepted


async def test_cancelling_ends_all(level: Level) -> None:
    """While it compiles, and while it runs."""
    slow = '#include <regex>\n#include <iostream>\nint main() { std::regex r(".*"); }'
    running = f"{HEAD}int main() {{ signal(SIGTERM, SIG_IGN); signal(SIGHUP, SIG_IGN); pause(); }}"
    tests = Exchanges((Exchange("", ""),))
    async with NativeJudge.open(Language.CPP, Detection(level), QUICK) as judge:
        for text, seconds in ((slow, 0.4), (running, 1.0)):
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(judge.judge(text, tests), seconds)
    assert left_behind() == []


def left_behind() -> list[str]:
    """Processes that this one started, those that lost their parents, and folders."""
    marker = tempfile.gettempdir()
    found = [str(folder) for folder in Path(marker).glob("synthd-*")]
    ours = {process.pid for process in psutil.Process().children(recursive=True)}
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            line = " ".join(process.cmdline())
            if (process.pid in ours and "native_boot" in line) or f"{marker}/synthd-" in line:
                found.append(line)
    return found


async def test_several_at_once(level: Level, language: Language) -> None:
    tests = Exchanges((Exchange("1 2", "3"),))
    texts = [SUM[language], "fn main( {", SUM[language]]
    async with NativeJudge.open(language, Detection(level), QUICK, workers=2) as judge:
        reports = await asyncio.gather(*[judge.judge(text, tests) for text in texts])
    assert [report.outcome for report in reports] == ["pass", "compile_error", "pass"]


async def test_an_end_in_tests_of_its_own(level: Level) -> None:
    """A test main is held to the same limits."""
    tests = programs.MainTests("#include <assert.h>\nint main() { assert(f() == 1); }")
    async with NativeJudge.open(Language.CPP, Detection(level), QUICK) as judge:
        loops = await judge.judge("int f() { for (;;); }", tests)
        crashes = await judge.judge("int f() { __builtin_trap(); }", tests)
        right = await judge.judge("int f() { return 1; }", tests)
    assert loops.outcome is Outcome.TIMEOUT
    assert (crashes.outcome, crashes.cases[0].detail) == (Outcome.KILLED, "SIGILL")
    assert right.accepted
