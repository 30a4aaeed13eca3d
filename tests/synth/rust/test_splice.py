"""Splicing a body: the body is the new one, and all else is what it was."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synthd.synth.rust.compare import outside
from synthd.synth.rust.functions import find, functions
from synthd.synth.rust.lexer import meaningful
from synthd.synth.rust.splice import replace_body

BODIES = st.recursive(
    st.sampled_from(
        [
            "x",
            "1;",
            "// note }\n",
            "/* { */",
            "'{';",
            '"}";',
            "f(1, [2]);",
            "\n\n",
            "    y;\n",
            "'a",
        ]
    ),
    lambda inner: st.lists(inner, max_size=4).map(lambda parts: "{ " + " ".join(parts) + "\n }"),
    max_leaves=12,
)


def test_a_body_stands_under_its_header() -> None:
    header = "verus! {\n    impl A {\n        fn f(&self)\n            ensures true,\n        "
    text = header + "{ }\n    }\n}"
    body = '{\n    let a = "x\n  y";\n    if a {\n\n        b\n    }\n}  // end'
    assert replace_body(text, find(text, "f"), body) == (
        header + "{\n"
        '            let a = "x\n  y";\n            if a {\n\n                b\n            }\n'
        "        }\n    }\n}"
    )


def test_statements_become_a_block() -> None:
    text = "verus! {\nfn f() -> u8 { todo!() }\n}"
    assert replace_body(text, find(text, "f"), "  let a = 1;\n  a // it\n") == (
        "verus! {\nfn f() -> u8 {\n    let a = 1;\n    a // it\n}\n}"
    )


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("fn f() -> u8;", "fn f() -> u8 { 1 }"),
        (
            "fn f() -> (r: u8)\n    ensures r == 1,\n;",
            "fn f() -> (r: u8)\n    ensures r == 1,\n{ 1 }",
        ),
        ("    fn f() -> u8 // why\n    ;", "    fn f() -> u8 { 1 }"),
    ],
)
def test_a_missing_body(code: str, expected: str) -> None:
    text = f"verus! {{\n{code}\nfn g() {{}}\n}}"
    assert replace_body(text, find(text, "f"), "{ 1 }") == f"verus! {{\n{expected}\nfn g() {{}}\n}}"


def test_line_ends_are_the_files() -> None:
    text = "verus! {\r\n    fn f() {\r\n    }\r\n}\r\n"
    changed = replace_body(text, find(text, "f"), "{\n    a;\n\n    b\n}")
    assert changed == ("verus! {\r\n    fn f() {\r\n        a;\r\n\r\n        b\r\n    }\r\n}\r\n")
    unix = text.replace("\r\n", "\n")
    assert replace_body(unix, find(unix, "f"), "{\r\n    a;\r\n\r\n    b\r\n}") == changed.replace(
        "\r\n", "\n"
    )


@given(BODIES, st.data())
def test_splicing_changes_the_body_alone(torture: str, body: str, data: st.DataObject) -> None:
    before = functions(torture)
    chosen = data.draw(st.sampled_from([f for f in before if f.in_verus]))
    block = "{ " + body + "\n}"
    changed = replace_body(torture, chosen, block)
    after = functions(changed)
    assert [f.path for f in after] == [f.path for f in before]
    for old, new in zip(before, after, strict=True):
        assert old.header.of(torture) == new.header.of(changed)
        if old is not chosen and old.body is not None:
            assert new.body is not None and old.body.of(torture) == new.body.of(changed)
    got = find(changed, chosen.path).body
    assert got is not None
    assert [t.text for t in meaningful(got.of(changed))] == [t.text for t in meaningful(block)]
    assert outside(torture, changed, chosen.path) is None
    assert replace_body(changed, find(changed, chosen.path), block) == changed
