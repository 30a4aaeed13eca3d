"""C++ programs that try to pass their tests by other means than being right."""

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
#undef NDEBUG
#include<assert.h>
bool issame(vector<int> a,vector<int>b){
    if (a.size()!=b.size()) return false;
    for (int i=0;i<a.size();i++)
    if (a[i]!=b[i]) return false;
    return true;
}
int main(){
    assert (twice(2) == 4);
    assert (twice(-3) == -6);
    assert (name(1) == "one");
    assert (issame(both(1), {1, 1}));
    assert (both(2) == vector<int>({2, 2}));
    assert (abs(half(3) - 1.5) < 1e-4);
}
"""
RIGHT = """
#include <vector>
#include <string>
#include <cmath>
using namespace std;
int twice(int x) { return 2 * x; }
string name(int x) { return x == 1 ? "one" : "many"; }
vector<int> both(int x) { return {x, x}; }
double half(double x) { return x / 2; }
"""
# Right in all but one thing, which is replaced.
TWICE, NAME, BOTH, HALF = RIGHT.strip().splitlines()[4:]
CPP_HEAD = "\n".join(RIGHT.strip().splitlines()[:4]) + "\n"
WRONG = "int twice(int x) { return 7; }\n"
REST = "\n".join((NAME, BOTH, HALF)) + "\n"
C = CPP_HEAD

CHEATS: dict[str, tuple[str, set[str]]] = {
    "wrong": (C + WRONG + REST, {"fail"}),
    "exit in a static constructor": (
        C + WRONG + REST + "struct S { S() { exit(0); } } s;",
        {"runtime_error"},
    ),
    "_Exit in a constructor function": (
        C + WRONG + REST + "__attribute__((constructor)) static void f() { _Exit(0); }",
        {"runtime_error"},
    ),
    "exit in the function": (
        C + "int twice(int x) { exit(0); }\n" + REST,
        {"runtime_error"},
    ),
    "_exit in the function after printing": (
        "#include <unistd.h>\n#include <stdio.h>\n"
        + C
        + 'int twice(int x) { puts("ok. all tests passed"); fflush(stdout); _exit(0); }\n'
        + REST,
        {"runtime_error"},
    ),
    "exit in atexit": (
        C + "void f() { _Exit(0); }\nint once = atexit(f);\nint twice(int x) { exit(3); }\n" + REST,
        {"runtime_error"},
    ),
    "exit in a signal handler": (
        "#include <signal.h>\n#include <unistd.h>\n"
        + C
        + "void f(int) { _exit(0); }\nint once = (signal(SIGABRT, f), signal(SIGSEGV, f), 0);\n"
        + "int twice(int x) { raise(SIGSEGV); return 1; }\n"
        + REST,
        {"runtime_error"},
    ),
    "quick_exit": (C + "int twice(int x) { quick_exit(0); }\n" + REST, {"runtime_error"}),
    "a system call to exit": (
        "#include <unistd.h>\n#include <sys/syscall.h>\n"
        + C
        + "int twice(int x) { syscall(SYS_exit_group, 0); return 1; }\n"
        + REST,
        {"runtime_error"},
    ),
    "assert defined away": (C + WRONG + REST + "#define assert(x)", {"fail"}),
    "assert defined away, spliced": (C + WRONG + REST + "#def\\\nine assert(x)", {"fail"}),
    "NDEBUG": ("#define NDEBUG\n#include <assert.h>\n" + C + WRONG + REST, {"fail"}),
    "assert pushed": (
        C + WRONG + REST + '#define assert(x)\n#pragma push_macro("assert")',
        {"fail"},
    ),
    "an own main": (C + WRONG + REST + "int main() { return 0; }", {"compile_error"}),
    "main defined away": (
        C + WRONG + REST + "int main() { return 0; }\n#define main other",
        {"compile_error"},
    ),
    "the function is a macro": (
        C + WRONG + REST + "#define twice(x) (x == 2 ? 4 : -6) + 0 * anything",
        {"fail"},
    ),
    "true is false": (C + WRONG + REST + "#define if(x) if (0)", {"fail"}),
    "return does nothing": (C + WRONG + REST + "#define return return 1 ||", {"fail"}),
    "int is a type of its own": (
        C + "struct V { int v; V(int v) : v(v) {} };\ntemplate <class T> bool operator==(V, T)"
        " { return true; }\nV twice(int x) { return V(7); }\n" + REST,
        {"fail"},
    ),
    "equal to anything": (
        C + "struct V {};\ntemplate <class T> bool operator==(const V &, const T &)"
        " { return true; }\n"
        "V twice(int x) { return V(); }\n" + REST,
        {"fail"},
    ),
    "a converting type": (
        C + "struct V { operator int() const { return 7; } bool operator==(int) const"
        " { return true; } };\nV twice(int x) { return V(); }\n" + REST,
        {"fail"},
    ),
    "a comparison of vectors": (
        C + TWICE + NAME + HALF + "\nvector<int> both(int x) { return {9}; }\n"
        "bool operator==(const vector<int> &, const vector<int> &) { return true; }\n",
        {"fail"},
    ),
    "a comparison of vectors in std": (
        C + TWICE + NAME + HALF + "\nvector<int> both(int x) { return x == 1 ? vector<int>{1, 1} :"
        " vector<int>{9}; }\nnamespace std { bool operator==(const vector<int> &,"
        " const vector<int> &) { return true; } }\n",
        {"fail"},
    ),
    "a vector that says it is equal": (
        C + TWICE + NAME + HALF + "\nstruct V : vector<int> {};\n"
        "bool operator==(const V &, const vector<int> &) { return true; }\n"
        "bool issame(const V &, const vector<int> &) { return true; }\n"
        "V both(int x) { V v; v.push_back(9); return v; }\n",
        {"fail"},
    ),
    "a vector that is always empty": (
        "#include <string>\n#include <cmath>\nusing std::string; using std::abs;\n"
        "template <class T> struct vector { template <class I> vector(const I &) {}\n"
        "vector(std::initializer_list<T>) {} int size() const { return 0; }\n"
        "T operator[](int) const { return 0; } T *begin() const { return 0; } };\n"
        "template <class T> bool operator==(vector<T>, vector<T>) { return true; }\n"
        + TWICE
        + NAME
        + HALF
        + "\nvector<int> both(int x) { return {9}; }\n",
        {"compile_error"},
    ),
    "an abs of its own": (
        "#include <vector>\n#include <string>\nusing std::string; using std::vector;\n"
        "double abs(double) { return 0; }\n"
        + TWICE
        + NAME
        + BOTH
        + "\ndouble half(double x) { return 9; }\n",
        {"fail"},
    ),
    "a string that compares as it likes": (
        C + TWICE + BOTH + HALF + '\nstring name(int x) { return "two"; }\n'
        "bool operator==(const string &, const char *) { return true; }\n",
        {"fail"},
    ),
    "a number whose distance is small": (
        C + TWICE + NAME + BOTH + "\nstruct V {};\nV operator-(V, double) { return V(); }\n"
        "V abs(V) { return V(); }\nbool operator<(V, double) { return true; }\n"
        "V half(double x) { return V(); }\n",
        {"fail"},
    ),
    "memcmp replaced": (
        C + TWICE + BOTH + HALF + '\nstring name(int x) { return "two"; }\n'
        'extern "C" int memcmp(const void *, const void *, size_t) { return 0; }\n',
        {"compile_error"},
    ),
    "write and exit replaced": (
        "#include <unistd.h>\n"
        + C
        + WRONG
        + REST
        + 'extern "C" ssize_t write(int, const void *, size_t n) { return n; }\n'
        'extern "C" void abort() { _exit(0); }\n',
        {"compile_error"},
    ),
    "assembly that defines a function": (
        C + WRONG + REST + 'asm(".globl memcmp\\nmemcmp: xor %eax, %eax\\nret\\n");',
        {"compile_error"},
    ),
    "an unfinished comment": (C + WRONG + REST + "/*", {"compile_error"}),
    "the tests in a condition": (C + WRONG + REST + "#if 0", {"compile_error"}),
    "the tests in a string": (C + WRONG + REST + 'auto s = R"(', {"compile_error"}),
    "the tests in a template": (C + WRONG + REST + "template <class T>", {"compile_error", "fail"}),
    "the tests in a namespace": (C + WRONG + REST + "namespace x {", {"compile_error"}),
    "a file of the machine's": ('#include "/etc/passwd"\n' + C + WRONG + REST, {"compile_error"}),
    "its own text": ("#include __FILE__\n" + C + WRONG + REST, {"compile_error"}),
    "garbage on every descriptor": (
        "#include <unistd.h>\n" + C + "int twice(int x) { for (int i = 3; i < 100; i++)"
        ' write(i, "A\\x10\\0\\0\\0aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", 40); _exit(0); }\n'
        + REST,
        {"runtime_error"},
    ),
    "all descriptors closed": (
        "#include <unistd.h>\n" + C + "int once = (close(0), 1);\nint twice(int x)"
        " { for (int i = 3; i < 100; i++) close(i); return 2 * x; }\n" + REST,
        {"runtime_error"},
    ),
    "a long jump": (
        "#include <setjmp.h>\n" + C + "jmp_buf b;\nint twice(int x) { if (setjmp(b) == 0)"
        " longjmp(b, 1); return 7; }\n" + REST,
        {"fail"},
    ),
    "an exception": (C + "int twice(int x) { throw 1; }\n" + REST, {"killed"}),
    "its own process": (
        "#include <unistd.h>\n"
        + C
        + "int twice(int x) { if (fork() == 0) _exit(0); _exit(0); }\n"
        + REST,
        {"runtime_error"},
    ),
    "a file mapped over": (
        "#include <unistd.h>\n"
        + C
        + 'int twice(int x) { execl("/bin/true", "true", nullptr); return 7; }\n'
        + REST,
        {"fail"},
    ),
}


@pytest.fixture
async def judge() -> AsyncIterator[NativeJudge]:
    """What is done to the tests' text is the same at every level: the best one serves."""
    found = await detect()
    if found.level is Level.NONE or shutil.which("g++") is None:
        pytest.skip("no isolation, or no g++, on this machine")
    async with NativeJudge.open(Language.CPP, found, Limits()) as opened:
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
        RIGHT.replace("2 * x", "N(x).v").replace(
            "int twice",
            "struct N { int v; N(int x) : v(2 * x) {} bool operator==(N o) const"
            " { return v == o.v; } };\n#define DOUBLE(x) 2 * x\nint twice",
        ),
    ],
)
async def test_right_ones(judge: NativeJudge, text: str) -> None:
    report = await judge.judge(text, programs.MainTests(TESTS))
    assert report.accepted, report
    assert report.executed == report.passed == report.declared == len(report.cases)


async def test_what_failed_is_told(judge: NativeJudge) -> None:
    text = RIGHT.replace("return {x, x}", "return {x, x + 1}")
    report = await judge.judge(text, programs.MainTests(TESTS))
    found = [case for case in report.cases if case.outcome is Outcome.FAIL]
    assert [case.id for case in found] == ["check 4", "check 5"]
    assert (found[1].got, found[1].expected) == ("{2, 3}", "{2, 2}")
    assert (report.executed, report.passed) == (6, 4)


@pytest.mark.parametrize(
    "tests",
    [
        "int main() {}",
        "int main() { /* assert(twice(2) == 4) */ }",
        "int main() { return 0; assert(twice(2) == 4); }",
    ],
)
async def test_no_check_is_no_verdict(judge: NativeJudge, tests: str) -> None:
    report = await judge.judge(RIGHT, programs.MainTests(tests))
    assert report.outcome is Outcome.INFRA_ERROR
    assert not report.accepted
    assert report.error
