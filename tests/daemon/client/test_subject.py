"""What callers have in their hands becomes a path, a text and a name; nothing of it is run."""

from __future__ import annotations

import functools
import importlib.util
import linecache
import sys

import pytest

from synthd.daemon.client.cells import text
from synthd.daemon.client.errors import NoSource
from synthd.daemon.client.subject import subject

FILE = '''\
import functools


def wraps(f):
    @functools.wraps(f)
    def inner(*a):
        return f(*a)
    return inner


@wraps
def double(x):
    """double(1) -> 2"""


class Box:
    def get(self):
        """Box().get() -> 1"""

    @classmethod
    def make(cls):
        """Box.make() -> 1"""
'''


@pytest.fixture
def module(tmp_path):
    path = tmp_path / "work.py"
    path.write_text(FILE)
    spec = importlib.util.spec_from_file_location("work", path)
    found = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(found)
    return found


@pytest.mark.parametrize("name", ["double", "Box.get", "Box.make"])
def test_a_function_of_a_file(name, module):
    given = functools.reduce(getattr, name.split("."), module)
    found = subject(given)
    assert (found.path, found.function, found.text) == (module.__file__, name, FILE)
    assert found.raw == FILE.encode() and found.is_file


def test_a_function_of_a_notebooks_cell(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    own = 'def double(x):\n    """double(1) -> 2"""\n'
    cell = f"%time\nRATE = 2\n{own}double(1)\n"
    linecache.cache["<ipython-input-1>"] = (len(cell), None, cell.splitlines(True), "cell")
    space = {}
    exec(compile(cell.replace("%time", ""), "<ipython-input-1>", "exec"), space)
    try:
        found = subject(space["double"])
    finally:
        del linecache.cache["<ipython-input-1>"]
    assert found.text == f"RATE = 2\n{own}" and found.python == sys.executable
    assert found.path == str(tmp_path / "notebook_cell.py") and not found.is_file
    assert found.names["RATE"] == 2


def test_other_cells_give_what_they_define_and_nothing_that_does_something():
    earlier = [
        "%matplotlib inline\nimport math, torch\nfrom os import path\nRATE = 2\nprint('no')",
        "def helper(x):\n    return math.pi * RATE\n\ndef double(x): ...\n!rm -rf /",
        "this is no Python",
        "RATE: int = 3\ndata = open('x')\nTABLE = " + repr(list(range(2000))),
    ]
    own = "@cache\ndef double(x):\n    'double(1) -> 2'  # as it is"
    cell = f"from functools import cache\nfrom synthd.daemon import synthesize\n{own}\n"
    assert text(f"{cell}r = synthesize(double)\n", "double", earlier) == (
        "import math, torch\nfrom functools import cache\n"
        f"def helper(x):\n    return math.pi * RATE\nRATE: int = 3\n{own}\n"
    )


def test_a_file_and_a_name_as_bytes_are(tmp_path):
    path = tmp_path / "work.py"
    path.write_bytes("\ufeff# é\r\ndef f(x):\r\n    '''f(1) -> 2'''\r\n".encode())
    found = subject(f"{path}::f")
    assert found.text.encode() == path.read_bytes()
    latin = tmp_path / "latin.py"
    latin.write_bytes("# -*- coding: latin-1 -*-\n# é\ndef f(): pass\n".encode("latin-1"))
    found = subject(f"{latin}::f")
    assert "é" in found.text and found.encoding == "iso-8859-1"


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ('def f(x):\n    """f(1) -> 2"""\n', "f"),
        ("def done(x):\n    return x\n\ndef f(x):\n    ...\n", "f"),
        ("class A:\n    def m(self):\n        raise NotImplementedError\n", "A.m"),
        ("def f(x):\n    return x +\n", "f"),
    ],
)
def test_a_text_says_itself_which_function_is_meant(given, name):
    assert subject(given).function == name


@pytest.mark.parametrize(
    ("given", "why"),
    [
        (len, "no function written in Python"),
        (lambda x: x, "inside another function"),
        ("x = 1", "has no function"),
        ("def f(): ...\ndef g(): ...\n", "several functions"),
        ("/nowhere/work.py::f", "No such file"),
        (__file__, "name the function in it"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_what_to_do(given, why):
    with pytest.raises(NoSource, match=why):
        subject(given)


def test_a_function_without_any_source():
    space = {}
    exec("def f(x): pass", space)
    with pytest.raises(NoSource, match="write it into a file or a notebook"):
        subject(space["f"])
