def check(candidate):
    assert set(candidate("aab")) == {"a", "b"}
    assert set(candidate("")) == set()
    assert set(candidate("xyzzy")) == {"x", "y", "z"}
    assert len(candidate("xyzzy")) == 3
