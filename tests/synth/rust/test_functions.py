"""Finding functions: all of them, with the right body, whatever stands around."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synthd.synth.rust.errors import AmbiguousPath, NoSuchFunction, NotNested, NoVerus
from synthd.synth.rust.function import Mode, RustFunction
from synthd.synth.rust.functions import find, functions, verus_macros


def _in_verus(code: str) -> str:
    return f"use vstd::prelude::*;\nverus! {{\n{code}\n}} // verus!\nfn main() {{}}\n"


def _body(text: str, function: RustFunction) -> str:
    assert function.body is not None
    return function.body.of(text)


def test_every_function_of_a_file(torture: str) -> None:
    found = [(f.path, f.mode, f.in_verus, f.stub) for f in functions(torture)]
    assert found == [
        ("outside_of_verus", Mode.EXEC, False, False),
        ("square", Mode.SPEC, True, False),
        ("oracle", Mode.SPEC, True, False),
        ("steps", Mode.SPEC, True, False),
        ("braces", Mode.EXEC, True, False),
        ("Area::area", Mode.SPEC, True, False),
        ("Area::compute", Mode.EXEC, True, False),
        ("Area::twice", Mode.EXEC, True, False),
        ("Pair::Area::area", Mode.SPEC, True, False),
        ("Pair::Area::compute", Mode.EXEC, True, False),
        ("Stack::push", Mode.EXEC, True, True),
        ("inner::deeper::lemma", Mode.PROOF, True, False),
        ("inner::called", Mode.EXEC, True, False),
        ("inner::later", Mode.EXEC, True, True),
        ("inner::type", Mode.EXEC, True, True),
        ("trusted", Mode.PROOF, True, False),
        ("unfinished", Mode.PROOF, True, True),
        ("declared", Mode.EXEC, True, True),
        ("later::in_brackets", Mode.EXEC, True, False),
        ("main", Mode.EXEC, False, False),
    ]


def test_braces_in_clauses_are_not_the_body(torture: str) -> None:
    function = find(torture, "braces")
    body = _body(torture, function)
    assert body.startswith("{\n    let c = '{';")
    assert body.endswith("todo_list();\n}")
    assert function.parameters == ("v", "token", "left", "right", "f")
    assert function.returns == "res"
    assert [word for word, _ in function.clauses] == [
        "requires",
        "ensures",
        "opens_invariants",
        "no_unwind",
        "when",
    ]
    assert function.requires is not None and function.ensures is not None
    requires = function.requires.of(torture)
    assert requires.startswith("({ let x = v.len(); x > 0 }),")
    assert requires.endswith("Pair { a: 1, b: [1] } == Pair { a: 1, b: [1] }")
    assert function.ensures.of(torture).endswith("|| res !is Err")
    assert [a.of(torture) for a in function.attributes] == [
        "#[verifier::loop_isolation(false)]",
        "#[verifier(spinoff_prover)]",
    ]
    assert function.header.of(torture).startswith("pub(crate) exec fn braces<'a,")
    assert function.header.of(torture).endswith("no_unwind when left > 0")
    assert torture.split("\n")[function.line - 1].startswith("pub(crate) exec fn braces")


def test_the_whole_of_a_function(torture: str) -> None:
    assert find(torture, "square").whole.of(torture).startswith("/// A square.")
    assert find(torture, "braces").whole.of(torture).startswith("#[verifier::loop_isolation")
    assert find(torture, "declared").whole.of(torture).endswith("ensures r == x;")
    assert find(torture, "declared").body is None
    steps = find(torture, "steps")
    assert steps.decreases is not None and steps.decreases.of(torture) == "n"


def test_the_macros_of_a_file(torture: str) -> None:
    first, second = verus_macros(torture)
    assert first.of(torture).startswith("\n\n/// A square.")
    assert second.of(torture) == " fn in_brackets() -> (r: u8) ensures r == 1 { 1 } "


@pytest.mark.parametrize(
    ("clauses", "body"),
    [
        ("ensures r == 1,", "{ 1 }"),
        ("ensures r == 1", "{ 1 }"),
        ("ensures match r { 1 => true, _ => false }", "{ 1 }"),
        ("ensures if r > 0 { r < 5 } else { false }", "{ 1 }"),
        ("ensures if let Some(Foo { a }) = r { a } else if b { c } else { d }", "{ 1 }"),
        ("ensures forall|i: int| 0 <= i ==> { i >= 0 }", "{ 1 }"),
        ("ensures forall|i: int| f(i) == if i > 0 { 1int } else { 2 },", "{ 1 }"),
        ("ensures r == Foo { a: 1 },", "{ 1 }"),
        ("ensures r == Foo::<u8> { a: 1, ..b } && x,", "{ 1 }"),
        ("ensures {r == 1}, {r == 1},", "{ 1 }"),
        ("requires a < b as u32, c as nat < d ensures r is Some", "{ 1 }"),
        ("ensures r matches Some(Foo { a, .. }) && a == 1", "{ 1 }"),
        ("ensures r == (0..3), r == [0; 3],", "{ 1 }"),
        ("ensures call_ensures(|x: u8| -> (y: u8) { x }, (1,), r),", "{ 1 }"),
        ("returns r decreases r, 1int via v", "{ 1 }"),
        ("decreases r when ({ let x = 1; x > 0 }) via some_lemma", "{ 1 }"),
        ("opens_invariants [a, b] no_unwind", "{ 1 }"),
        ("opens_invariants any", "{ 1 }"),
        ("ensures a ==> b, ", "{ match r { _ => 1 } }"),
        ("ensures a", "{ { 1 } }"),
        ("ensures a == \"{\", b == '{', // {\n", "{ /* } */ 1 }"),
        ("ensures x.0.1 == 1., y::<u8>() > <T as Q>::C,", "{ 1 }"),
        ("ensures #![auto] true,", "{ 1 }"),
        ("ensures !b, -1 < r, *r == &r, &&& a &&& b", "{ 1 }"),
        ("where T: Foo<Bar<u8>>, F: Fn(u8) -> u8, [u8; 3]: Sized", "{ 1 }"),
        ("", "{ }"),
    ],
)
@pytest.mark.parametrize("after", ["", "fn after() {}", "#[x] struct S;", "m!{}", "; use a::b;"])
def test_where_the_body_opens(clauses: str, body: str, after: str) -> None:
    text = _in_verus(f"fn f<T>(x: u8) -> (r: Option<Vec<u8>>) {clauses} {body} {after}")
    assert _body(text, find(text, "f")) == body


@pytest.mark.parametrize(
    ("code", "stub"),
    [
        ("fn f() -> u8 { todo!() }", True),
        ("fn f() -> u8 { todo!(); }", True),
        ('fn f() -> u8 { std::unimplemented!("later: {}", (1)) }', True),
        ("fn f() -> u8 { todo![] }", True),
        ("fn f() -> u8 { todo!(); 1 }", False),
        ("fn f() -> u8 { todo() }", False),
        ("fn f() -> u8 { }", True),
        ("fn f() -> u8 { // nothing yet\n }", True),
        ("fn f() -> () { }", False),
        ("fn f() { }", False),
        ("fn f() { // TODO\n }", True),
        ("fn f(x: &mut u8) ensures true { }", True),
        ("fn f() -> u8;", True),
        ("proof fn f() ensures true { }", False),
        ("proof fn f() ensures true { // by the solver\n }", False),
        ("proof fn f() ensures true { // TODO\n }", True),
        ("spec fn f() -> int;", False),
        ("uninterp spec fn f() -> int;", False),
        ("spec fn f() -> int { }", True),
        ("trait T { fn f() -> u8; }", False),
        ("impl T { fn f() -> u8; }", True),
        ('extern "C" { fn f() -> u8; }', False),
    ],
)
def test_stubs(code: str, stub: bool) -> None:
    text = _in_verus(code)
    assert find(text, "f").stub is stub


def test_the_end_of_a_path_is_enough(torture: str) -> None:
    assert find(torture, "push").path == "Stack::push"
    assert find(torture, "crate::inner::r#type").path == "inner::type"


def test_errors_say_what_there_is(torture: str) -> None:
    with pytest.raises(NoVerus, match=r"no `verus! \{ \}`"):
        find("fn f() {}", "f")
    with pytest.raises(NoSuchFunction, match=r"no function `nested`; there is .*`Stack::push`"):
        find(torture, "nested")
    with pytest.raises(AmbiguousPath, match=r"`Area::area` in line \d+, `Pair::Area::area`"):
        find(torture, "area")
    with pytest.raises(AmbiguousPath, match="rename"):
        find(_in_verus("fn f() {}\nfn f() {}"), "f")
    with pytest.raises(NotNested, match="line 4"):
        find("verus! {\nfn f() {\n    g();\n    if a {\n    h();\n}\nfn g() {}\n}", "f")
    with pytest.raises(NotNested, match="line 3"):
        find('verus! {\nfn f() {\n    "abc\n}\n}', "f")


@pytest.mark.parametrize(
    "broken",
    [
        "fn bad() {\n    if a {\n        b();\n}",
        "fn bad() {\n    if a {\n        b();\n    }\n    }\n}",
        "fn bad(x: u8\n{\n    1\n}",
        "fn bad() -> u8\n    ensures ((a,\n{\n    1\n}",
        "fn bad() requires a < b c d e\n{\n    while { ( }\n}",
        "fn bad( -> u8",
        "fn bad() {\n    v[0;\n}",
        "garbage = 1 + ;",
        "struct S {\n    a: u8,",
    ],
)
def test_a_broken_neighbour_hides_nobody(broken: str) -> None:
    target = "/// Doc.\nfn target(x: u8) -> (r: u8)\n    ensures r == x,\n{\n    x\n}"
    text = _in_verus(f"{broken}\n\n{target}\n\n{broken}")
    function = find(text, "target")
    assert function.whole.of(text) == target
    assert _body(text, function) == "{\n    x\n}"
    assert function.in_verus


@given(
    st.lists(
        st.sampled_from(
            "fn f g ( ) { } [ ] < > , ; verus ! impl mod trait -> requires ensures decreases "
            "where if else match let = forall | || #[a] == as is matches for in \n proof spec pub "
            "( ) { } { } \" ' /* */ //".split(" ")
        ),
        max_size=60,
    ).map(" ".join)
)
def test_any_text_can_be_read(text: str) -> None:
    for function in functions(text):
        assert function.whole.start <= function.header.start <= function.header.end
        assert function.header.end <= function.whole.end <= len(text)
        if function.body is not None:
            assert function.body.of(text)[0] == "{"
            assert function.whole.end == function.body.end
    verus_macros(text)


def test_deep_texts_need_no_deep_stack() -> None:
    deep = 2_000
    nested = _in_verus("mod a { " * deep + "fn f() {}" + " }" * deep)
    assert functions(nested)[0].name == "f"
    ifs = _in_verus("fn f() requires " + "if a { b } else " * deep + "{ c } { 1 }")
    assert _body(ifs, find(ifs, "f")) == "{ 1 }"
    less = _in_verus("fn f() requires " + "a < b < " * deep + "c { 1 }")
    assert _body(less, find(less, "f")) == "{ 1 }"
